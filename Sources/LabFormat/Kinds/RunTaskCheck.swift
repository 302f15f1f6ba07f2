package import JMESPath
package import JSONValue

/// `run_task`: what becomes of a task of a family that the submission has registered.
package struct RunTaskCheck: Sendable {
    /// What is run. Checks with the same run look at the same task.
    package struct Run: Sendable, Hashable {
        /// `family` or `family:revision`.
        package var family: String
        /// Nil for the cluster `default`, which is made where it is not there.
        package var cluster: String?
        /// More parameters of RunTask, as botocore takes them.
        package var parameters: JSON
        /// Virtual seconds after which the task is looked at.
        package var seconds: Double
    }

    package var run: Run
    /// Conditions on the task, as DescribeTasks shows it.
    package var expectations: [(path: JMESPathExpression, matchers: [Matcher])]
    /// Containers each of which must wait for the one before.
    package var order: [String]
    /// What containers must have ended with.
    package var exitCodes: [(container: String, code: Int)]

    static let placeholders = [
        MessageTemplate.Placeholder(name: "expected", revealsActual: false),
        MessageTemplate.Placeholder(name: "actual", revealsActual: true),
        MessageTemplate.Placeholder(name: "family", revealsActual: false),
        MessageTemplate.Placeholder(name: "status", revealsActual: true),
        MessageTemplate.Placeholder(name: "reason", revealsActual: true),
    ]
}

extension RunTaskCheck {
    static func read(_ node: YAMLNode, _ context: CheckKind.Context) -> RunTaskCheck? {
        let diagnostics = context.diagnostics
        guard var fields = FieldReader(node, "'run_task'", diagnostics) else { return nil }
        let family = fields.required("family")?.text("'family'", diagnostics)
        let cluster = fields.optional("cluster").map { $0.text("'cluster'", diagnostics) }
        let withNode = fields.optional("with")
        let within = fields.optional("within").map { $0.duration("'within'", in: 1...86_400, diagnostics) } ?? 120
        let expectNode = fields.optional("expect")
        let orderNode = fields.optional("order")
        let codesNode = fields.optional("exit_codes")
        fields.finish()
        if expectNode == nil, orderNode == nil, codesNode == nil {
            diagnostics.error(
                "a 'run_task' check must expect something: expect, order or exit_codes", at: node.location)
            return nil
        }
        let parameters = withNode.map { Self.with($0, diagnostics) } ?? [:]
        let order = orderNode.map { Self.order($0, diagnostics) } ?? []
        let codes = (codesNode?.entries("'exit_codes'", diagnostics) ?? []).compactMap { entry in
            entry.value.integer("'\(entry.key)'", in: 0...255, diagnostics).map { (entry.key, $0) }
        }
        let expectations = expectNode.map { Matcher.readExpectations($0, diagnostics) } ?? []
        guard let family, let within, let parameters, cluster != .some(nil) else { return nil }
        let run = Run(family: family, cluster: cluster ?? nil, parameters: parameters, seconds: within)
        return RunTaskCheck(run: run, expectations: expectations, order: order, exitCodes: codes)
    }

    private static func with(_ node: YAMLNode, _ diagnostics: Diagnostics) -> JSON? {
        guard let value = node.json("'with'", diagnostics) else { return nil }
        guard let object = value.objectValue else {
            diagnostics.error("'with' must be a mapping: parameters of RunTask, not \(node.kind)", at: node.location)
            return nil
        }
        for name in ["taskDefinition", "cluster", "count"] where object[name] != nil {
            diagnostics.error("'with' cannot have '\(name)': that is the check's own", at: node.location)
            return nil
        }
        return value
    }

    private static func order(_ node: YAMLNode, _ diagnostics: Diagnostics) -> [String] {
        let names = (node.list("'order'", diagnostics) ?? []).compactMap { $0.text("a container", diagnostics) }
        if names.count < 2 || Set(names).count < names.count {
            diagnostics.error("'order' needs the names of two containers or more, each once", at: node.location)
        }
        return names
    }
}
