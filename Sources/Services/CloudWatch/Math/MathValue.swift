import CloudState
import ServiceModel

/// A value over time.
struct MathSeries {
    var label: String
    /// By ascending time.
    var points: [(time: Timestamp, value: Double)]

    /// The same with other values; what has none is left out.
    func mapped(_ transform: (Double) -> Double?) -> MathSeries {
        MathSeries(label: label, points: points.compactMap { point in transform(point.value).map { (point.time, $0) } })
    }

    var byTime: [Timestamp: Double] {
        Dictionary(points.map { ($0.time, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

/// What an expression of metric math gives: `S`, `TS` and `TS[]` of its documentation, and the words that some functions
/// take.
enum MathValue {
    case scalar(Double)
    case series(MathSeries)
    case list([MathSeries])
    case word(String)

    /// As in CloudWatch's messages.
    var typeName: String {
        switch self {
        case .scalar: "Scalar"
        case .series: "TimeSeries"
        case .list: "[]"
        case .word: "String"
        }
    }

    /// As time series; nil for what is none.
    var allSeries: [MathSeries]? {
        switch self {
        case .series(let series): [series]
        case .list(let list): list
        case .scalar, .word: nil
        }
    }

    /// Each number in it changed.
    func mapped(_ transform: (Double) -> Double?) -> MathValue? {
        switch self {
        case .scalar(let number): transform(number).map(MathValue.scalar)
        case .series(let series): .series(series.mapped(transform))
        case .list(let list): .list(list.map { $0.mapped(transform) })
        case .word: nil
        }
    }

    /// Two values put together, number by number: of two series where both have a value, of a series and a list with each
    /// of the list.
    static func combined(
        _ left: MathValue, _ right: MathValue, _ operation: (Double, Double) -> Double?
    ) -> MathValue? {
        switch (left, right) {
        case (.scalar(let one), .scalar(let other)): operation(one, other).map(MathValue.scalar)
        case (.scalar(let one), _): right.mapped { operation(one, $0) }
        case (_, .scalar(let other)): left.mapped { operation($0, other) }
        case (.series(let one), .series(let other)): .series(combined(one, other, operation))
        case (.series(let one), .list(let list)): .list(list.map { combined(one, $0, operation) })
        case (.list(let list), .series(let other)): .list(list.map { combined($0, other, operation) })
        case (.list, .list), (.word, _), (_, .word): nil
        }
    }

    private static func combined(
        _ one: MathSeries, _ other: MathSeries, _ operation: (Double, Double) -> Double?
    ) -> MathSeries {
        let others = other.byTime
        return MathSeries(
            label: one.label,
            points: one.points.compactMap { point in
                others[point.time].flatMap { operation(point.value, $0) }.map { (point.time, $0) }
            })
    }
}
