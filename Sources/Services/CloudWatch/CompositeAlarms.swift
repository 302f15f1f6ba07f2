import CloudState
import JSONValue
import ServiceModel

/// The states of composite alarms, which follow from those of others at once.
enum CompositeAlarms {
    /// Composite alarms may look at each other, even in a circle.
    private static let rounds = 10

    /// Looks at all rules after an alarm has entered a state.
    static func evaluate(_ context: inout CallContext, cause: (arn: String, state: Alarm.State)) {
        guard context.cloudWatch.compositeAlarms.count > 0 else { return }
        var cause = cause
        for _ in 0..<rounds {
            var next: (arn: String, state: Alarm.State)?
            for alarm in context.cloudWatch.compositeAlarms {
                let state = state(of: alarm, context)
                guard state != alarm.state else { continue }
                let when = longDate(context.now)
                enter(
                    state, alarm, reason: "\(cause.arn) transitioned to \(cause.state.rawValue) at \(when)",
                    data: data(cause, context), &context)
                next = (alarm.arn, state)
            }
            guard let next else { return }
            cause = next
        }
    }

    static func state(of alarm: CompositeAlarm, _ context: CallContext) -> Alarm.State {
        guard let rule = try? CompositeRule(alarm.rule) else { return .insufficientData }
        return rule.holds { self.state($0, context) } ? .alarm : .ok
    }

    /// The state of an alarm by its name or ARN.
    static func state(_ name: String, _ context: CallContext) -> Alarm.State? {
        let prefix = "arn:aws:cloudwatch:\(context.region):\(context.accountID):alarm:"
        let name = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
        return context.cloudWatch.alarms[name]?.state ?? context.cloudWatch.compositeAlarms[name]?.state
    }

    static func enter(
        _ state: Alarm.State, _ alarm: CompositeAlarm, reason: String, data: String?, _ context: inout CallContext
    ) {
        var changed = alarm
        changed.state = state
        changed.reason = reason
        changed.reasonData = data
        changed.stateUpdated = context.now
        if state != alarm.state { changed.stateTransitioned = context.now }
        context.cloudWatch.compositeAlarms.insert(changed)
        guard state != alarm.state else { return }
        let record: JSON = [
            "version": "1.0",
            "oldState": ["stateValue": .string(alarm.state.rawValue), "stateReason": .string(alarm.reason)],
            "newState": ["stateValue": .string(state.rawValue), "stateReason": .string(reason)],
        ]
        context.cloudWatch.remember(
            AlarmHistoryItem(
                alarm: alarm.name, isComposite: true, time: context.now, type: "StateUpdate",
                summary: "Alarm updated from \(alarm.state.rawValue) to \(state.rawValue)",
                data: record.serializedString()))
        if state == .alarm { context.world.stopExperiments(onAlarm: alarm.arn, region: context.region) }
        context.world.wake()
    }

    private static func data(_ cause: (arn: String, state: Alarm.State), _ context: CallContext) -> String {
        let record: JSON = [
            "triggeringAlarms": [
                [
                    "arn": .string(cause.arn),
                    "state": ["value": .string(cause.state.rawValue), "timestamp": .string(context.now.iso8601)],
                ]
            ]
        ]
        return record.serializedString()
    }

    private static let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// `Friday 28 November, 2026 01:39:24 UTC`.
    private static func longDate(_ time: Timestamp) -> String {
        let parts = time.components
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        // The first of January 1970 was a Thursday.
        let day = days[(time.milliseconds / 86_400_000 + 3) % 7]
        return
            "\(day) \(two(parts.day)) \(months[parts.month - 1]), \(parts.year) \(two(parts.hour)):\(two(parts.minute)):\(two(parts.second)) UTC"
    }
}
