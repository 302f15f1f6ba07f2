import CloudState
import JSONValue
import Schedules
import ServiceModel
import TargetDelivery

/// Schedules when their time has come.
enum Ticks {
    static func handle(_ context: inout CallContext, _ event: ServiceEvent) {
        guard case .scheduler(let event) = event else { return }
        switch event {
        case .tick(let id, let revision, let due): run(id, revision, due, &context)
        case .retry(let schedule, let due, let execution, let retries, let began):
            let attempt = Attempt(schedule: schedule, due: due, execution: execution, retries: retries, began: began)
            invoke(attempt, &context)
        case .groupDeleted(let name):
            for schedule in context.scheduler.schedules where schedule.group == name {
                context.scheduler.schedules.remove(schedule.id)
            }
            context.scheduler.groups.remove(name)
        }
        context.world.wake()
    }

    /// Schedules come again and again; nobody waits for them.
    static func isAwaited(_ world: World, _ event: ServiceEvent, _ region: String) -> Bool {
        guard case .scheduler(let event) = event else { return false }
        switch event {
        case .tick, .retry: return false
        case .groupDeleted: return true
        }
    }

    /// Puts the next time of a schedule on the agenda; false where there is none.
    @discardableResult
    static func schedule(_ schedule: Schedule, after: Timestamp? = nil, _ context: inout CallContext) -> Bool {
        guard let expression = ScheduleExpression(schedule.settings["ScheduleExpression"]?.text ?? "", isStrict: false)
        else { return false }
        let zone = schedule.settings["ScheduleExpressionTimezone"]?.text
        var start = schedule.modified
        var from = max(context.now, after ?? context.now)
        if case .timestamp(let date)? = schedule.settings["StartDate"] {
            // Rates are counted from the start date, on which the first one is.
            if date > from, case .rate = expression { return put(schedule, date, &context) }
            start = date
            from = max(from, date.adding(milliseconds: -1))
        }
        guard let due = expression.next(after: from, start: start, zone: zone) else { return false }
        if case .timestamp(let end)? = schedule.settings["EndDate"], due > end { return false }
        return put(schedule, due, &context)
    }

    private static func put(_ schedule: Schedule, _ due: Timestamp, _ context: inout CallContext) -> Bool {
        var time = due
        if let minutes = schedule.settings["FlexibleTimeWindow"]?["MaximumWindowInMinutes"]?.number {
            // Some time within the window.
            let part = context.world.ids.bits("\(context.region)/scheduler/window") % UInt64(minutes * 60)
            time = due.adding(seconds: Int(part))
        }
        context.world.agenda.schedule(
            .event(
                .scheduler(.tick(schedule: schedule.id, revision: schedule.revision, scheduled: due)),
                region: context.region), at: time)
        return true
    }

    private static func run(_ id: String, _ revision: Int, _ due: Timestamp, _ context: inout CallContext) {
        guard let schedule = context.scheduler.schedules[id], schedule.revision == revision else { return }
        if schedule.isEnabled {
            let execution = context.world.ids.uuid("\(context.region)/scheduler/execution")
            let attempt = Attempt(schedule: schedule, due: due, execution: execution, retries: 0, began: context.now)
            invoke(attempt, &context)
        }
        let goesOn = self.schedule(schedule, after: due, &context)
        if !goesOn, schedule.settings["ActionAfterCompletion"]?.text == "DELETE" {
            context.scheduler.schedules.remove(id)
        }
    }

    /// One of the times that a schedule's target is called for one time of the schedule.
    private struct Attempt {
        var schedule: Schedule
        var due: Timestamp
        var execution: String
        /// How many failed before it.
        var retries: Int
        var began: Timestamp
    }

    /// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html>
    private static func input(_ attempt: Attempt, _ target: Value) -> String {
        let schedule = attempt.schedule
        guard let text = target["Input"]?.text else {
            // AWS's own, where none is given.
            return JSON.object([
                "version": "0", "id": .string(attempt.execution), "detail-type": "Scheduled Event",
                "source": "aws.scheduler",
                "account": .string(schedule.arn.split(separator: ":").dropFirst(4).first.map(String.init) ?? ""),
                "time": .string(attempt.due.iso8601Seconds),
                "region": .string(schedule.arn.split(separator: ":").dropFirst(3).first.map(String.init) ?? ""),
                "resources": [.string(schedule.arn)], "detail": "{}",
            ]).serializedString()
        }
        return text.replacing("<aws.scheduler.schedule-arn>", with: schedule.arn)
            .replacing("<aws.scheduler.scheduled-time>", with: attempt.due.iso8601Seconds)
            .replacing("<aws.scheduler.execution-id>", with: attempt.execution)
            .replacing("<aws.scheduler.attempt-number>", with: "\(attempt.retries + 1)")
    }

    private static func invoke(_ attempt: Attempt, _ context: inout CallContext) {
        let schedule = attempt.schedule
        guard let target = schedule.settings["Target"], let fields = target.fields else { return }
        measure("InvocationAttemptCount", schedule, &context)
        let delivery = TargetDelivery(
            service: "scheduler.amazonaws.com", source: schedule.arn, arn: target["Arn"]?.text ?? "",
            role: target["RoleArn"]?.text, settings: fields, input: input(attempt, target),
            partitionKey: target["KinesisParameters"]?["PartitionKey"]?.text ?? attempt.execution,
            startedBy: "chronos-schedule/\(schedule.name)")
        do throws(TargetDelivery.Failure) {
            try delivery.send(&context)
        } catch {
            measure(error.code == "THROTTLING" ? "TargetErrorThrottledCount" : "TargetErrorCount", schedule, &context)
            let age = (context.now.milliseconds - attempt.began.milliseconds) / 1000
            // Unlike a rule, a schedule tries again whatever the error is.
            switch RetryPolicy(target["RetryPolicy"]).next(retries: attempt.retries, age: age) {
            case .again(let delay):
                context.world.schedule(
                    .event(
                        .scheduler(
                            .retry(
                                schedule, scheduled: attempt.due, execution: attempt.execution,
                                retries: attempt.retries + 1, began: attempt.began)), region: context.region),
                    after: .seconds(delay))
            case .exhausted(let condition):
                measure("InvocationDroppedCount", schedule, &context)
                bury(delivery, error, attempt, condition, &context)
            }
        }
    }

    /// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html>
    private static func bury(
        _ delivery: TargetDelivery, _ failure: TargetDelivery.Failure, _ attempt: Attempt, _ condition: String,
        _ context: inout CallContext
    ) {
        let schedule = attempt.schedule
        guard let arn = schedule.settings["Target"]?["DeadLetterConfig"]?["Arn"]?.text else { return }
        let attributes: [(String, String)] = [
            ("SCHEDULE_ARN", schedule.arn), ("TARGET_ARN", delivery.arn), ("EXECUTION_ID", attempt.execution),
            ("SCHEDULED_TIME", attempt.due.iso8601Seconds), ("ERROR_CODE", failure.origin),
            ("ERROR_MESSAGE", failure.message), ("EXHAUSTED_RETRY_CONDITION", condition),
            ("RETRY_ATTEMPTS", "\(attempt.retries)"), ("IS_PAYLOAD_TRUNCATED", "false"),
        ]
        let mayBeSent = context.world.autonomy.takes(bytes: delivery.input.utf8.count)
        let queue = mayBeSent ? context.sqs.queues.first { $0.arn == arn } : nil
        let sent = try? queue.map { queue in
            try context.call(
                as: delivery.role ?? "", session: "chronos-schedule-\(schedule.name)", "sqs", "SendMessage",
                [
                    "QueueUrl": .string(queue.url), "MessageBody": .string(delivery.input),
                    "MessageAttributes": .map(
                        Fields(
                            attributes.map { name, value in
                                .init(
                                    name: name,
                                    value: ["DataType": "String", "StringValue": .string(String(value.prefix(1024)))])
                            })),
                ])
        }
        measure(
            sent == nil ? "InvocationsFailedToBeSentToDeadLetterCount" : "InvocationsSentToDeadLetterCount", schedule,
            &context)
    }

    private static func measure(_ name: String, _ schedule: Schedule, _ context: inout CallContext) {
        context.world.addMetrics(
            [(name, 1, "Count")], namespace: "AWS/Scheduler", dimension: ("ScheduleGroup", schedule.group),
            region: context.region)
    }
}
