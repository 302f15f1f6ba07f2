import CloudState
import JSONValue
import ServiceModel

/// Metric filters and subscription filters.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html>
enum FilterCalls {
    static let operations: [String: Handler] = [
        "DeleteMetricFilter": .write(deleteMetric),
        "DeleteSubscriptionFilter": .write(deleteSubscription),
        "DescribeMetricFilters": .read(describeMetrics),
        "DescribeSubscriptionFilters": .read(describeSubscriptions),
        "PutMetricFilter": .write(putMetric),
        "PutSubscriptionFilter": .write(putSubscription),
    ]

    private static func fields(_ input: Input, _ now: Timestamp) throws(ServiceError) -> Fields {
        _ = try FilterPattern(input.string("filterPattern") ?? "")
        var fields = input.fields
        fields["creationTime"] = .integer(now.milliseconds)
        return fields
    }

    static func putMetric(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.logGroup(input.string("logGroupName"))
        let name = input.string("filterName") ?? ""
        guard group.metricFilters.count < 100 || group.metricFilters[name] != nil else { throw LogsError.full }
        group.metricFilters[name] = try fields(input, context.now)
        context.logs.groups.insert(group)
        return .empty
    }

    static func putSubscription(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.logGroup(input.string("logGroupName"))
        let name = input.string("filterName") ?? ""
        guard group.subscriptions.count < 2 || group.subscriptions[name] != nil else { throw LogsError.full }
        var filter = try fields(input, context.now)
        try Subscriptions.check(filter, group, context)
        if filter["distribution"] == nil { filter["distribution"] = "ByLogStream" }
        group.subscriptions[name] = filter
        context.logs.groups.insert(group)
        return .empty
    }

    static func deleteMetric(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.logGroup(input.string("logGroupName"))
        guard group.metricFilters.removeValue(forKey: input.string("filterName") ?? "") != nil else {
            throw LogsError.notFound("The specified metric filter does not exist.")
        }
        context.logs.groups.insert(group)
        return .empty
    }

    static func deleteSubscription(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.logGroup(input.string("logGroupName"))
        guard group.subscriptions.removeValue(forKey: input.string("filterName") ?? "") != nil else {
            throw LogsError.notFound("The specified subscription filter does not exist.")
        }
        context.logs.groups.insert(group)
        return .empty
    }

    static func describeMetrics(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let groups =
            input.has("logGroupName")
            ? [try context.logGroup(input.string("logGroupName"))] : Array(context.logs.groups)
        let prefix = input.string("filterNamePrefix") ?? ""
        let metric = input.string("metricName")
        let space = input.string("metricNamespace")
        func isWanted(_ filter: Fields) -> Bool {
            guard let metric else { return true }
            return (filter["metricTransformations"]?.elements ?? []).contains { transformation in
                transformation["metricName"]?.text == metric
                    && (space.map { $0 == transformation["metricNamespace"]?.text } ?? true)
            }
        }
        var found: [Fields] = []
        for group in groups {
            for (name, filter) in group.metricFilters.sorted(by: { $0.key < $1.key })
            where name.hasPrefix(prefix) && isWanted(filter) {
                found.append(filter)
            }
        }
        let page = try LogsPaging.page(found, input, standard: 50)
        return Response(["metricFilters": .list(page.items, Value.structure), "nextToken": page.token])
    }

    static func describeSubscriptions(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.logGroup(input.string("logGroupName"))
        let prefix = input.string("filterNamePrefix") ?? ""
        let found = group.subscriptions.sorted { $0.key < $1.key }.filter { $0.key.hasPrefix(prefix) }.map(\.value)
        let page = try LogsPaging.page(found, input, standard: 50)
        return Response(["subscriptionFilters": .list(page.items, Value.structure), "nextToken": page.token])
    }
}

/// What metric filters make of new events.
enum MetricFilters {
    static func publish(_ messages: [String], _ group: LogGroup, _ context: inout CallContext) {
        for filter in group.metricFilters.sorted(by: { $0.key < $1.key }).map(\.value) {
            guard let pattern = try? FilterPattern(filter["filterPattern"]?.text ?? "") else { continue }
            for message in messages where pattern.matches(message) {
                for transformation in filter["metricTransformations"]?.elements ?? [] {
                    guard let value = number(transformation["metricValue"]?.text ?? "", message) else { continue }
                    _ = try? context.call(
                        "monitoring", "PutMetricData",
                        [
                            "Namespace": transformation["metricNamespace"],
                            "MetricData": [
                                [
                                    "MetricName": transformation["metricName"], "Value": .double(value),
                                    "Timestamp": .timestamp(context.now), "Unit": transformation["unit"],
                                ]
                            ],
                        ])
                }
            }
        }
    }

    /// A number, or what a JSON event has at a path.
    private static func number(_ text: String, _ message: String) -> Double? {
        if let value = Double(text) { return value }
        guard let json = try? JSON.parse(Array(message.utf8)) else { return nil }
        return JSONCondition.value(at: text, in: json)?.doubleValue
    }
}
