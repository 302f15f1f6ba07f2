/// A parameter or result of an API call, free of any wire format.
package enum Value: Sendable, Equatable {
    case string(String)
    case integer(Int)
    case double(Double)
    case boolean(Bool)
    case timestamp(Timestamp)
    case blob([UInt8])
    case list([Value])
    case structure(Fields)
    /// Keys are data, not member names.
    case map(Fields)
    case null
}

/// The members of a structure, or the entries of a map, in the order in which they were set.
package struct Fields: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: Value

        package init(name: String, value: Value) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var fields: [Field] = []

    package init() {}

    package init(_ fields: [Field]) { self.fields = fields }

    package var isEmpty: Bool { fields.isEmpty }

    package subscript(_ name: String) -> Value? {
        get { fields.first { $0.name == name }?.value }
        set {
            let index = fields.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): fields[index].value = value
            case (let index?, nil): fields.remove(at: index)
            case (nil, let value?): fields.append(Field(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Adds a field that is known not to be there yet.
    package mutating func append(_ name: String, _ value: Value) { fields.append(Field(name: name, value: value)) }

    package mutating func reserve(_ count: Int) { fields.reserveCapacity(count) }
}

// Handlers write answers as literals; a nil member is left out.
extension Value: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
    package init(dictionaryLiteral elements: (String, Self?)...) {
        var fields = Fields()
        fields.reserve(elements.count)
        for place in elements.indices {
            if let value = elements[place].1 { fields.append(elements[place].0, value) }
        }
        self = .structure(fields)
    }

    package init(arrayLiteral elements: Self...) { self = .list(elements) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension Value {
    /// A list of strings.
    package static func strings(_ values: some Sequence<String>) -> Self { .list(values.map(Self.string)) }

    /// A string, or nothing.
    package static func optional(_ value: String?) -> Self? { value.map(Self.string) }

    /// A list made of any sequence.
    package static func list<S: Sequence>(_ values: S, _ transform: (S.Element) -> Self) -> Self {
        .list(values.map(transform))
    }

    package var fields: Fields? {
        switch self {
        case .structure(let fields), .map(let fields): fields
        default: nil
        }
    }

    package var elements: [Self]? {
        guard case .list(let values) = self else { return nil }
        return values
    }

    /// The integer; nil where this is none.
    package var number: Int? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    package var text: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The member of a structure; nil where this is none or has none of that name.
    package subscript(_ name: String) -> Self? { fields?[name] }
}

/// The same type for modules in which something else is called `Value`.
package typealias APIValue = Value
