/// `scenario`: what a timeline of the lab's shows.
package struct ScenarioCheck: Sendable {
    /// The scenario's id.
    package var of: String
    package var location: SourceLocation
    /// The least share of requests that are served, 0 to 1.
    package var availability: Double?
    /// How long after a fault's beginning requests may go on being lost, in seconds.
    package var recovery: Double?
    /// How long nothing may be served at all, in seconds.
    package var longestGap: Double?
    /// How many requests may be lost.
    package var lost: Int?
    /// How many different targets must serve.
    package var servedBy: CountBounds?
    /// What the region must hold in the end.
    package var then: StateCheck?

    static let placeholders = [
        MessageTemplate.Placeholder(name: "expected", revealsActual: false),
        MessageTemplate.Placeholder(name: "actual", revealsActual: true),
        MessageTemplate.Placeholder(name: "cell", revealsActual: true),
        MessageTemplate.Placeholder(name: "availability", revealsActual: true),
        MessageTemplate.Placeholder(name: "lost", revealsActual: true),
        MessageTemplate.Placeholder(name: "requests", revealsActual: true),
        MessageTemplate.Placeholder(name: "recovery", revealsActual: true),
        MessageTemplate.Placeholder(name: "longest_gap", revealsActual: true),
    ]
}

extension ScenarioCheck {
    static func read(_ node: YAMLNode, _ context: CheckKind.Context) -> ScenarioCheck? {
        let diagnostics = context.diagnostics
        guard var fields = FieldReader(node, "'scenario'", diagnostics) else { return nil }
        let ofNode = fields.required("of")
        var check = ScenarioCheck(
            of: ofNode?.text("'of'", diagnostics) ?? "", location: ofNode?.location ?? node.location)
        let days = 0.0...ScenarioBounds.seconds
        check.availability = bound("min", of: fields.optional("availability"), "'availability'", diagnostics) { value in
            guard let share = value.double("'availability'", diagnostics) else { return nil }
            if (0...1).contains(share), share > 0 { return share }
            diagnostics.error("'availability' must be above 0 and at most 1", at: value.location)
            return nil
        }
        check.recovery = bound("max", of: fields.optional("recovery"), "'recovery'", diagnostics) {
            $0.duration("'recovery'", in: days, diagnostics)
        }
        check.longestGap = bound("max", of: fields.optional("longest_gap"), "'longest_gap'", diagnostics) {
            $0.duration("'longest_gap'", in: days, diagnostics)
        }
        check.lost = bound("max", of: fields.optional("lost"), "'lost'", diagnostics) {
            $0.integer("'lost'", in: 0...1_000_000, diagnostics)
        }
        check.servedBy = fields.optional("served_by").flatMap {
            CountBounds.read($0, "'served_by'", exact: false, diagnostics)
        }
        let thenNode = fields.optional("then")
        check.then = thenNode.flatMap { StateCheck.read($0, context) }
        fields.finish()
        let expects =
            check.availability != nil || check.recovery != nil || check.longestGap != nil || check.lost != nil
            || check.servedBy != nil || thenNode != nil
        if !expects {
            diagnostics.error(
                "a 'scenario' check must expect something: availability, recovery, longest_gap, lost, served_by or then",
                at: node.location)
        }
        return ofNode == nil || check.of.isEmpty ? nil : check
    }

    /// `{min: …}` or `{max: …}` with one of the two.
    private static func bound<Value>(
        _ key: String, of node: YAMLNode?, _ name: String, _ diagnostics: Diagnostics, _ read: (YAMLNode) -> Value?
    ) -> Value? {
        guard let node, var fields = FieldReader(node, name, diagnostics) else { return nil }
        let value = fields.required(key)
        fields.finish()
        return value.flatMap(read)
    }
}
