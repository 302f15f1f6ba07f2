package import JSONValue

/// A pattern that events are held against: of a rule, or of an event source's filter.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>
package struct EventPattern: Sendable {
    /// What is wrong with a pattern, in the words of AWS's own matcher.
    package struct Malformed: Error, Equatable {
        package var reason: String

        package init(reason: String) { self.reason = reason }
    }

    private indirect enum Node: Sendable {
        /// All members must fit, and of each list of alternatives one.
        case object([(key: String, node: Node)], alternatives: [[Node]])
        /// One of the tests must be passed.
        case tests([PatternTest])
    }

    private let root: Node

    package init(_ text: String) throws(Malformed) {
        guard let json = try? JSON.parse(text, maximumDepth: 64) else {
            throw Malformed(reason: "Filter is not valid JSON")
        }
        guard let object = json.objectValue else { throw Malformed(reason: "Filter is not an object") }
        root = try Self.object(object)
    }

    private static func object(_ object: JSONObject) throws(Malformed) -> Node {
        guard !object.isEmpty else { throw Malformed(reason: "Empty objects are not allowed") }
        var members: [(key: String, node: Node)] = []
        var alternatives: [[Node]] = []
        for (key, value) in object {
            switch value {
            case .object(let inner): members.append((key, try Self.object(inner)))
            case .array(let elements):
                if key == "$or", elements.count >= 2, elements.allSatisfy({ $0.objectValue != nil }) {
                    var choices: [Node] = []
                    for element in elements { choices.append(try Self.object(element.objectValue ?? [:])) }
                    alternatives.append(choices)
                    continue
                }
                guard !elements.isEmpty else { throw Malformed(reason: "Empty arrays are not allowed") }
                var tests: [PatternTest] = []
                for element in elements { tests.append(try PatternTest(element)) }
                members.append((key, .tests(tests)))
            default: throw Malformed(reason: "\"\(key.prefix(256))\" must be an object or an array")
            }
        }
        return .object(members, alternatives: alternatives)
    }

    /// Whether an event has all that the pattern asks for.
    package func matches(_ event: JSON) -> Bool { Self.matches(root, event) }

    private static func matches(_ node: Node, _ value: JSON?) -> Bool {
        switch node {
        case .tests(let tests):
            return tests.contains { $0.passes(value) }
        case .object(let members, let alternatives):
            // Of several objects one alone must fit.
            if case .array(let elements)? = value, !elements.isEmpty {
                return elements.contains { matches(node, $0) }
            }
            return members.allSatisfy { matches($0.node, value?.objectValue?[$0.key]) }
                && alternatives.allSatisfy { choices in choices.contains { matches($0, value) } }
        }
    }
}
