import JSONValue

/// One test of a pattern: a value, or an operator with what it takes.
enum PatternTest: Sendable {
    case equals(JSON)
    case exists(Bool)
    case text(TextTest)
    case numeric([(comparison: Comparison, bound: Double)])
    case cidr(AddressBlock)
    /// None of the values.
    case anythingBut([JSON])
    /// Nothing that passes one of the tests.
    case anythingButText([TextTest])

    enum Comparison: String, Sendable {
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case equal = "="
    }

    init(_ json: JSON) throws(EventPattern.Malformed) {
        guard let object = json.objectValue else {
            if case .array = json { throw .init(reason: "Match value must be String, number, true, false, or null") }
            self = .equals(json)
            return
        }
        guard let rule = object.first else { throw .init(reason: "Empty objects are not allowed") }
        guard object.count == 1 else { throw .init(reason: "Only one key allowed in match expression") }
        switch rule.key {
        case "exists":
            guard let wanted = rule.value.boolValue else {
                throw .init(reason: "exists match pattern must be either true or false.")
            }
            self = .exists(wanted)
        case "numeric": self = .numeric(try Self.comparisons(rule.value))
        case "cidr":
            guard let text = rule.value.stringValue else {
                throw .init(reason: "prefix match pattern must be a string")
            }
            guard let block = AddressBlock(text) else { throw .init(reason: "Malformed CIDR, one '/' required") }
            self = .cidr(block)
        case "anything-but": self = try Self.anythingBut(rule.value)
        default: self = .text(try TextTest(rule.key, rule.value))
        }
    }

    private static func anythingBut(_ json: JSON) throws(EventPattern.Malformed) -> PatternTest {
        switch json {
        case .object(let object):
            guard let rule = object.first, object.count == 1 else {
                throw .init(reason: "Only one key allowed in match expression")
            }
            guard case .array(let values) = rule.value else {
                return .anythingButText([try TextTest(rule.key, rule.value)])
            }
            guard !values.isEmpty else { throw .init(reason: "Empty arrays are not allowed") }
            var tests: [TextTest] = []
            for value in values { tests.append(try TextTest(rule.key, value)) }
            return .anythingButText(tests)
        case .array(let values):
            guard !values.isEmpty else { throw .init(reason: "Empty arrays are not allowed") }
            let areTexts = values.allSatisfy { $0.stringValue != nil }
            let areNumbers = values.allSatisfy { $0.doubleValue != nil }
            guard areTexts || areNumbers else {
                throw .init(
                    reason:
                        "Inside anything but list, either all values are number or string, mixed type is not supported")
            }
            return .anythingBut(values)
        case .string, .integer, .number: return .anythingBut([json])
        default: throw .init(reason: "Value of anything-but must be an array or single string/number value.")
        }
    }

    private static func comparisons(
        _ json: JSON
    ) throws(EventPattern.Malformed) -> [(comparison: Comparison, bound: Double)] {
        guard case .array(let parts) = json else { throw .init(reason: "Value of numeric must be an array.") }
        guard !parts.isEmpty else { throw .init(reason: "Invalid member in numeric match: ]") }
        guard parts.count == 2 || parts.count == 4 else {
            throw .init(reason: "Too many elements in numeric expression")
        }
        var found: [(comparison: Comparison, bound: Double)] = []
        for place in stride(from: 0, to: parts.count, by: 2) {
            guard let comparison = parts[place].stringValue.flatMap(Comparison.init) else {
                throw .init(
                    reason: "Unrecognized numeric range operator: \(parts[place].serializedString().prefix(64))")
            }
            guard let bound = parts[place + 1].doubleValue else {
                throw .init(reason: "Value of \(comparison.rawValue) must be numeric")
            }
            found.append((comparison, bound))
        }
        if found.count == 2 {
            guard [.greater, .greaterOrEqual].contains(found[0].comparison),
                [.less, .lessOrEqual].contains(found[1].comparison)
            else { throw .init(reason: "Bad numeric range operator: \(found[1].comparison.rawValue)") }
            guard found[0].bound < found[1].bound else { throw .init(reason: "Bottom must be less than top") }
        }
        return found
    }

    /// Whether a value, or one of a list's, passes.
    func passes(_ value: JSON?) -> Bool {
        if case .exists(let wanted) = self { return Self.isLeaf(value) == wanted }
        guard let value else { return false }
        if case .array(let elements) = value { return elements.contains(where: check) }
        return check(value)
    }

    /// Only values count as being there, not what holds others.
    private static func isLeaf(_ value: JSON?) -> Bool {
        switch value {
        case nil, .object: false
        case .array(let elements): elements.contains { isLeaf($0) }
        default: true
        }
    }

    private func check(_ value: JSON) -> Bool {
        switch value {
        case .object, .array: return false
        default: break
        }
        switch self {
        case .equals(let wanted): return value == wanted
        case .exists: return false
        case .text(let test): return value.stringValue.map(test.passes) ?? false
        case .numeric(let bounds):
            guard let number = value.doubleValue else { return false }
            return bounds.allSatisfy { bound in
                switch bound.comparison {
                case .less: number < bound.bound
                case .lessOrEqual: number <= bound.bound
                case .greater: number > bound.bound
                case .greaterOrEqual: number >= bound.bound
                case .equal: number == bound.bound
                }
            }
        case .cidr(let block): return value.stringValue.map(block.contains) ?? false
        case .anythingBut(let unwanted):
            return !unwanted.contains { other in
                if let left = value.doubleValue, let right = other.doubleValue { return left == right }
                return value == other
            }
        case .anythingButText(let tests):
            guard let text = value.stringValue else { return true }
            return !tests.contains { $0.passes(text) }
        }
    }
}
