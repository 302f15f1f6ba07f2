import CloudState
import ServiceModel

/// Alarms and their history as they stand in answers.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html>
enum AlarmViews {
    static let operations: [String: Handler] = [
        "DescribeAlarmHistory": .read(history),
        "DescribeAlarms": .read(describe),
        "DescribeAlarmsForMetric": .read(describeForMetric),
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = Set(input.strings("AlarmNames"))
        let prefix = input.string("AlarmNamePrefix")
        guard names.isEmpty || prefix == nil else {
            throw CloudWatchError.validation("AlarmNames and AlarmNamePrefix cannot be specified together.")
        }
        let types = input.strings("AlarmTypes")
        let state = input.string("StateValue")
        let action = input.string("ActionPrefix")
        let found = context.cloudWatch.alarms.filter { alarm in
            (names.isEmpty || names.contains(alarm.name)) && (prefix.map { alarm.name.hasPrefix($0) } ?? true)
                && (state == nil || alarm.state.rawValue == state)
                && (action.map { prefix in
                    (alarm.okActions + alarm.alarmActions + alarm.insufficientDataActions).contains {
                        $0.hasPrefix(prefix)
                    }
                } ?? true)
        }.sorted { $0.name < $1.name }
        let isMetric = types.isEmpty || types.contains("MetricAlarm")
        let (page, token) = try Paging.page(
            isMetric ? found : [], input.string("NextToken"), size: input.integer("MaxRecords") ?? 50)
        return Response(["MetricAlarms": .list(page, view), "CompositeAlarms": [], "NextToken": token])
    }

    static func describeForMetric(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let key = try MetricKey(input)
        let statistic = input.string("Statistic") ?? input.string("ExtendedStatistic")
        let found = context.cloudWatch.alarms.filter { alarm in
            alarm.metric == key && (statistic == nil || alarm.statistic == statistic)
                && (input.integer("Period").map { $0 == alarm.period } ?? true)
        }
        return Response(["MetricAlarms": .list(found, view)])
    }

    static func view(_ alarm: Alarm) -> Value {
        let isExtended = Statistics.percentile(alarm.statistic) != nil
        return [
            "AlarmName": .string(alarm.name), "AlarmArn": .string(alarm.arn),
            "AlarmDescription": .optional(alarm.description),
            "AlarmConfigurationUpdatedTimestamp": .timestamp(alarm.configured),
            "ActionsEnabled": .boolean(alarm.actionsEnabled), "OKActions": .strings(alarm.okActions),
            "AlarmActions": .strings(alarm.alarmActions),
            "InsufficientDataActions": .strings(alarm.insufficientDataActions),
            "StateValue": .string(alarm.state.rawValue), "StateReason": .string(alarm.reason),
            "StateReasonData": .optional(alarm.reasonData), "StateUpdatedTimestamp": .timestamp(alarm.stateUpdated),
            "StateTransitionedTimestamp": .timestamp(alarm.stateTransitioned),
            "MetricName": .string(alarm.metric.name), "Namespace": .string(alarm.metric.namespace),
            "Statistic": isExtended ? nil : .string(alarm.statistic),
            "ExtendedStatistic": isExtended ? .string(alarm.statistic) : nil,
            "Dimensions": alarm.metric.dimensionList, "Period": .integer(alarm.period), "Unit": .optional(alarm.unit),
            "EvaluationPeriods": .integer(alarm.evaluationPeriods),
            "DatapointsToAlarm": alarm.datapointsToAlarm.map(Value.integer), "Threshold": .double(alarm.threshold),
            "ComparisonOperator": .string(alarm.comparison.rawValue), "TreatMissingData": .optional(alarm.missingData),
            "EvaluateLowSampleCountPercentile": .optional(alarm.lowSamples),
        ]
    }

    static func history(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("AlarmName")
        let type = input.string("HistoryItemType")
        let start = input.timestamp("StartDate")
        let end = input.timestamp("EndDate")
        var found = context.cloudWatch.history.filter { item in
            (name == nil || item.alarm == name) && (type == nil || item.type == type)
                && (start.map { item.time >= $0 } ?? true) && (end.map { item.time <= $0 } ?? true)
        }
        if input.string("ScanBy") != "TimestampAscending" { found.reverse() }
        let (page, token) = try Paging.page(
            found, input.string("NextToken"), size: input.integer("MaxRecords") ?? 100)
        return Response([
            "AlarmHistoryItems": .list(page) { item in
                [
                    "AlarmName": .string(item.alarm), "AlarmType": "MetricAlarm", "Timestamp": .timestamp(item.time),
                    "HistoryItemType": .string(item.type), "HistorySummary": .string(item.summary),
                    "HistoryData": .string(item.data),
                ]
            }, "NextToken": token,
        ])
    }
}
