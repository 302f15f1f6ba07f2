import CloudState
import PolicyEngine
import ServiceModel

/// AssumeRole: from a caller whom the role trusts to a session of the role.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
enum AssumeRole {
    static let operations: [String: Handler] = [
        "AssumeRole": .write(assume)
    ]

    /// The role that an ARN names; nil where the account has none such.
    static func role(_ arn: String, _ context: CallContext) throws(ServiceError) -> IAMRole? {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "iam", parts[5].hasPrefix("role/"),
            let name = parts[5].split(separator: "/").last
        else { throw STSError.validation("\(arn.prefix(512)) is invalid") }
        return context.iam.role(String(name)).flatMap { $0.arn == arn ? $0 : nil }
    }

    /// The session's name, held against its pattern.
    static func sessionName(_ input: Input) throws(ServiceError) -> String {
        let name = input.string("RoleSessionName") ?? ""
        let isValid = name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "_+=,.@-".utf8.contains($0)
        }
        guard isValid, (2...64).contains(name.utf8.count) else {
            throw STSError.validation(
                "1 validation error detected: Value '\(name.prefix(128))' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"
            )
        }
        return name
    }

    /// How long the session lasts, in seconds.
    static func duration(_ input: Input, _ role: IAMRole, isChained: Bool) throws(ServiceError) -> Int {
        let seconds = input.integer("DurationSeconds") ?? 3600
        guard seconds <= role.maximumSession else {
            throw STSError.validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
        }
        guard !isChained || seconds <= 3600 else {
            throw STSError.validation(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
        }
        return seconds
    }

    static func assume(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let arn = input.string("RoleArn") ?? ""
        let name = try sessionName(input)
        let denied = STSError.denied(context.caller, "AssumeRole", arn)
        guard let role = try role(arn, context) else { throw denied }
        let state = context.iam
        var conditions = state.context(of: context.caller, region: context.region, now: context.now)
        conditions.set("sts:RoleSessionName", name)
        // What the role itself then does brings no word of it.
        if try MultiFactor.isShown(input, context) {
            conditions.set("aws:MultiFactorAuthPresent", "true")
            conditions.set("aws:MultiFactorAuthAge", "0")
        }
        if let id = input.string("ExternalId") { conditions.set("sts:ExternalId", id) }
        if let identity = input.string("SourceIdentity") { conditions.set("sts:SourceIdentity", identity) }
        let tags = input.structures("Tags")
        for tag in tags { conditions.set("aws:RequestTag/\(tag.string("Key") ?? "")", tag.string("Value") ?? "") }
        if !tags.isEmpty { conditions["aws:TagKeys"] = tags.compactMap { $0.string("Key") } }
        let request = AccessRequest(
            principal: state.principal(of: context.caller), action: "sts:AssumeRole", resource: arn, context: conditions
        )
        switch role.trust.policy.grant(request) {
        case .refused: throw denied
        case .toPrincipal: break
        case .toAccount:
            // The role trusts the account: where permissions are enforced, the caller's own policies must allow it.
            if context.enforcesIAM, let policies = state.policies(of: context.caller),
                !policies.decide(request).isAllowed
            {
                throw denied
            }
        }
        var isChained = false
        if case .session(let id) = context.caller.principal, case .role? = state.sessions[id]?.source {
            isChained = true
        }
        let seconds = try duration(input, role, isChained: isChained)
        var session = Sessions.begin(
            &context, source: .role(role.name),
            arn: "arn:aws:sts::\(context.accountID):assumed-role/\(role.name)/\(name)",
            userID: "\(role.roleID):\(name)", seconds: seconds)
        try Sessions.limit(&session, input, context)
        session.transitiveTagKeys = input.strings("TransitiveTagKeys")
        session.sourceIdentity = input.string("SourceIdentity")
        context.iam.sessions.insert(session)
        return Response([
            "Credentials": Sessions.credentials(session),
            "AssumedRoleUser": ["AssumedRoleId": .string(session.userID), "Arn": .string(session.arn)],
            "PackedPolicySize": Sessions.packedSize(session), "SourceIdentity": .optional(session.sourceIdentity),
        ])
    }
}
