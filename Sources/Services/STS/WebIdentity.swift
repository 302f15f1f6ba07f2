import CloudState
import JSONValue
import PolicyEngine
import ServiceModel

/// AssumeRoleWithWebIdentity: a session for who comes with a token of an OpenID Connect provider.
///
/// The token's signature is not checked, since the provider's keys are outside.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
enum WebIdentity {
    static let operations: [String: Handler] = [
        "AssumeRoleWithWebIdentity": .write(assume)
    ]

    private struct Claims {
        var issuer: String
        var subject: String
        var audience: [String]
    }

    private static func claims(_ token: String) throws(ServiceError) -> Claims {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decode(parts[1]), let json = try? JSON.parse(bytes) else {
            throw ServiceError(
                "InvalidIdentityToken",
                "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
        }
        guard let issuer = json["iss"]?.stringValue, let subject = json["sub"]?.stringValue else {
            throw ServiceError(
                "InvalidIdentityToken", "Missing a required claim: \(json["iss"] == nil ? "iss" : "sub")")
        }
        let audience = json["aud"]?.stringValue.map { [$0] } ?? json["aud"]?.arrayValue?.compactMap(\.stringValue) ?? []
        return Claims(issuer: issuer, subject: subject, audience: audience)
    }

    static func assume(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let arn = input.string("RoleArn") ?? ""
        let name = try AssumeRole.sessionName(input)
        let claims = try claims(input.string("WebIdentityToken") ?? "")
        let issuer = claims.issuer.hasPrefix("https://") ? String(claims.issuer.dropFirst(8)) : claims.issuer
        guard let provider = context.iam.openIDProviders.first(where: { $0.url == issuer }) else {
            throw ServiceError(
                "InvalidIdentityToken",
                "No OpenIDConnect provider found in your account for \(claims.issuer.prefix(512))")
        }
        guard let audience = claims.audience.first(where: { provider.clientIDs.contains($0) }) else {
            throw ServiceError("InvalidIdentityToken", "Incorrect token audience")
        }
        let denied = ServiceError(
            "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", status: 403)
        guard let role = try AssumeRole.role(arn, context) else { throw denied }
        var conditions = ConditionContext()
        conditions.set("\(issuer):sub", claims.subject)
        conditions.set("\(issuer):aud", audience)
        conditions.set("sts:RoleSessionName", name)
        let principal = AccessRequest.Principal(arn: "", accountID: context.accountID, federated: provider.arn)
        let request = AccessRequest(
            principal: principal, action: "sts:AssumeRoleWithWebIdentity", resource: arn, context: conditions)
        guard role.trust.policy.grant(request) == .toPrincipal else { throw denied }
        let seconds = try AssumeRole.duration(input, role, isChained: false)
        var session = Sessions.begin(
            &context, source: .role(role.name),
            arn: "arn:aws:sts::\(context.accountID):assumed-role/\(role.name)/\(name)",
            userID: "\(role.roleID):\(name)", seconds: seconds)
        try Sessions.limit(&session, input, context)
        context.iam.sessions.insert(session)
        return Response([
            "Credentials": Sessions.credentials(session), "SubjectFromWebIdentityToken": .string(claims.subject),
            "AssumedRoleUser": ["AssumedRoleId": .string(session.userID), "Arn": .string(session.arn)],
            "PackedPolicySize": Sessions.packedSize(session), "Provider": .string(provider.arn),
            "Audience": .string(audience),
        ])
    }
}
