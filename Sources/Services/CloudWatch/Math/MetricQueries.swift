import CloudState
import ServiceModel

/// Lists of queries: reading them, working them out, showing them.
enum MetricQueries {
    private static let quota = 500

    /// Reads the entries of a list of `MetricDataQuery` structures.
    ///
    /// - Parameter member: How messages name the list.
    static func read(_ inputs: [Input], member: String) throws(ServiceError) -> [MetricQuery] {
        guard inputs.count <= quota else {
            throw CloudWatchError.validation(
                "The collection \(member) must not have a size greater than \(quota).")
        }
        var ids: Set<String> = []
        var queries: [MetricQuery] = []
        for (index, input) in inputs.enumerated() {
            let id = input.string("Id") ?? ""
            guard let first = id.utf8.first, (97...122).contains(first), ids.insert(id).inserted else {
                throw CloudWatchError.validation(
                    "The value '\(id.prefix(64))' of an Id must begin with a lower-case letter and be unique.")
            }
            var query = MetricQuery(
                id: id, source: try source(input, "\(member).member.\(index + 1)"))
            query.label = input.string("Label")
            query.period = input.integer("Period")
            query.returnsData = input.boolean("ReturnData")
            query.account = input.string("AccountId")
            queries.append(query)
        }
        return queries
    }

    private static func source(_ input: Input, _ name: String) throws(ServiceError) -> MetricQuery.Source {
        let stat = input.structure("MetricStat")
        if let expression = input.string("Expression"), stat == nil {
            if expression.uppercased().hasPrefix("SELECT") { throw CloudWatchError.notEmulated("Metrics Insights") }
            _ = try MathExpression(expression, id: input.string("Id") ?? "")
            return .expression(expression)
        }
        guard let stat, let metric = stat.structure("Metric"), !input.has("Expression") else {
            throw CloudWatchError.validation("A query must have either MetricStat or Expression.")
        }
        let statistic = stat.string("Stat") ?? ""
        guard Statistics.isStatistic(statistic) else {
            throw CloudWatchError.invalid(
                "The value \(statistic.prefix(32)) for parameter \(name).MetricStat.Stat is invalid.")
        }
        return .metric(
            .init(
                key: try MetricKey(metric), statistic: statistic, period: stat.integer("Period") ?? 60,
                unit: stat.string("Unit")))
    }

    /// As answers show them.
    static func view(_ query: MetricQuery) -> Value {
        var fields = Fields()
        fields["Id"] = .string(query.id)
        switch query.source {
        case .expression(let text): fields["Expression"] = .string(text)
        case .metric(let measurement):
            fields["MetricStat"] = [
                "Metric": [
                    "Namespace": .string(measurement.key.namespace), "MetricName": .string(measurement.key.name),
                    "Dimensions": measurement.key.dimensionList,
                ], "Period": .integer(measurement.period), "Stat": .string(measurement.statistic),
                "Unit": .optional(measurement.unit),
            ]
        }
        fields["Label"] = .optional(query.label)
        fields["ReturnData"] = .boolean(query.returnsData ?? true)
        fields["Period"] = query.period.map(Value.integer)
        fields["AccountId"] = .optional(query.account)
        return .structure(fields)
    }

    /// The series of a metric's buckets.
    static func series(_ buckets: [Statistics.Bucket], _ query: MetricQuery, _ measurement: MetricQuery.Measurement)
        -> MathSeries
    {
        MathSeries(
            label: query.label ?? measurement.key.name,
            points: buckets.compactMap { bucket in
                bucket.value(measurement.statistic).map { (bucket.start, $0) }
            })
    }

    /// The beginnings of the periods from one moment to another.
    static func times(from start: Timestamp, to end: Timestamp, period: Int) -> [Timestamp] {
        let length = max(1, period) * 1000
        let first = Statistics.aligned(start, period: period).milliseconds
        return stride(from: first, to: end.milliseconds, by: length).map(Timestamp.init(milliseconds:))
    }
}
