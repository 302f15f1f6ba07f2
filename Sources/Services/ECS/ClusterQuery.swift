import CloudState
import ServiceModel

/// An expression of the cluster query language.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html>
struct ClusterQuery {
    private indirect enum Node {
        case and(Node, Node)
        case or(Node, Node)
        case not(Node)
        case test(subject: String, operator: String, arguments: [String])
    }

    private let root: Node

    /// Nil where the text is no expression.
    init?(_ text: String) {
        guard text.utf8.count <= 2000, let tokens = Self.tokens(text), !tokens.isEmpty else { return nil }
        var parser = Parser(tokens: tokens[...])
        guard let root = parser.disjunction(depth: 0), parser.tokens.isEmpty else { return nil }
        self.root = root
    }

    func matches(_ host: ContainerInstance, _ state: ECSState) -> Bool { Self.holds(root, host, state) }

    private static func holds(_ node: Node, _ host: ContainerInstance, _ state: ECSState) -> Bool {
        switch node {
        case .and(let left, let right): return holds(left, host, state) && holds(right, host, state)
        case .or(let left, let right): return holds(left, host, state) || holds(right, host, state)
        case .not(let inner): return !holds(inner, host, state)
        case .test(let subject, let name, let arguments):
            let values = values(of: subject, host, state)
            switch name {
            case "exists": return !values.isEmpty
            case "!exists": return values.isEmpty
            case "==": return values.contains(arguments[0])
            case "!=": return !values.contains(arguments[0])
            case "in": return values.contains(where: arguments.contains)
            case "!in": return !values.contains(where: arguments.contains)
            case "=~", "!~":
                guard let pattern = try? Regex(arguments[0]) else { return false }
                let found = values.contains { (try? pattern.wholeMatch(in: $0)) != nil }
                return found == (name == "=~")
            default:
                guard let bound = Double(arguments[0]), let value = values.first.flatMap({ Double($0) }) else {
                    return false
                }
                switch name {
                case ">": return value > bound
                case ">=": return value >= bound
                case "<": return value < bound
                default: return value <= bound
                }
            }
        }
    }

    private static func values(of subject: String, _ host: ContainerInstance, _ state: ECSState) -> [String] {
        switch subject {
        case "ec2InstanceId": return [host.instanceID]
        case "agentConnected": return [host.isConnected ? "true" : "false"]
        case "registeredAt": return [host.registered.iso8601Seconds]
        case "runningTasksCount":
            return [String(state.tasks.count { $0.containerInstanceID == host.id && $0.status == .running })]
        case "task:group":
            return state.tasks.filter { $0.containerInstanceID == host.id && $0.isWanted }.map(\.group)
        default:
            guard subject.hasPrefix("attribute:") else { return [] }
            return host.attribute(String(subject.dropFirst(10))).map { [$0] } ?? []
        }
    }

    private static func tokens(_ text: String) -> [String]? {
        var tokens: [String] = []
        var current = ""
        func flush() {
            if !current.isEmpty { tokens.append(current) }
            current = ""
        }
        for character in text {
            switch character {
            case " ", "\t", "\n": flush()
            case "(", ")", "[", "]", ",":
                flush()
                tokens.append(String(character))
            default: current.append(character)
            }
        }
        flush()
        return tokens.count <= 500 ? tokens : nil
    }

    private struct Parser {
        var tokens: ArraySlice<String>

        private mutating func take(_ words: String...) -> Bool {
            guard let first = tokens.first, words.contains(first.lowercased()) else { return false }
            tokens.removeFirst()
            return true
        }

        mutating func disjunction(depth: Int) -> Node? {
            guard depth < 50, var left = conjunction(depth: depth) else { return nil }
            while take("or", "||") {
                guard let right = conjunction(depth: depth) else { return nil }
                left = .or(left, right)
            }
            return left
        }

        private mutating func conjunction(depth: Int) -> Node? {
            guard var left = term(depth: depth) else { return nil }
            while take("and", "&&") {
                guard let right = term(depth: depth) else { return nil }
                left = .and(left, right)
            }
            return left
        }

        private mutating func term(depth: Int) -> Node? {
            if take("not", "!") { return term(depth: depth + 1).map(Node.not) }
            if take("(") {
                guard let inner = disjunction(depth: depth + 1), take(")") else { return nil }
                return inner
            }
            return test()
        }

        private mutating func test() -> Node? {
            guard let subject = tokens.popFirst(), let operation = tokens.popFirst() else { return nil }
            let names = [
                "==": "==", "equals": "==", "!=": "!=", "not_equals": "!=", "in": "in", "!in": "!in", "not_in": "!in",
                "=~": "=~", "matches": "=~", "!~": "!~", "not_matches": "!~", "exists": "exists", "!exists": "!exists",
                "not_exists": "!exists", ">": ">", "greater_than": ">", ">=": ">=", "greater_than_equal": ">=",
                "<": "<", "less_than": "<", "<=": "<=", "less_than_equal": "<=",
            ]
            guard let name = names[operation.lowercased()] else { return nil }
            if name.hasSuffix("exists") { return .test(subject: subject, operator: name, arguments: []) }
            guard name.hasSuffix("in") else {
                guard let argument = tokens.popFirst(), !["(", ")", "[", "]", ","].contains(argument) else {
                    return nil
                }
                return .test(subject: subject, operator: name, arguments: [argument])
            }
            guard take("[") else { return nil }
            var arguments: [String] = []
            while let argument = tokens.popFirst(), argument != "]" {
                if argument != "," { arguments.append(argument) }
            }
            return .test(subject: subject, operator: name, arguments: arguments)
        }
    }
}
