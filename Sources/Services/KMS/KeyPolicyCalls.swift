import CloudState
import PolicyEngine
import ServiceModel

/// Keys' policies, of which each key has one, named `default`.
///
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html>
enum KeyPolicyCalls {
    static let operations: [String: Handler] = [
        "GetKeyPolicy": .read(get),
        "ListKeyPolicies": .read(list),
        "PutKeyPolicy": .write(put),
    ]

    static func check(_ text: String) throws(ServiceError) {
        do throws(PolicyError) {
            let policy = try Policy(parsing: text, as: .resource)
            guard policy.statements.allSatisfy({ $0.principals != nil }) else {
                throw PolicyError("Policy contains a statement with no principal.")
            }
        } catch {
            throw ServiceError("MalformedPolicyDocumentException", error.message)
        }
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let key = try Keys.named(input.string("KeyId"), context)
        guard input.string("PolicyName") ?? "default" == "default" else {
            throw KMSError.notFound("No such policy exists")
        }
        return Response(["Policy": .string(key.policy), "PolicyName": "default"])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        _ = try Keys.named(input.string("KeyId"), context)
        return try KMSPage(["default"], input).response("PolicyNames", Value.string)
    }

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var key = try Keys.own(input, "PutKeyPolicy", context)
        guard key.state != .pendingDeletion else { throw KMSError.pendingDeletion(key) }
        let text = input.string("Policy") ?? ""
        try check(text)
        key.policy = text
        context.kms.keys.insert(key)
        return .empty
    }
}
