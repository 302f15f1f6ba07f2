package import JMESPath

/// A `fail` text with `{{placeholders}}`.
package struct MessageTemplate: Sendable, Hashable {
    package enum Part: Sendable, Hashable {
        case text(String)
        /// A value by its name; with a path into that value where one is given (`offender.InstanceId`).
        case placeholder(String, path: JMESPathExpression?)
    }

    package var parts: [Part]

    /// What a check kind offers to its template.
    struct Placeholder: Sendable {
        var name: String
        /// Whether it tells what the submission did, which only a visible check may tell.
        var revealsActual: Bool
        var takesPath = false
    }

    /// The text with every placeholder replaced by what `value` answers, which is cut to 200 characters.
    package func render(_ value: (_ name: String, _ path: JMESPathExpression?) -> String) -> String {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .placeholder(let name, let path):
                let text = value(name, path)
                result += text.prefix(200)
                if text.dropFirst(200).first != nil { result += "…" }
            }
        }
        return result
    }

    /// Reads a template; reports what cannot be filled in, or must not be for a check that students do not see.
    static func read(
        _ node: YAMLNode, placeholders: [Placeholder], isVisible: Bool, _ diagnostics: Diagnostics
    ) -> MessageTemplate? {
        guard let source = node.text("'fail'", diagnostics) else { return nil }
        var parts: [Part] = []
        var rest = source[...]
        var offset = 0
        while let open = rest.firstIndex(of: "{{", from: rest.startIndex) {
            parts.append(.text(String(rest[..<open])))
            offset += rest[..<open].unicodeScalars.count
            let inner = rest[rest.index(open, offsetBy: 2)...]
            guard let close = inner.firstIndex(of: "}}", from: inner.startIndex) else {
                diagnostics.error("'{{' without '}}' in 'fail'", at: node.location(ofCharacter: offset))
                return nil
            }
            let name = String(inner[..<close])
            let location = node.location(ofCharacter: offset)
            guard let part = placeholder(name, placeholders, isVisible, location, diagnostics) else { return nil }
            parts.append(part)
            offset += 4 + name.unicodeScalars.count
            rest = inner[inner.index(close, offsetBy: 2)...]
        }
        parts.append(.text(String(rest)))
        return MessageTemplate(parts: parts.filter { $0 != .text("") })
    }

    private static func placeholder(
        _ text: String, _ known: [Placeholder], _ isVisible: Bool, _ location: SourceLocation,
        _ diagnostics: Diagnostics
    ) -> Part? {
        let trimmed = text.drop { $0 == " " }
        let name = String(trimmed.prefix { $0 != "." && $0 != "[" && $0 != " " })
        let path = trimmed.dropFirst(name.count).drop { $0 == "." }.filter { $0 != " " }
        guard let placeholder = known.first(where: { $0.name == name }) else {
            let names = known.map(\.name)
            let meant = Suggestion.ending(for: name, among: names)
            diagnostics.error(
                "'{{\(text)}}' cannot be filled in here\(meant.isEmpty ? "; known: \(names.joined(separator: ", "))" : meant)",
                at: location)
            return nil
        }
        if placeholder.revealsActual, !isVisible {
            diagnostics.error(
                "'{{\(text)}}' would tell what a check that is not visible has found: leave it out, or make the check visible",
                at: location)
            return nil
        }
        if path.isEmpty { return .placeholder(name, path: nil) }
        guard placeholder.takesPath else {
            diagnostics.error("'{{\(name)}}' is a plain value and has no members", at: location)
            return nil
        }
        do {
            return .placeholder(name, path: try JMESPathExpression(String(path)))
        } catch {
            diagnostics.error("in '{{\(text)}}': \(error)", at: location)
            return nil
        }
    }
}

extension Substring {
    /// Where `text`, of two characters, first begins at or after a place.
    fileprivate func firstIndex(of text: String, from start: Index) -> Index? {
        var position = start
        while position < endIndex {
            if self[position...].hasPrefix(text) { return position }
            formIndex(after: &position)
        }
        return nil
    }
}
