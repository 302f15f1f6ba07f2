import JSONValue

extension Function {
    func number(_ value: JSON) -> JSON {
        switch (self, value) {
        case (.abs, .integer(.min)): .number(0x1p63)
        case (.abs, .integer(let whole)): .integer(Swift.abs(whole))
        case (.abs, .number(let number)): .number(number.magnitude)
        case (.ceil, .number(let number)): JSON(wholeWherePossible: number.rounded(.up))
        case (.floor, .number(let number)): JSON(wholeWherePossible: number.rounded(.down))
        default: value
        }
    }
}

extension JSON {
    /// A whole number where that is exact, so that 2.0 prints as `2`.
    init(wholeWherePossible number: Double) {
        self = Int(exactly: number).map { .integer($0) } ?? .number(number)
    }

    /// Exact for whole numbers as long as 64 bits hold the sum.
    static func sum(_ values: [JSON]) -> JSON {
        var whole = 0
        for value in values {
            guard case .integer(let next) = value, case let (sum, overflow) = whole.addingReportingOverflow(next),
                !overflow
            else { return .number(values.reduce(0) { $0 + ($1.doubleValue ?? 0) }) }
            whole = sum
        }
        return .integer(whole)
    }

    /// Null for no values.
    static func average(_ values: [JSON]) -> JSON {
        guard !values.isEmpty, let sum = sum(values).doubleValue else { return .null }
        return JSON(wholeWherePossible: sum / Double(values.count))
    }
}
