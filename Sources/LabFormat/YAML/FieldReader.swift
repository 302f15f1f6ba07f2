import JSONValue

/// Reads a mapping's keys one by one, and knows at the end which of them nobody asked for.
struct FieldReader {
    let location: SourceLocation
    let diagnostics: Diagnostics
    private let owner: String
    private let entries: [YAMLNode.Entry]
    private var asked: [String] = []

    /// Nil, and an error, where the node is no mapping. `owner` names it in messages: `a check`, `'limits'`.
    init?(_ node: YAMLNode, _ owner: String, _ diagnostics: Diagnostics) {
        guard case .mapping(let entries) = node.content else {
            diagnostics.error("\(owner) must be a mapping, not \(node.kind)", at: node.location)
            return nil
        }
        self.entries = entries
        self.owner = owner
        self.diagnostics = diagnostics
        location = node.location
    }

    /// The value of a key that may be left out.
    mutating func optional(_ key: String) -> YAMLNode? {
        asked.append(key)
        return entries.first { $0.key == key }?.value
    }

    /// The value of a key that must be there.
    mutating func required(_ key: String) -> YAMLNode? {
        let value = optional(key)
        if value == nil { diagnostics.error("\(owner) needs '\(key)'", at: location) }
        return value
    }

    /// The entries whose keys are among these, in the order of the file.
    mutating func any(of keys: [String]) -> [YAMLNode.Entry] {
        asked += keys
        return entries.filter { keys.contains($0.key) }
    }

    /// Reports every key that was not asked for.
    func finish() {
        for entry in entries where !asked.contains(entry.key) {
            let meant = Suggestion.ending(for: entry.key, among: asked)
            let known = meant.isEmpty ? "; known here: \(asked.joined(separator: ", "))" : meant
            diagnostics.error("\(owner) has no key '\(entry.key)'\(known)", at: entry.keyLocation)
        }
    }
}

/// Readers for single values. Each reports what it does not like and then answers nil.
extension YAMLNode {
    private func mustBe(_ expected: String, _ name: String, _ diagnostics: Diagnostics) {
        let advice =
            if case .scalar(let text, .plain) = content, case .ambiguous(let advice) = PlainScalar(text) {
                ": \(advice)"
            } else { "" }
        diagnostics.error("\(name) must be \(expected), not \(kind)\(advice)", at: location)
    }

    /// Text that is not empty.
    func text(_ name: String, _ diagnostics: Diagnostics) -> String? {
        guard case .scalar(let text, let style) = content, style != .plain || PlainScalar(text) == .text else {
            mustBe("text", name, diagnostics)
            return nil
        }
        if text.allSatisfy(\.isWhitespace) {
            diagnostics.error("\(name) must not be empty", at: location)
            return nil
        }
        return text
    }

    /// A whole number within bounds.
    func integer(_ name: String, in range: ClosedRange<Int>, _ diagnostics: Diagnostics) -> Int? {
        guard case .scalar(let text, .plain) = content, case .integer(let value) = PlainScalar(text) else {
            mustBe("a whole number", name, diagnostics)
            return nil
        }
        guard range.contains(value) else {
            diagnostics.error(
                "\(name) must be from \(range.lowerBound) to \(range.upperBound), not \(value)", at: location)
            return nil
        }
        return value
    }

    func boolean(_ name: String, _ diagnostics: Diagnostics) -> Bool? {
        guard case .scalar(let text, .plain) = content, case .boolean(let value) = PlainScalar(text) else {
            mustBe("true or false", name, diagnostics)
            return nil
        }
        return value
    }

    func list(_ name: String, _ diagnostics: Diagnostics) -> [YAMLNode]? {
        guard case .sequence(let items) = content else {
            mustBe("a list", name, diagnostics)
            return nil
        }
        return items
    }

    /// The entries of a mapping whose keys are free.
    func entries(_ name: String, _ diagnostics: Diagnostics) -> [Entry]? {
        guard case .mapping(let entries) = content else {
            mustBe("a mapping", name, diagnostics)
            return nil
        }
        if entries.isEmpty {
            diagnostics.error("\(name) must not be empty", at: location)
            return nil
        }
        return entries
    }

    /// One of a set of words.
    func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, _: Word.Type, _ diagnostics: Diagnostics
    ) -> Word? where Word.RawValue == String {
        guard let text = text(name, diagnostics) else { return nil }
        if let word = Word(rawValue: text) { return word }
        let words = Word.allCases.map(\.rawValue)
        diagnostics.error(
            "\(name) must be one of \(words.joined(separator: ", ")), not '\(text)'\(Suggestion.ending(for: text, among: words))",
            at: location)
        return nil
    }

    /// Any value, as JSON.
    func json(_ name: String, _ diagnostics: Diagnostics) -> JSON? {
        switch content {
        case .sequence(let items):
            let values = items.compactMap { $0.json(name, diagnostics) }
            return values.count == items.count ? .array(values) : nil
        case .mapping(let entries):
            let members = entries.compactMap { entry in entry.value.json(name, diagnostics).map { (entry.key, $0) } }
            return members.count == entries.count ? .object(JSONObject(uniquing: members)) : nil
        case .scalar(let text, let style):
            switch style == .plain ? PlainScalar(text) : .text {
            case .null: return .null
            case .boolean(let value): return .boolean(value)
            case .integer(let value): return .integer(value)
            case .number(let value): return .number(value)
            case .text: return .string(text)
            case .ambiguous(let advice):
                diagnostics.error("\(name): '\(text)' is ambiguous: \(advice)", at: location)
                return nil
            }
        }
    }
}
