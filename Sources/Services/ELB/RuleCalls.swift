import CloudState
import ServiceModel

/// Rules of listeners.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html>
enum RuleCalls {
    static let operations: [String: Handler] = [
        "CreateRule": .write(create),
        "DeleteRule": .write(delete),
        "DescribeRules": .read(describe),
        "ModifyRule": .write(modify),
        "SetRulePriorities": .write(setPriorities),
    ]

    /// What a rule's ARN has between the account and the last digits.
    static func path(_ listener: Listener) -> String {
        let resource = listener.id.split(separator: ":", maxSplits: 5).last ?? ""
        return "listener-rule" + resource.dropFirst("listener".count)
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let arns = input.strings("RuleArns")
        var rules: [ListenerRule] = []
        if !arns.isEmpty {
            for arn in arns { rules.append(try ELBNamed.rule(arn, context)) }
        } else if let listener = input.string("ListenerArn") {
            rules = context.elb.rules(of: try ELBNamed.listener(listener, context).id)
        } else {
            throw ELBError.validation("You must specify either listener rule ARNs or a listener ARN")
        }
        return try ELBPage(rules, input).response("Rules", view)
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let listener = try ELBNamed.listener(input.string("ListenerArn"), context)
        let balancer = try ELBNamed.loadBalancer(listener.loadBalancerARN, context)
        guard balancer.kind == .application else {
            throw ELBError.configuration(
                "Rules are not supported on listeners of load balancers with type '\(balancer.kind.rawValue)'")
        }
        try refuseTransforms(input)
        let tags = try ELBTagged.given(input)
        let conditions = try ConditionRules.read(input.structures("Conditions"))
        let actions = try ActionRules.read(input.structures("Actions"), listener, balancer, context)
        let priority = input.integer("Priority") ?? 0
        let others = context.elb.rules(of: listener.id)
        guard !others.contains(where: { $0.priority == priority }) else { throw inUse(priority) }
        let all = context.elb.listeners(of: balancer.id).reduce(0) { count, listener in
            count + context.elb.rules(of: listener.id).count { !$0.isDefault }
        }
        guard all < 100 else {
            throw ServiceError(
                "TooManyRules", "You have reached the limit on the number of rules per load balancer: 100")
        }
        var rule = ListenerRule(
            id: context.newELBARN(path(listener)), listenerARN: listener.id, priority: priority,
            conditions: conditions, actions: actions)
        rule.tags = tags
        context.elb.rules.insert(rule)
        try ActionRules.checkUse(of: balancer, context)
        ListenerCalls.startChecks(actions, &context)
        return Response(["Rules": [view(rule)]])
    }

    private static func inUse(_ priority: Int) -> ServiceError {
        ServiceError("PriorityInUse", "Priority '\(priority)' is currently in use")
    }

    private static func refuseTransforms(_ input: Input) throws(ServiceError) {
        guard input.structures("Transforms").isEmpty else { throw ELBError.notEmulated("Transforms of rules") }
    }

    static func modify(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var rule = try ELBNamed.rule(input.string("RuleArn"), context)
        guard !rule.isDefault else { throw ELBError.notPermitted("Default rule '\(rule.id)' cannot be modified") }
        try refuseTransforms(input)
        let listener = try ELBNamed.listener(rule.listenerARN, context)
        let balancer = try ELBNamed.loadBalancer(listener.loadBalancerARN, context)
        if input.has("Conditions") { rule.conditions = try ConditionRules.read(input.structures("Conditions")) }
        if input.has("Actions") {
            rule.actions = try ActionRules.read(input.structures("Actions"), listener, balancer, context)
        }
        context.elb.rules[rule.id] = rule
        try ActionRules.checkUse(of: balancer, context)
        ListenerCalls.startChecks(rule.actions, &context)
        return Response(["Rules": [view(rule)]])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let rule = try ELBNamed.rule(input.string("RuleArn"), context)
        guard !rule.isDefault else { throw ELBError.notPermitted("Default rule '\(rule.id)' cannot be deleted") }
        context.elb.rules.remove(rule.id)
        return .empty
    }

    static func setPriorities(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let pairs = input.structures("RulePriorities")
        var changed: [ListenerRule] = []
        for pair in pairs {
            var rule = try ELBNamed.rule(pair.string("RuleArn"), context)
            guard !rule.isDefault else {
                throw ELBError.notPermitted("Priority of default rule '\(rule.id)' cannot be set")
            }
            guard let priority = pair.integer("Priority") else {
                throw ELBError.validation("A priority must be specified for rule '\(rule.id)'")
            }
            guard !changed.contains(where: { $0.id == rule.id }) else {
                throw ELBError.validation("Rule '\(rule.id)' can only be specified once")
            }
            rule.priority = priority
            changed.append(rule)
        }
        guard Set(changed.map(\.listenerARN)).count <= 1 else {
            throw ELBError.validation("All rules must belong to the same listener")
        }
        for rule in changed {
            let taken =
                changed.contains { $0.id != rule.id && $0.priority == rule.priority }
                || context.elb.rules(of: rule.listenerARN).contains { other in
                    other.priority == rule.priority && !changed.contains { $0.id == other.id }
                }
            guard !taken else { throw inUse(rule.priority ?? 0) }
        }
        for rule in changed { context.elb.rules[rule.id] = rule }
        return Response(["Rules": .list(changed, view)])
    }

    static func view(_ rule: ListenerRule) -> Value {
        [
            "RuleArn": .string(rule.id), "Priority": .string(rule.priority.map { "\($0)" } ?? "default"),
            "Conditions": .list(rule.conditions) { ConditionRules.view($0) },
            "Actions": .list(rule.actions) { ActionRules.view($0) }, "IsDefault": .boolean(rule.isDefault),
        ]
    }
}
