import CloudState
import PolicyEngine
import ServiceModel

/// What policies would say to calls that are not made.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>
enum SimulationCalls {
    static let operations: [String: Handler] = [
        "GetContextKeysForCustomPolicy": .read(customKeys),
        "GetContextKeysForPrincipalPolicy": .read(principalKeys),
        "SimulateCustomPolicy": .read(simulateCustom),
        "SimulatePrincipalPolicy": .readAtTime(simulatePrincipal),
    ]

    private static func given(
        _ input: Input, _ parameter: String, as kind: PolicyKind = .identity
    ) throws(ServiceError) -> [NamedPolicy] {
        var policies: [NamedPolicy] = []
        for text in input.strings(parameter) {
            let policy = try parsed(text, kind)
            policies.append(NamedPolicy(name: "\(parameter).\(policies.count + 1)", source: .none, policy: policy))
        }
        return policies
    }

    private static func parsed(_ text: String, _ kind: PolicyKind) throws(ServiceError) -> Policy {
        do throws(PolicyError) {
            return try Policy(parsing: text, as: kind)
        } catch {
            throw IAMError.invalidInput(error.message)
        }
    }

    /// The policies of the user, group or role with that ARN, and who it is.
    private static func source(
        _ input: Input, _ context: CallContext
    ) throws(ServiceError) -> (set: PolicySet, caller: Caller?) {
        let arn = input.string("PolicySourceArn") ?? ""
        let state = context.iam
        let path = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).last ?? ""
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        switch path.prefix(while: { $0 != "/" }) {
        case "user":
            guard let user = state.user(name), user.arn == arn else { throw IAMError.noUser(name) }
            let caller = Caller(
                accessKeyID: "", accountID: context.accountID, arn: user.arn, userID: user.userID,
                principal: .user(user.name))
            return (state.policies(of: user), caller)
        case "group":
            guard let group = state.group(name), group.arn == arn else { throw IAMError.noGroup(name) }
            return (state.policies(of: group), nil)
        case "role":
            guard let role = state.role(name), role.arn == arn else { throw IAMError.noRole(name) }
            return (state.policies(of: role), nil)
        default:
            throw IAMError.invalidInput(
                "Invalid Entity Arn: \(arn.prefix(512)) does not clearly define entity type and name.")
        }
    }

    static func simulateCustom(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let set = PolicySet(identity: try given(input, "PolicyInputList"))
        return try simulate(set, nil, input, context)
    }

    static func simulatePrincipal(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (set, caller) = try source(input, context)
        set.identity += try given(input, "PolicyInputList")
        return try simulate(set, caller, input, context)
    }

    private static func simulate(
        _ policies: PolicySet, _ caller: Caller?, _ input: Input, _ context: CallContext
    ) throws(ServiceError) -> Response {
        var set = policies
        if input.has("PermissionsBoundaryPolicyInputList") {
            set.boundary = try given(input, "PermissionsBoundaryPolicyInputList")
        }
        if let text = input.string("ResourcePolicy") {
            set.resource = [NamedPolicy(name: "ResourcePolicy", source: .resource, policy: try parsed(text, .resource))]
        }
        var conditions =
            caller.map { context.iam.context(of: $0, region: context.region, now: context.now) } ?? ConditionContext()
        for entry in input.structures("ContextEntries") {
            guard let name = entry.string("ContextKeyName") else { continue }
            conditions[name] = entry.strings("ContextKeyValues")
        }
        let arn = input.string("CallerArn") ?? caller?.arn ?? ""
        let principal = AccessRequest.Principal(arn: arn, accountID: context.accountID)
        let resources = input.strings("ResourceArns")
        let keys = Set((set.identity + (set.boundary ?? []) + set.resource).flatMap { $0.policy.contextKeys })
        let missing = keys.filter { conditions[$0] == nil }.sorted()
        var requests: [AccessRequest] = []
        for action in input.strings("ActionNames") {
            guard action.contains(":"), !action.contains("*") else {
                throw IAMError.invalidInput("Invalid action name: \(action.prefix(128))")
            }
            for resource in resources.isEmpty ? ["*"] : resources {
                requests.append(
                    AccessRequest(principal: principal, action: action, resource: resource, context: conditions))
            }
        }
        return try IAMPage(requests, input).response("EvaluationResults") { request in
            view(set.decide(request), request, missing: missing, hasBoundary: set.boundary != nil)
        }
    }

    private static func view(
        _ decision: Decision, _ request: AccessRequest, missing: [String], hasBoundary: Bool
    ) -> Value {
        let word: Value
        var isBounded = false
        switch decision.outcome {
        case .allowed: word = "allowed"
        case .explicitlyDenied(let type):
            word = "explicitDeny"
            isBounded = type == .boundary
        case .implicitlyDenied(let type):
            word = "implicitDeny"
            isBounded = type == .boundary
        }
        return [
            "EvalActionName": .string(request.action), "EvalResourceName": .string(request.resource),
            "EvalDecision": word,
            "MatchedStatements": .list(decision.statements) { statement in
                [
                    "SourcePolicyId": .string(IAMViews.policyName(statement.policyName)),
                    "SourcePolicyType": .string(statement.source.rawValue),
                ]
            },
            "MissingContextValues": .strings(missing),
            "PermissionsBoundaryDecisionDetail": hasBoundary
                ? ["AllowedByPermissionsBoundary": .boolean(!isBounded)] : nil,
        ]
    }

    static func customKeys(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        keys(try given(input, "PolicyInputList"))
    }

    static func principalKeys(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        keys(try source(input, context).set.identity + (try given(input, "PolicyInputList")))
    }

    private static func keys(_ policies: [NamedPolicy]) -> Response {
        Response(["ContextKeyNames": .strings(Set(policies.flatMap { $0.policy.contextKeys }).sorted())])
    }
}
