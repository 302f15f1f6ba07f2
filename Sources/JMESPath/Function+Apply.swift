import JSONValue

extension Function {
    /// Applies a function that takes values only, their types having been checked.
    func apply(_ arguments: [JSON]) throws(JMESPathError) -> JSON {
        guard let first = arguments.first else { return .null }
        let second = arguments.count > 1 ? arguments[1] : .null
        switch self {
        case .abs, .ceil, .floor: return number(first)
        case .sum: return JSON.sum(first.arrayValue ?? [])
        case .avg: return JSON.average(first.arrayValue ?? [])
        case .max: return Self.extreme(first.arrayValue ?? []) { $1.precedes($0) ?? false }
        case .min: return Self.extreme(first.arrayValue ?? []) { $0.precedes($1) ?? false }
        case .sort: return .array(Self.sorted((first.arrayValue ?? []).map { ($0, $0) }))
        case .contains, .endsWith, .startsWith, .join, .reverse, .length: return text(first, second)
        case .keys: return .array((first.objectValue ?? [:]).keys.map { .string($0) })
        case .values: return .array((first.objectValue ?? [:]).values)
        case .merge:
            return .object(
                JSONObject(uniquing: arguments.flatMap { ($0.objectValue ?? [:]).map { ($0.key, $0.value) } }))
        case .notNull: return arguments.first { !$0.isNull } ?? .null
        case .toArray: return first.arrayValue == nil ? .array([first]) : first
        case .toNumber: return Self.toNumber(first)
        case .toString: return first.stringValue == nil ? .string(first.serializedString()) : first
        case .type: return .string(first.typeName)
        case .fromJSON: return first.stringValue.flatMap { try? JSON.parse($0) } ?? .null
        case .map, .maxBy, .minBy, .sortBy: return .null
        }
    }

    /// Applies a function that evaluates an expression on each element of an array.
    func apply(
        _ arguments: [JSON], at offset: Int, _ evaluate: (JSON) throws(JMESPathError) -> JSON
    ) throws(JMESPathError) -> JSON {
        guard case .array(let elements)? = arguments.first else { return .null }
        var keyed: [(key: JSON, value: JSON)] = []
        for element in elements {
            let key = try evaluate(element)
            if self != .map,
                !key.isNumber && key.stringValue == nil || keyed.first?.key.precedes(key) == nil && !keyed.isEmpty
            {
                throw JMESPathError(
                    .invalidType,
                    "\(rawValue)() needs a number for every element or a string for every element, and met \(key.typeName)",
                    at: offset)
            }
            keyed.append((key, element))
        }
        switch self {
        case .map: return .array(keyed.map(\.key))
        case .sortBy: return .array(Self.sorted(keyed))
        case .maxBy: return Self.extreme(keyed) { $1.key.precedes($0.key) ?? false }?.value ?? .null
        case .minBy: return Self.extreme(keyed) { $0.key.precedes($1.key) ?? false }?.value ?? .null
        default: return .null
        }
    }

    private static func extreme(_ values: [JSON], _ isBetter: (JSON, JSON) -> Bool) -> JSON {
        extreme(values.map { ($0, $0) }) { isBetter($0.0, $1.0) }?.value ?? .null
    }

    /// The first of the best.
    private static func extreme(
        _ keyed: [(key: JSON, value: JSON)], _ isBetter: ((key: JSON, value: JSON), (key: JSON, value: JSON)) -> Bool
    ) -> (key: JSON, value: JSON)? {
        guard var best = keyed.first else { return nil }
        for candidate in keyed.dropFirst() where isBetter(candidate, best) { best = candidate }
        return best
    }

    /// The values in ascending order of their keys; equal keys keep their order.
    private static func sorted(_ keyed: [(key: JSON, value: JSON)]) -> [JSON] {
        keyed.enumerated().sorted { left, right in
            if left.element.key.precedes(right.element.key) ?? false { return true }
            if right.element.key.precedes(left.element.key) ?? false { return false }
            return left.offset < right.offset
        }.map(\.element.value)
    }

    private static func toNumber(_ value: JSON) -> JSON {
        switch value {
        case .integer, .number: return value
        case .string(let text):
            // JSON's grammar, without the white space that a JSON text may have around it.
            guard let first = text.utf8.first, let last = text.utf8.last, first > 0x20, last > 0x20,
                let number = try? JSON.parse(text), number.isNumber
            else { return .null }
            return number
        default: return .null
        }
    }
}
