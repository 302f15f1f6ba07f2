import CloudState
import Schedules
import ServiceModel

/// Scheduled actions.
///
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html>
enum ScheduledActionCalls {
    static let operations: [String: Handler] = [
        "DeleteScheduledAction": .write(delete),
        "DescribeScheduledActions": .read(describe),
        "PutScheduledAction": .write(put),
    ]

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let resource = try ScalableResource(input)
        let target = try TargetCalls.target(resource, context)
        let name = input.string("ScheduledActionName") ?? ""
        let known = context.applicationScaling.scheduledActions["\(target.id)/\(name)"]
        let unique = context.world.ids.uuid("\(context.region)/application-autoscaling/scheduled-action")
        var action =
            known
            ?? ScheduledAction(
                group: target.id, name: name,
                arn: "arn:aws:autoscaling:\(context.region):\(context.accountID):scheduledAction:\(unique):"
                    + "resource/\(target.namespace)/\(target.resource):scheduledActionName/\(name)")
        action.created = action.created ?? context.now
        if let schedule = input.string("Schedule") { action.recurrence = schedule }
        if let zone = input.string("Timezone") { action.timeZone = zone }
        if input.has("StartTime") || input.has("Schedule") { action.start = input.timestamp("StartTime") }
        if input.has("EndTime") || input.has("Schedule") { action.end = input.timestamp("EndTime") }
        if let bounds = input.structure("ScalableTargetAction") {
            action.minimum = bounds.integer("MinCapacity")
            action.maximum = bounds.integer("MaxCapacity")
        }
        try check(action, context)
        action.version += 1
        action.next = Self.next(action, after: context.now, context)
        context.applicationScaling.scheduledActions.insert(action)
        schedule(action, &context)
        return .empty
    }

    private static func check(_ action: ScheduledAction, _ context: CallContext) throws(ServiceError) {
        guard let text = action.recurrence else {
            throw ScalingError.validation("Schedule is required for a new scheduled action")
        }
        guard let expression = ScheduleExpression(text, isStrict: false) else {
            throw ScalingError.validation("Schedule expression \(text.prefix(256)) is invalid")
        }
        guard TimeZones.offset(of: action.timeZone, at: context.now) != nil else {
            throw ServiceError(
                "ValidationException", "Invalid timezone: \(action.timeZone?.prefix(64) ?? "")",
                isNotEmulated: action.timeZone?.contains("/") ?? false)
        }
        if case .at = expression, next(action, after: context.now, context) == nil {
            throw ScalingError.validation("Scheduled time must be in the future")
        }
        if let start = action.start, let end = action.end, start >= end {
            throw ScalingError.validation("Start time must be earlier than end time")
        }
        guard action.minimum != nil || action.maximum != nil else {
            throw ScalingError.validation("At least one of MinCapacity and MaxCapacity must be specified")
        }
        if let minimum = action.minimum, let maximum = action.maximum, maximum < minimum {
            throw ScalingError.validation("Maximum capacity cannot be less than minimum capacity")
        }
        guard action.minimum ?? 0 >= 0, action.maximum ?? 0 >= 0 else {
            throw ScalingError.validation("Minimum and maximum capacity must be greater than or equal to 0")
        }
    }

    /// When an action happens next; nil where it is over.
    static func next(_ action: ScheduledAction, after now: Timestamp, _ context: CallContext) -> Timestamp? {
        guard let expression = ScheduleExpression(action.recurrence ?? "", isStrict: false) else { return nil }
        var from = now
        let start = action.start ?? action.created ?? now
        if let first = action.start, first > now {
            // Rates are counted from the start time, at which the first one is.
            if case .rate = expression { return first }
            from = first.adding(milliseconds: -1)
        }
        guard let next = expression.next(after: from, start: start, zone: action.timeZone) else { return nil }
        if let end = action.end, next > end { return nil }
        return next
    }

    static func schedule(_ action: ScheduledAction, _ context: inout CallContext) {
        guard let next = action.next else { return }
        context.world.agenda.schedule(
            .event(
                .applicationScaling(.scheduledAction(id: action.id, version: action.version)), region: context.region),
            at: next)
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let resource = try ScalableResource(input)
        let name = input.string("ScheduledActionName") ?? ""
        guard context.applicationScaling.scheduledActions.remove("\(resource.id)/\(name)") != nil else {
            throw ScalingError.notFound(
                "No scheduled action found for \(resource.words), scheduled action name: \(name)")
        }
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = Set(input.strings("ScheduledActionNames"))
        let found: [(action: ScheduledAction, target: ScalableTarget)] =
            context.applicationScaling.scheduledActions.compactMap { action in
                guard names.isEmpty || names.contains(action.name) else { return nil }
                return Selection.target(action.group, input, context).map { (action, $0) }
            }
        let page = try ScalingPaging.page(found, input)
        return Response([
            "ScheduledActions": .list(page.items) { action, target in
                [
                    "ScheduledActionName": .string(action.name), "ScheduledActionARN": .string(action.arn),
                    "ServiceNamespace": .string(target.namespace), "ResourceId": .string(target.resource),
                    "ScalableDimension": .string(target.dimension), "Schedule": .optional(action.recurrence),
                    "Timezone": .optional(action.timeZone), "StartTime": action.start.map(Value.timestamp),
                    "EndTime": action.end.map(Value.timestamp),
                    "ScalableTargetAction": [
                        "MinCapacity": action.minimum.map(Value.integer),
                        "MaxCapacity": action.maximum.map(Value.integer),
                    ], "CreationTime": action.created.map(Value.timestamp),
                ]
            }, "NextToken": page.token,
        ])
    }
}
