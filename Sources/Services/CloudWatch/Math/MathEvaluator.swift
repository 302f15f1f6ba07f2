import CloudState
import ServiceModel

/// Works out expressions over the entries of a list of queries.
struct MathEvaluator {
    let queries: [MetricQuery]
    /// The series of the entries that are metrics, by id.
    let measured: [String: MathSeries]
    /// The beginnings of all periods that are looked at.
    let times: [Timestamp]
    /// Seconds.
    let period: Int
    /// How many time series an array may hold.
    private static let limit = 500
    private var known: [String: MathValue] = [:]
    private var underWay: Set<String> = []

    init(queries: [MetricQuery], measured: [String: MathSeries], times: [Timestamp], period: Int) {
        self.queries = queries
        self.measured = measured
        self.times = times
        self.period = period
    }

    /// What an entry comes to.
    mutating func value(of id: String, for asking: String) throws(ServiceError) -> MathValue {
        if let series = measured[id] { return .series(series) }
        if let value = known[id] { return value }
        guard let query = queries.first(where: { $0.id == id }), case .expression(let text) = query.source else {
            throw CloudWatchError.expression(asking, "Undefined variable \(id.prefix(64))")
        }
        guard underWay.insert(id).inserted else {
            throw CloudWatchError.expression(asking, "Circular reference to \(id)")
        }
        defer { underWay.remove(id) }
        let value = try evaluate(try MathExpression(text, id: id), id)
        known[id] = value
        return value
    }

    private mutating func evaluate(_ expression: MathExpression, _ id: String) throws(ServiceError) -> MathValue {
        switch expression {
        case .number(let number): return .scalar(number)
        case .text(let text): return .word(text)
        case .name(let name):
            if MathFunctions.words.contains(name) { return .word(name) }
            return try value(of: name, for: id)
        case .list(let elements):
            var list: [MathSeries] = []
            for element in elements {
                guard let series = try evaluate(element, id).allSeries else {
                    throw CloudWatchError.expression(id, "An array may hold time series only")
                }
                list += series
                guard list.count <= Self.limit else {
                    throw CloudWatchError.expression(id, "An array may hold \(Self.limit) time series at most")
                }
            }
            return .list(list)
        case .negative(let inner):
            guard let value = try evaluate(inner, id).mapped({ -$0 }) else {
                throw CloudWatchError.expression(id, "Unsupported operand type for -")
            }
            return value
        case .operation(let sign, let left, let right):
            let (one, other) = (try evaluate(left, id), try evaluate(right, id))
            guard let value = MathValue.combined(one, other, sign.apply) else {
                // A division of two numbers by zero has no value at all.
                if case (.scalar, .scalar) = (one, other) { return .list([]) }
                throw CloudWatchError.expression(
                    id, "Unsupported operand type(s) for \(sign.rawValue): '\(one.typeName)' and '\(other.typeName)'")
            }
            return value
        case .call(let name, let operands):
            if name == "METRICS" { return .list(try metrics(operands, id)) }
            var values: [MathValue] = []
            for operand in operands { values.append(try evaluate(operand, id)) }
            return try MathFunctions.call(name, values, times: times, period: period, id: id)
        }
    }

    /// All entries that are metrics, or those with a text in their ids.
    private func metrics(_ operands: [MathExpression], _ id: String) throws(ServiceError) -> [MathSeries] {
        var part = ""
        if let first = operands.first {
            guard case .text(let text) = first, operands.count == 1 else {
                throw CloudWatchError.expression(id, "METRICS takes one text")
            }
            part = text
        }
        return queries.filter { part.isEmpty || $0.id.contains(part) }.compactMap { measured[$0.id] }
    }
}
