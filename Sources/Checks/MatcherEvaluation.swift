import JMESPath
package import JSONValue
package import LabFormat

extension Matcher {
    /// Whether a value satisfies the matcher. `null` stands for a path that leads nowhere: only the negative matchers (`ne`,
    /// `not_contains`, `none_match`, `absent`, `cidr_disjoint`) hold then. A value of a type that the matcher cannot judge
    /// satisfies nothing, and neither does a text too long to be searched.
    package func holds(for value: JSON) -> Bool {
        switch self {
        case .equals(let expected): value.equals(expected)
        case .notEquals(let unwanted): !value.equals(unwanted)
        case .oneOf(let values): values.contains { value.equals($0) }
        case .less(let bound): value.precedes(bound) == true
        case .lessOrEqual(let bound): bound.precedes(value) == false
        case .greater(let bound): bound.precedes(value) == true
        case .greaterOrEqual(let bound): value.precedes(bound) == false
        case .approximately(let target, let tolerance):
            value.doubleValue.map { ($0 - target).magnitude <= tolerance } ?? false
        case .matches(let pattern): value.stringValue.flatMap(pattern.occurs) ?? false
        case .contains(let part): value.holds(part) ?? false
        case .notContains(let part): value.isNull || value.holds(part) == false
        case .containsAll(let parts): parts.allSatisfy { value.holds($0) ?? false }
        case .allMatch(let pattern):
            Self.texts(of: value).map { !$0.isEmpty && $0.allSatisfy { pattern.occurs(in: $0) == true } } ?? false
        case .noneMatch(let pattern):
            value.isNull || Self.texts(of: value).map { $0.allSatisfy { pattern.occurs(in: $0) == false } } ?? false
        case .absent: value.isNothing
        case .exists: !value.isNothing
        case .cidrWithin(let outer):
            Self.blocks(of: value).map { !$0.isEmpty && $0.allSatisfy { $0.isWithin(outer) } } ?? false
        case .cidrDisjoint(let others):
            value.isNull
                || Self.blocks(of: value).map { blocks in
                    !blocks.contains { block in others.contains { $0.overlaps(block) } }
                } ?? false
        case .length(let bounds): value.length.map(bounds.contains) ?? false
        }
    }

    /// A text, or a list of nothing but texts.
    private static func texts(of value: JSON) -> [String]? {
        switch value {
        case .string(let text): return [text]
        case .array(let elements):
            let texts = elements.compactMap(\.stringValue)
            return texts.count == elements.count ? texts : nil
        default: return nil
        }
    }

    private static func blocks(of value: JSON) -> [CIDRBlock]? {
        guard let texts = texts(of: value) else { return nil }
        let blocks = texts.compactMap { CIDRBlock($0) }
        return blocks.count == texts.count ? blocks : nil
    }
}

extension JSON {
    /// Whether there is nothing here: null, or an empty text, list or mapping. AWS leaves out what is empty as often as not.
    fileprivate var isNothing: Bool {
        switch self {
        case .null: true
        case .string(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        case .boolean, .integer, .number: false
        }
    }

    /// Whether a list has an element, or a text a part; nil where the question makes no sense.
    fileprivate func holds(_ part: JSON) -> Bool? {
        switch (self, part) {
        case (.array(let elements), _): elements.contains { $0.equals(part) }
        case (.string(let text), .string(let part)): text.containsBytes(of: part)
        default: nil
        }
    }

    /// Elements, members or Unicode scalars.
    fileprivate var length: Int? {
        switch self {
        case .string(let text): text.unicodeScalars.count
        case .array(let elements): elements.count
        case .object(let members): members.count
        default: nil
        }
    }
}
