import CloudState
import ServiceModel

/// GetSessionToken and GetFederationToken.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
enum TokenCalls {
    static let operations: [String: Handler] = [
        "GetFederationToken": .write(federationToken),
        "GetSessionToken": .write(sessionToken),
    ]

    /// The user's name, or nil for the account itself; temporary credentials may not ask for others.
    private static func user(_ context: CallContext, _ operation: String) throws(ServiceError) -> String? {
        switch context.caller.principal {
        case .account: return nil
        case .user(let name): return name
        case .session, .role:
            throw ServiceError("AccessDenied", "Cannot call \(operation) with session credentials", status: 403)
        }
    }

    /// 12 hours unless asked for otherwise; an hour at most for the account itself.
    private static func duration(_ input: Input, _ user: String?) -> Int {
        let seconds = input.integer("DurationSeconds") ?? 43_200
        return user == nil ? min(seconds, 3600) : seconds
    }

    static func sessionToken(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let user = try user(context, "GetSessionToken")
        let isMultiFactor = try MultiFactor.isShown(input, context)
        var session = Sessions.begin(
            &context, source: user.map(STSSession.Source.user) ?? .account, arn: context.caller.arn,
            userID: context.caller.userID, seconds: duration(input, user))
        session.isMultiFactor = isMultiFactor
        context.iam.sessions.insert(session)
        return Response(["Credentials": Sessions.credentials(session)])
    }

    static func federationToken(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let user = try user(context, "GetFederationToken")
        let name = input.string("Name") ?? ""
        var session = Sessions.begin(
            &context, source: .federated(user), arn: "arn:aws:sts::\(context.accountID):federated-user/\(name)",
            userID: "\(context.accountID):\(name)", seconds: duration(input, user))
        try Sessions.limit(&session, input, context)
        context.iam.sessions.insert(session)
        return Response([
            "Credentials": Sessions.credentials(session),
            "FederatedUser": ["FederatedUserId": .string(session.userID), "Arn": .string(session.arn)],
            "PackedPolicySize": Sessions.packedSize(session),
        ])
    }
}
