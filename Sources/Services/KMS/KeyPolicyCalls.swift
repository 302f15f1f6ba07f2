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

    /// Holds a policy against what KMS takes: its principals must be there, and it must not lock out whoever sets it, unless
    /// the request says that this is meant.
    static func check(_ text: String, _ input: Input, _ context: CallContext) throws(ServiceError) {
        let bypasses = input.boolean("BypassPolicyLockoutSafetyCheck") ?? false
        do throws(PolicyError) {
            let policy = try Policy(parsing: text, as: .resource)
            guard policy.statements.allSatisfy({ $0.principals != nil }) else {
                throw PolicyError("Policy contains a statement with no principal.")
            }
            for entry in policy.statements.flatMap({ $0.principals?.byType ?? [] }) where entry.type == "AWS" {
                let isThere = entry.values.allSatisfy {
                    context.world.iam.knows(principal: $0, type: entry.type, accountID: context.accountID)
                }
                guard isThere else {
                    throw PolicyError("Policy contains a statement with one or more invalid principals.")
                }
            }
            guard bypasses || policy.statements.contains(where: { leavesAWay($0, context) }) else {
                throw PolicyError("The new key policy will not allow you to update the key policy in the future.")
            }
        } catch {
            throw ServiceError("MalformedPolicyDocumentException", error.message)
        }
    }

    /// Whether a statement lets the caller, or the account for it, change the policy again. Conditions may hold later.
    ///
    /// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>
    private static func leavesAWay(_ statement: Statement, _ context: CallContext) -> Bool {
        guard statement.effect == .allow, let principals = statement.principals, !principals.isNegated else {
            return false
        }
        let account = context.accountID
        let ways = ["*", account, "arn:aws:iam::\(account):root", context.caller.arn]
        guard principals.isEverybody || principals.values("AWS").contains(where: ways.contains) else { return false }
        return statement.matches(action: "kms:PutKeyPolicy")
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let key = try Keys.byID(input, context)
        guard input.string("PolicyName") ?? "default" == "default" else {
            throw KMSError.notFound("No such policy exists")
        }
        return Response(["Policy": .string(key.policy), "PolicyName": "default"])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        _ = try Keys.byID(input, context)
        return try KMSPage(["default"], input).response("PolicyNames", Value.string)
    }

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var key = try Keys.own(input, "PutKeyPolicy", context)
        guard key.state != .pendingDeletion else { throw KMSError.pendingDeletion(key) }
        let text = input.string("Policy") ?? ""
        try check(text, input, context)
        key.policy = text
        context.kms.keys.insert(key)
        return .empty
    }
}
