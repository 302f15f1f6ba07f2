import CloudState
import ServiceModel

/// Making, changing and deleting alarms.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>
enum AlarmCalls {
    static let operations: [String: Handler] = [
        "DeleteAlarms": .write(delete),
        "DisableAlarmActions": .write { context, input throws(ServiceError) in setActions(false, &context, input) },
        "EnableAlarmActions": .write { context, input throws(ServiceError) in setActions(true, &context, input) },
        "PutMetricAlarm": .write(put),
        "SetAlarmState": .write(setState),
    ]

    private static let quota = 5000

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("AlarmName") ?? ""
        let known = context.cloudWatch.alarms[name]
        guard known != nil || context.cloudWatch.alarms.count < quota else {
            throw ServiceError("LimitExceeded", "The maximum limit of \(quota) alarms is reached.")
        }
        var alarm = try read(input, name, context)
        if let known {
            alarm.state = known.state
            alarm.reason = known.reason
            alarm.reasonData = known.reasonData
            alarm.stateUpdated = known.stateUpdated
            alarm.stateTransitioned = known.stateTransitioned
            alarm.nextLook = known.nextLook
            alarm.tags = known.tags
        } else {
            for tag in input.structures("Tags") { alarm.tags[tag.string("Key") ?? ""] = tag.string("Value") ?? "" }
        }
        context.cloudWatch.alarms.insert(alarm)
        let verb = known == nil ? "created" : "updated"
        context.cloudWatch.remember(
            AlarmHistoryItem(
                alarm: name, time: context.now, type: "ConfigurationUpdate", summary: "Alarm \"\(name)\" \(verb)",
                data: "{\"version\":\"1.0\",\"type\":\"\(known == nil ? "Create" : "Update")\"}"))
        AlarmLook.begin(alarm, &context)
        return .empty
    }

    private static func read(_ input: Input, _ name: String, _ context: CallContext) throws(ServiceError) -> Alarm {
        guard input.structures("Metrics").isEmpty, input.structure("EvaluationCriteria") == nil else {
            throw CloudWatchError.notEmulated("An alarm on metric math or a query")
        }
        for required in ["MetricName", "Namespace", "Period", "Threshold", "EvaluationPeriods", "ComparisonOperator"]
        where !input.has(required) {
            throw CloudWatchError.validation("The parameter \(required) must be specified.")
        }
        let statistic = input.string("Statistic")
        let extended = input.string("ExtendedStatistic")
        guard (statistic == nil) != (extended == nil) else {
            throw CloudWatchError.validation(
                statistic == nil
                    ? "Either Statistic or ExtendedStatistic must be set"
                    : "Statistic and ExtendedStatistic are mutually exclusive.")
        }
        if let extended, Statistics.percentile(extended) == nil {
            throw CloudWatchError.validation(
                "The value \(extended.prefix(32)) for parameter ExtendedStatistic is invalid.")
        }
        let period = input.integer("Period") ?? 60
        let periods = input.integer("EvaluationPeriods") ?? 1
        guard [10, 20, 30].contains(period) || period > 0 && period % 60 == 0 else {
            throw CloudWatchError.validation("Period must be 10, 20, 30 or a multiple of 60.")
        }
        guard periods >= 1, period * min(periods, 1_000_000) <= 7 * 86_400,
            period >= 3600 || period * periods <= 86_400
        else {
            throw CloudWatchError.validation(
                "Metrics cannot be checked across more than \(period >= 3600 ? "7 days" : "a day") (EvaluationPeriods * Period must be <= \(period >= 3600 ? 604_800 : 86_400))."
            )
        }
        if let wanted = input.integer("DatapointsToAlarm"), !(1...periods).contains(wanted) {
            throw CloudWatchError.validation("DatapointsToAlarm must be between 1 and EvaluationPeriods.")
        }
        guard let comparison = input.string("ComparisonOperator").flatMap(Alarm.Comparison.init(rawValue:)) else {
            throw CloudWatchError.notEmulated("Anomaly detection")
        }
        if let missing = input.string("TreatMissingData"),
            !["breaching", "notBreaching", "ignore", "missing"].contains(missing)
        {
            throw CloudWatchError.validation(
                "Option \(missing.prefix(64)) is not supported for TreatMissingData. Supported options are: breaching, notBreaching, ignore, missing"
            )
        }
        for list in ["OKActions", "AlarmActions", "InsufficientDataActions"] {
            for action in input.strings(list) where !action.hasPrefix("arn:aws") {
                throw CloudWatchError.validation("Invalid arn syntax: \(action.prefix(256))")
            }
        }
        var alarm = Alarm(
            name: name, arn: "arn:aws:cloudwatch:\(context.region):\(context.accountID):alarm:\(name)",
            metric: try MetricKey(input), statistic: statistic ?? extended ?? "", period: period,
            evaluationPeriods: periods, threshold: input.double("Threshold") ?? 0, comparison: comparison,
            now: context.now)
        alarm.description = input.string("AlarmDescription")
        alarm.unit = input.string("Unit")
        alarm.datapointsToAlarm = input.integer("DatapointsToAlarm")
        alarm.missingData = input.string("TreatMissingData")
        alarm.lowSamples = input.string("EvaluateLowSampleCountPercentile")
        alarm.actionsEnabled = input.boolean("ActionsEnabled") ?? true
        alarm.okActions = input.strings("OKActions")
        alarm.alarmActions = input.strings("AlarmActions")
        alarm.insufficientDataActions = input.strings("InsufficientDataActions")
        return alarm
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = input.strings("AlarmNames")
        guard names.count <= 100 else {
            throw CloudWatchError.validation("The collection AlarmNames must not have a size greater than 100.")
        }
        // Names that there are not are passed over.
        for name in names where context.cloudWatch.alarms.remove(name) != nil {
            context.cloudWatch.remember(
                AlarmHistoryItem(
                    alarm: name, time: context.now, type: "ConfigurationUpdate", summary: "Alarm \"\(name)\" deleted",
                    data: "{\"version\":\"1.0\",\"type\":\"Delete\"}"))
        }
        return .empty
    }

    private static func setActions(_ enabled: Bool, _ context: inout CallContext, _ input: Input) -> Response {
        for name in input.strings("AlarmNames") {
            context.cloudWatch.alarms.update(name) { $0.actionsEnabled = enabled }
        }
        return .empty
    }

    static func setState(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let alarm = context.cloudWatch.alarms[input.string("AlarmName") ?? ""] else {
            throw ServiceError("ResourceNotFound", "Unknown alarm", status: 404)
        }
        guard let state = input.string("StateValue").flatMap(Alarm.State.init(rawValue:)) else {
            throw CloudWatchError.validation("Invalid state value.")
        }
        AlarmLook.enter(
            state, alarm, reason: input.string("StateReason") ?? "", data: input.string("StateReasonData"),
            value: nil, &context)
        if let changed = context.cloudWatch.alarms[alarm.name] { AlarmLook.begin(changed, &context) }
        return .empty
    }
}
