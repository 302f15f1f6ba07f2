import Yams

/// Reads a YAML document into nodes. Bounded in size, depth and aliases; anchors, aliases, tags, merge keys and keys that
/// are not text are refused: a lab has no use for them, and each has hurt somebody.
struct YAMLDocument {
    static let maximumBytes = 1 << 20
    private static let maximumDepth = 32
    /// Composing shares aliased nodes, but comparing keys would expand them: this few cannot take long.
    private static let maximumAliases = 32

    private let diagnostics: Diagnostics
    /// What is said of YAML that is refused: it is …
    private let refusal: String

    init(diagnostics: Diagnostics, refusal: String = "not part of the lab format") {
        self.diagnostics = diagnostics
        self.refusal = refusal
    }

    /// The document's root, or nil when it cannot be read, which the diagnostics then say.
    func read(_ bytes: [UInt8]) -> YAMLNode? {
        guard let text = text(of: bytes) else { return nil }
        do {
            // Without a resolver: what a scalar means is decided by `PlainScalar`, without regular expressions.
            let parser = try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8)
            // Yams holds anchors weakly, so the parser has to live until the nodes have been looked at.
            return try withExtendedLifetime(parser) {
                guard let root = try parser.singleRoot() else {
                    diagnostics.error("the file is empty", at: SourceLocation(line: 1, column: 1))
                    return nil
                }
                return node(root, depth: 1)
            }
        } catch let error as YamlError {
            report(error)
        } catch {
            diagnostics.error("not YAML: \(error)", at: SourceLocation(line: 1, column: 1))
        }
        return nil
    }

    private func text(of bytes: [UInt8]) -> String? {
        let start = SourceLocation(line: 1, column: 1)
        if bytes.count > Self.maximumBytes {
            diagnostics.error("the file has \(bytes.count) bytes; at most \(Self.maximumBytes) are allowed", at: start)
            return nil
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let location = Self.firstInvalid(in: bytes)
            diagnostics.error("the file is not UTF-8 from here on: save it as UTF-8", at: location)
            return nil
        }
        if text.unicodeScalars.first == "\u{FEFF}" {
            diagnostics.error("the file begins with a byte order mark: save it as UTF-8 without one", at: start)
            return nil
        }
        if let alias = Self.aliasBeyondLimit(in: bytes) {
            diagnostics.error("YAML aliases are \(refusal): write the value out", at: alias)
            return nil
        }
        return text
    }

    private static func firstInvalid(in bytes: [UInt8]) -> SourceLocation {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var location = SourceLocation(line: 1, column: 1)
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { location.move(past: scalar) }
        return location
    }

    /// Where the first `*name` beyond the allowed number is, seen without parsing.
    private static func aliasBeyondLimit(in bytes: [UInt8]) -> SourceLocation? {
        var count = 0
        for (position, byte) in bytes.enumerated() where byte == UInt8(ascii: "*") && position + 1 < bytes.count {
            let next = Unicode.Scalar(bytes[position + 1])
            guard next.properties.isAlphabetic || ("0"..."9").contains(next) || next == "_" || next == "-" else {
                continue
            }
            count += 1
            if count > maximumAliases {
                var location = SourceLocation(line: 1, column: 1)
                for scalar in String(decoding: bytes[..<position], as: UTF8.self).unicodeScalars {
                    location.move(past: scalar)
                }
                return location
            }
        }
        return nil
    }

    // MARK: Nodes

    private func node(_ source: Node, depth: Int) -> YAMLNode? {
        let location = Self.location(source.mark)
        if depth > Self.maximumDepth {
            diagnostics.error("nested more than \(Self.maximumDepth) deep", at: location)
            return nil
        }
        if source.anchor != nil {
            diagnostics.error(
                "YAML anchors and aliases are \(refusal): write the value out", at: location)
            return nil
        }
        switch source {
        case .scalar(let scalar):
            let tag = scalar.tag.description
            // Yams says that quoted scalars are strings; everything else was written by the author.
            let isImplied = tag.isEmpty || tag == "!" || scalar.style != .plain && tag == Tag.Name.str.rawValue
            if !isImplied { diagnostics.error("YAML tags (\(tag)) are \(refusal)", at: location) }
            return YAMLNode(content: .scalar(scalar.string, Self.style(scalar.style)), location: location)
        case .sequence(let items):
            return YAMLNode(content: .sequence(items.compactMap { node($0, depth: depth + 1) }), location: location)
        case .mapping(let pairs):
            return YAMLNode(
                content: .mapping(pairs.compactMap { entry($0.key, $0.value, depth: depth + 1) }), location: location)
        case .alias:
            diagnostics.error("YAML aliases are \(refusal): write the value out", at: location)
            return nil
        }
    }

    private func entry(_ key: Node, _ value: Node, depth: Int) -> YAMLNode.Entry? {
        let location = Self.location(key.mark)
        guard case .scalar(let scalar) = key, key.anchor == nil else {
            diagnostics.error("a key must be plain text", at: location)
            return nil
        }
        if scalar.string == "<<" {
            diagnostics.error("YAML merge keys are \(refusal): write the values out", at: location)
            return nil
        }
        return node(value, depth: depth).map {
            YAMLNode.Entry(key: scalar.string, keyLocation: location, value: $0)
        }
    }

    private static func style(_ style: Node.Scalar.Style) -> YAMLNode.Style {
        switch style {
        case .any, .plain: .plain
        case .singleQuoted, .doubleQuoted: .quoted
        case .literal, .folded: .block
        }
    }

    private static func location(_ mark: Mark?) -> SourceLocation {
        SourceLocation(line: mark?.line ?? 1, column: mark?.column ?? 1)
    }

    // MARK: Errors

    private func report(_ error: YamlError) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let place = context.map { " (\($0.text) at line \($0.mark.line))" } ?? ""
            diagnostics.error("not YAML: \(problem)\(place)", at: Self.location(mark))
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.sorted().map { "'\($0)'" }.joined(separator: ", ")
            diagnostics.error("\(names) is given more than once in the same mapping", at: Self.location(context.mark))
        case .reader(let problem, let offset, _, let yaml):
            var location = SourceLocation(line: 1, column: 1)
            for scalar in String(yaml.prefix(offset ?? 0)).unicodeScalars { location.move(past: scalar) }
            diagnostics.error("not YAML: \(problem)", at: location)
        default: diagnostics.error("not YAML: \(error)", at: SourceLocation(line: 1, column: 1))
        }
    }
}

extension SourceLocation {
    fileprivate mutating func move(past scalar: Unicode.Scalar) {
        if scalar == "\n" {
            line += 1
            column = 1
        } else {
            column += 1
        }
    }
}
