import CloudState
import ServiceModel

/// Statistics of a metric by periods.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html>
enum Statistics {
    /// What a period holds.
    struct Bucket {
        var start: Timestamp
        var points: [Metric.Point]

        var sum: Double { points.reduce(0) { $0 + $1.sum } }
        var count: Double { points.reduce(0) { $0 + $1.count } }
        var minimum: Double { points.map(\.minimum).min() ?? 0 }
        var maximum: Double { points.map(\.maximum).max() ?? 0 }

        /// The statistic of that name; nil for one that there is not.
        func value(_ name: String) -> Double? {
            switch name {
            case "Average": count == 0 ? nil : sum / count
            case "Sum": sum
            case "SampleCount": count
            case "Minimum": minimum
            case "Maximum": maximum
            default: Statistics.percentile(name).map(percentile)
            }
        }

        /// Each point stands for its samples with their mean, which is exact where they were sent one by one.
        private func percentile(_ percentage: Double) -> Double {
            let sorted = points.map { (value: $0.count == 0 ? 0 : $0.sum / $0.count, count: $0.count) }
                .sorted { $0.value < $1.value }
            let wanted = count * percentage / 100
            var seen = 0.0
            for entry in sorted {
                seen += entry.count
                if seen >= wanted { return entry.value }
            }
            return sorted.last?.value ?? 0
        }
    }

    /// 95 of `p95`.
    static func percentile(_ name: String) -> Double? {
        guard name.hasPrefix("p"), let number = Double(name.dropFirst()), (0...100).contains(number) else { return nil }
        return number
    }

    static func isStatistic(_ name: String) -> Bool {
        ["Average", "Sum", "SampleCount", "Minimum", "Maximum"].contains(name) || percentile(name) != nil
    }

    /// The periods between two moments that have data, by ascending time.
    static func buckets(
        _ points: some Sequence<Metric.Point>, from start: Timestamp, to end: Timestamp, period: Int
    ) -> [Bucket] {
        let length = max(1, period) * 1000
        var buckets: [Bucket] = []
        for point in points where point.time >= start && point.time < end {
            let index = (point.time.milliseconds - start.milliseconds) / length
            let begin = start.adding(milliseconds: index * length)
            if buckets.last?.start == begin {
                buckets[buckets.count - 1].points.append(point)
            } else {
                buckets.append(Bucket(start: begin, points: [point]))
            }
        }
        return buckets
    }

    /// A moment at or before another that a period begins at.
    static func aligned(_ time: Timestamp, period: Int) -> Timestamp {
        let length = max(1, period) * 1000
        return Timestamp(milliseconds: time.milliseconds / length * length)
    }
}
