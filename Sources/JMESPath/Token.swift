import JSONValue

/// A lexical token and where it begins, in Unicode scalars.
struct Token: Equatable {
    enum Kind: Equatable {
        case identifier(String)
        case quotedIdentifier(String)
        case literal(JSON)
        case number(Int)
        case dot, star, comma, colon, current
        case leftParenthesis, rightParenthesis, leftBrace, rightBrace, leftBracket, rightBracket
        /// `[]`
        case flatten
        /// `[?`
        case filter
        case pipe, or, and, not, reference
        case comparison(Comparison)
        case end
    }

    var kind: Kind
    var offset: Int
}

enum Comparison: String {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
}

extension Token.Kind {
    /// The token as an error message names it.
    var name: String {
        switch self {
        case .identifier(let name): "'\(name)'"
        case .quotedIdentifier(let name): "\"\(name)\""
        case .literal: "a literal"
        case .number(let value): "'\(value)'"
        case .dot: "'.'"
        case .star: "'*'"
        case .comma: "','"
        case .colon: "':'"
        case .current: "'@'"
        case .leftParenthesis: "'('"
        case .rightParenthesis: "')'"
        case .leftBrace: "'{'"
        case .rightBrace: "'}'"
        case .leftBracket: "'['"
        case .rightBracket: "']'"
        case .flatten: "'[]'"
        case .filter: "'[?'"
        case .pipe: "'|'"
        case .or: "'||'"
        case .and: "'&&'"
        case .not: "'!'"
        case .reference: "'&'"
        case .comparison(let comparison): "'\(comparison.rawValue)'"
        case .end: "the end of the expression"
        }
    }

    /// How tightly the token binds what stands to its left; zero ends an expression.
    var bindingPower: Int {
        switch self {
        case .pipe: 1
        case .or: 2
        case .and: 3
        case .comparison: 5
        case .flatten: 9
        case .star: 20
        case .filter: 21
        case .dot: 40
        case .not: 45
        case .leftBrace: 50
        case .leftBracket: 55
        case .leftParenthesis: 60
        default: 0
        }
    }
}
