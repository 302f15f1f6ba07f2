import CloudState
import JSONValue
import ServiceModel

/// The evaluation of alarms in virtual time, and what their actions do.
enum AlarmLook {
    /// Lets an alarm be evaluated one period from now, if it is not already to be.
    static func begin(_ alarm: Alarm, _ context: inout CallContext) {
        if let next = alarm.nextLook, next > context.now { return }
        schedule(alarm.name, alarm.period, &context)
    }

    private static func schedule(_ name: String, _ period: Int, _ context: inout CallContext) {
        // Just after the end of a period, when its data are whole.
        let next = Statistics.aligned(context.now, period: period).adding(seconds: period).adding(milliseconds: 1)
        context.cloudWatch.alarms.update(name) { $0.nextLook = next }
        context.world.schedule(
            .event(.alarm(name: name), region: context.region),
            after: .milliseconds(next.milliseconds - context.now.milliseconds))
    }

    static func handle(_ context: inout CallContext, _ event: ServiceEvent) {
        guard case .alarm(let name) = event, var alarm = context.cloudWatch.alarms[name] else { return }
        // A look that something has woken beside the one that is due anyway.
        if let next = alarm.nextLook, next > context.now { return }
        alarm.nextLook = nil
        alarm.isSetByHand = false
        context.cloudWatch.alarms.insert(alarm)
        for metric in alarm.metrics where ServiceMetrics.isService(metric) { sample(metric, &context) }
        let evaluation = Evaluation(alarm, context.cloudWatch.metrics, now: context.now)
        if let state = evaluation.state, state != alarm.state {
            enter(
                state, alarm, reason: evaluation.reason(alarm, state), data: data(alarm, evaluation, context),
                value: evaluation.known.first?.value, &context)
        } else if alarm.state == .alarm, alarm.actionsEnabled, isWholeMinute(alarm, context.now) {
            // Scaling policies are triggered every minute for as long as the alarm lasts.
            trigger(alarm, alarm.alarmActions.filter(isPolicy), evaluation.known.first?.value, &context)
        }
        guard let after = context.cloudWatch.alarms[name], after.nextLook == nil else { return }
        if rests(after, evaluation) {
            context.world.rest(event, region: context.region, period: .seconds(after.period))
        } else {
            schedule(name, after.period, &context)
        }
    }

    /// Whether an evaluation is the one of its minute: periods of a few seconds have several.
    private static func isWholeMinute(_ alarm: Alarm, _ now: Timestamp) -> Bool {
        alarm.period >= 60 || Statistics.aligned(now, period: alarm.period) == Statistics.aligned(now, period: 60)
    }

    /// Takes down what a service's metric is now, for the period that has just ended.
    private static func sample(_ key: MetricKey, _ context: inout CallContext) {
        guard let value = ServiceMetrics.value(key, &context) else { return }
        let time = Statistics.aligned(context.now, period: 60).adding(seconds: -60)
        var metric = context.cloudWatch.metrics[key.text] ?? Metric(key: key, unit: "None")
        guard metric.points.last.map({ $0.time < time }) ?? true else { return }
        metric.add(.init(time: time, sum: value, minimum: value, maximum: value, count: 1))
        context.cloudWatch.metrics.insert(metric)
    }

    /// Whether nothing can come of the next evaluation unless something changes: the whole window says the same.
    private static func rests(_ alarm: Alarm, _ evaluation: Evaluation) -> Bool {
        let known = evaluation.known.map(\.value)
        let isSettled = evaluation.state == nil || evaluation.state == alarm.state
        guard isSettled,
            known.isEmpty
                || alarm.metrics.contains(where: ServiceMetrics.isService) && known.count == alarm.evaluationPeriods
                    && Set(known).count == 1
        else { return false }
        return alarm.state != .alarm || !alarm.alarmActions.contains(where: isPolicy) || alarm.idleTriggers >= 10
    }

    /// Whether a client that waits would see an alarm change at its next evaluation. What services' own metrics lead to
    /// takes its time, and a state that was set by hand is there to be seen.
    static func isAwaited(_ world: World, _ event: ServiceEvent, _ region: String) -> Bool {
        guard case .alarm(let name) = event,
            let state = world.regions.first(where: { $0.name == region })?.cloudWatch,
            let alarm = state.alarms[name], !alarm.isSetByHand,
            !alarm.metrics.contains(where: ServiceMetrics.isService), let next = alarm.nextLook
        else { return false }
        let evaluation = Evaluation(alarm, state.metrics, now: next)
        return evaluation.state.map { $0 != alarm.state } ?? false
    }

    /// Lets an alarm enter a state, and its actions act.
    static func enter(
        _ state: Alarm.State, _ alarm: Alarm, reason: String, data: String?, value: Double?,
        _ context: inout CallContext
    ) {
        var changed = alarm
        changed.state = state
        changed.reason = reason
        changed.reasonData = data
        changed.stateUpdated = context.now
        changed.idleTriggers = 0
        guard state != alarm.state else {
            context.cloudWatch.alarms.insert(changed)
            return
        }
        changed.stateTransitioned = context.now
        context.cloudWatch.alarms.insert(changed)
        let summary = "Alarm updated from \(alarm.state.rawValue) to \(state.rawValue)"
        let record: JSON = [
            "version": "1.0",
            "oldState": ["stateValue": .string(alarm.state.rawValue), "stateReason": .string(alarm.reason)],
            "newState": ["stateValue": .string(state.rawValue), "stateReason": .string(reason)],
        ]
        context.cloudWatch.remember(
            AlarmHistoryItem(
                alarm: alarm.name, time: context.now, type: "StateUpdate", summary: summary,
                data: record.serializedString()))
        CompositeAlarms.evaluate(&context, cause: (changed.arn, state))
        if state == .alarm { context.world.stopExperiments(onAlarm: changed.arn, region: context.region) }
        context.world.wake()
        guard changed.actionsEnabled else { return }
        let actions =
            switch state {
            case .ok: changed.okActions
            case .alarm: changed.alarmActions
            case .insufficientData: changed.insufficientDataActions
            }
        trigger(changed, actions, value, &context)
    }

    private static func isPolicy(_ arn: String) -> Bool { arn.contains(":autoscaling:") }

    private static func trigger(_ alarm: Alarm, _ actions: [String], _ value: Double?, _ context: inout CallContext) {
        for action in actions {
            let before = context.world
            let invoker = context.invokedBy
            context.invokedBy = "cloudwatch.amazonaws.com"
            defer { context.invokedBy = invoker }
            do throws(ServiceError) {
                guard try perform(action, alarm, value, &context) else { continue }
                if isPolicy(action),
                    before.regions[context.regionIndex].autoScaling.groups == context.autoScaling.groups,
                    before.regions[context.regionIndex].applicationScaling == context.applicationScaling
                {
                    context.cloudWatch.alarms.update(alarm.name) { $0.idleTriggers += 1 }
                    continue
                }
                context.cloudWatch.alarms.update(alarm.name) { $0.idleTriggers = 0 }
                note("Successfully executed action \(action)", action, alarm, &context)
                context.world.wake()
            } catch {
                context.world = before
                context.cloudWatch.alarms.update(alarm.name) { $0.idleTriggers += 1 }
                if alarm.idleTriggers == 0 {
                    note(
                        "Failed to execute action \(action). Received error: \"\(error.message)\"", action, alarm,
                        &context)
                }
            }
        }
    }

    private static func note(_ summary: String, _ action: String, _ alarm: Alarm, _ context: inout CallContext) {
        let record: JSON = [
            "actionState": summary.hasPrefix("S") ? "Succeeded" : "Failed", "notificationResource": .string(action),
        ]
        context.cloudWatch.remember(
            AlarmHistoryItem(
                alarm: alarm.name, time: context.now, type: "Action", summary: summary, data: record.serializedString())
        )
    }

    /// Does what an action's ARN stands for; false for one that nothing here carries out, for instance a topic.
    private static func perform(
        _ action: String, _ alarm: Alarm, _ value: Double?, _ context: inout CallContext
    ) throws(ServiceError) -> Bool {
        if isPolicy(action), let policy = context.autoScaling.policies.first(where: { $0.arn == action }) {
            let metric = value ?? alarm.threshold
            _ = try context.call(
                "autoscaling", "ExecutePolicy",
                [
                    "AutoScalingGroupName": .string(policy.group), "PolicyName": .string(policy.name),
                    "HonorCooldown": true, "MetricValue": .double(metric), "BreachThreshold": .double(alarm.threshold),
                ])
            return true
        }
        if isPolicy(action), context.applicationScaling.policies.contains(where: { $0.arn == action }) {
            let notice = ApplicationScalingEvent.alarm(
                policy: action, alarm: alarm.name, metric: value ?? alarm.threshold, threshold: alarm.threshold)
            context.world.handle(.applicationScaling(notice), region: context.region)
            return true
        }
        let parts = action.split(separator: ":", omittingEmptySubsequences: false)
        // arn:aws:automate:REGION:ec2:stop
        guard parts.count == 6, parts[2] == "automate", parts[4] == "ec2", let id = alarm.metric["InstanceId"] else {
            return false
        }
        let operations = ["stop": "StopInstances", "terminate": "TerminateInstances", "reboot": "RebootInstances"]
        guard let operation = operations[String(parts[5])] else { return false }
        _ = try context.call("ec2", operation, ["InstanceIds": [.string(id)]])
        return true
    }

    /// `StateReasonData`: JSON with the data that decided.
    private static func data(_ alarm: Alarm, _ evaluation: Evaluation, _ context: CallContext) -> String {
        let known = evaluation.known
        let record: JSON = [
            "version": "1.0", "queryDate": .string(context.now.iso8601),
            "startDate": .string((known.last?.time ?? context.now).iso8601),
            "statistic": alarm.queries.isEmpty ? .string(alarm.statistic) : .null, "period": .integer(alarm.period),
            "recentDatapoints": .array(known.map { .number($0.value) }),
            "threshold": .number(alarm.threshold),
        ]
        return record.serializedString()
    }
}
