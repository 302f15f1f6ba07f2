/// The decoded parameters of a call, or of a structure within them.
///
/// Asking for a member that the model does not have is a mistake in a handler, and traps in a debug build.
package struct Input: Sendable, Equatable {
    package let shape: Shape
    package var fields: Fields

    package init(shape: Shape, fields: Fields) {
        self.shape = shape
        self.fields = fields
    }

    package static func == (left: Input, right: Input) -> Bool {
        left.shape.name == right.shape.name && left.fields == right.fields
    }

    package subscript(_ name: String) -> Value? {
        assert(shape.member(name) != nil, "\(shape.name) has no member '\(name)'")
        return fields[name]
    }

    package func has(_ name: String) -> Bool { self[name] != nil }

    package func string(_ name: String) -> String? { self[name]?.text }

    package func integer(_ name: String) -> Int? {
        guard case .integer(let value)? = self[name] else { return nil }
        return value
    }

    package func double(_ name: String) -> Double? {
        switch self[name] {
        case .double(let value)?: value
        case .integer(let value)?: Double(value)
        default: nil
        }
    }

    package func boolean(_ name: String) -> Bool? {
        guard case .boolean(let value)? = self[name] else { return nil }
        return value
    }

    package func timestamp(_ name: String) -> Timestamp? {
        guard case .timestamp(let value)? = self[name] else { return nil }
        return value
    }

    package func blob(_ name: String) -> [UInt8]? {
        guard case .blob(let value)? = self[name] else { return nil }
        return value
    }

    /// The strings of a list; empty where it is missing.
    package func strings(_ name: String) -> [String] { self[name]?.elements?.compactMap(\.text) ?? [] }

    package func integers(_ name: String) -> [Int] {
        self[name]?.elements?.compactMap { if case .integer(let value) = $0 { value } else { nil } } ?? []
    }

    package func structure(_ name: String) -> Input? {
        guard let member = shape.member(name), case .structure(let fields)? = self[name] else { return nil }
        return Input(shape: member.shape, fields: fields)
    }

    /// The structures of a list; empty where it is missing.
    package func structures(_ name: String) -> [Input] {
        guard let element = shape.member(name)?.shape.element?.shape else { return [] }
        return self[name]?.elements?.compactMap { $0.fields.map { Input(shape: element, fields: $0) } } ?? []
    }

    /// The entries of a map with string values.
    package func map(_ name: String) -> [(key: String, value: String)] {
        self[name]?.fields?.fields.compactMap { field in field.value.text.map { (field.name, $0) } } ?? []
    }
}
