/// A node of a YAML document, with its place.
struct YAMLNode: Sendable {
    enum Style: Sendable {
        case plain, quoted, block
    }

    struct Entry: Sendable {
        var key: String
        var keyLocation: SourceLocation
        var value: YAMLNode
    }

    enum Content: Sendable {
        case scalar(String, Style)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    var content: Content
    var location: SourceLocation

    /// The place of the n-th character of a scalar: exact for one-line scalars without escapes.
    func location(ofCharacter offset: Int) -> SourceLocation {
        guard case .scalar(let text, let style) = content, style != .block, !text.contains("\n") else {
            return location
        }
        return SourceLocation(line: location.line, column: location.column + offset + (style == .quoted ? 1 : 0))
    }

    /// What kind of value this is, for a message: `text`, `a number`, `a list` …
    var kind: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let text, let style):
            switch style == .plain ? PlainScalar(text) : .text {
            case .null: "nothing"
            case .boolean: "true or false"
            case .integer, .number: "a number"
            case .text: "text"
            case .ambiguous: "'\(text)'"
            }
        }
    }
}

/// What an unquoted scalar means in YAML 1.2's core schema (<https://yaml.org/spec/1.2.2/#103-core-schema>).
///
/// Where YAML 1.1, which many tools still read, means something else, the scalar is `ambiguous`: the author has to say.
enum PlainScalar: Equatable {
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case text
    /// With the advice that removes the doubt.
    case ambiguous(String)

    init(_ text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .boolean(true)
        case "false", "False", "FALSE": self = .boolean(false)
        case "yes", "Yes", "YES", "on", "On", "ON":
            self = .ambiguous("write true, or put it in quotes to mean the text")
        case "no", "No", "NO", "off", "Off", "OFF":
            self = .ambiguous("write false, or put it in quotes to mean the text")
        case ".inf", ".Inf", ".INF", "+.inf", "-.inf", ".nan", ".NaN", ".NAN":
            self = .ambiguous("only finite numbers can be used")
        default: self = Self.numeric(text)
        }
    }

    private static func numeric(_ text: String) -> PlainScalar {
        let bytes = Array(text.utf8)
        let digits =
            bytes.first.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") } == true
            ? bytes.dropFirst() : bytes[...]
        guard let first = digits.first, (0x30...0x39).contains(first) || first == UInt8(ascii: ".") else {
            return .text
        }
        let advice = PlainScalar.ambiguous("write a decimal number, or put it in quotes to mean the text")
        if digits.allSatisfy({ (0x30...0x39).contains($0) }) {
            if digits.count > 1, first == 0x30 { return advice }
            return Int(text).map { .integer($0) } ?? advice
        }
        if isFloat(digits) {
            guard let value = Double(text), value.isFinite else { return advice }
            return .number(value)
        }
        let word = String(decoding: digits, as: UTF8.self)
        let isRadix =
            ["0x", "0o", "0b"].contains { word.hasPrefix($0) } && word.dropFirst(2).allSatisfy { $0.isHexDigit }
        let isGrouped = word.contains("_") && word.allSatisfy { $0.isNumber || $0 == "_" }
        let isSexagesimal = word.contains(":") && word.allSatisfy { $0.isNumber || $0 == ":" }
        return isRadix && word.count > 2 || isGrouped || isSexagesimal ? advice : .text
    }

    /// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
    private static func isFloat(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        let whole = rest.prefix(while: isDigit).count
        rest = rest.dropFirst(whole)
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(fraction)
        }
        if whole + fraction == 0 { return false }
        guard let mark = rest.first else { return true }
        guard mark | 0x20 == UInt8(ascii: "e") else { return false }
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        return !rest.isEmpty && rest.allSatisfy(isDigit)
    }
}
