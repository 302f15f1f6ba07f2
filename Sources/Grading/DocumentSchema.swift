import JSONValue
import LabFormat
import ServiceModel

/// Holds a document against the shape that an operation takes, as botocore holds parameters.
enum DocumentSchema {
    typealias Violation = (pointer: String, message: String)

    private static let maximumViolations = 50

    /// Everything that does not fit, in the order of the document; what is missing comes first in what it is missing in.
    static func violations(of value: JSON, _ shape: Shape) -> [Violation] {
        var violations: [Violation] = []
        check(value, shape, "", &violations)
        return Array(violations.prefix(maximumViolations))
    }

    private static func check(_ value: JSON, _ shape: Shape, _ pointer: String, _ violations: inout [Violation]) {
        guard violations.count < maximumViolations else { return }
        func violate(_ message: String) { violations.append((pointer, message)) }
        switch (shape.kind, value) {
        case (.structure, .object(let object)): members(object, shape, pointer, &violations)
        case (.map, .object(let object)):
            for (key, value) in object {
                if let keys = shape.key?.shape.enumeration, !keys.isEmpty, !keys.contains(key) {
                    violate("has no key '\(shown(key))'; known: \(keys.joined(separator: ", "))")
                }
                if let element = shape.element?.shape {
                    check(value, element, "\(pointer)/\(key.escapedForPointer)", &violations)
                }
            }
        case (.list, .array(let elements)):
            if let problem = size(elements.count, shape, "element(s)") { violate(problem) }
            guard let element = shape.element?.shape else { return }
            for (index, value) in elements.enumerated() { check(value, element, "\(pointer)/\(index)", &violations) }
        case (.string, .string(let text)):
            if !shape.enumeration.isEmpty, !shape.enumeration.contains(text) {
                violate(
                    "must be one of \(shape.enumeration.joined(separator: ", ")), not '\(shown(text))'"
                        + Suggestion.ending(for: text, among: shape.enumeration))
            } else if let problem = size(text.unicodeScalars.count, shape, "character(s)") {
                violate(problem)
            }
        case (.integer, .integer(let number)):
            if let least = shape.minimum, number < least { violate("must be at least \(least), not \(number)") }
            if let most = shape.maximum, number > most { violate("must be at most \(most), not \(number)") }
        case (.double, .integer), (.double, .number), (.boolean, .boolean), (.blob, .string), (.timestamp, .string),
            (.timestamp, .integer), (.timestamp, .number):
            return
        default:
            let advice = shape.kind == .string && value.doubleValue != nil ? ": put it in quotes" : ""
            violate("must be \(name(of: shape)), not \(name(of: value))\(advice)")
        }
    }

    private static func members(
        _ object: JSONObject, _ shape: Shape, _ pointer: String, _ violations: inout [Violation]
    ) {
        for member in shape.members where member.isRequired && object[member.name] == nil {
            violations.append((pointer, "needs '\(member.name)'"))
        }
        for (key, value) in object {
            let inner = "\(pointer)/\(key.escapedForPointer)"
            if let member = shape.member(key) {
                check(value, member.shape, inner, &violations)
            } else {
                let names = shape.members.map(\.name)
                violations.append(
                    (inner, "is no member here\(Suggestion.ending(for: key, among: names))"))
            }
        }
    }

    private static func size(_ count: Int, _ shape: Shape, _ unit: String) -> String? {
        if let least = shape.minimum, count < least { return "must have at least \(least) \(unit)" }
        if let most = shape.maximum, count > most { return "must have at most \(most) \(unit), not \(count)" }
        return nil
    }

    private static func shown(_ text: String) -> String { text.count > 80 ? text.prefix(80) + "…" : text }

    private static func name(of shape: Shape) -> String {
        switch shape.kind {
        case .structure, .map: "an object"
        case .list: "a list"
        case .string: "text"
        case .integer: "a whole number"
        case .double: "a number"
        case .boolean: "true or false"
        case .timestamp: "a time"
        case .blob: "text in base 64"
        }
    }

    private static func name(of value: JSON) -> String {
        switch value {
        case .null: "null"
        case .boolean(let flag): "\(flag)"
        case .integer(let number): "the number \(number)"
        case .number(let number): "the number \(number)"
        case .string: "text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
