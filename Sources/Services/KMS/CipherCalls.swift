import CloudState
import ServiceModel

/// Encrypt, Decrypt, ReEncrypt and the making of data keys and random bytes.
///
/// A ciphertext opens with its own key and its own encryption context only; see `Sealing` for what it is not.
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html>
enum CipherCalls {
    static let operations: [String: Handler] = [
        "Decrypt": .read(decrypt),
        "Encrypt": .write(encrypt),
        "GenerateDataKey": .write(dataKey),
        "GenerateDataKeyWithoutPlaintext": .write(dataKeyWithoutPlaintext),
        "GenerateRandom": .write(random),
        "ReEncrypt": .write(reEncrypt),
    ]

    /// What ciphertexts begin with; the key's id follows with its length, then what `Sealing` makes.
    private static let magic: [UInt8] = [0x01, 0x02, 0x02, 0x00, 0x78]

    /// The context as one text, whatever its order.
    private static func contextText(_ input: Input, _ parameter: String = "EncryptionContext") -> String {
        input.map(parameter).sorted { $0.key < $1.key }.map {
            "\($0.key.utf8.count):\($0.key)=\($0.value.utf8.count):\($0.value)"
        }
        .joined(separator: ";")
    }

    private static func seal(
        _ bytes: [UInt8], _ key: KMSKey, _ text: String, _ context: inout CallContext
    ) -> [UInt8] {
        let nonce = context.world.ids.bits("kms/nonce")
        let id = Array(key.id.utf8)
        return magic + [UInt8(truncatingIfNeeded: id.count)] + id
            + Sealing.seal(bytes, key: key.material(context.world), nonce: nonce, context: text)
    }

    /// The key and the bytes of a ciphertext.
    private static func open(
        _ blob: [UInt8], _ text: String, expected: String?, _ context: CallContext
    ) throws(ServiceError) -> (key: KMSKey, bytes: [UInt8]) {
        guard blob.starts(with: magic), blob.count > magic.count else { throw KMSError.invalidCiphertext }
        let start = magic.count + 1
        let end = start + Int(blob[magic.count])
        guard end <= blob.count, let id = String(validating: blob[start..<end], as: UTF8.self),
            let known = context.world.kmsKey(id, region: context.region)
        else { throw KMSError.invalidCiphertext }
        let key = try Keys.usable(known.id, context)
        if let expected, try Keys.named(expected, context).id != key.id {
            throw ServiceError(
                "IncorrectKeyException",
                "The key ID in the request does not identify a CMK that can perform this operation.")
        }
        guard let bytes = Sealing.open(blob[end...], key: key.material(context.world), context: text) else {
            throw KMSError.invalidCiphertext
        }
        return (key, bytes)
    }

    static func encrypt(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let key = try Keys.usable(input.string("KeyId"), context)
        let plaintext = input.blob("Plaintext") ?? []
        guard (1...4096).contains(plaintext.count) else {
            throw KMSError.validation(
                "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length \(plaintext.isEmpty ? "greater than or equal to 1" : "less than or equal to 4096")"
            )
        }
        let blob = seal(plaintext, key, contextText(input), &context)
        return Response([
            "CiphertextBlob": .blob(blob), "KeyId": .string(key.arn),
            "EncryptionAlgorithm": .string(input.string("EncryptionAlgorithm") ?? "SYMMETRIC_DEFAULT"),
        ])
    }

    static func decrypt(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (key, bytes) = try open(
            input.blob("CiphertextBlob") ?? [], contextText(input), expected: input.string("KeyId"), context)
        return Response([
            "KeyId": .string(key.arn), "Plaintext": .blob(bytes),
            "EncryptionAlgorithm": .string(input.string("EncryptionAlgorithm") ?? "SYMMETRIC_DEFAULT"),
        ])
    }

    static func reEncrypt(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (source, bytes) = try open(
            input.blob("CiphertextBlob") ?? [], contextText(input, "SourceEncryptionContext"),
            expected: input.string("SourceKeyId"), context)
        let key = try Keys.usable(input.string("DestinationKeyId"), context)
        let blob = seal(bytes, key, contextText(input, "DestinationEncryptionContext"), &context)
        return Response([
            "CiphertextBlob": .blob(blob), "SourceKeyId": .string(source.arn), "KeyId": .string(key.arn),
            "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT", "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        ])
    }

    private static func randomBytes(_ count: Int, _ context: inout CallContext) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let word = context.world.ids.bits("kms/random")
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
        }
        return Array(bytes.prefix(count))
    }

    private static func newDataKey(
        _ context: inout CallContext, _ input: Input
    ) throws(ServiceError) -> (key: KMSKey, plaintext: [UInt8], blob: [UInt8]) {
        let key = try Keys.usable(input.string("KeyId"), context)
        let spec = input.string("KeySpec")
        let number = input.integer("NumberOfBytes")
        let count: Int
        switch (spec, number) {
        case ("AES_256"?, nil): count = 32
        case ("AES_128"?, nil): count = 16
        case (nil, let number?) where (1...1024).contains(number): count = number
        default: throw KMSError.validation("Please specify either number of bytes or key spec.")
        }
        let plaintext = randomBytes(count, &context)
        return (key, plaintext, seal(plaintext, key, contextText(input), &context))
    }

    static func dataKey(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let made = try newDataKey(&context, input)
        return Response([
            "CiphertextBlob": .blob(made.blob), "Plaintext": .blob(made.plaintext), "KeyId": .string(made.key.arn),
        ])
    }

    static func dataKeyWithoutPlaintext(
        _ context: inout CallContext, _ input: Input
    ) throws(ServiceError) -> Response {
        let made = try newDataKey(&context, input)
        return Response(["CiphertextBlob": .blob(made.blob), "KeyId": .string(made.key.arn)])
    }

    static func random(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let count = input.integer("NumberOfBytes") ?? 0
        guard (1...1024).contains(count) else {
            throw KMSError.validation(
                "1 validation error detected: Value '\(count)' at 'numberOfBytes' failed to satisfy constraint: Member must have value between 1 and 1024"
            )
        }
        return Response(["Plaintext": .blob(randomBytes(count, &context))])
    }
}
