package import JMESPath

/// `state`: resources that the region holds after the run.
package struct StateCheck: Sendable {
    /// What to look at: a service and one of its resources, for instance `ec2:instance`.
    package var selector: String
    /// Which of them; nil for all.
    package var condition: JMESPathExpression?
    /// How many there must be. Only `exactly 0` is satisfied by an empty selection.
    package var count: CountBounds
    /// Paths whose values must differ: how many different values each must have among the selected, at least one.
    package var distinct: [(path: JMESPathExpression, bounds: CountBounds)]
    /// Conditions on every selected resource.
    package var each: [(path: JMESPathExpression, matchers: [Matcher])]

    var placeholders: [MessageTemplate.Placeholder] {
        var known = [
            MessageTemplate.Placeholder(name: "count", revealsActual: true),
            MessageTemplate.Placeholder(name: "expected", revealsActual: false),
            MessageTemplate.Placeholder(name: "actual", revealsActual: true),
            MessageTemplate.Placeholder(name: "offender", revealsActual: true, takesPath: true),
        ]
        if count.minimum != nil { known.append(MessageTemplate.Placeholder(name: "min", revealsActual: false)) }
        if count.maximum != nil { known.append(MessageTemplate.Placeholder(name: "max", revealsActual: false)) }
        if !distinct.isEmpty { known.append(MessageTemplate.Placeholder(name: "distinct", revealsActual: true)) }
        return known
    }
}

extension StateCheck {
    static func read(_ node: YAMLNode, _ context: CheckKind.Context) -> StateCheck? {
        let diagnostics = context.diagnostics
        guard var fields = FieldReader(node, "'state'", diagnostics) else { return nil }
        let selector = fields.required("select").flatMap { Self.selector($0, diagnostics) }
        let conditionNode = fields.optional("where")
        let condition = conditionNode?.expression("'where'", diagnostics)
        let count = fields.required("count").flatMap { Self.bounds($0, diagnostics) }
        let distinctNode = fields.optional("distinct")
        let eachNode = fields.optional("each")
        fields.finish()
        let distinct = distinctNode?.entries("'distinct'", diagnostics)?.compactMap { entry in
            Self.distinct(entry, diagnostics)
        }
        let each = eachNode?.entries("'each'", diagnostics)?.compactMap { entry in
            let matchers = Matcher.readAll(entry.value, "'\(entry.key)'", diagnostics)
            return path(of: entry, diagnostics).map { ($0, matchers) }
        }
        guard let selector, let count, (conditionNode == nil) == (condition == nil) else { return nil }
        let check = StateCheck(
            selector: selector, condition: condition, count: count, distinct: distinct ?? [], each: each ?? [])
        check.reportContradictions(distinctNode ?? eachNode ?? node, context)
        return check
    }

    private func reportContradictions(_ node: YAMLNode, _ context: CheckKind.Context) {
        guard count == CountBounds(minimum: 0, maximum: 0) else { return }
        if !distinct.isEmpty || !each.isEmpty {
            context.diagnostics.error(
                "with 'count: 0' there is nothing that 'distinct' or 'each' could look at", at: node.location)
        }
        if context.scoring == .proportional {
            context.diagnostics.error(
                "with 'count: 0' there is nothing to give a part of the points for", at: node.location)
        }
    }

    private static func bounds(_ node: YAMLNode, _ diagnostics: Diagnostics) -> CountBounds? {
        guard let bounds = CountBounds.read(node, "'count'", diagnostics) else { return nil }
        if bounds.minimum == 0, bounds.maximum != 0 {
            diagnostics.error(
                "'min: 0' allows nothing: an empty selection fails unless 'count' is 0; write 'min: 1' or leave it out",
                at: node.location)
            return nil
        }
        // An upper bound alone does not admit an empty selection either.
        return CountBounds(minimum: bounds.minimum ?? (bounds.maximum == 0 ? 0 : 1), maximum: bounds.maximum)
    }

    private static func distinct(
        _ entry: YAMLNode.Entry, _ diagnostics: Diagnostics
    ) -> (path: JMESPathExpression, bounds: CountBounds)? {
        guard let path = path(of: entry, diagnostics),
            let bounds = CountBounds.read(entry.value, "'distinct'", exact: false, diagnostics)
        else { return nil }
        if bounds.minimum == 0 || bounds.maximum == 0 {
            diagnostics.error("'distinct' must ask for at least one value", at: entry.value.location)
            return nil
        }
        return (path, CountBounds(minimum: bounds.minimum ?? 1, maximum: bounds.maximum))
    }

    /// `service:resource`, both in lower case with hyphens.
    static func selector(_ node: YAMLNode, _ diagnostics: Diagnostics) -> String? {
        guard let text = node.text("'select'", diagnostics) else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let isWord = { (part: Substring) in
            !part.isEmpty
                && part.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        }
        if parts.count == 2, parts.allSatisfy(isWord) {
            if diagnostics.selectors.isEmpty || diagnostics.selectors.contains(text) { return text }
            diagnostics.error(
                "there are no resources '\(text)' to select\(Suggestion.ending(for: text, among: diagnostics.selectors))",
                at: node.location)
            return nil
        }
        diagnostics.error(
            "'select' must be a service and a resource, for instance ec2:instance, not '\(text)'", at: node.location)
        return nil
    }

    private static func path(of entry: YAMLNode.Entry, _ diagnostics: Diagnostics) -> JMESPathExpression? {
        YAMLNode(content: .scalar(entry.key, .plain), location: entry.keyLocation)
            .expression("the path '\(entry.key)'", diagnostics)
    }
}

extension YAMLNode {
    /// A JMESPath expression.
    func expression(_ name: String, _ diagnostics: Diagnostics) -> JMESPathExpression? {
        guard case .scalar(let text, _) = content, !text.isEmpty else {
            diagnostics.error("\(name) must be a JMESPath expression, not \(kind)", at: location)
            return nil
        }
        do {
            return try JMESPathExpression(text)
        } catch {
            diagnostics.error("\(name) is not a JMESPath expression: \(error)", at: location(ofCharacter: error.offset))
            return nil
        }
    }
}
