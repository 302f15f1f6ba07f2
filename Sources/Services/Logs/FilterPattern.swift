import JSONValue
import ServiceModel

/// A filter pattern: terms, or a condition on JSON.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>
struct FilterPattern {
    private enum Kind {
        case terms(all: [String], any: [String], none: [String])
        case json(JSONCondition)
    }

    private let kind: Kind

    init(_ text: String) throws(ServiceError) {
        let plain = text.drop { $0 == " " }
        if plain.first == "{" {
            guard let condition = JSONCondition(text) else { throw Self.invalid }
            kind = .json(condition)
            return
        }
        guard plain.first != "[" else {
            throw ServiceError(
                "InvalidParameterException", "Patterns for space-delimited events are not emulated here.",
                isNotEmulated: true)
        }
        var all: [String] = []
        var any: [String] = []
        var none: [String] = []
        for (mark, term) in try Self.terms(text) {
            switch mark {
            case "?": any.append(term)
            case "-": none.append(term)
            default: all.append(term)
            }
        }
        kind = .terms(all: all, any: any, none: none)
    }

    static let invalid = LogsError.parameter("Invalid filter pattern")

    /// Words and quoted phrases, with `?` or `-` before them.
    private static func terms(_ text: String) throws(ServiceError) -> [(mark: Character, term: String)] {
        var found: [(mark: Character, term: String)] = []
        var rest = Substring(text)
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" }
            guard var first = rest.first else { return found }
            var mark: Character = " "
            if first == "?" || first == "-" {
                mark = first
                rest.removeFirst()
                guard let next = rest.first else { throw invalid }
                first = next
            }
            if first == "\"" {
                rest.removeFirst()
                guard let end = rest.firstIndex(of: "\"") else { throw invalid }
                found.append((mark, String(rest[..<end])))
                rest = rest[rest.index(after: end)...]
            } else {
                let word = rest.prefix { $0 != " " && $0 != "\t" }
                found.append((mark, String(word)))
                rest = rest.dropFirst(word.count)
            }
        }
    }

    func matches(_ message: String) -> Bool {
        switch kind {
        case .json(let condition):
            guard let value = try? JSON.parse(Array(message.utf8)) else { return false }
            return condition.holds(for: value)
        case .terms(let all, let any, let none):
            return all.allSatisfy(message.contains) && (any.isEmpty || any.contains(where: message.contains))
                && !none.contains(where: message.contains)
        }
    }
}

/// `{ $.user.id = 1 && $.level = "error*" }`
struct JSONCondition {
    private indirect enum Node {
        case and(Node, Node)
        case or(Node, Node)
        case test(path: [String], operator: String, value: String, isQuoted: Bool)
    }

    private let root: Node

    /// Nil where the text is no such condition.
    init?(_ text: String) {
        let trimmed = text.drop { $0 == " " }
        guard trimmed.first == "{", let end = trimmed.lastIndex(of: "}"),
            trimmed[trimmed.index(after: end)...].allSatisfy({ $0 == " " })
        else { return nil }
        var parser = Parser(rest: trimmed[trimmed.index(after: trimmed.startIndex)..<end])
        guard let root = parser.disjunction(depth: 0) else { return nil }
        parser.skip()
        guard parser.rest.isEmpty else { return nil }
        self.root = root
    }

    func holds(for value: JSON) -> Bool { Self.holds(root, value) }

    /// The value at a path such as `$.latency`; nil where there is none.
    static func value(at path: String, in json: JSON) -> JSON? { find(Parser.steps(Substring(path)) ?? [], json) }

    private static func find(_ path: [String], _ json: JSON) -> JSON? {
        var value = json
        for step in path {
            if let object = value.objectValue, let next = object[step] {
                value = next
            } else if let index = Int(step), let items = value.arrayValue, items.indices.contains(index) {
                value = items[index]
            } else {
                return nil
            }
        }
        return value
    }

    private static func holds(_ node: Node, _ json: JSON) -> Bool {
        switch node {
        case .and(let left, let right): return holds(left, json) && holds(right, json)
        case .or(let left, let right): return holds(left, json) || holds(right, json)
        case .test(let path, let name, let wanted, let isQuoted):
            let found = find(path, json)
            if name == "NOT EXISTS" { return found == nil }
            guard let found else { return false }
            switch name {
            case "IS":
                switch wanted.uppercased() {
                case "TRUE": return found.boolValue == true
                case "FALSE": return found.boolValue == false
                default: return found == .null
                }
            case "=", "!=":
                let number = isQuoted ? nil : Double(wanted)
                let isSame =
                    number.map { found.doubleValue == $0 } ?? matches(found.stringValue ?? "", wanted)
                return isSame == (name == "=")
            default:
                guard let bound = Double(wanted), let number = found.doubleValue else { return false }
                switch name {
                case ">": return number > bound
                case ">=": return number >= bound
                case "<": return number < bound
                default: return number <= bound
                }
            }
        }
    }

    /// `*` stands for any text, at the beginning, the end or in the middle.
    private static func matches(_ text: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else { return text == pattern }
        guard text.hasPrefix(first), text.hasSuffix(last), text.count >= first.count + last.count else { return false }
        var rest = text.dropFirst(first.count).dropLast(last.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }

    private struct Parser {
        var rest: Substring

        mutating func skip() { rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" } }

        private mutating func take(_ text: String) -> Bool {
            skip()
            guard rest.hasPrefix(text) else { return false }
            rest = rest.dropFirst(text.count)
            return true
        }

        mutating func disjunction(depth: Int) -> Node? {
            guard depth < 30, var left = conjunction(depth: depth) else { return nil }
            while take("||") {
                guard let right = conjunction(depth: depth) else { return nil }
                left = .or(left, right)
            }
            return left
        }

        private mutating func conjunction(depth: Int) -> Node? {
            guard var left = term(depth: depth) else { return nil }
            while take("&&") {
                guard let right = term(depth: depth) else { return nil }
                left = .and(left, right)
            }
            return left
        }

        private mutating func term(depth: Int) -> Node? {
            if take("(") {
                guard let inner = disjunction(depth: depth + 1), take(")") else { return nil }
                return inner
            }
            skip()
            let text = rest.prefix { !" =!<>()&|\t".contains($0) }
            guard let path = Self.steps(text) else { return nil }
            rest = rest.dropFirst(text.count)
            if take("NOT EXISTS") { return .test(path: path, operator: "NOT EXISTS", value: "", isQuoted: false) }
            for name in ["!=", ">=", "<=", "=", ">", "<", "IS "] where take(name) {
                skip()
                let isQuoted = rest.first == "\""
                let value: Substring
                if isQuoted {
                    rest.removeFirst()
                    guard let end = rest.firstIndex(of: "\"") else { return nil }
                    value = rest[..<end]
                    rest = rest[rest.index(after: end)...]
                } else {
                    value = rest.prefix { !" ()&|\t".contains($0) }
                    rest = rest.dropFirst(value.count)
                    guard !value.isEmpty else { return nil }
                }
                return .test(
                    path: path, operator: name == "IS " ? "IS" : name, value: String(value), isQuoted: isQuoted)
            }
            return nil
        }

        /// `$.a.b[0].c` as the steps `a`, `b`, `0`, `c`.
        static func steps(_ text: Substring) -> [String]? {
            guard text.first == "$" else { return nil }
            let plain = text.dropFirst().filter { $0 != "]" && $0 != "\"" && $0 != "'" }
            return plain.split(whereSeparator: { $0 == "." || $0 == "[" }).map(String.init)
        }
    }
}
