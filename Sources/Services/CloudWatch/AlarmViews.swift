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

    /// One of both kinds of alarms, which share the pages of an answer.
    private enum Shown {
        case composite(CompositeAlarm)
        case metric(Alarm)

        var composite: CompositeAlarm? { if case .composite(let alarm) = self { alarm } else { nil } }
        var metric: Alarm? { if case .metric(let alarm) = self { alarm } else { nil } }
    }

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
        let composites =
            types.contains("CompositeAlarm")
            ? context.cloudWatch.compositeAlarms.filter { alarm in
                (names.isEmpty || names.contains(alarm.name)) && (prefix.map { alarm.name.hasPrefix($0) } ?? true)
                    && (state == nil || alarm.state.rawValue == state)
                    && (action.map { prefix in
                        (alarm.okActions + alarm.alarmActions + alarm.insufficientDataActions).contains {
                            $0.hasPrefix(prefix)
                        }
                    } ?? true)
            }.sorted { $0.name < $1.name } : []
        let isMetric = types.isEmpty || types.contains("MetricAlarm")
        let all = composites.map(Shown.composite) + (isMetric ? found.map(Shown.metric) : [])
        let (page, token) = try Paging.page(
            all, input.string("NextToken"), size: input.integer("MaxRecords") ?? 50)
        return Response([
            "CompositeAlarms": .list(page.compactMap(\.composite), CompositeAlarmCalls.view),
            "MetricAlarms": .list(page.compactMap(\.metric), view), "NextToken": token,
        ])
    }

    static func describeForMetric(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let key = try MetricKey(input)
        let statistic = input.string("Statistic") ?? input.string("ExtendedStatistic")
        let found = context.cloudWatch.alarms.filter { alarm in
            alarm.queries.isEmpty && alarm.metric == key && (statistic == nil || alarm.statistic == statistic)
                && (input.integer("Period").map { $0 == alarm.period } ?? true)
        }
        return Response(["MetricAlarms": .list(found, view)])
    }

    static func view(_ alarm: Alarm) -> Value {
        let isExtended = Statistics.percentile(alarm.statistic) != nil
        let isMath = !alarm.queries.isEmpty
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
            "MetricName": isMath ? nil : .string(alarm.metric.name),
            "Namespace": isMath ? nil : .string(alarm.metric.namespace),
            "Metrics": isMath ? .list(alarm.queries, MetricQueries.view) : nil,
            "Statistic": isExtended || isMath ? nil : .string(alarm.statistic),
            "ExtendedStatistic": isExtended ? .string(alarm.statistic) : nil,
            "Dimensions": isMath ? nil : alarm.metric.dimensionList, "Period": isMath ? nil : .integer(alarm.period),
            "Unit": .optional(alarm.unit),
            "EvaluationPeriods": .integer(alarm.evaluationPeriods),
            "DatapointsToAlarm": alarm.datapointsToAlarm.map(Value.integer), "Threshold": .double(alarm.threshold),
            "ComparisonOperator": .string(alarm.comparison.rawValue), "TreatMissingData": .optional(alarm.missingData),
            "EvaluateLowSampleCountPercentile": .optional(alarm.lowSamples),
        ]
    }

    static func history(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("AlarmName")
        let type = input.string("HistoryItemType")
        let types = input.strings("AlarmTypes")
        let start = input.timestamp("StartDate")
        let end = input.timestamp("EndDate")
        var found = context.cloudWatch.history.filter { item in
            (name == nil || item.alarm == name)
                // Without any types it is metric alarms only.
                && (types.isEmpty ? !item.isComposite : types.contains(item.typeName))
                && (type == nil || item.type == type)
                && (start.map { item.time >= $0 } ?? true) && (end.map { item.time <= $0 } ?? true)
        }
        if input.string("ScanBy") != "TimestampAscending" { found.reverse() }
        let (page, token) = try Paging.page(
            found, input.string("NextToken"), size: input.integer("MaxRecords") ?? 100)
        return Response([
            "AlarmHistoryItems": .list(page) { item in
                [
                    "AlarmName": .string(item.alarm), "AlarmType": .string(item.typeName),
                    "Timestamp": .timestamp(item.time),
                    "HistoryItemType": .string(item.type), "HistorySummary": .string(item.summary),
                    "HistoryData": .string(item.data),
                ]
            }, "NextToken": token,
        ])
    }
}

extension AlarmHistoryItem {
    /// `MetricAlarm` or `CompositeAlarm`.
    var typeName: String { isComposite ? "CompositeAlarm" : "MetricAlarm" }
}
