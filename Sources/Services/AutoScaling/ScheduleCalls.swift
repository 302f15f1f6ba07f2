import CloudState
import ServiceModel

/// Scheduled actions.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html>
enum ScheduleCalls {
    static let operations: [String: Handler] = [
        "BatchDeleteScheduledAction": .write(deleteMany),
        "BatchPutScheduledUpdateGroupAction": .write(putMany),
        "DeleteScheduledAction": .write(delete),
        "DescribeScheduledActions": .read(describe),
        "PutScheduledUpdateGroupAction": .write { context, input throws(ServiceError) in
            let group = try context.group(input)
            try put(input, group, &context)
            return .empty
        },
    ]

    private static func put(
        _ input: Input, _ group: AutoScalingGroup, _ context: inout CallContext
    ) throws(ServiceError) {
        let name = input.string("ScheduledActionName") ?? ""
        let known = context.autoScaling.scheduledActions["\(group.name)/\(name)"]
        var action =
            known
            ?? ScheduledAction(
                group: group.name, name: name,
                arn: context.autoScalingARN(
                    "scheduledUpdateGroupAction", "autoScalingGroupName/\(group.name):scheduledActionName/\(name)"))
        action.minimum = input.integer("MinSize")
        action.maximum = input.integer("MaxSize")
        action.desired = input.integer("DesiredCapacity")
        guard action.minimum != nil || action.maximum != nil || action.desired != nil else {
            throw AutoScalingError.validation(
                "At least one of MinSize, MaxSize or DesiredCapacity must be specified.")
        }
        if let minimum = action.minimum, let maximum = action.maximum, minimum > maximum {
            throw AutoScalingError.validation("Min size must not be greater than max size.")
        }
        action.start =
            input.timestamp("StartTime")
            ?? (input.shape.member("Time") == nil ? nil : input.timestamp("Time"))
        action.end = input.timestamp("EndTime")
        action.timeZone = input.string("TimeZone")
        action.recurrence = input.string("Recurrence").flatMap { $0.isEmpty ? nil : $0 }
        if let start = action.start, start <= context.now {
            throw AutoScalingError.validation("Given start time is in the past")
        }
        if let start = action.start, let end = action.end, end <= start {
            throw AutoScalingError.validation("End time must be later than start time")
        }
        guard action.start != nil || action.recurrence != nil else {
            throw AutoScalingError.validation("StartTime or Recurrence must be specified.")
        }
        guard known != nil || context.autoScaling.scheduledActions.filter({ $0.group == group.name }).count < 125 else {
            throw AutoScalingError.limit("A group can have at most 125 scheduled actions.")
        }
        action.next = try ScheduleRun.next(action, after: context.now)
        action.version += 1
        context.autoScaling.scheduledActions.insert(action)
        ScheduleRun.schedule(action, &context)
    }

    static func putMany(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.group(input)
        var failed: [Value] = []
        for entry in input.structures("ScheduledUpdateGroupActions") {
            let before = context.world
            do throws(ServiceError) {
                try put(entry, group, &context)
            } catch {
                context.world = before
                failed.append([
                    "ScheduledActionName": .string(entry.string("ScheduledActionName") ?? ""),
                    "ErrorCode": .string(error.code), "ErrorMessage": .string(error.message),
                ])
            }
        }
        return Response(["FailedScheduledUpdateGroupActions": .list(failed)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.group(input)
        let name = input.string("ScheduledActionName") ?? ""
        guard context.autoScaling.scheduledActions.remove("\(group.name)/\(name)") != nil else {
            throw AutoScalingError.validation("Scheduled action name not found - \(name.prefix(256))")
        }
        return .empty
    }

    static func deleteMany(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.group(input)
        var failed: [Value] = []
        for name in input.strings("ScheduledActionNames")
        where context.autoScaling.scheduledActions.remove("\(group.name)/\(name)") == nil {
            failed.append([
                "ScheduledActionName": .string(name), "ErrorCode": "ValidationError",
                "ErrorMessage": "Scheduled action name not found",
            ])
        }
        return Response(["FailedScheduledActions": .list(failed)])
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        if input.has("AutoScalingGroupName") { _ = try context.group(input) }
        let group = input.string("AutoScalingGroupName")
        let names = Set(input.strings("ScheduledActionNames"))
        let start = input.timestamp("StartTime")
        let end = input.timestamp("EndTime")
        let all = context.autoScaling.scheduledActions.filter { action in
            (group == nil || action.group == group) && (names.isEmpty || names.contains(action.name))
                && (start == nil || (action.next ?? context.now) >= (start ?? context.now))
                && (end == nil || (action.next ?? context.now) <= (end ?? context.now))
        }
        let (page, token) = try Paging.page(all, input, usual: 50, most: 100)
        return Response([
            "ScheduledUpdateGroupActions": .list(page) { action in
                [
                    "AutoScalingGroupName": .string(action.group), "ScheduledActionName": .string(action.name),
                    "ScheduledActionARN": .string(action.arn), "Time": action.next.map(Value.timestamp),
                    "StartTime": (action.next ?? action.start).map(Value.timestamp),
                    "EndTime": action.end.map(Value.timestamp), "Recurrence": .optional(action.recurrence),
                    "MinSize": action.minimum.map(Value.integer), "MaxSize": action.maximum.map(Value.integer),
                    "DesiredCapacity": action.desired.map(Value.integer), "TimeZone": .optional(action.timeZone),
                ]
            }, "NextToken": token,
        ])
    }
}
