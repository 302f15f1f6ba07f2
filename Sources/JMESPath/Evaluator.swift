import JSONValue

/// Walks a syntax tree over a document.
struct Evaluator {
    private var steps = 0

    mutating func evaluate(_ node: Node, _ value: JSON) throws(JMESPathError) -> JSON {
        steps += 1
        if steps > JMESPathExpression.maximumSteps {
            throw JMESPathError(.limit, "evaluating the expression takes too many steps", at: 0)
        }
        switch node {
        case .current: return value
        case .literal(let literal): return literal
        case .field(let name): return value[name] ?? .null
        case .index(let index):
            guard case .array(let elements) = value else { return .null }
            return value[index < 0 ? index + elements.count : index] ?? .null
        case .slice(let slice):
            guard case .array(let elements) = value else { return .null }
            return .array(slice.apply(to: elements))
        case .sequence(let left, let right): return try evaluate(right, try evaluate(left, value))
        case .flatten(let operand): return Self.flatten(try evaluate(operand, value))
        case .listProjection, .objectProjection, .filterProjection: return try project(node, value)
        case .multiSelectList, .multiSelectHash: return try multiSelect(node, value)
        case .comparison(let comparison, let left, let right):
            return comparison.apply(try evaluate(left, value), try evaluate(right, value))
        case .or(let left, let right):
            let first = try evaluate(left, value)
            return first.isTruthy ? first : try evaluate(right, value)
        case .and(let left, let right):
            let first = try evaluate(left, value)
            return first.isTruthy ? try evaluate(right, value) : first
        case .not(let operand): return .boolean(!(try evaluate(operand, value)).isTruthy)
        case .call(let function, let arguments, let offset):
            return try call(function, arguments, at: offset, value)
        }
    }

    private static func flatten(_ value: JSON) -> JSON {
        guard case .array(let elements) = value else { return .null }
        var flat: [JSON] = []
        for element in elements {
            if case .array(let inner) = element { flat += inner } else { flat.append(element) }
        }
        return .array(flat)
    }

    // Apart from `evaluate`, so that what recurses most has a small stack frame.
    private mutating func project(_ node: Node, _ value: JSON) throws(JMESPathError) -> JSON {
        switch node {
        case .listProjection(let left, let right):
            guard case .array(let elements) = try evaluate(left, value) else { return .null }
            return try map(elements, right)
        case .objectProjection(let left, let right):
            guard case .object(let members) = try evaluate(left, value) else { return .null }
            return try map(members.values, right)
        case .filterProjection(let left, let condition, let right):
            guard case .array(let elements) = try evaluate(left, value) else { return .null }
            var kept: [JSON] = []
            for element in elements where try evaluate(condition, element).isTruthy { kept.append(element) }
            return try map(kept, right)
        default: return .null
        }
    }

    private mutating func map(_ elements: [JSON], _ node: Node) throws(JMESPathError) -> JSON {
        var results: [JSON] = []
        for element in elements {
            let result = try evaluate(node, element)
            if !result.isNull { results.append(result) }
        }
        return .array(results)
    }

    private mutating func multiSelect(_ node: Node, _ value: JSON) throws(JMESPathError) -> JSON {
        if value.isNull { return .null }
        switch node {
        case .multiSelectList(let items):
            var results: [JSON] = []
            for item in items { results.append(try evaluate(item, value)) }
            return .array(results)
        case .multiSelectHash(let items):
            var members = JSONObject()
            for item in items { members.set(item.key, to: try evaluate(item.value, value)) }
            return .object(members)
        default: return .null
        }
    }

    private mutating func call(
        _ function: Function, _ arguments: [Argument], at offset: Int, _ value: JSON
    ) throws(JMESPathError) -> JSON {
        var values: [JSON] = []
        var reference: Node?
        for (position, argument) in arguments.enumerated() {
            switch argument {
            case .reference(let node): reference = node
            case .value(let node):
                let actual = try evaluate(node, value)
                try function.check(actual, position: position, at: offset)
                values.append(actual)
            }
        }
        if let reference {
            return try function.apply(values, at: offset) { element throws(JMESPathError) in
                try evaluate(reference, element)
            }
        }
        return try function.apply(values)
    }
}
