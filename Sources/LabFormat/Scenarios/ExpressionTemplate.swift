package import JMESPath
package import JSONValue

/// Text with `${…}` in it: JMESPath over what there is at that moment, for instance
/// `http://${state.elbv2_load_balancer[0].DNSName}/`.
package struct ExpressionTemplate: Sendable, Hashable {
    package enum Part: Sendable, Hashable {
        case text(String)
        case expression(JMESPathExpression)
    }

    /// What was written.
    package var source: String
    package var parts: [Part]

    /// The value for a document: of a single expression what it gives, whatever its type; otherwise text, in which an
    /// expression that leads nowhere leaves nothing.
    package func value(in document: JSON) throws(JMESPathError) -> JSON {
        if parts.count == 1, case .expression(let expression) = parts[0] { return try expression.search(document) }
        var text = ""
        for part in parts {
            switch part {
            case .text(let plain): text += plain
            case .expression(let expression):
                switch try expression.search(document) {
                case .string(let found): text += found
                case .null: break
                case let other: text += other.serializedString()
                }
            }
        }
        return .string(text)
    }

    /// Whether every expression leads somewhere.
    package func isFilled(in document: JSON) -> Bool {
        parts.allSatisfy { part in
            guard case .expression(let expression) = part else { return true }
            return ((try? expression.search(document)) ?? .null).isTruthy
        }
    }

    /// The names below `state` that expressions may ask for: any of those that occur in the text.
    package func mentions(_ name: String) -> Bool {
        parts.contains { part in
            if case .expression(let expression) = part { expression.source.contains(name) } else { false }
        }
    }
}

extension ExpressionTemplate {
    /// Reads a template, in which `matrix` has those members.
    static func read(
        _ node: YAMLNode, _ name: String, matrix: [String], _ diagnostics: Diagnostics
    ) -> ExpressionTemplate? {
        guard let source = node.text(name, diagnostics) else { return nil }
        var parts: [Part] = []
        var text = ""
        var rest = source[...]
        while let start = rest.firstRange(of: "${") {
            text += rest[..<start.lowerBound]
            let inner = rest[start.upperBound...]
            guard let end = Self.end(of: inner) else {
                diagnostics.error("'${' without '}' in \(name)", at: node.location)
                return nil
            }
            if !text.isEmpty { parts.append(.text(text)) }
            text = ""
            let expression = String(inner[..<end])
            guard let compiled = compile(expression, name, matrix, node, diagnostics) else { return nil }
            parts.append(.expression(compiled))
            rest = inner[inner.index(after: end)...]
        }
        text += rest
        if !text.isEmpty { parts.append(.text(text)) }
        return ExpressionTemplate(source: source, parts: parts)
    }

    /// The brace that closes an expression: not one within quotes or within braces of its own.
    private static func end(of text: Substring) -> Substring.Index? {
        var depth = 0
        var quote: Character?
        for index in text.indices {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
                continue
            }
            switch character {
            case "'", "\"", "`": quote = character
            case "{": depth += 1
            case "}":
                if depth == 0 { return index }
                depth -= 1
            default: break
            }
        }
        return nil
    }

    private static func compile(
        _ expression: String, _ name: String, _ matrix: [String], _ node: YAMLNode, _ diagnostics: Diagnostics
    ) -> JMESPathExpression? {
        let root = expression.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        if root == "matrix" {
            let member = expression.dropFirst(root.count + 1).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            guard matrix.contains(String(member)) else {
                let known = matrix.isEmpty ? "there is no 'matrix' here" : "known: \(matrix.joined(separator: ", "))"
                diagnostics.error("'\(expression)' in \(name) is not in the matrix; \(known)", at: node.location)
                return nil
            }
        } else if root != "state" {
            diagnostics.error("'\(expression)' in \(name) must begin with 'state.' or 'matrix.'", at: node.location)
            return nil
        }
        do {
            return try JMESPathExpression(expression)
        } catch {
            diagnostics.error("'\(expression)' in \(name) is not a JMESPath expression: \(error)", at: node.location)
            return nil
        }
    }
}
