import CloudState
import Schedules
import ServiceModel

/// Schedules.
///
/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html>
enum ScheduleCalls {
    static let operations: [String: Handler] = [
        "CreateSchedule": .write(create),
        "DeleteSchedule": .write(delete),
        "GetSchedule": .read(get),
        "ListSchedules": .read(list),
        "UpdateSchedule": .write(update),
    ]

    private static let members = [
        "ActionAfterCompletion", "Description", "EndDate", "FlexibleTimeWindow", "KmsKeyArn", "ScheduleExpression",
        "ScheduleExpressionTimezone", "StartDate", "State", "Target",
    ]

    private static func schedule(_ input: Input, _ context: CallContext) throws(ServiceError) -> Schedule {
        let group = try GroupCalls.group(input.string("GroupName") ?? ScheduleGroup.standard, context)
        let name = input.string("Name") ?? ""
        guard let schedule = context.scheduler.schedules[Schedule.id(group: group.id, name: name)] else {
            throw SchedulerError.notFound("Schedule \(name) does not exist.")
        }
        return schedule
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try GroupCalls.group(input.string("GroupName") ?? ScheduleGroup.standard, context)
        let name = input.string("Name") ?? ""
        guard !group.isDeleting else {
            throw SchedulerError.conflict("Schedule group \(group.id) is being deleted.")
        }
        let settings = try settings(input, context)
        if let existing = context.scheduler.schedules[Schedule.id(group: group.id, name: name)] {
            // The same request again is answered as before.
            guard let token = input.string("ClientToken"), existing.clientToken == token, existing.settings == settings
            else { throw SchedulerError.conflict("Schedule \(name) already exists.") }
            return Response(["ScheduleArn": .string(existing.arn)])
        }
        var schedule = Schedule(
            name: name, group: group.id,
            arn: "arn:aws:scheduler:\(context.region):\(context.accountID):schedule/\(group.id)/\(name)",
            settings: settings, created: context.now)
        schedule.clientToken = input.string("ClientToken")
        context.scheduler.schedules.insert(schedule)
        Ticks.schedule(schedule, &context)
        return Response(["ScheduleArn": .string(schedule.arn)])
    }

    /// What is not named anew falls back to AWS's defaults.
    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var schedule = try schedule(input, context)
        schedule.settings = try settings(input, context)
        schedule.modified = context.now
        schedule.revision += 1
        context.scheduler.schedules.insert(schedule)
        Ticks.schedule(schedule, &context)
        return Response(["ScheduleArn": .string(schedule.arn)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        context.scheduler.schedules.remove(try schedule(input, context).id)
        return .empty
    }

    // MARK: What a request says

    private static func settings(_ input: Input, _ context: CallContext) throws(ServiceError) -> Fields {
        var settings = Fields()
        settings.append("State", "ENABLED")
        settings.append("ScheduleExpressionTimezone", "UTC")
        settings.append("ActionAfterCompletion", "NONE")
        for name in members {
            if let value = input[name] { settings[name] = value }
        }
        let text = input.string("ScheduleExpression") ?? ""
        guard let expression = ScheduleExpression(text, isStrict: false) else {
            throw SchedulerError.validation("Invalid Schedule Expression \(text).")
        }
        let zone = settings["ScheduleExpressionTimezone"]?.text ?? "UTC"
        guard TimeZones.offset(of: zone, at: context.now) != nil else {
            throw ServiceError(
                "ValidationException", "Invalid Schedule Expression Timezone \(zone).",
                isNotEmulated: zone.contains("/"))
        }
        if case .at = expression, expression.next(after: context.now, start: context.now, zone: zone) == nil {
            // A time that is over is taken, and nothing comes of it.
            settings["StartDate"] = nil
        }
        if let start = input.timestamp("StartDate"), let end = input.timestamp("EndDate"), start >= end {
            throw SchedulerError.validation("The StartDate you specify must come before the EndDate.")
        }
        if let end = input.timestamp("EndDate"), end <= context.now {
            throw SchedulerError.validation("The EndDate you specify cannot be earlier than 5 minutes ago.")
        }
        let window = input.structure("FlexibleTimeWindow")
        let minutes = window?.integer("MaximumWindowInMinutes")
        guard (window?.string("Mode") == "FLEXIBLE") == (minutes != nil) else {
            throw SchedulerError.validation(
                minutes == nil
                    ? "MaximumWindowInMinutes must be provided when FlexibleTimeWindow Mode is FLEXIBLE."
                    : "MaximumWindowInMinutes must not be provided when FlexibleTimeWindow Mode is OFF.")
        }
        guard let target = input.structure("Target") else { return settings }
        settings["Target"] = .structure(try checked(target, context))
        return settings
    }

    /// A target, with the default retry policy.
    private static func checked(_ target: Input, _ context: CallContext) throws(ServiceError) -> Fields {
        var fields = target.fields
        let arn = target.string("Arn") ?? ""
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 6, parts[0] == "arn", !parts[2].isEmpty else {
            throw SchedulerError.validation("Provided Arn is not in correct format.")
        }
        let isEventBus = parts[2] == "events" && parts[5].hasPrefix("event-bus/")
        for (service, member, isMeant) in [
            ("events", "EventBridgeParameters", isEventBus), ("kinesis", "KinesisParameters", true),
            ("ecs", "EcsParameters", true),
        ] where parts[2] == service && isMeant && !target.has(member) {
            throw SchedulerError.validation("\(member) is required for target \(arn).")
        }
        if parts[2] == "sqs", arn.hasSuffix(".fifo"),
            !(target.structure("SqsParameters")?.has("MessageGroupId") ?? false)
        {
            throw SchedulerError.validation("SqsParameters is required for target \(arn).")
        }
        let role = target.string("RoleArn") ?? ""
        guard context.role(role, trusting: "scheduler.amazonaws.com") != nil else {
            throw SchedulerError.validation(
                "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.")
        }
        var policy = fields["RetryPolicy"]?.fields ?? Fields()
        if policy["MaximumEventAgeInSeconds"] == nil { policy["MaximumEventAgeInSeconds"] = 86_400 }
        if policy["MaximumRetryAttempts"] == nil { policy["MaximumRetryAttempts"] = 185 }
        fields["RetryPolicy"] = .structure(policy)
        return fields
    }

    // MARK: Looking

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let schedule = try schedule(input, context)
        var fields = schedule.settings
        fields["Arn"] = .string(schedule.arn)
        fields["GroupName"] = .string(schedule.group)
        fields["Name"] = .string(schedule.name)
        fields["CreationDate"] = .timestamp(schedule.created)
        fields["LastModificationDate"] = .timestamp(schedule.modified)
        return Response(.structure(fields))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = input.string("GroupName")
        if let group { _ = try GroupCalls.group(group, context) }
        let prefix = input.string("NamePrefix") ?? ""
        let state = input.string("State")
        let found = context.scheduler.schedules.filter { schedule in
            schedule.name.hasPrefix(prefix) && group.map { $0 == schedule.group } ?? true
                && state.map { $0 == schedule.settings["State"]?.text } ?? true
        }.sorted { ($0.group, $0.name) < ($1.group, $1.name) }
        let page = try SchedulerPaging.page(found, input)
        return Response([
            "Schedules": .list(page.items) { schedule in
                [
                    "Arn": .string(schedule.arn), "Name": .string(schedule.name),
                    "GroupName": .string(schedule.group), "State": schedule.settings["State"],
                    "CreationDate": .timestamp(schedule.created),
                    "LastModificationDate": .timestamp(schedule.modified),
                    "Target": ["Arn": schedule.settings["Target"]?["Arn"]],
                ]
            }, "NextToken": page.token,
        ])
    }
}
