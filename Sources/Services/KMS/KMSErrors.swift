import CloudState
import ServiceModel

/// KMS's errors, with AWS's codes and messages.
enum KMSError {
    static func notFound(_ message: String) -> ServiceError { ServiceError("NotFoundException", message) }

    static func validation(_ message: String) -> ServiceError { ServiceError("ValidationException", message) }

    static func pendingDeletion(_ key: KMSKey) -> ServiceError {
        ServiceError("KMSInvalidStateException", "\(key.arn) is pending deletion.")
    }

    static func disabled(_ key: KMSKey) -> ServiceError { ServiceError("DisabledException", "\(key.arn) is disabled.") }

    static var invalidCiphertext: ServiceError { ServiceError("InvalidCiphertextException", "") }

    static func awsManaged(_ caller: Caller, _ operation: String, _ key: KMSKey) -> ServiceError {
        ServiceError(
            "AccessDeniedException",
            "User: \(caller.arn) is not authorized to perform: kms:\(operation) on resource: \(key.arn) because no resource-based policy allows the kms:\(operation) action"
        )
    }
}

/// How requests name keys.
enum Keys {
    /// The key that a text names: an id, an ARN, an alias or an alias's ARN.
    static func named(_ text: String?, _ context: CallContext) throws(ServiceError) -> KMSKey {
        let text = text ?? ""
        if let key = context.world.kmsKey(text, region: context.region) { return key }
        let root = "arn:aws:kms:\(context.region):\(context.accountID)"
        if text.hasPrefix("alias/") || text.contains(":alias/") {
            throw KMSError.notFound("Alias \(text.hasPrefix("arn:") ? text : "\(root):\(text)") is not found.")
        }
        if text.hasPrefix("arn:") {
            guard text.hasPrefix("\(root):key/") else { throw KMSError.notFound("Invalid arn \(context.region)") }
            throw KMSError.notFound("Key '\(text)' does not exist")
        }
        let isUUID =
            text.utf8.count == 36
            && text.utf8.allSatisfy { $0 == 0x2D || (48...57).contains($0) || (97...102).contains($0) }
        guard isUUID || text.hasPrefix("mrk-") else { throw KMSError.notFound("Invalid keyId '\(text.prefix(512))'") }
        throw KMSError.notFound("Key '\(root):key/\(text)' does not exist")
    }

    /// The key of a call that takes no alias: management wants an id or an ARN.
    static func byID(_ input: Input, _ context: CallContext) throws(ServiceError) -> KMSKey {
        let text = input.string("KeyId") ?? ""
        guard !text.hasPrefix("alias/"), !text.contains(":alias/") else {
            throw KMSError.notFound("Invalid keyId '\(text.prefix(512))'")
        }
        return try named(text, context)
    }

    /// A key of the account's own, which may be changed.
    static func own(_ input: Input, _ operation: String, _ context: CallContext) throws(ServiceError) -> KMSKey {
        let key = try byID(input, context)
        guard key.managedBy == nil else { throw KMSError.awsManaged(context.caller, operation, key) }
        return key
    }

    /// A key that can be used to seal.
    static func usable(_ text: String?, _ context: CallContext) throws(ServiceError) -> KMSKey {
        let key = try named(text, context)
        switch key.state {
        case .enabled: break
        case .disabled: throw KMSError.disabled(key)
        case .pendingDeletion: throw KMSError.pendingDeletion(key)
        }
        guard key.usage == "ENCRYPT_DECRYPT" else {
            throw ServiceError(
                "InvalidKeyUsageException",
                "\(key.arn) key usage is \(key.usage) which is not valid for this operation.")
        }
        return key
    }
}

/// A page of a list: `Limit`, `Marker`, `Truncated`.
struct KMSPage<Item> {
    private static var prefix: String { "AGYAAA:" }

    let items: [Item]
    private let marker: String?

    init(_ all: [Item], _ input: Input, limit: Int = 100) throws(ServiceError) {
        let start = try Self.start(input.string("Marker"))
        let size = input.integer("Limit") ?? limit
        let rest = all.dropFirst(start)
        items = Array(rest.prefix(size))
        marker = rest.count > size ? Base64.encode(Array("\(Self.prefix)\(start + size)".utf8)) : nil
    }

    private static func start(_ marker: String?) throws(ServiceError) -> Int {
        guard let marker, !marker.isEmpty else { return 0 }
        guard let bytes = Base64.decode(marker), let text = String(validating: bytes, as: UTF8.self),
            text.hasPrefix(prefix), let start = Int(text.dropFirst(prefix.count)), start >= 0
        else { throw ServiceError("InvalidMarkerException", "Could not deserialize marker '\(marker.prefix(256))'") }
        return start
    }

    func response(_ name: String, _ view: (Item) -> Value) -> Response {
        Response([
            name: .list(items.map(view)), "Truncated": .boolean(marker != nil), "NextMarker": .optional(marker),
        ])
    }
}
