import GradeModel

extension LabReader {
    func check(_ node: YAMLNode) -> CheckDefinition? {
        guard var fields = FieldReader(node, "a check", diagnostics) else { return nil }
        let id = fields.required("id").flatMap { identifier($0, "a check's 'id'") }
        let title = fields.optional("title").flatMap { localized($0, "a check's 'title'") }
        let points = fields.required("points")?.points("a check's 'points'", diagnostics)
        let requires = fields.optional("requires").map { ids($0, "'requires'") } ?? []
        let visibility =
            fields.optional("visibility").flatMap { $0.word("'visibility'", Visibility.self, diagnostics) } ?? .visible
        let scoring =
            fields.optional("score").flatMap { $0.word("'score'", CheckDefinition.Scoring.self, diagnostics) } ?? .all
        let extraCredit = fields.optional("extra_credit")?.boolean("'extra_credit'", diagnostics) ?? false
        let failNode = fields.optional("fail")
        let hints = fields.optional("hints")?.list("'hints'", diagnostics)?.compactMap(hint) ?? []
        let kind = self.kind(&fields, CheckKind.Context(scoring: scoring, diagnostics: diagnostics))
        fields.finish()
        guard let id, let points, let kind else { return nil }
        let fail = failNode.flatMap {
            MessageTemplate.read(
                $0, placeholders: kind.placeholders, isVisible: visibility == .visible, diagnostics)
        }
        return CheckDefinition(
            id: id, title: title, points: points, requires: requires, visibility: visibility, scoring: scoring,
            extraCredit: extraCredit, fail: fail, hints: hints, kind: kind, location: node.location)
    }

    private func kind(_ fields: inout FieldReader, _ context: CheckKind.Context) -> CheckKind? {
        let keys = CheckKind.readers.map(\.key)
        let found = fields.any(of: keys)
        if found.count > 1 {
            diagnostics.error(
                "a check has exactly one kind, not both '\(found[0].key)' and '\(found[1].key)'",
                at: found[1].keyLocation)
            return nil
        }
        guard let entry = found.first, let reader = CheckKind.readers.first(where: { $0.key == entry.key }) else {
            diagnostics.error("a check needs a kind: \(keys.joined(separator: ", "))", at: fields.location)
            return nil
        }
        return reader.read(entry.value, context)
    }

    private func ids(_ node: YAMLNode, _ name: String) -> [String] {
        (node.list(name, diagnostics) ?? []).compactMap { item in identifier(item, "an id in \(name)") }
    }

    private func hint(_ node: YAMLNode) -> Hint? {
        guard case .mapping = node.content else {
            return node.text("a hint", diagnostics).map { Hint(text: $0, after: 1) }
        }
        guard var fields = FieldReader(node, "a hint", diagnostics) else { return nil }
        let after = fields.required("after")?.integer("'after'", in: 1...1000, diagnostics)
        let text = fields.required("text")?.text("'text'", diagnostics)
        fields.finish()
        guard let after, let text else { return nil }
        return Hint(text: text, after: after)
    }

    // MARK: Self-tests

    func selftest(_ node: YAMLNode) -> SelfTest? {
        guard var fields = FieldReader(node, "a selftest", diagnostics) else { return nil }
        let pathNode = fields.required("path")
        let path = pathNode.flatMap { relativePath($0, "a selftest's 'path'") }
        let score = fields.optional("score").flatMap(scoreBounds)
        let fails = fields.optional("fails").map { ids($0, "'fails'") } ?? []
        let passes = fields.optional("passes").map { ids($0, "'passes'") } ?? []
        let skips = fields.optional("skips").map { ids($0, "'skips'") } ?? []
        let outcome = fields.optional("verdict").flatMap { $0.word("'verdict'", SelfTest.Outcome.self, diagnostics) }
        fields.finish()
        if score == nil, fails.isEmpty, passes.isEmpty, skips.isEmpty, outcome == nil {
            diagnostics.error(
                "a selftest must expect something: a score, or checks that fail or pass", at: node.location)
        }
        return path.map {
            SelfTest(
                path: $0, location: pathNode?.location ?? node.location, score: score, fails: fails, passes: passes,
                skips: skips, outcome: outcome)
        }
    }

    private func scoreBounds(_ node: YAMLNode) -> ClosedRange<Points>? {
        guard case .mapping = node.content else { return node.points("'score'", diagnostics).map { $0...$0 } }
        guard var fields = FieldReader(node, "'score'", diagnostics) else { return nil }
        let minimum = fields.optional("min").map { $0.points("'min'", diagnostics) } ?? .zero
        let maximum = fields.optional("max").map { $0.points("'max'", diagnostics) } ?? Points(thousandths: .max)
        fields.finish()
        guard let minimum, let maximum else { return nil }
        if minimum <= maximum { return minimum...maximum }
        diagnostics.error("'score': 'min' is above 'max'", at: node.location)
        return nil
    }
}
