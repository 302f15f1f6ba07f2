import CloudState
import JSONValue
import PolicyEngine
import ServiceModel

/// Holds a call against the caller's policies before its handler runs.
enum Authorizer {
    /// Throws AWS's refusal where a permission is missing. The account itself may do everything.
    static func check(
        _ service: ServiceDefinition, _ operation: String, _ input: Input, _ context: CallContext
    ) throws(ServiceError) {
        let authorization = service.authorization
        guard context.enforcesIAM, !authorization.free.contains(operation),
            let policies = context.iam.policies(of: context.caller)
        else { return }
        let principal = context.iam.principal(of: context.caller)
        let common = context.iam.context(of: context.caller, region: context.region, now: context.now)
        for permission in authorization.permissions(operation, input, context) {
            var conditions = common
            conditions.merge(permission.context)
            let request = AccessRequest(
                principal: principal, action: permission.action ?? "\(authorization.vendor):\(operation)",
                resource: permission.resource, context: conditions)
            var set = policies
            if let policy = permission.policy {
                set.resource = [NamedPolicy(name: permission.resource, source: .resource, policy: policy)]
            }
            let decision = set.decide(request)
            guard !decision.isAllowed else { continue }
            throw refusal(decision, request, service.model().wireProtocol, context)
        }
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
    private static func refusal(
        _ decision: Decision, _ request: AccessRequest, _ wireProtocol: APIModel.WireProtocol, _ context: CallContext
    ) -> ServiceError {
        var message = "User: \(context.caller.arn) is not authorized to perform: \(request.action)"
        if request.resource != "*" { message += " on resource: \(request.resource)" }
        switch decision.outcome {
        case .explicitlyDenied(let type): message += " with an explicit deny in \(type.withArticle)"
        case .implicitlyDenied(let type): message += " because no \(type.rawValue) allows the \(request.action) action"
        case .allowed: break
        }
        switch wireProtocol {
        case .ec2:
            message = "You are not authorized to perform this operation. \(message)"
            if request.resource != "*" {
                let details = AuthorizationMessage.encode(describe(decision, request, context), world: context.world)
                message += ". Encoded authorization failure message: \(details)"
            }
            return ServiceError("UnauthorizedOperation", message, status: 403)
        case .query, .restXML: return ServiceError("AccessDenied", message, status: 403)
        case .json: return ServiceError("AccessDeniedException", message)
        case .restJSON: return ServiceError("AccessDeniedException", message, status: 403)
        }
    }

    /// What `sts:DecodeAuthorizationMessage` shows.
    private static func describe(_ decision: Decision, _ request: AccessRequest, _ context: CallContext) -> String {
        var isExplicit = false
        if case .explicitlyDenied = decision.outcome { isExplicit = true }
        let statements: [JSON] = decision.statements.map { statement in
            [
                "statementId": .string(statement.sid ?? ""), "effect": "DENY",
                "sourcePolicyId": .string(statement.policyName),
            ]
        }
        let conditions: [JSON] = request.context.keys.map { key in
            let values: [JSON] = (request.context[key] ?? []).map { ["value": .string($0)] }
            return ["key": .string(key), "values": ["items": .array(values)]]
        }
        let name = context.caller.arn.split(separator: "/").last.map(String.init) ?? ""
        let message: JSON = [
            "allowed": false, "explicitDeny": .boolean(isExplicit), "matchedStatements": ["items": .array(statements)],
            "failures": ["items": []],
            "context": [
                "principal": [
                    "id": .string(context.caller.userID), "name": .string(name), "arn": .string(context.caller.arn),
                ],
                "action": .string(request.action), "resource": .string(request.resource),
                "conditions": ["items": .array(conditions)],
            ],
        ]
        return message.serializedString()
    }
}

extension Decision.PolicyType {
    fileprivate var withArticle: String { self == .identity ? "an \(rawValue)" : "a \(rawValue)" }
}
