package import JMESPath

/// `document`: a file of the submission against the shape that an API operation takes, and against matchers.
package struct DocumentCheck: Sendable {
    /// Where the document is.
    package enum Source: Sendable, Hashable {
        /// What the submission is run by: with the interface `taskdef` that file, otherwise what the program sent.
        case entry
        case file(String)
    }

    /// What an operation of a service takes.
    package struct Schema: Sendable, Hashable {
        /// The signing name, for instance `ecs`.
        package var service: String
        package var operation: String
    }

    package var source: Source
    package var schema: Schema?
    /// Conditions on the document.
    package var expectations: [(path: JMESPathExpression, matchers: [Matcher])]
    package var location: SourceLocation

    static let placeholders = [
        MessageTemplate.Placeholder(name: "expected", revealsActual: false),
        MessageTemplate.Placeholder(name: "actual", revealsActual: true),
        MessageTemplate.Placeholder(name: "file", revealsActual: true),
        MessageTemplate.Placeholder(name: "pointer", revealsActual: true),
        MessageTemplate.Placeholder(name: "line", revealsActual: true),
        MessageTemplate.Placeholder(name: "message", revealsActual: true),
    ]
}

extension DocumentCheck {
    static func read(_ node: YAMLNode, _ context: CheckKind.Context) -> DocumentCheck? {
        let diagnostics = context.diagnostics
        guard var fields = FieldReader(node, "'document'", diagnostics) else { return nil }
        let fileNode = fields.optional("file")
        let schemaNode = fields.optional("schema")
        let expectNode = fields.optional("expect")
        fields.finish()
        let source = fileNode.map { Self.source($0, diagnostics) } ?? .entry
        let schema = schemaNode.flatMap { Self.schema($0, diagnostics) }
        let expectations = expectNode.map { Matcher.readExpectations($0, diagnostics) } ?? []
        if schemaNode == nil, expectNode == nil {
            diagnostics.error("'document' needs 'schema', 'expect' or both", at: node.location)
            return nil
        }
        guard let source, (schemaNode == nil) == (schema == nil) else { return nil }
        return DocumentCheck(source: source, schema: schema, expectations: expectations, location: node.location)
    }

    private static func source(_ node: YAMLNode, _ diagnostics: Diagnostics) -> Source? {
        guard let text = node.text("'file'", diagnostics) else { return nil }
        if text == "${entry}" { return .entry }
        guard let path = LabReader(diagnostics: diagnostics).relativePath(node, "'file'") else { return nil }
        if DocumentFormat(path: path) != nil { return .file(path) }
        diagnostics.error("'file' must end with .json, .yaml or .yml, or be ${entry}, not '\(text)'", at: node.location)
        return nil
    }

    /// `aws:SERVICE:OPERATION`.
    private static func schema(_ node: YAMLNode, _ diagnostics: Diagnostics) -> Schema? {
        guard let text = node.text("'schema'", diagnostics) else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 3, parts[0] == "aws", !parts[1].isEmpty, parts[2].first?.isUppercase == true {
            return Schema(service: String(parts[1]), operation: String(parts[2]))
        }
        diagnostics.error(
            "'schema' must be aws, a service and an operation, for instance aws:ecs:RegisterTaskDefinition, not '\(text)'",
            at: node.location)
        return nil
    }
}

extension Matcher {
    /// Reads `expect`: paths, each with matchers that must all hold.
    static func readExpectations(
        _ node: YAMLNode, _ diagnostics: Diagnostics
    ) -> [(path: JMESPathExpression, matchers: [Matcher])] {
        (node.entries("'expect'", diagnostics) ?? []).compactMap { entry in
            let matchers = readAll(entry.value, "'\(entry.key)'", diagnostics)
            return YAMLNode(content: .scalar(entry.key, .plain), location: entry.keyLocation)
                .expression("the path '\(entry.key)'", diagnostics).map { ($0, matchers) }
        }
    }
}
