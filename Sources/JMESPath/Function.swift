import JSONValue

/// The functions of the specification, and `from_json`.
enum Function: String, CaseIterable, Sendable {
    case abs, avg, ceil, contains
    case endsWith = "ends_with"
    case floor
    case fromJSON = "from_json"
    case join, keys, length, map, max
    case maxBy = "max_by"
    case merge, min
    case minBy = "min_by"
    case notNull = "not_null"
    case reverse, sort
    case sortBy = "sort_by"
    case startsWith = "starts_with"
    case sum
    case toArray = "to_array"
    case toNumber = "to_number"
    case toString = "to_string"
    case type, values

    /// What an argument may be.
    enum Parameter: String, Sendable {
        case any = "a value"
        case number = "a number"
        case string = "a string"
        case array = "an array"
        case object = "an object"
        case arrayOrString = "an array or a string"
        case sized = "a string, an array or an object"
        case numbers = "an array of numbers"
        case strings = "an array of strings"
        case numbersOrStrings = "an array of numbers or an array of strings"
        case reference = "an expression (&…)"
    }

    /// The parameters; the last one of `merge` and `not_null` may be repeated.
    var parameters: [Parameter] {
        switch self {
        case .abs, .ceil, .floor: [.number]
        case .avg, .sum: [.numbers]
        case .contains: [.arrayOrString, .any]
        case .endsWith, .startsWith: [.string, .string]
        case .fromJSON, .notNull, .toArray, .toNumber, .toString, .type: [.any]
        case .join: [.string, .strings]
        case .keys, .values, .merge: [.object]
        case .length: [.sized]
        case .map: [.reference, .array]
        case .max, .min, .sort: [.numbersOrStrings]
        case .maxBy, .minBy, .sortBy: [.array, .reference]
        case .reverse: [.arrayOrString]
        }
    }

    var isVariadic: Bool { self == .merge || self == .notNull }

    /// The function of a name, with the number and the form of its arguments checked.
    static func named(_ name: String, _ arguments: [Argument], at offset: Int) throws(JMESPathError) -> Function {
        guard let function = Function(rawValue: name) else {
            throw JMESPathError(.unknownFunction, "there is no function \(name)()", at: offset)
        }
        let parameters = function.parameters
        let fits =
            function.isVariadic ? arguments.count >= parameters.count : arguments.count == parameters.count
        if !fits {
            let wanted = "\(function.isVariadic ? "at least " : "")\(parameters.count)"
            throw JMESPathError(
                .invalidArity,
                "\(name)() takes \(wanted) argument\(parameters.count == 1 ? "" : "s"), not \(arguments.count)",
                at: offset)
        }
        for (position, argument) in arguments.enumerated() {
            let parameter = function.parameter(position)
            let isReference = if case .reference = argument { true } else { false }
            if isReference != (parameter == .reference) {
                throw JMESPathError(
                    .invalidType, "argument \(position + 1) of \(name)() must be \(parameter.rawValue)", at: offset)
            }
        }
        return function
    }

    private func parameter(_ position: Int) -> Parameter {
        position < parameters.count ? parameters[position] : parameters.last ?? .any
    }

    /// Checks an argument's type, an array's elements included.
    func check(_ value: JSON, position: Int, at offset: Int) throws(JMESPathError) {
        let parameter = parameter(position)
        if parameter.accepts(value) { return }
        throw JMESPathError(
            .invalidType,
            "argument \(position + 1) of \(rawValue)() must be \(parameter.rawValue), not \(Self.describe(value))",
            at: offset)
    }

    private static func describe(_ value: JSON) -> String {
        switch value {
        case .null: "null"
        case .array(let elements):
            elements.isEmpty
                ? "an empty array" : "an array of \(Set(elements.map(\.typeName)).sorted().joined(separator: ", "))"
        case .object: "an object"
        default: "a \(value.typeName)"
        }
    }
}

extension Function.Parameter {
    fileprivate func accepts(_ value: JSON) -> Bool {
        switch (self, value) {
        case (.any, _), (.number, .integer), (.number, .number), (.string, .string), (.array, .array),
            (.object, .object), (.arrayOrString, .array), (.arrayOrString, .string), (.sized, .string),
            (.sized, .array),
            (.sized, .object):
            true
        case (.numbers, .array(let elements)): elements.allSatisfy(\.isNumber)
        case (.strings, .array(let elements)): elements.allSatisfy { $0.stringValue != nil }
        case (.numbersOrStrings, .array(let elements)):
            elements.allSatisfy(\.isNumber) || elements.allSatisfy { $0.stringValue != nil }
        default: false
        }
    }
}

extension JSON {
    var isNumber: Bool {
        switch self {
        case .integer, .number: true
        default: false
        }
    }
}
