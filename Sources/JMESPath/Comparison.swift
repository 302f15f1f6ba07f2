package import JSONValue

extension Comparison {
    /// Equality of any two values; order of two numbers or two strings, and null for everything else.
    func apply(_ left: JSON, _ right: JSON) -> JSON {
        switch self {
        case .equal: return .boolean(left.equals(right))
        case .notEqual: return .boolean(!left.equals(right))
        case .less, .lessOrEqual, .greater, .greaterOrEqual: break
        }
        guard let forwards = left.precedes(right), let backwards = right.precedes(left) else { return .null }
        switch self {
        case .less: return .boolean(forwards)
        case .greater: return .boolean(backwards)
        case .lessOrEqual: return .boolean(!backwards)
        default: return .boolean(!forwards)
        }
    }
}

extension JSON {
    /// JMESPath's equality: numbers by value, strings by code point, arrays and objects by their contents.
    package func equals(_ other: JSON) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.integer(let whole), .number(let number)), (.number(let number), .integer(let whole)):
            Int(exactly: number) == whole
        case (.string(let left), .string(let right)): left == right && left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
        case (.object(let left), .object(let right)):
            left.count == right.count && left.allSatisfy { member in right[member.key]?.equals(member.value) ?? false }
        default: false
        }
    }

    /// Whether this number or string comes before that one, strings by code point; nil where the two have no order.
    package func precedes(_ other: JSON) -> Bool? {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): left < right
        case (.number(let left), .number(let right)): left < right
        case (.integer(let left), .number(let right)): Self.isLess(left, than: right)
        case (.number(let left), .integer(let right)): Self.isGreater(right, than: left)
        case (.string(let left), .string(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        default: nil
        }
    }

    private static func isLess(_ whole: Int, than number: Double) -> Bool {
        if number >= 0x1p63 { return true }
        if number < -0x1p63 { return false }
        let floor = number.rounded(.down)
        return Int(exactly: floor).map { whole < $0 || (whole == $0 && floor < number) } ?? false
    }

    private static func isGreater(_ whole: Int, than number: Double) -> Bool {
        if number >= 0x1p63 { return false }
        if number < -0x1p63 { return true }
        return Int(exactly: number.rounded(.down)).map { whole > $0 } ?? false
    }
}
