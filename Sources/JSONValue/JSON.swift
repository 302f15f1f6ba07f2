/// A JSON value (RFC 8259), with whole numbers kept apart from the others.
///
/// Two values are equal when they have the same case and contents: `.integer(1)` and `.number(1)` differ. Whoever wants
/// JavaScript's or JMESPath's notion of equality compares `doubleValue`.
package enum JSON: Sendable, Hashable {
    case null
    case boolean(Bool)
    /// A number written without fraction and exponent that fits into 64 bits.
    case integer(Int)
    /// Every other number.
    case number(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

extension JSON {
    /// The boolean, or nil where this is something else.
    package var boolValue: Bool? {
        if case .boolean(let value) = self { value } else { nil }
    }

    /// The whole number, or nil where this is something else; a `.number` without a fraction counts where it fits.
    package var intValue: Int? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The number, or nil where this is something else.
    package var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The string, or nil where this is something else.
    package var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The elements, or nil where this is something else.
    package var arrayValue: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members, or nil where this is something else.
    package var objectValue: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// Whether this is JSON's `null`.
    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The member of that name; nil where it is absent or this is no object.
    package subscript(key: String) -> JSON? {
        if case .object(let value) = self { value[key] } else { nil }
    }

    /// The element at that index; nil where there is none or this is no array.
    package subscript(index: Int) -> JSON? {
        guard case .array(let value) = self, value.indices.contains(index) else { return nil }
        return value[index]
    }

    /// JSON's own name for the type: `null`, `boolean`, `number`, `string`, `array` or `object`.
    package var typeName: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .integer, .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
}

extension JSON: ExpressibleByFloatLiteral, ExpressibleByStringLiteral {
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(stringLiteral value: String) { self = .string(value) }
}

extension JSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(JSONObject(uniquing: elements))
    }
}
