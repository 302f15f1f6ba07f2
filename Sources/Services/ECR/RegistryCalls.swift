import CloudState
import ServiceModel

/// The registry as a whole, and how a client gets into it.
enum RegistryCalls {
    static let operations: [String: Handler] = [
        "DeleteRegistryPolicy": .write(deletePolicy),
        "DescribeRegistry": .read(describe),
        "GetAccountSetting": .read(getSetting),
        "GetAuthorizationToken": .write(token),
        "GetRegistryPolicy": .read(getPolicy),
        "PutAccountSetting": .write(putSetting),
        "PutRegistryPolicy": .write(putPolicy),
        "PutReplicationConfiguration": .write(putReplication),
    ]

    private static let mostTokens = 100

    /// The password of `docker login`; it stands for who has asked for it.
    static func token(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let password = context.newSecret("ecr/token", count: 120)
        let expires = context.now.adding(seconds: 12 * 3600)
        let now = context.now
        context.ecr.tokens.removeAll { $0.expires <= now }
        if context.ecr.tokens.count >= mostTokens { context.ecr.tokens.removeFirst() }
        context.ecr.tokens.append(RegistryToken(password: password, caller: context.caller, expires: expires))
        return Response([
            "authorizationData": [
                [
                    "authorizationToken": .string(Base64.encode(Array("AWS:\(password)".utf8))),
                    "expiresAt": .timestamp(expires), "proxyEndpoint": .string("https://\(context.registryHost)"),
                ]
            ]
        ])
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response([
            "registryId": .string(context.accountID),
            "replicationConfiguration": context.ecr.replication ?? ["rules": []],
        ])
    }

    static func putReplication(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let configuration = input.structure("replicationConfiguration").map { Value.structure($0.fields) }
        context.ecr.replication = configuration
        return Response(["replicationConfiguration": configuration])
    }

    private static let noPolicy = "Registry policy does not exist in the registry with id"

    private static func answer(_ policy: String?, _ context: CallContext) throws(ServiceError) -> Response {
        guard let policy else {
            throw ServiceError("RegistryPolicyNotFoundException", "\(noPolicy) '\(context.accountID)'")
        }
        return Response(["registryId": .string(context.accountID), "policyText": .string(policy)])
    }

    static func getPolicy(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try answer(context.ecr.policy, context)
    }

    static func putPolicy(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        context.ecr.policy = input.string("policyText")
        return try answer(context.ecr.policy, context)
    }

    static func deletePolicy(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let response = try answer(context.ecr.policy, context)
        context.ecr.policy = nil
        return response
    }

    static func getSetting(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("name") ?? ""
        let standard = ["BASIC_SCAN_TYPE_VERSION": "AWS_NATIVE", "REGISTRY_POLICY_SCOPE": "V2"]
        return Response([
            "name": .string(name), "value": .optional(context.ecr.accountSettings[name] ?? standard[name]),
        ])
    }

    static func putSetting(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (name, value) = (input.string("name") ?? "", input.string("value") ?? "")
        context.ecr.accountSettings[name] = value
        return Response(["name": .string(name), "value": .string(value)])
    }
}
