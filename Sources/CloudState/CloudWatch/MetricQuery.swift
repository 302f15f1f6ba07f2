/// One entry of a list of queries: a metric by one of its statistics, or an expression over the other entries.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html>
package struct MetricQuery: Sendable, Equatable {
    /// A metric, looked at by periods.
    package struct Measurement: Sendable, Equatable {
        package var key: MetricKey
        /// `Average`, `Sum`, `p99` …
        package var statistic: String
        /// Seconds.
        package var period: Int
        package var unit: String?

        package init(key: MetricKey, statistic: String, period: Int, unit: String?) {
            self.key = key
            self.statistic = statistic
            self.period = period
            self.unit = unit
        }
    }

    package enum Source: Sendable, Equatable {
        case metric(Measurement)
        case expression(String)
    }

    package var id: String
    package var label: String?
    package var source: Source
    /// Seconds, of an expression.
    package var period: Int?
    /// Nil where the request did not say, which means that it does.
    package var returnsData: Bool?
    package var account: String?

    package init(id: String, source: Source) {
        self.id = id
        self.source = source
    }

    /// What is looked at, where it is no expression.
    package var measurement: Measurement? {
        guard case .metric(let measurement) = source else { return nil }
        return measurement
    }
}
