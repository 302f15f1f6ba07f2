import JSONValue

/// A pattern that events are held against: of a rule, or of an event source's filter.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>
struct EventPattern {
    private let pattern: JSONObject

    struct Malformed: Error {}

    init(_ text: String) throws(Malformed) {
        guard let object = (try? JSON.parse(text, maximumDepth: 32))?.objectValue, Self.isValid(object) else {
            throw Malformed()
        }
        pattern = object
    }

    private static func isValid(_ object: JSONObject) -> Bool {
        object.allSatisfy { member in
            switch member.value {
            case .object(let inner): isValid(inner)
            case .array(let tests):
                member.key == "$or"
                    ? tests.allSatisfy { $0.objectValue.map(isValid) ?? false }
                    : !tests.isEmpty && tests.allSatisfy(isTest)
            default: false
            }
        }
    }

    private static func isTest(_ test: JSON) -> Bool {
        guard let object = test.objectValue else {
            if case .array = test { return false }
            return true
        }
        let known = ["prefix", "suffix", "anything-but", "numeric", "exists", "equals-ignore-case", "wildcard", "cidr"]
        return object.count == 1 && object.allSatisfy { known.contains($0.key) && $0.key != "cidr" }
    }

    /// Whether an event has all that the pattern asks for.
    func matches(_ event: JSON) -> Bool { Self.matches(pattern, event) }

    private static func matches(_ pattern: JSONObject, _ event: JSON?) -> Bool {
        pattern.allSatisfy { member in
            let (key, wanted) = (member.key, member.value)
            if key == "$or", case .array(let choices) = wanted {
                return choices.contains { $0.objectValue.map { matches($0, event) } ?? false }
            }
            let value = event?.objectValue?[key]
            switch wanted {
            case .object(let inner):
                if case .array(let elements)? = value { return elements.contains { matches(inner, $0) } }
                return matches(inner, value)
            case .array(let tests): return tests.contains { passes(value, $0) }
            default: return false
            }
        }
    }

    private static func passes(_ value: JSON?, _ test: JSON) -> Bool {
        guard let rule = test.objectValue?.first else {
            return candidates(value).contains { equal($0, test) }
        }
        if rule.key == "exists" { return (value != nil) == (rule.value == .boolean(true)) }
        if rule.key == "anything-but" {
            guard value != nil else { return false }
            if let inner = rule.value.objectValue {
                return candidates(value).allSatisfy { !passes($0, .object(inner)) }
            }
            let unwanted: [JSON]
            if case .array(let list) = rule.value { unwanted = list } else { unwanted = [rule.value] }
            return candidates(value).allSatisfy { candidate in !unwanted.contains { equal(candidate, $0) } }
        }
        return candidates(value).contains { check($0, rule.key, rule.value) }
    }

    private static func candidates(_ value: JSON?) -> [JSON] {
        guard let value else { return [] }
        if case .array(let elements) = value { return elements }
        return [value]
    }

    private static func equal(_ left: JSON, _ right: JSON) -> Bool {
        if let left = left.doubleValue, let right = right.doubleValue { return left == right }
        return left == right
    }

    private static func check(_ value: JSON, _ rule: String, _ wanted: JSON) -> Bool {
        switch rule {
        case "prefix": return text(value, wanted) { $0.hasPrefix($1) }
        case "suffix": return text(value, wanted) { $0.hasSuffix($1) }
        case "equals-ignore-case": return text(value, wanted) { $0.lowercased() == $1.lowercased() }
        case "wildcard": return text(value, wanted) { wildcard(Array($0.utf8), Array($1.utf8)) }
        case "numeric": return numeric(value, wanted)
        default: return false
        }
    }

    private static func text(_ value: JSON, _ wanted: JSON, _ test: (String, String) -> Bool) -> Bool {
        guard let value = value.stringValue else { return false }
        if let object = wanted.objectValue, let inner = object["equals-ignore-case"]?.stringValue {
            return test(value.lowercased(), inner.lowercased())
        }
        return wanted.stringValue.map { test(value, $0) } ?? false
    }

    private static func numeric(_ value: JSON, _ wanted: JSON) -> Bool {
        guard let value = value.doubleValue, case .array(let parts) = wanted, parts.count % 2 == 0 else { return false }
        return stride(from: 0, to: parts.count, by: 2).allSatisfy { place in
            guard let bound = parts[place + 1].doubleValue else { return false }
            switch parts[place].stringValue {
            case "<": return value < bound
            case "<=": return value <= bound
            case ">": return value > bound
            case ">=": return value >= bound
            case "=": return value == bound
            default: return false
            }
        }
    }

    /// Greedy, with one place to come back to: linear but for the last star.
    private static func wildcard(_ text: [UInt8], _ pattern: [UInt8]) -> Bool {
        var (place, mark) = (0, 0)
        var star: Int?
        var at = 0
        while place < text.count {
            if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
                star = at
                mark = place
                at += 1
            } else if at < pattern.count, pattern[at] == text[place] {
                at += 1
                place += 1
            } else if let last = star {
                mark += 1
                place = mark
                at = last + 1
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
