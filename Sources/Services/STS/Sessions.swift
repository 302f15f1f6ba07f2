import CloudState
import ServiceModel

/// Temporary credentials: how they are made and how they stand in answers.
enum Sessions {
    /// Makes a session and the credentials for it.
    static func begin(
        _ context: inout CallContext, source: STSSession.Source, arn: String, userID: String, seconds: Int
    ) -> STSSession {
        let (id, secret) = context.newAccessKey("ASIA")
        let token = "IQoJb3JpZ2luX2VjE" + context.newSecret("sts/token", count: 343)
        return STSSession(
            id: id, secret: secret, token: token, source: source, arn: arn, userID: userID, issueTime: context.now,
            expiration: context.now.adding(seconds: seconds))
    }

    static func credentials(_ session: STSSession) -> Value {
        [
            "AccessKeyId": .string(session.id), "SecretAccessKey": .string(session.secret),
            "SessionToken": .string(session.token), "Expiration": .timestamp(session.expiration),
        ]
    }

    /// Reads session policies and tags into a session.
    static func limit(_ session: inout STSSession, _ input: Input, _ context: CallContext) throws(ServiceError) {
        if let text = input.string("Policy"), !text.isEmpty { session.policies = [try STSError.document(text)] }
        for policy in input.structures("PolicyArns") {
            let arn = policy.string("arn") ?? ""
            guard context.iam.policy(arn: arn) != nil else {
                throw STSError.validation("The specified policy \(arn.prefix(512)) does not exist.")
            }
            session.policyARNs.append(arn)
        }
        guard session.policyARNs.count <= 10 else {
            throw STSError.validation("The number of session policies exceeds the limit of 10.")
        }
        guard input.shape.member("Tags") != nil else { return }
        var keys: Set<String> = []
        for tag in input.structures("Tags") {
            let key = tag.string("Key") ?? ""
            guard keys.insert(key.lowercased()).inserted else {
                throw ServiceError(
                    "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive."
                )
            }
            session.tags[key] = tag.string("Value") ?? ""
        }
    }

    /// How much of what a session may carry its policies take, in per cent.
    static func packedSize(_ session: STSSession) -> Value? {
        guard !session.policies.isEmpty || !session.policyARNs.isEmpty || !session.tags.isEmpty else { return nil }
        let size =
            session.policies.reduce(0) { $0 + $1.text.utf8.count } + session.policyARNs.reduce(0) { $0 + $1.utf8.count }
            + session.tags.tags.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        return .integer(max(1, size * 100 / 6144))
    }
}
