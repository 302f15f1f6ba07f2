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
        guard context.cloudWatch.compositeAlarms[name] == nil else {
            throw CloudWatchError.validation(
                "A composite alarm with the name \(name) exists: an alarm's type can't be changed.")
        }
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
        let metrics = input.structures("Metrics")
        guard input.structure("EvaluationCriteria") == nil else {
            throw CloudWatchError.notEmulated("An alarm on a query")
        }
        for required in ["MetricName", "Namespace", "Period", "Threshold", "EvaluationPeriods", "ComparisonOperator"]
        where !input.has(required) && (metrics.isEmpty || !["MetricName", "Namespace", "Period"].contains(required)) {
            throw CloudWatchError.validation("The parameter \(required) must be specified.")
        }
        let subject = try metrics.isEmpty ? subject(input) : subject(metrics, input)
        let period = subject.period
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
            metric: subject.metric, statistic: subject.statistic, period: period,
            evaluationPeriods: periods, threshold: input.double("Threshold") ?? 0, comparison: comparison,
            now: context.now)
        alarm.queries = subject.queries
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

    /// What an alarm looks at.
    private struct Subject {
        var metric: MetricKey
        var statistic: String
        var period: Int
        var queries: [MetricQuery] = []
    }

    private static func subject(_ input: Input) throws(ServiceError) -> Subject {
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
        return Subject(
            metric: try MetricKey(input), statistic: statistic ?? extended ?? "", period: input.integer("Period") ?? 60)
    }

    /// An alarm on an expression, or on one metric in the form of a query.
    private static func subject(_ metrics: [Input], _ input: Input) throws(ServiceError) -> Subject {
        for name in ["MetricName", "Namespace", "Dimensions", "Period", "Statistic", "ExtendedStatistic", "Unit"]
        where input.has(name) && input[name]?.elements?.isEmpty != true {
            throw CloudWatchError.validation("The parameters Metrics and \(name) are mutually exclusive.")
        }
        guard !input.has("ThresholdMetricId") else { throw CloudWatchError.notEmulated("Anomaly detection") }
        let queries = try MetricQueries.read(metrics, member: "Metrics")
        let results = queries.filter { $0.returnsData ?? true }
        guard let result = results.first, results.count == 1 else {
            throw CloudWatchError.validation("Exactly one element of the metrics list should return data.")
        }
        let period =
            result.period ?? result.measurement?.period ?? queries.compactMap(\.measurement?.period).max() ?? 60
        let subject = Subject(
            metric: MetricKey(namespace: "", name: "", dimensions: []), statistic: "", period: period, queries: queries)
        // What the expression names must be there.
        var evaluator = MathEvaluator(
            queries: queries,
            measured: Dictionary(
                queries.filter { $0.measurement != nil }.map { ($0.id, MathSeries(label: "", points: [])) },
                uniquingKeysWith: { first, _ in first }), times: [], period: period)
        if case .scalar = try evaluator.value(of: result.id, for: result.id) {
            throw CloudWatchError.expression(result.id, "The expression must return a time series")
        }
        return subject
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = input.strings("AlarmNames")
        guard names.count <= 100 else {
            throw CloudWatchError.validation("The collection AlarmNames must not have a size greater than 100.")
        }
        guard Set(names).count(where: { context.cloudWatch.compositeAlarms[$0] != nil }) <= 1 else {
            throw CloudWatchError.validation("DeleteAlarms can delete at most one composite alarm.")
        }
        // Names that there are not are passed over.
        for name in names {
            let isComposite = context.cloudWatch.compositeAlarms.remove(name) != nil
            guard context.cloudWatch.alarms.remove(name) != nil || isComposite else { continue }
            context.cloudWatch.remember(
                AlarmHistoryItem(
                    alarm: name, isComposite: isComposite, time: context.now, type: "ConfigurationUpdate",
                    summary: "Alarm \"\(name)\" deleted", data: "{\"version\":\"1.0\",\"type\":\"Delete\"}"))
        }
        return .empty
    }

    private static func setActions(_ enabled: Bool, _ context: inout CallContext, _ input: Input) -> Response {
        for name in input.strings("AlarmNames") {
            context.cloudWatch.alarms.update(name) { $0.actionsEnabled = enabled }
            context.cloudWatch.compositeAlarms.update(name) { $0.actionsEnabled = enabled }
        }
        return .empty
    }

    static func setState(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let state = input.string("StateValue").flatMap(Alarm.State.init(rawValue:)) else {
            throw CloudWatchError.validation("Invalid state value.")
        }
        if let composite = context.cloudWatch.compositeAlarms[input.string("AlarmName") ?? ""] {
            CompositeAlarms.enter(
                state, composite, reason: input.string("StateReason") ?? "", data: input.string("StateReasonData"),
                &context)
            return .empty
        }
        guard let alarm = context.cloudWatch.alarms[input.string("AlarmName") ?? ""] else {
            throw ServiceError("ResourceNotFound", "Unknown alarm", status: 404)
        }
        AlarmLook.enter(
            state, alarm, reason: input.string("StateReason") ?? "", data: input.string("StateReasonData"),
            value: nil, &context)
        context.cloudWatch.alarms.update(alarm.name) { $0.isSetByHand = true }
        if let changed = context.cloudWatch.alarms[alarm.name] { AlarmLook.begin(changed, &context) }
        return .empty
    }
}
