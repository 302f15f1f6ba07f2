import CloudState
import EventPatterns
import Schedules
import ServiceModel

/// Rules.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>
enum RuleCalls {
    static let operations: [String: Handler] = [
        "DeleteRule": .write(delete),
        "DescribeRule": .read(describe),
        "DisableRule": .write(disable),
        "EnableRule": .write(enable),
        "ListRules": .read(list),
        "PutRule": .write(put),
    ]

    private static let most = 300

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bus = try context.bus(input.string("EventBusName"))
        let name = input.string("Name") ?? ""
        let pattern = input.string("EventPattern").flatMap { $0.isEmpty ? nil : $0 }
        let schedule = input.string("ScheduleExpression").flatMap { $0.isEmpty ? nil : $0 }
        guard pattern != nil || schedule != nil else {
            throw EventsError.validation("Parameter(s) EventPattern or ScheduleExpression must be specified.")
        }
        if let pattern { try check(pattern) }
        if let schedule {
            guard bus.id == EventBus.standard else {
                throw EventsError.validation("ScheduleExpression is supported only on the default event bus.")
            }
            guard ScheduleExpression(schedule, isStrict: true) != nil else {
                throw EventsError.validation("Parameter ScheduleExpression is not valid.")
            }
        }
        let path = bus.id == EventBus.standard ? name : "\(bus.id)/\(name)"
        let existing = context.events.rules[EventRule.id(bus: bus.id, name: name)]
        guard existing != nil || context.events.rules.count(where: { $0.bus == bus.id }) < most else {
            throw EventsError.limit
        }
        var rule =
            existing
            ?? EventRule(
                name: name, bus: bus.id, arn: "arn:aws:events:\(context.region):\(context.accountID):rule/\(path)",
                state: "ENABLED")
        if existing == nil { rule.tags = try TagCalls.checked(input.structures("Tags"), on: Tags()) }
        let before = (rule.schedule, rule.isEnabled)
        rule.pattern = pattern
        rule.schedule = schedule
        rule.state = input.string("State") ?? "ENABLED"
        rule.description = input.string("Description")
        rule.role = input.string("RoleArn")
        if existing == nil || before != (rule.schedule, rule.isEnabled) { restart(&rule, &context) }
        context.events.rules.insert(rule)
        return Response(["RuleArn": .string(rule.arn)])
    }

    static func check(_ pattern: String) throws(ServiceError) {
        do {
            _ = try EventPattern(pattern)
        } catch {
            throw EventsError.pattern(error.reason)
        }
    }

    /// Begins a rule's schedule anew.
    private static func restart(_ rule: inout EventRule, _ context: inout CallContext) {
        rule.revision += 1
        rule.started = context.now
        Ticks.schedule(rule, &context)
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bus = try context.bus(input.string("EventBusName"))
        guard let rule = context.events.rules[EventRule.id(bus: bus.id, name: input.string("Name") ?? "")] else {
            return .empty
        }
        guard rule.targets.isEmpty else {
            throw EventsError.validation("Rule can't be deleted since it has targets.")
        }
        context.events.rules.remove(rule.id)
        return .empty
    }

    static func view(_ rule: EventRule) -> Fields {
        var fields = Fields()
        fields.append("Name", .string(rule.name))
        fields.append("Arn", .string(rule.arn))
        if let pattern = rule.pattern { fields.append("EventPattern", .string(pattern)) }
        if let schedule = rule.schedule { fields.append("ScheduleExpression", .string(schedule)) }
        fields.append("State", .string(rule.state))
        if let description = rule.description { fields.append("Description", .string(description)) }
        if let role = rule.role { fields.append("RoleArn", .string(role)) }
        fields.append("EventBusName", .string(rule.bus))
        return fields
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var fields = view(try context.rule(input))
        fields.append("CreatedBy", .string(context.accountID))
        return Response(.structure(fields))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bus = try context.bus(input.string("EventBusName"))
        let prefix = input.string("NamePrefix") ?? ""
        let found = context.events.rules.filter { $0.bus == bus.id && $0.name.hasPrefix(prefix) }
            .sorted { $0.name < $1.name }
        let page = try EventsPaging.page(found, input)
        return Response(["Rules": .list(page.items) { .structure(view($0)) }, "NextToken": page.token])
    }

    private static func set(
        _ state: String, _ context: inout CallContext, _ input: Input
    ) throws(ServiceError) -> Response {
        var rule = try context.rule(input)
        let wasEnabled = rule.isEnabled
        rule.state = state
        if rule.isEnabled != wasEnabled { restart(&rule, &context) }
        context.events.rules.insert(rule)
        return .empty
    }

    static func enable(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try set("ENABLED", &context, input)
    }

    static func disable(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try set("DISABLED", &context, input)
    }
}
