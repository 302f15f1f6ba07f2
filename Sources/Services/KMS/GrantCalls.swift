import CloudState
import ServiceModel

/// Grants: what others may do with a key.
///
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html>
enum GrantCalls {
    static let operations: [String: Handler] = [
        "CreateGrant": .write(create),
        "ListGrants": .read(list),
        "ListRetirableGrants": .read(listRetirable),
        "RetireGrant": .write(retire),
        "RevokeGrant": .write(revoke),
    ]

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let key = try Keys.byID(input, context)
        guard key.state != .pendingDeletion else { throw KMSError.pendingDeletion(key) }
        let grantee = input.string("GranteePrincipal") ?? ""
        guard grantee.hasPrefix("arn:") || grantee.hasSuffix(".amazonaws.com") else {
            throw ServiceError("InvalidArnException", "ARN does not refer to a valid principal: \(grantee.prefix(512))")
        }
        let bits = (0..<4).map { _ in IDGenerator.hexadecimal(context.world.ids.bits("kms/grant")) }
        var grant = KMSGrant(
            id: bits.joined(), keyID: key.id, token: context.newSecret("kms/token", count: 120), grantee: grantee,
            operations: input.strings("Operations"), created: context.now)
        grant.name = input.string("Name")
        grant.retiring = input.string("RetiringPrincipal")
        context.kms.grants.insert(grant)
        return Response(["GrantId": .string(grant.id), "GrantToken": .string(grant.token)])
    }

    private static func view(_ grant: KMSGrant, _ context: CallContext) -> Value {
        let key = context.world.kmsKey(grant.keyID, region: context.region)
        return [
            "KeyId": .string(key?.arn ?? grant.keyID), "GrantId": .string(grant.id), "Name": .string(grant.name ?? ""),
            "CreationDate": .timestamp(grant.created), "GranteePrincipal": .string(grant.grantee),
            "RetiringPrincipal": .optional(grant.retiring),
            "IssuingAccount": .string("arn:aws:iam::\(context.accountID):root"),
            "Operations": .strings(grant.operations),
        ]
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let key = try Keys.byID(input, context)
        let id = input.string("GrantId")
        let grantee = input.string("GranteePrincipal")
        let grants = context.kms.grants.filter { grant in
            grant.keyID == key.id && (id == nil || grant.id == id) && (grantee == nil || grant.grantee == grantee)
        }
        return try KMSPage(grants, input, limit: 50).response("Grants") { view($0, context) }
    }

    static func listRetirable(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let grants = context.kms.grants.filter { $0.retiring == input.string("RetiringPrincipal") }
        return try KMSPage(grants, input, limit: 50).response("Grants") { view($0, context) }
    }

    static func revoke(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let key = try Keys.byID(input, context)
        let id = input.string("GrantId") ?? ""
        guard context.kms.grants[id]?.keyID == key.id else {
            throw KMSError.notFound("Grant ID \(id.prefix(128)) not found")
        }
        context.kms.grants.remove(id)
        return .empty
    }

    static func retire(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.string("GrantId")
        let token = input.string("GrantToken")
        guard let grant = context.kms.grants.first(where: { $0.id == id || $0.token == token }) else {
            throw KMSError.notFound("Grant not found")
        }
        context.kms.grants.remove(grant.id)
        return .empty
    }
}
