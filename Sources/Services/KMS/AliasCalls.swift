import CloudState
import ServiceModel

/// Aliases: other names for keys.
///
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html>
enum AliasCalls {
    static let operations: [String: Handler] = [
        "CreateAlias": .write(create),
        "DeleteAlias": .write(delete),
        "ListAliases": .read(list),
        "UpdateAlias": .write(update),
    ]

    private static func name(_ input: Input) throws(ServiceError) -> String {
        let name = input.string("AliasName") ?? ""
        guard name.hasPrefix("alias/") else {
            throw KMSError.validation(
                "Alias must start with the prefix \"alias/\". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
            )
        }
        guard !name.hasPrefix("alias/aws/") else {
            throw ServiceError("NotAuthorizedException", "")
        }
        let rest = name.dropFirst(6)
        let isValid = rest.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "_/-".utf8.contains($0)
        }
        guard !rest.isEmpty, isValid else {
            throw KMSError.validation(
                "1 validation error detected: Value '\(name.prefix(256))' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$"
            )
        }
        return name
    }

    private static func arn(_ name: String, _ context: CallContext) -> String {
        "arn:aws:kms:\(context.region):\(context.accountID):\(name)"
    }

    /// The key that an alias is to stand for: not an alias itself.
    private static func target(_ input: Input, _ context: CallContext) throws(ServiceError) -> KMSKey {
        let id = input.string("TargetKeyId") ?? ""
        guard !id.hasPrefix("alias/"), !id.contains(":alias/") else {
            throw KMSError.validation("Aliases must refer to keys. Not aliases")
        }
        let key = try Keys.named(id, context)
        guard key.state != .pendingDeletion else { throw KMSError.pendingDeletion(key) }
        guard key.managedBy == nil else { throw KMSError.awsManaged(context.caller, "CreateAlias", key) }
        return key
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try name(input)
        let key = try target(input, context)
        guard context.kms.aliases[name] == nil else {
            throw ServiceError(
                "AlreadyExistsException", "An alias with the name \(arn(name, context)) already exists")
        }
        context.kms.aliases.insert(KMSAlias(name: name, keyID: key.id, created: context.now))
        return .empty
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try name(input)
        let key = try target(input, context)
        guard var alias = context.kms.aliases[name] else {
            throw KMSError.notFound("Alias \(arn(name, context)) is not found.")
        }
        guard let old = context.kms.keys[alias.keyID], old.usage == key.usage else {
            throw KMSError.validation("The current key and the new key must have the same key usage.")
        }
        alias.keyID = key.id
        alias.updated = context.now
        context.kms.aliases.insert(alias)
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try name(input)
        guard context.kms.aliases.remove(name) != nil else {
            throw KMSError.notFound("Alias \(arn(name, context)) is not found.")
        }
        return .empty
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var all: [(name: String, keyID: String?, created: Timestamp, updated: Timestamp)] = []
        let wanted = try input.string("KeyId").map { id throws(ServiceError) in try Keys.named(id, context).id }
        for alias in context.kms.aliases { all.append((alias.name, alias.keyID, alias.created, alias.updated)) }
        for service in ManagedKeys.services {
            guard let key = ManagedKeys.key(service, region: context.region, world: context.world) else { continue }
            all.append(("alias/aws/\(service)", key.id, key.created, key.created))
        }
        let found = all.filter { wanted == nil || $0.keyID == wanted }.sorted { $0.name < $1.name }
        return try KMSPage(found, input, limit: 50).response("Aliases") { alias in
            [
                "AliasName": .string(alias.name), "AliasArn": .string(arn(alias.name, context)),
                "TargetKeyId": .optional(alias.keyID), "CreationDate": .timestamp(alias.created),
                "LastUpdatedDate": .timestamp(alias.updated),
            ]
        }
    }
}
