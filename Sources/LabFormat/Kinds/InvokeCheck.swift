package import JMESPath
package import JSONValue

/// `invoke`: what a Lambda function answers to events.
package struct InvokeCheck: Sendable {
    /// One event, and what must hold for the answer.
    package struct Case: Sendable {
        package var event: JSON
        /// Conditions on the payload.
        package var expectations: [(path: JMESPathExpression, matchers: [Matcher])]
        /// The `errorType` that the function must fail with; nil where it must not fail.
        package var error: String?
    }

    package var function: String
    /// A version or an alias; nil for the function itself.
    package var qualifier: String?
    package var cases: [Case]

    static let placeholders = [
        MessageTemplate.Placeholder(name: "expected", revealsActual: false),
        MessageTemplate.Placeholder(name: "actual", revealsActual: true),
        MessageTemplate.Placeholder(name: "event", revealsActual: false),
        MessageTemplate.Placeholder(name: "function", revealsActual: false),
    ]
}

extension InvokeCheck {
    static func read(_ node: YAMLNode, _ context: CheckKind.Context) -> InvokeCheck? {
        let diagnostics = context.diagnostics
        guard var fields = FieldReader(node, "'invoke'", diagnostics) else { return nil }
        let function = fields.required("function")?.text("'function'", diagnostics)
        let qualifier = fields.optional("qualifier")?.text("'qualifier'", diagnostics)
        let casesNode = fields.required("cases")
        fields.finish()
        guard let casesNode, let nodes = casesNode.list("'cases'", diagnostics) else { return nil }
        guard (1...200).contains(nodes.count) else {
            diagnostics.error("'cases' must have from 1 to 200 entries, not \(nodes.count)", at: casesNode.location)
            return nil
        }
        let cases = nodes.compactMap { oneCase($0, diagnostics) }
        guard let function, cases.count == nodes.count else { return nil }
        return InvokeCheck(function: function, qualifier: qualifier, cases: cases)
    }

    private static func oneCase(_ node: YAMLNode, _ diagnostics: Diagnostics) -> Case? {
        guard var fields = FieldReader(node, "a case", diagnostics) else { return nil }
        let event = fields.required("event")?.json("'event'", diagnostics)
        let expectNode = fields.optional("expect")
        let errorNode = fields.optional("error")
        fields.finish()
        let error = errorNode?.text("'error'", diagnostics)
        let expectations = expectNode?.entries("'expect'", diagnostics)?.compactMap { entry in
            let matchers = Matcher.readAll(entry.value, "'\(entry.key)'", diagnostics)
            return YAMLNode(content: .scalar(entry.key, .plain), location: entry.keyLocation)
                .expression("the path '\(entry.key)'", diagnostics).map { ($0, matchers) }
        }
        if expectNode == nil, errorNode == nil {
            diagnostics.error(
                "a case needs 'expect', or an 'error' that the function must fail with", at: node.location)
            return nil
        }
        guard let event else { return nil }
        return Case(event: event, expectations: expectations ?? [], error: error == "absent" ? nil : error)
    }
}
