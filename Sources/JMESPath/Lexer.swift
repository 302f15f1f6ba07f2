import JSONValue

/// Cuts an expression into tokens.
struct Lexer {
    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ source: String) throws(JMESPathError) {
        let scalars = Array(source.unicodeScalars.prefix(JMESPathExpression.maximumLength + 1))
        if scalars.count > JMESPathExpression.maximumLength {
            throw JMESPathError(
                .limit, "an expression of more than \(JMESPathExpression.maximumLength) characters",
                at: scalars.count - 1)
        }
        self.scalars = scalars
    }

    /// All tokens, `.end` last.
    mutating func tokens() throws(JMESPathError) -> [Token] {
        var tokens: [Token] = []
        while true {
            while let scalar = current, [" ", "\t", "\n", "\r"].contains(scalar) { position += 1 }
            let start = position
            guard let scalar = current else {
                tokens.append(Token(kind: .end, offset: start))
                return tokens
            }
            tokens.append(Token(kind: try token(from: scalar), offset: start))
        }
    }

    private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    /// Moves past the next scalar if it is this one.
    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        position += 1
        return true
    }

    private mutating func token(from first: Unicode.Scalar) throws(JMESPathError) -> Token.Kind {
        let start = position
        switch first {
        case "a"..."z", "A"..."Z", "_": return .identifier(identifier())
        case "0"..."9", "-": return .number(try number())
        case "\"": return .quotedIdentifier(try quotedIdentifier())
        case "'": return .literal(.string(try delimited("'")))
        case "`": return .literal(try literal())
        default: break
        }
        position += 1
        switch first {
        case ".": return .dot
        case "*": return .star
        case ",": return .comma
        case ":": return .colon
        case "@": return .current
        case "(": return .leftParenthesis
        case ")": return .rightParenthesis
        case "{": return .leftBrace
        case "}": return .rightBrace
        case "]": return .rightBracket
        case "[": return take("]") ? .flatten : take("?") ? .filter : .leftBracket
        case "|": return take("|") ? .or : .pipe
        case "&": return take("&") ? .and : .reference
        case "!": return take("=") ? .comparison(.notEqual) : .not
        case "<": return .comparison(take("=") ? .lessOrEqual : .less)
        case ">": return .comparison(take("=") ? .greaterOrEqual : .greater)
        case "=" where take("="): return .comparison(.equal)
        case "=": throw JMESPathError(.syntax, "'=' alone is no operator: use '=='", at: start)
        default: throw JMESPathError(.syntax, "unexpected character \(Self.quoted(first))", at: start)
        }
    }

    private static func quoted(_ scalar: Unicode.Scalar) -> String {
        scalar.value < 0x20 || scalar.value == 0x7F
            ? "U+\(String(scalar.value, radix: 16, uppercase: true))" : "'\(scalar)'"
    }

    private mutating func identifier() -> String {
        var text = String.UnicodeScalarView()
        while let scalar = current {
            switch scalar {
            case "a"..."z", "A"..."Z", "_", "0"..."9": text.append(scalar)
            default: return String(text)
            }
            position += 1
        }
        return String(text)
    }

    /// A whole number. One that 64 bits cannot hold becomes the nearest that they can: no array is that long.
    private mutating func number() throws(JMESPathError) -> Int {
        let start = position
        let negative = take("-")
        let firstDigit = position
        var value = 0
        while let scalar = current, ("0"..."9").contains(scalar) {
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(Int(scalar.value) - 48)
            value = tooLarge || carried ? .max : sum
            position += 1
        }
        if position == firstDigit { throw JMESPathError(.syntax, "'-' without a number", at: start) }
        return negative ? -value : value
    }

    /// What stands between two delimiters: `\` and the delimiter give the delimiter, every other `\` stays as it is.
    private mutating func delimited(_ delimiter: Unicode.Scalar) throws(JMESPathError) -> String {
        let start = position
        position += 1
        var text = String.UnicodeScalarView()
        while let scalar = current {
            position += 1
            if scalar == delimiter { return String(text) }
            guard scalar == "\\", let next = current else {
                text.append(scalar)
                continue
            }
            if next != delimiter { text.append(scalar) }
            text.append(next)
            position += 1
        }
        throw JMESPathError(.syntax, "the \(delimiter) here is never closed", at: start)
    }

    private mutating func quotedIdentifier() throws(JMESPathError) -> String {
        let start = position
        position += 1
        while let scalar = current, scalar != "\"" { position += scalar == "\\" ? 2 : 1 }
        guard take("\"") else { throw JMESPathError(.syntax, "the \" here is never closed", at: start) }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[start..<position])
        do {
            if case .string(let name) = try JSON.parse(String(text)) { return name }
        } catch {
            throw JMESPathError(.syntax, "in a quoted identifier: \(error.reason)", at: start)
        }
        throw JMESPathError(.syntax, "a malformed quoted identifier", at: start)
    }

    /// JSON between backticks; what is not JSON is taken for a string without its quotation marks, as JEP 12 had it.
    private mutating func literal() throws(JMESPathError) -> JSON {
        let start = position
        let text = try delimited("`")
        do {
            return try JSON.parse(text)
        } catch {
            let bare = text.drop { $0.isWhitespace }
            if let string = try? JSON.parse("\"\(bare)\"") { return string }
            throw JMESPathError(.syntax, "a literal that is not JSON: \(error.reason)", at: start)
        }
    }
}
