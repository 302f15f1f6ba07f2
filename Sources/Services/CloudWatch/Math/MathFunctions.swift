import CloudState
import Foundation
import ServiceModel

/// The functions of metric math.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list>
enum MathFunctions {
    /// What some functions take and that is no query's id.
    static let words: Set = ["REPEAT", "LINEAR", "ASC", "DESC", "AVG", "MAX", "MIN", "SUM", "STDDEV"]

    static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

    static func call(
        _ name: String, _ values: [MathValue], times: [Timestamp], period: Int, id: String
    ) throws(ServiceError) -> MathValue {
        func wrong() -> ServiceError {
            CloudWatchError.expression(id, "Unsupported operands for the function \(name)")
        }
        if let reduce = reductions[name] {
            guard let first = values.first, values.count == 1 else { throw wrong() }
            guard let result = reduced(first, reduce) else { throw wrong() }
            return result
        }
        if let change = changes[name] {
            guard values.count == 1, let changed = values[0].mapped(change) else { throw wrong() }
            return changed
        }
        if let walk = walks[name] {
            guard values.count == 1 else { throw wrong() }
            switch values[0] {
            case .series(let series): return .series(walk(series, period))
            case .list(let list): return .list(list.map { walk($0, period) })
            case .scalar, .word: throw wrong()
            }
        }
        if let part = calendar[name] {
            guard values.count == 1, case .series(let series) = values[0] else { throw wrong() }
            return .series(
                MathSeries(label: series.label, points: series.points.map { ($0.time, part($0.time)) }))
        }
        switch (name, values.first, values.count) {
        case ("IF", _, 2), ("IF", _, 3): return try condition(values, id)
        case ("FILL", let value?, 2):
            switch value {
            case .series(let series): return .series(filled(series, values[1], times))
            case .list(let list): return .list(list.map { filled($0, values[1], times) })
            case .scalar, .word: throw wrong()
            }
        case ("METRIC_COUNT", .list(let list)?, 1): return .scalar(Double(list.count))
        case ("DATAPOINT_COUNT", .series(let series)?, 1): return .scalar(Double(series.points.count))
        case ("PERIOD", .series?, 1): return .scalar(Double(period))
        case ("TIME_SERIES", .scalar(let number)?, 1):
            return .series(MathSeries(label: id, points: times.map { ($0, number) }))
        case ("FIRST", .list(let list)?, 1): return list.first.map(MathValue.series) ?? .list([])
        case ("LAST", .list(let list)?, 1): return list.last.map(MathValue.series) ?? .list([])
        case ("REMOVE_EMPTY", .list(let list)?, 1): return .list(list.filter { !$0.points.isEmpty })
        case ("SLICE", .list(let list)?, 2), ("SLICE", .list(let list)?, 3):
            guard let bounds = numbers(values.dropFirst()), bounds.allSatisfy({ $0 >= 0 && $0 < 1e6 }) else {
                throw wrong()
            }
            let start = Int(bounds[0])
            let end = bounds.count == 2 ? Int(bounds[1]) : list.count
            return start < end ? .list(Array(list.prefix(end).dropFirst(start))) : .list([])
        case ("SORT", .list(let list)?, 3), ("SORT", .list(let list)?, 4):
            guard case .word(let by) = values[1], case .word(let order) = values[2], let measure = reductions[by] else {
                throw wrong()
            }
            let sorted = list.sorted { left, right in
                let (one, other) = (measure(left.points.map(\.value)) ?? 0, measure(right.points.map(\.value)) ?? 0)
                return order == "DESC" ? one > other : one < other
            }
            guard let count = numbers(values.dropFirst(3)) else { throw wrong() }
            return .list(count.first.map { Array(sorted.prefix(Int(min(max($0, 0), 1e6)))) } ?? sorted)
        case ("SEARCH", _, _), ("ANOMALY_DETECTION_BAND", _, _), ("INSIGHT_RULE_METRIC", _, _), ("LAMBDA", _, _),
            ("SERVICE_QUOTA", _, _), ("DB_PERF_INSIGHTS", _, _):
            throw CloudWatchError.notEmulated("The function \(name)")
        default: throw CloudWatchError.expression(id, "Unsupported function \(name.prefix(64))")
        }
    }

    private static func numbers(_ values: some Sequence<MathValue>) -> [Double]? {
        var numbers: [Double] = []
        for value in values {
            guard case .scalar(let number) = value else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    /// A series becomes one number; of several, each moment does.
    private static func reduced(_ value: MathValue, _ reduce: ([Double]) -> Double?) -> MathValue? {
        switch value {
        case .series(let series): return reduce(series.points.map(\.value)).map(MathValue.scalar) ?? .list([])
        case .list(let list):
            var all: [Timestamp: [Double]] = [:]
            for point in list.flatMap(\.points) { all[point.time, default: []].append(point.value) }
            let points = all.sorted { $0.key < $1.key }.compactMap { entry in
                reduce(entry.value).map { (time: entry.key, value: $0) }
            }
            return .series(MathSeries(label: list.first?.label ?? "", points: points))
        case .scalar, .word: return nil
        }
    }

    private static let reductions: [String: @Sendable ([Double]) -> Double?] = [
        "AVG": { $0.isEmpty ? nil : $0.reduce(0, +) / Double($0.count) },
        "MAX": { $0.max() },
        "MIN": { $0.min() },
        "SUM": { $0.isEmpty ? nil : $0.reduce(0, +) },
        "STDDEV": { values in
            guard !values.isEmpty else { return nil }
            let mean = values.reduce(0, +) / Double(values.count)
            return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
        },
    ]

    private static let changes: [String: @Sendable (Double) -> Double?] = [
        "ABS": { abs($0) },
        "CEIL": { $0.rounded(.up) },
        "FLOOR": { $0.rounded(.down) },
        "LOG": { $0 > 0 ? log($0) : nil },
        "LOG10": { $0 > 0 ? log10($0) : nil },
    ]

    private static let walks: [String: @Sendable (MathSeries, Int) -> MathSeries] = [
        "DIFF": { series, _ in stepped(series) { $1.value - $0.value } },
        "DIFF_TIME": { series, _ in stepped(series) { seconds($0.time, $1.time) } },
        "RATE": { series, _ in stepped(series) { ($1.value - $0.value) / max(seconds($0.time, $1.time), 1) } },
        "RUNNING_SUM": { series, _ in
            var sum = 0.0
            return series.mapped { value in
                sum += value
                return sum
            }
        },
    ]

    private static func seconds(_ one: Timestamp, _ other: Timestamp) -> Double {
        Double(other.milliseconds - one.milliseconds) / 1000
    }

    private typealias Point = (time: Timestamp, value: Double)

    private static func stepped(_ series: MathSeries, _ step: (Point, Point) -> Double) -> MathSeries {
        let pairs = zip(series.points, series.points.dropFirst())
        return MathSeries(label: series.label, points: pairs.map { ($1.time, step($0, $1)) })
    }

    private static let calendar: [String: @Sendable (Timestamp) -> Double] = [
        "EPOCH": { Double($0.milliseconds / 1000) },
        "MINUTE": { Double($0.components.minute) },
        "HOUR": { Double($0.components.hour) },
        "DATE": { Double($0.components.day) },
        "MONTH": { Double($0.components.month) },
        "YEAR": { Double($0.components.year) },
        // The first of January 1970 was a Thursday; Monday is 1.
        "DAY": { Double(($0.milliseconds / 86_400_000 + 3) % 7 + 1) },
    ]

    /// Values in the gaps: a number, what was there last, or what lies on the line between two.
    private static func filled(_ series: MathSeries, _ with: MathValue, _ times: [Timestamp]) -> MathSeries {
        let known = series.byTime
        var fills: [Timestamp: Double] = [:]
        if case .series(let other) = with { fills = other.byTime }
        var points: [Point] = []
        var place = 0
        for time in times {
            while place < series.points.count, series.points[place].time <= time { place += 1 }
            let before = place > 0 ? series.points[place - 1] : nil
            let value: Double? =
                switch with {
                case _ where known[time] != nil: known[time]
                case .scalar(let number): number
                case .word("REPEAT"): before?.value
                case .word("LINEAR"):
                    if let before, place < series.points.count {
                        before.value + (series.points[place].value - before.value)
                            * seconds(before.time, time) / max(seconds(before.time, series.points[place].time), 1)
                    } else {
                        nil
                    }
                default: fills[time]
                }
            if let value { points.append((time, value)) }
        }
        return MathSeries(label: series.label, points: points)
    }

    /// `IF(condition, then, else)`; without an else there is no value where the condition does not hold.
    private static func condition(_ values: [MathValue], _ id: String) throws(ServiceError) -> MathValue {
        let otherwise = values.count == 3 ? values[2] : nil
        switch values[0] {
        case .scalar(let number): return number != 0 ? values[1] : otherwise ?? .list([])
        case .series(let series):
            var points: [Point] = []
            let one = values[1].indexed
            let other = otherwise?.indexed
            for point in series.points {
                guard let value = point.value != 0 ? one(point.time) : other?(point.time) else { continue }
                points.append((point.time, value))
            }
            return .series(MathSeries(label: series.label, points: points))
        case .list, .word: throw CloudWatchError.expression(id, "Unsupported operands for the function IF")
        }
    }
}

extension MathValue {
    /// Its value at each time.
    fileprivate var indexed: (Timestamp) -> Double? {
        switch self {
        case .scalar(let number): return { _ in number }
        case .series(let series):
            let values = series.byTime
            return { values[$0] }
        case .list, .word: return { _ in nil }
        }
    }
}
