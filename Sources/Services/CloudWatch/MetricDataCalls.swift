import CloudState
import ServiceModel

/// GetMetricStatistics and GetMetricData.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>
enum MetricDataCalls {
    static let operations: [String: Handler] = [
        "GetMetricData": .readAtTime(data),
        "GetMetricStatistics": .readAtTime(statistics),
    ]

    /// The buckets of a metric. A service's metric has its present value at every period for which it has existed.
    private static func buckets(
        _ key: MetricKey, from start: Timestamp, to end: Timestamp, period: Int, _ context: inout CallContext
    ) throws(ServiceError) -> [Statistics.Bucket] {
        guard start < end else {
            throw CloudWatchError.validation("The parameter StartTime must be less than the parameter EndTime.")
        }
        guard period > 0, period < 60 ? [1, 5, 10, 20, 30].contains(period) : period % 60 == 0 else {
            throw CloudWatchError.invalid("The parameter Period must be a multiple of 60.")
        }
        let length = period * 1000
        guard (end.milliseconds - start.milliseconds) / length <= 100_800 else {
            throw CloudWatchError.combination(
                "You have requested more datapoints than are allowed. You may reduce the datapoints requested by increasing Period, or decreasing the time range."
            )
        }
        let first = Statistics.aligned(start, period: period)
        let known = context.cloudWatch.metrics[key.text]?.points ?? []
        var buckets = Statistics.buckets(known, from: first, to: end, period: period)
        guard ServiceMetrics.isService(key), let value = ServiceMetrics.value(key, &context) else { return buckets }
        let since = max(first, Statistics.aligned(began(key, context), period: period))
        let taken = Set(buckets.map(\.start))
        var time = since
        while time < end, time <= context.now {
            if !taken.contains(time) {
                buckets.append(
                    .init(
                        start: time, points: [.init(time: time, sum: value, minimum: value, maximum: value, count: 1)]))
            }
            time = time.adding(milliseconds: length)
        }
        return buckets.sorted { $0.start < $1.start }
    }

    /// Since when the subject of a service's metric exists.
    private static func began(_ key: MetricKey, _ context: CallContext) -> Timestamp {
        if let id = key["InstanceId"] { return context.ec2.instances[id]?.runningSince ?? context.now }
        if let name = key["AutoScalingGroupName"] { return context.autoScaling.groups[name]?.created ?? context.now }
        return context.now
    }

    static func statistics(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let key = try MetricKey(input)
        let start = input.timestamp("StartTime") ?? context.now
        let end = input.timestamp("EndTime") ?? context.now
        let period = input.integer("Period") ?? 60
        let names = input.strings("Statistics")
        let extended = input.strings("ExtendedStatistics")
        guard names.isEmpty != extended.isEmpty else {
            throw CloudWatchError.combination(
                names.isEmpty
                    ? "Must specify either Statistics or ExtendedStatistics"
                    : "Statistics and ExtendedStatistics are mutually exclusive.")
        }
        if let unknown = extended.first(where: { Statistics.percentile($0) == nil }) {
            throw CloudWatchError.invalid(
                "The value \(unknown.prefix(32)) for parameter ExtendedStatistics.member.1 is invalid.")
        }
        let found = try buckets(key, from: start, to: end, period: period, &context)
        // What could be there counts, not what is.
        let most = (end.milliseconds - start.milliseconds) / 1000 / period
        guard most <= 1440 else {
            throw CloudWatchError.combination(
                "You have requested up to \(most) datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range."
            )
        }
        let unit = context.cloudWatch.metrics[key.text]?.unit ?? unit(of: key)
        return Response([
            "Label": .string(key.name),
            "Datapoints": .list(found) { bucket in
                var fields = Fields()
                fields["Timestamp"] = .timestamp(bucket.start)
                for name in names { fields[name] = bucket.value(name).map(Value.double) }
                if !extended.isEmpty {
                    var values = Fields()
                    for name in extended { values[name] = bucket.value(name).map(Value.double) }
                    fields["ExtendedStatistics"] = .map(values)
                }
                fields["Unit"] = .string(unit)
                return .structure(fields)
            },
        ])
    }

    private static func unit(of key: MetricKey) -> String {
        key.name == "CPUUtilization" ? "Percent" : key.name.hasPrefix("Network") ? "Bytes" : "Count"
    }

    static func data(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let start = input.timestamp("StartTime") ?? context.now
        let end = input.timestamp("EndTime") ?? context.now
        let isDescending = input.string("ScanBy") != "TimestampAscending"
        let queries = try MetricQueries.read(input.structures("MetricDataQueries"), member: "MetricDataQueries")
        var measured: [String: MathSeries] = [:]
        for query in queries {
            guard let measurement = query.measurement else { continue }
            let found = try buckets(measurement.key, from: start, to: end, period: measurement.period, &context)
            measured[query.id] = MetricQueries.series(found, query, measurement)
        }
        let period = queries.compactMap(\.measurement?.period).max() ?? 60
        guard measured.values.reduce(0, { $0 + $1.points.count }) <= 500_000 else {
            throw CloudWatchError.combination("You have requested more datapoints than are allowed.")
        }
        var evaluator = MathEvaluator(
            queries: queries, measured: measured,
            times: MetricQueries.times(from: start, to: min(end, context.now), period: period), period: period)
        var results: [Value] = []
        for query in queries where query.returnsData ?? true {
            guard let found = try evaluator.value(of: query.id, for: query.id).allSeries else {
                throw CloudWatchError.expression(query.id, "The expression must return a time series")
            }
            for series in found {
                let points = isDescending ? series.points.reversed() : series.points
                let label = query.measurement == nil && found.count == 1 ? query.label ?? query.id : series.label
                results.append([
                    "Id": .string(query.id), "Label": .string(label),
                    "Timestamps": .list(points) { .timestamp($0.time) }, "Values": .list(points) { .double($0.value) },
                    "StatusCode": "Complete",
                ])
            }
        }
        return Response(["MetricDataResults": .list(results), "Messages": []])
    }
}
