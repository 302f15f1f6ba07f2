package import JSONValue

/// A condition on one value.
package enum Matcher: Sendable, Hashable {
    case equals(JSON)
    case notEquals(JSON)
    case oneOf([JSON])
    case less(JSON)
    case lessOrEqual(JSON)
    case greater(JSON)
    case greaterOrEqual(JSON)
    case approximately(Double, within: Double)
    case matches(Pattern)
    case contains(JSON)
    case notContains(JSON)
    case containsAll([JSON])
    case allMatch(Pattern)
    case noneMatch(Pattern)
    case absent
    case exists
    case cidrWithin(CIDRBlock)
    case cidrDisjoint([CIDRBlock])
    case length(CountBounds)

    /// The matcher's key in `lab.yaml`.
    package var name: String {
        switch self {
        case .equals: "eq"
        case .notEquals: "ne"
        case .oneOf: "in"
        case .less: "lt"
        case .lessOrEqual: "lte"
        case .greater: "gt"
        case .greaterOrEqual: "gte"
        case .approximately: "approx"
        case .matches: "matches"
        case .contains: "contains"
        case .notContains: "not_contains"
        case .containsAll: "contains_all"
        case .allMatch: "all_match"
        case .noneMatch: "none_match"
        case .absent: "absent"
        case .exists: "exists"
        case .cidrWithin: "cidr_within"
        case .cidrDisjoint: "cidr_disjoint"
        case .length: "len"
        }
    }

    /// Whether a value that is not there satisfies the matcher.
    package var isNegative: Bool {
        switch self {
        case .notEquals, .notContains, .noneMatch, .absent, .cidrDisjoint: true
        default: false
        }
    }
}

/// How many there may be.
package struct CountBounds: Sendable, Hashable {
    /// At least this many; nil where there is no lower bound.
    package var minimum: Int?
    /// At most this many; nil where there is no upper bound.
    package var maximum: Int?

    package init(minimum: Int? = nil, maximum: Int? = nil) {
        self.minimum = minimum
        self.maximum = maximum
    }

    package func contains(_ count: Int) -> Bool { count >= minimum ?? 0 && count <= maximum ?? .max }

    /// `exactly 2`, `2 to 4`, `at least 2`, `at most 4`.
    package var phrase: String {
        switch (minimum, maximum) {
        case (let low?, let high?) where low == high: low == 0 ? "none" : "exactly \(low)"
        case (let low?, let high?): "\(low) to \(high)"
        case (let low?, nil): "at least \(low)"
        case (nil, let high?): "at most \(high)"
        case (nil, nil): "any number"
        }
    }

    /// Reads a whole number, which means exactly that many (or, for `distinct`, at least), or `{min, max}`.
    static func read(
        _ node: YAMLNode, _ name: String, exact: Bool = true, _ diagnostics: Diagnostics
    ) -> CountBounds? {
        let range = 0...1_000_000
        guard case .mapping = node.content else {
            if case .sequence = node.content {
                diagnostics.error("\(name) must be a whole number or {min: …, max: …}, not a list", at: node.location)
                return nil
            }
            return node.integer(name, in: range, diagnostics).map {
                CountBounds(minimum: $0, maximum: exact ? $0 : nil)
            }
        }
        guard var fields = FieldReader(node, name, diagnostics) else { return nil }
        let minimum = fields.optional("min")
        let maximum = fields.optional("max")
        fields.finish()
        if minimum == nil, maximum == nil {
            diagnostics.error("\(name) needs 'min', 'max' or both", at: node.location)
            return nil
        }
        let bounds = CountBounds(
            minimum: minimum?.integer("'min'", in: range, diagnostics),
            maximum: maximum?.integer("'max'", in: range, diagnostics))
        if let low = bounds.minimum, let high = bounds.maximum, low > high {
            diagnostics.error("\(name): 'min' (\(low)) is above 'max' (\(high))", at: node.location)
            return nil
        }
        let isComplete = (minimum == nil) == (bounds.minimum == nil) && (maximum == nil) == (bounds.maximum == nil)
        return isComplete ? bounds : nil
    }
}
