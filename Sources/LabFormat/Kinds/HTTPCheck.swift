import JSONValue

/// `http`: what a client on the internet gets when it asks for a URL, as the state of the region has it.
package struct HTTPCheck: Sendable {
    package var url: ExpressionTemplate
    /// How many requests are made.
    package var times: Int
    /// What must hold for the status of every answer.
    package var status: [Matcher]
    /// How many different targets must serve.
    package var servedBy: CountBounds?

    static let placeholders = [
        MessageTemplate.Placeholder(name: "expected", revealsActual: false),
        MessageTemplate.Placeholder(name: "actual", revealsActual: true),
        MessageTemplate.Placeholder(name: "url", revealsActual: true),
        MessageTemplate.Placeholder(name: "served_by", revealsActual: true),
    ]
}

extension HTTPCheck {
    static func read(_ node: YAMLNode, _ context: CheckKind.Context) -> HTTPCheck? {
        let diagnostics = context.diagnostics
        guard var fields = FieldReader(node, "'http'", diagnostics) else { return nil }
        let reader = LabReader(diagnostics: diagnostics)
        let url = fields.required("get").flatMap { reader.url($0) }
        let timesNode = fields.optional("times")
        let times = timesNode.map { $0.integer("'times'", in: 1...10_000, diagnostics) } ?? 1
        let statusNode = fields.optional("status")
        let status = statusNode.map { statuses($0, diagnostics) } ?? [.equals(.integer(200))]
        let servedByNode = fields.optional("served_by")
        let servedBy = servedByNode.flatMap { CountBounds.read($0, "'served_by'", exact: false, diagnostics) }
        fields.finish()
        guard let url, let times, (servedByNode == nil) == (servedBy == nil) else { return nil }
        return HTTPCheck(url: url, times: times, status: status, servedBy: servedBy)
    }

    /// A status, or matchers for one.
    private static func statuses(_ node: YAMLNode, _ diagnostics: Diagnostics) -> [Matcher] {
        if case .mapping = node.content { return Matcher.readAll(node, "'status'", diagnostics) }
        return node.integer("'status'", in: 100...599, diagnostics).map { [.equals(.integer($0))] } ?? []
    }
}
