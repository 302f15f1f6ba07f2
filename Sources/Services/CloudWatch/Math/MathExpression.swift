import ServiceModel

/// An expression of metric math, read.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>
indirect enum MathExpression {
    case number(Double)
    case text(String)
    case name(String)
    case list([MathExpression])
    case negative(MathExpression)
    case operation(MathOperator, MathExpression, MathExpression)
    case call(String, [MathExpression])

    /// Reads an expression. Errors name it by the id of its query.
    init(_ text: String, id: String) throws(ServiceError) {
        var reader = MathReader(tokens: try MathToken.all(in: text, id: id), id: id)
        self = try reader.whole()
    }
}

/// What stands between two operands, by how strongly it binds.
enum MathOperator: String {
    case or = "||"
    case and = "&&"
    case equal = "=="
    case unequal = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"
    case plus = "+"
    case minus = "-"
    case times = "*"
    case by = "/"
    case power = "^"

    var strength: Int {
        switch self {
        case .or: 1
        case .and: 2
        case .equal, .unequal, .lessOrEqual, .greaterOrEqual, .less, .greater: 3
        case .plus, .minus: 4
        case .times, .by: 5
        case .power: 6
        }
    }

    /// Nil where there is no result, for instance after a division by zero.
    func apply(_ left: Double, _ right: Double) -> Double? {
        let result: Double =
            switch self {
            case .or: left != 0 || right != 0 ? 1 : 0
            case .and: left != 0 && right != 0 ? 1 : 0
            case .equal: left == right ? 1 : 0
            case .unequal: left != right ? 1 : 0
            case .lessOrEqual: left <= right ? 1 : 0
            case .greaterOrEqual: left >= right ? 1 : 0
            case .less: left < right ? 1 : 0
            case .greater: left > right ? 1 : 0
            case .plus: left + right
            case .minus: left - right
            case .times: left * right
            case .by: left / right
            case .power: MathFunctions.power(left, right)
            }
        return result.isFinite ? result : nil
    }
}

/// A word of an expression.
enum MathToken: Equatable {
    case number(Double)
    case text(String)
    case name(String)
    case sign(String)

    static func all(in text: String, id: String) throws(ServiceError) -> [MathToken] {
        let characters = Array(text)
        var tokens: [MathToken] = []
        var place = 0
        func end(from start: Int, while belongs: (Character) -> Bool) -> Int {
            var end = start
            while end < characters.count, belongs(characters[end]) { end += 1 }
            return end
        }
        while place < characters.count {
            let character = characters[place]
            if character.isWhitespace {
                place += 1
            } else if character.isASCII, character.isNumber || character == "." {
                let stop = end(from: place) { $0.isASCII && ($0.isNumber || $0 == ".") }
                guard let number = Double(String(characters[place..<stop])) else {
                    throw CloudWatchError.expression(
                        id, "Invalid number \(String(characters[place..<stop].prefix(32)))")
                }
                tokens.append(.number(number))
                place = stop
            } else if character.isASCII, character.isLetter || character == "_" {
                let stop = end(from: place) { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
                let word = String(characters[place..<stop])
                tokens.append(["AND": .sign("&&"), "OR": .sign("||")][word] ?? .name(word))
                place = stop
            } else if character == "\"" || character == "'" {
                let stop = end(from: place + 1) { $0 != character }
                guard stop < characters.count else { throw CloudWatchError.expression(id, "Unterminated text") }
                tokens.append(.text(String(characters[(place + 1)..<stop])))
                place = stop + 1
            } else {
                let pair = String(characters[place..<min(place + 2, characters.count)])
                let sign = MathOperator(rawValue: pair) != nil ? pair : String(character)
                guard MathOperator(rawValue: sign) != nil || ["(", ")", "[", "]", ","].contains(sign) else {
                    throw CloudWatchError.expression(id, "Unexpected character '\(character)'")
                }
                tokens.append(.sign(sign))
                place += sign.count
            }
        }
        return tokens
    }
}

/// Makes an expression of words.
private struct MathReader {
    let tokens: [MathToken]
    let id: String
    private var place = 0
    private var depth = 0

    /// How deeply an expression may be nested.
    private static let limit = 50

    init(tokens: [MathToken], id: String) {
        self.tokens = tokens
        self.id = id
    }

    private var next: MathToken? { place < tokens.count ? tokens[place] : nil }

    private mutating func take(_ sign: String) -> Bool {
        guard next == .sign(sign) else { return false }
        place += 1
        return true
    }

    private mutating func expect(_ sign: String) throws(ServiceError) {
        guard take(sign) else { throw CloudWatchError.expression(id, "Expected '\(sign)'") }
    }

    mutating func whole() throws(ServiceError) -> MathExpression {
        let expression = try operation(1)
        guard next == nil else { throw CloudWatchError.expression(id, "Invalid syntax") }
        return expression
    }

    private mutating func operation(_ strength: Int) throws(ServiceError) -> MathExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.limit else { throw CloudWatchError.expression(id, "Too deeply nested") }
        var left = try operand()
        while case .sign(let sign)? = next, let found = MathOperator(rawValue: sign), found.strength >= strength {
            place += 1
            left = .operation(found, left, try operation(found.strength + (found == .power ? 0 : 1)))
        }
        return left
    }

    private mutating func operand() throws(ServiceError) -> MathExpression {
        if take("-") { return .negative(try operation(MathOperator.power.strength)) }
        if take("(") {
            let inner = try operation(1)
            try expect(")")
            return inner
        }
        if take("[") { return .list(try operands(until: "]")) }
        guard let token = next else { throw CloudWatchError.expression(id, "Unexpected end") }
        place += 1
        switch token {
        case .number(let number): return .number(number)
        case .text(let text): return .text(text)
        case .name(let name):
            guard take("(") else { return .name(name) }
            return .call(name, try operands(until: ")"))
        case .sign(let sign): throw CloudWatchError.expression(id, "Unexpected '\(sign)'")
        }
    }

    private mutating func operands(until end: String) throws(ServiceError) -> [MathExpression] {
        if take(end) { return [] }
        var all = [try operation(1)]
        while take(",") { all.append(try operation(1)) }
        try expect(end)
        return all
    }
}
