import JSONValue

extension Matcher {
    private static let simpleKeys = [
        "eq", "ne", "in", "lt", "lte", "gt", "gte", "matches", "contains", "not_contains", "contains_all", "all_match",
        "none_match", "absent", "exists", "cidr_within", "cidr_disjoint", "len",
    ]

    /// Reads `{matcher: value, …}`; all of them have to hold.
    static func readAll(_ node: YAMLNode, _ name: String, _ diagnostics: Diagnostics) -> [Matcher] {
        guard var fields = FieldReader(node, name, diagnostics) else { return [] }
        var matchers: [Matcher] = []
        for entry in fields.any(of: simpleKeys) {
            if let matcher = read(entry.key, entry.value, diagnostics) { matchers.append(matcher) }
        }
        let target = fields.optional("approx")
        let tolerance = fields.optional("within")
        fields.finish()
        switch (target, tolerance) {
        case (let target?, let tolerance?):
            if let value = target.double("'approx'", diagnostics),
                let within = tolerance.double("'within'", diagnostics)
            {
                if within < 0 { diagnostics.error("'within' must not be negative", at: tolerance.location) }
                matchers.append(.approximately(value, within: within))
            }
        case (let target?, nil):
            diagnostics.error("'approx' needs 'within', the allowed difference", at: target.location)
        case (nil, let tolerance?):
            diagnostics.error("'within' needs 'approx', the expected number", at: tolerance.location)
        case (nil, nil): break
        }
        if case .mapping(let entries) = node.content, entries.isEmpty {
            diagnostics.error("\(name) has no matcher", at: node.location)
        }
        warnIfLonelyNegative(matchers, name, node, diagnostics)
        return matchers
    }

    private static func warnIfLonelyNegative(
        _ matchers: [Matcher], _ name: String, _ node: YAMLNode, _ diagnostics: Diagnostics
    ) {
        guard let first = matchers.first, matchers.allSatisfy(\.isNegative), !matchers.contains(.absent) else { return }
        diagnostics.warning(
            "\(name) has only '\(first.name)', which also holds where there is no value: add 'exists: true' unless that is meant",
            at: node.location)
    }

    private static func read(_ key: String, _ node: YAMLNode, _ diagnostics: Diagnostics) -> Matcher? {
        let name = "'\(key)'"
        switch key {
        case "eq", "ne":
            guard let value = node.json(name, diagnostics) else { return nil }
            if value.isNull {
                diagnostics.error("\(name) cannot be null: use 'absent: true' or 'exists: true'", at: node.location)
                return nil
            }
            return key == "eq" ? .equals(value) : .notEquals(value)
        case "contains": return node.json(name, diagnostics).map { .contains($0) }
        case "not_contains": return node.json(name, diagnostics).map { .notContains($0) }
        case "in": return values(node, name, diagnostics).map { .oneOf($0) }
        case "contains_all": return values(node, name, diagnostics).map { .containsAll($0) }
        case "lt": return ordered(node, name, diagnostics).map { .less($0) }
        case "lte": return ordered(node, name, diagnostics).map { .lessOrEqual($0) }
        case "gt": return ordered(node, name, diagnostics).map { .greater($0) }
        case "gte": return ordered(node, name, diagnostics).map { .greaterOrEqual($0) }
        case "matches": return pattern(node, name, diagnostics).map { .matches($0) }
        case "all_match": return pattern(node, name, diagnostics).map { .allMatch($0) }
        case "none_match": return pattern(node, name, diagnostics).map { .noneMatch($0) }
        case "absent", "exists":
            guard let value = node.boolean(name, diagnostics) else { return nil }
            if !value {
                let other = key == "absent" ? "exists" : "absent"
                diagnostics.error("write '\(other): true' instead of '\(key): false'", at: node.location)
                return nil
            }
            return key == "absent" ? .absent : .exists
        case "cidr_within": return cidr(node, name, diagnostics).map { .cidrWithin($0) }
        case "cidr_disjoint":
            if case .sequence(let items) = node.content, !items.isEmpty {
                let blocks = items.compactMap { cidr($0, name, diagnostics) }
                return blocks.count == items.count ? .cidrDisjoint(blocks) : nil
            }
            return cidr(node, name, diagnostics).map { .cidrDisjoint([$0]) }
        default: return CountBounds.read(node, name, diagnostics).map { .length($0) }
        }
    }

    private static func values(_ node: YAMLNode, _ name: String, _ diagnostics: Diagnostics) -> [JSON]? {
        guard let items = node.list(name, diagnostics) else { return nil }
        if items.isEmpty {
            diagnostics.error("\(name) must not be an empty list", at: node.location)
            return nil
        }
        return node.json(name, diagnostics)?.arrayValue
    }

    private static func ordered(_ node: YAMLNode, _ name: String, _ diagnostics: Diagnostics) -> JSON? {
        guard let value = node.json(name, diagnostics) else { return nil }
        if value.doubleValue != nil || value.stringValue != nil { return value }
        diagnostics.error("\(name) must be a number or text, not \(node.kind)", at: node.location)
        return nil
    }

    private static func pattern(_ node: YAMLNode, _ name: String, _ diagnostics: Diagnostics) -> Pattern? {
        guard let text = node.text(name, diagnostics) else { return nil }
        do {
            return try Pattern(text)
        } catch {
            diagnostics.error("\(name) is not a pattern: \(error)", at: node.location(ofCharacter: error.offset))
            return nil
        }
    }

    private static func cidr(_ node: YAMLNode, _ name: String, _ diagnostics: Diagnostics) -> CIDRBlock? {
        guard let text = node.text(name, diagnostics) else { return nil }
        if let block = CIDRBlock(text) { return block }
        diagnostics.error(
            "\(name) must be a CIDR block such as 10.0.0.0/16 or 2001:db8::/32, not '\(text)'", at: node.location)
        return nil
    }
}

extension YAMLNode {
    func double(_ name: String, _ diagnostics: Diagnostics) -> Double? {
        guard case .scalar(_, .plain) = content, let value = json(name, diagnostics)?.doubleValue else {
            diagnostics.error("\(name) must be a number, not \(kind)", at: location)
            return nil
        }
        return value
    }
}
