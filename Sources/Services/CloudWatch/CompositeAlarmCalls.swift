import CloudState
import ServiceModel

/// Making and showing composite alarms.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html>
enum CompositeAlarmCalls {
    static let operations: [String: Handler] = [
        "PutCompositeAlarm": .write(put)
    ]

    private static let quota = 500
    private static let mostAlarms = 100

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("AlarmName") ?? ""
        let text = input.string("AlarmRule") ?? ""
        let rule = try CompositeRule(text)
        guard context.cloudWatch.alarms[name] == nil else {
            throw CloudWatchError.validation(
                "A metric alarm with the name \(name.prefix(255)) exists: an alarm's type can't be changed.")
        }
        let known = context.cloudWatch.compositeAlarms[name]
        guard known != nil || context.cloudWatch.compositeAlarms.count < quota else {
            throw ServiceError("LimitExceeded", "The maximum limit of \(quota) composite alarms is reached.")
        }
        guard rule.alarms.count <= mostAlarms else {
            throw CloudWatchError.validation("AlarmRule must not name more than \(mostAlarms) alarms.")
        }
        let missing = rule.alarms.filter { CompositeAlarms.state($0, context) == nil }
        guard missing.isEmpty else {
            throw CloudWatchError.validation(
                "Could not save the composite alarm as alarms [\(missing.map { String($0.prefix(255)) }.joined(separator: ", "))] in the alarm rule do not exist"
            )
        }
        var alarm =
            known
            ?? CompositeAlarm(
                name: name, arn: "arn:aws:cloudwatch:\(context.region):\(context.accountID):alarm:\(name)", rule: text,
                now: context.now)
        alarm.rule = text
        alarm.description = input.string("AlarmDescription")
        alarm.actionsEnabled = input.boolean("ActionsEnabled") ?? true
        alarm.okActions = input.strings("OKActions")
        alarm.alarmActions = input.strings("AlarmActions")
        alarm.insufficientDataActions = input.strings("InsufficientDataActions")
        for action in alarm.okActions + alarm.alarmActions + alarm.insufficientDataActions
        where !action.hasPrefix("arn:aws") || action.contains(":autoscaling:") || action.contains(":automate:") {
            throw CloudWatchError.validation(
                action.hasPrefix("arn:aws")
                    ? "A composite alarm can't have the action \(action.prefix(256))"
                    : "Invalid arn syntax: \(action.prefix(256))")
        }
        alarm.suppressor = try suppressor(input)
        alarm.configured = context.now
        if known == nil {
            for tag in input.structures("Tags") { alarm.tags[tag.string("Key") ?? ""] = tag.string("Value") ?? "" }
        }
        context.cloudWatch.compositeAlarms.insert(alarm)
        let verb = known == nil ? "created" : "updated"
        context.cloudWatch.remember(
            AlarmHistoryItem(
                alarm: name, isComposite: true, time: context.now, type: "ConfigurationUpdate",
                summary: "Alarm \"\(name)\" \(verb)",
                data: "{\"version\":\"1.0\",\"type\":\"\(known == nil ? "Create" : "Update")\"}"))
        let state = CompositeAlarms.state(of: alarm, context)
        if known == nil || state != alarm.state {
            CompositeAlarms.enter(
                state, alarm, reason: "\(alarm.arn) was \(verb) and its alarm rule evaluates to \(state.rawValue)",
                data: nil, &context)
            CompositeAlarms.evaluate(&context, cause: (alarm.arn, state))
        }
        return .empty
    }

    private static func suppressor(_ input: Input) throws(ServiceError) -> CompositeAlarm.Suppressor? {
        guard let name = input.string("ActionsSuppressor"), !name.isEmpty else { return nil }
        guard let wait = input.integer("ActionsSuppressorWaitPeriod"),
            let `extension` = input.integer("ActionsSuppressorExtensionPeriod")
        else {
            throw CloudWatchError.validation(
                "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod must be specified with ActionsSuppressor."
            )
        }
        return .init(alarm: name, wait: wait, extension: `extension`)
    }

    static func view(_ alarm: CompositeAlarm) -> Value {
        [
            "AlarmName": .string(alarm.name), "AlarmArn": .string(alarm.arn), "AlarmRule": .string(alarm.rule),
            "AlarmDescription": .optional(alarm.description),
            "AlarmConfigurationUpdatedTimestamp": .timestamp(alarm.configured),
            "ActionsEnabled": .boolean(alarm.actionsEnabled), "OKActions": .strings(alarm.okActions),
            "AlarmActions": .strings(alarm.alarmActions),
            "InsufficientDataActions": .strings(alarm.insufficientDataActions),
            "StateValue": .string(alarm.state.rawValue), "StateReason": .string(alarm.reason),
            "StateReasonData": .optional(alarm.reasonData), "StateUpdatedTimestamp": .timestamp(alarm.stateUpdated),
            "StateTransitionedTimestamp": .timestamp(alarm.stateTransitioned),
            "ActionsSuppressor": .optional(alarm.suppressor?.alarm),
            "ActionsSuppressorWaitPeriod": alarm.suppressor.map { .integer($0.wait) },
            "ActionsSuppressorExtensionPeriod": alarm.suppressor.map { .integer($0.extension) },
        ]
    }
}
