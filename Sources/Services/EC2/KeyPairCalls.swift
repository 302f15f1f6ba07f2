import CloudState
import KeyMaterial
import ServiceModel

/// CreateKeyPair, ImportKeyPair, DescribeKeyPairs and DeleteKeyPair.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-key-pairs.html>
enum KeyPairCalls {
    static let operations: [String: Handler] = [
        "CreateKeyPair": .write(create),
        "ImportKeyPair": .write(importKey),
        "DescribeKeyPairs": .read(describe),
        "DeleteKeyPair": .write(delete),
    ]

    private static let list = ItemList<KeyPair>(
        filters: [
            "key-pair-id": { [$0.id] },
            "key-name": { [$0.name] },
            "fingerprint": { [$0.fingerprint] },
        ],
        tags: { $0.tags })

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try newName(input, context)
        let tags = try TagRules.specified(input, for: .keyPair)
        let type = input.string("KeyType") ?? "rsa"
        guard let format = GeneratedKey.Format(rawValue: input.string("KeyFormat") ?? "pem") else {
            throw EC2Error.invalidParameter("Invalid value '\(input.string("KeyFormat") ?? "")' for keyFormat.")
        }
        let ordinal = context.world.ids.ordinal("\(context.region)/key-material")
        let seed = "\(context.world.seed)/\(context.region)/key-material/\(ordinal)"
        let made: GeneratedKey?
        switch type {
        case "rsa": made = GeneratedKey.rsa(seed: seed, format: format, comment: name)
        case "ed25519": made = GeneratedKey.ed25519(seed: seed, format: format, comment: name)
        default: throw EC2Error.invalidParameter("Invalid value '\(type.prefix(64))' for keyType.")
        }
        guard let key = made else { throw ServiceError("InternalError", "An internal error has occurred", status: 500) }
        let pair = insert(name, type, key.fingerprint, key.publicKey, tags, &context)
        return Response([
            "KeyPairId": .string(pair.id), "Tags": tags.viewIfAny, "KeyName": .string(name),
            "KeyFingerprint": .string(key.fingerprint), "KeyMaterial": .string(key.privateText),
        ])
    }

    static func importKey(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try newName(input, context)
        let tags = try TagRules.specified(input, for: .keyPair)
        let key: PublicKey
        do throws(PublicKey.Failure) {
            key = try PublicKey(importing: input.blob("PublicKeyMaterial") ?? [])
        } catch {
            switch error {
            case .format: throw ServiceError("InvalidKey.Format", "Key is not in valid OpenSSH public key format")
            case .length:
                throw ServiceError("InvalidKey.Format", "Key length is not supported; use 1024, 2048 or 4096 bits")
            }
        }
        let pair = insert(name, key.type, key.fingerprintOfImport, key, tags, &context)
        return Response([
            "KeyPairId": .string(pair.id), "Tags": tags.viewIfAny, "KeyName": .string(name),
            "KeyFingerprint": .string(pair.fingerprint),
        ])
    }

    private static func insert(
        _ name: String, _ type: String, _ fingerprint: String, _ key: PublicKey, _ tags: Tags,
        _ context: inout CallContext
    ) -> KeyPair {
        var pair = KeyPair(
            id: context.newID("key"), name: name, type: type, fingerprint: fingerprint,
            publicKey: key.openSSH(comment: name), createTime: context.now)
        pair.tags = tags
        context.ec2.keyPairs.insert(pair)
        return pair
    }

    /// The name of a key pair to be made: up to 255 ASCII characters, not taken.
    private static func newName(_ input: Input, _ context: CallContext) throws(ServiceError) -> String {
        let name = input.string("KeyName") ?? ""
        guard !name.isEmpty else { throw EC2Error.missingParameter("KeyName") }
        let printable = name.unicodeScalars.allSatisfy { (" "..."~").contains($0) }
        guard printable, name.utf8.count <= 255, name.first != " ", name.last != " " else {
            throw EC2Error.invalidParameter(
                "Value (\(name.prefix(256))) for parameter KeyName is invalid. Must be up to 255 ASCII characters without leading or trailing spaces."
            )
        }
        guard named(name, context) == nil else {
            throw ServiceError("InvalidKeyPair.Duplicate", "The keypair already exists")
        }
        return name
    }

    private static func named(_ name: String, _ context: CallContext) -> KeyPair? {
        context.ec2.keyPairs.first { $0.name == name }
    }

    /// The name of a key pair that a launch asks for: it has to be there.
    static func launchable(_ name: String?, _ context: CallContext) throws(ServiceError) -> String? {
        guard let name, !name.isEmpty else { return nil }
        guard named(name, context) != nil else { throw missing(name) }
        return name
    }

    private static func missing(_ name: String) -> ServiceError {
        ServiceError("InvalidKeyPair.NotFound", "The key pair '\(name.prefix(256))' does not exist")
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = input.strings("KeyNames")
        let ids = input.strings("KeyPairIds")
        for name in names where named(name, context) == nil { throw missing(name) }
        for id in ids where context.ec2.keyPairs[id] == nil { throw missing(id) }
        let pairs = try list.selected(context.ec2.keyPairs, input).filter { pair in
            (names.isEmpty && ids.isEmpty) || names.contains(pair.name) || ids.contains(pair.id)
        }
        let withKey = input.boolean("IncludePublicKey") ?? false
        return Response([
            "KeyPairs": .list(pairs.sorted { $0.name < $1.name }) { pair in
                [
                    "KeyPairId": .string(pair.id), "KeyType": .string(pair.type), "Tags": pair.tags.view,
                    "PublicKey": withKey ? .string(pair.publicKey) : nil, "CreateTime": .timestamp(pair.createTime),
                    "KeyName": .string(pair.name), "KeyFingerprint": .string(pair.fingerprint),
                ]
            }
        ])
    }

    /// Deleting what is not there succeeds.
    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let pair: KeyPair?
        if let id = input.string("KeyPairId"), !id.isEmpty {
            pair = context.ec2.keyPairs[id]
        } else if let name = input.string("KeyName"), !name.isEmpty {
            pair = named(name, context)
        } else {
            throw ServiceError("MissingParameter", "The request must contain the parameter KeyName or KeyPairId")
        }
        if let pair { context.ec2.keyPairs[pair.id] = nil }
        return Response(["Return": true, "KeyPairId": pair.map { .string($0.id) }])
    }
}
