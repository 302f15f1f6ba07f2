import CloudState
import ServiceModel

/// What an alarm's data say about its state.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-and-missing-data>
struct Evaluation {
    /// The newest last; nil for a period without data.
    let values: [(time: Timestamp, value: Double?)]
    /// Nil where the alarm stays as it is.
    let state: Alarm.State?

    /// Holds the whole periods before a moment against the threshold.
    init(_ alarm: Alarm, _ metrics: ResourceTable<Metric>, now: Timestamp) {
        let end = Statistics.aligned(now, period: alarm.period)
        let start = end.adding(seconds: -alarm.period * alarm.evaluationPeriods)
        func buckets(_ key: MetricKey, _ period: Int) -> [Statistics.Bucket] {
            // Only the end of the data can lie in the window.
            let recent = (metrics[key.text]?.points ?? []).suffix(alarm.period * alarm.evaluationPeriods + 1)
            return Statistics.buckets(recent, from: start, to: end, period: period)
        }
        var found: [Timestamp: Double] = [:]
        if alarm.queries.isEmpty {
            for bucket in buckets(alarm.metric, alarm.period) { found[bucket.start] = bucket.value(alarm.statistic) }
        } else {
            var measured: [String: MathSeries] = [:]
            for query in alarm.queries {
                guard let measurement = query.measurement else { continue }
                measured[query.id] = MetricQueries.series(
                    buckets(measurement.key, measurement.period), query, measurement)
            }
            var evaluator = MathEvaluator(
                queries: alarm.queries, measured: measured,
                times: MetricQueries.times(from: start, to: end, period: alarm.period), period: alarm.period)
            let result = alarm.queries.first { $0.returnsData ?? true }?.id ?? ""
            // An expression that cannot be worked out gives no data.
            let value = try? evaluator.value(of: result, for: result)
            found = value?.allSeries?.first?.byTime ?? [:]
        }
        values = (0..<alarm.evaluationPeriods).map { index in
            let time = start.adding(seconds: index * alarm.period)
            return (time, found[time])
        }
        state = Self.state(alarm, values.map(\.value))
    }

    private static func state(_ alarm: Alarm, _ values: [Double?]) -> Alarm.State? {
        let needed = alarm.datapointsToAlarm ?? alarm.evaluationPeriods
        let known = values.compactMap { $0 }
        let breaching = known.count { alarm.comparison.isBreached($0, alarm.threshold) }
        let missing = values.count - known.count
        switch alarm.missingData ?? "missing" {
        case "breaching": return breaching + missing >= needed ? .alarm : .ok
        case "notBreaching": return breaching >= needed ? .alarm : .ok
        default:
            let keeps = alarm.missingData == "ignore"
            if known.isEmpty { return keeps ? nil : .insufficientData }
            if breaching >= needed { return .alarm }
            if known.count - breaching > values.count - needed { return .ok }
            guard missing > 0, breaching > 0 else { return .ok }
            // Some data are missing and the rest breach. As long as the oldest breach is younger than as many periods as are
            // needed, it may be the beginning of either.
            let oldest = values.firstIndex { $0.map { alarm.comparison.isBreached($0, alarm.threshold) } ?? false }
            let isPremature = values.count - (oldest ?? values.count) < needed
            return keeps || isPremature ? nil : breaching == known.count ? .alarm : nil
        }
    }

    /// The values that there are, newest first.
    var known: [(time: Timestamp, value: Double)] {
        values.reversed().compactMap { entry in entry.value.map { (entry.time, $0) } }
    }

    /// CloudWatch's words for the state that is entered.
    func reason(_ alarm: Alarm, _ state: Alarm.State) -> String {
        let known = known
        guard state != .insufficientData else {
            let count = alarm.evaluationPeriods
            return "Insufficient Data: \(count) datapoint\(count == 1 ? " was" : "s were") unknown."
        }
        guard !known.isEmpty else {
            let treated = alarm.missingData == "breaching" ? "[Breaching]" : "[NonBreaching]"
            return
                "Threshold Crossed: no datapoints were received for \(alarm.evaluationPeriods) period\(alarm.evaluationPeriods == 1 ? "" : "s") and \(alarm.evaluationPeriods) missing datapoint\(alarm.evaluationPeriods == 1 ? " was" : "s were") treated as \(treated)."
        }
        let isAlarm = state == .alarm
        let counted = known.filter { alarm.comparison.isBreached($0.value, alarm.threshold) == isAlarm }
        let list = counted.map { "\($0.value) (\(Self.short($0.time)))" }.joined(separator: ", ")
        let needed = isAlarm ? alarm.datapointsToAlarm ?? alarm.evaluationPeriods : 1
        let verb = counted.count == 1 ? "was" : "were"
        return
            "Threshold Crossed: \(counted.count) out of the last \(alarm.evaluationPeriods) datapoints [\(list)] \(verb) \(isAlarm ? "" : "not ")\(alarm.comparison.words) (\(alarm.threshold)) (minimum \(needed) datapoint\(needed == 1 ? "" : "s") for \(isAlarm ? "OK -> ALARM" : "ALARM -> OK") transition)."
    }

    /// `24/11/26 02:00:00`.
    private static func short(_ time: Timestamp) -> String {
        let parts = time.components
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return
            "\(two(parts.day))/\(two(parts.month))/\(two(parts.year % 100)) \(two(parts.hour)):\(two(parts.minute)):\(two(parts.second))"
    }
}
