import JSONValue

/// A syntax tree and how high it is.
typealias Tree = (node: Node, height: Int)

/// A top-down operator-precedence parser (V. Pratt, 1973); the binding powers are those of the reference implementation.
struct Parser {
    private let tokens: [Token]
    private var position = 0
    private var depth = 0

    /// Below this binding power a token ends a projection's right-hand side.
    private static let projectionStop = 10
    private static let maximumNesting = 100

    init(tokens: [Token]) { self.tokens = tokens }

    mutating func parseExpression() throws(JMESPathError) -> Node {
        let tree = try expression(0)
        guard case .end = next.kind else { throw unexpected("the end of the expression") }
        return tree.node
    }

    // MARK: Tokens

    /// The token at hand; `.end` stays at hand for ever.
    private var next: Token {
        position < tokens.count ? tokens[position] : tokens.last ?? Token(kind: .end, offset: 0)
    }

    private mutating func advance() -> Token {
        defer { position += 1 }
        return next
    }

    private mutating func take(_ kind: Token.Kind) -> Bool {
        guard next.kind == kind else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ kind: Token.Kind) throws(JMESPathError) {
        if !take(kind) { throw unexpected(kind.name) }
    }

    private func unexpected(_ expected: String) -> JMESPathError {
        JMESPathError(.syntax, "\(next.kind.name) where \(expected) should be", at: next.offset)
    }

    // MARK: Trees

    private func grow(_ node: Node, over height: Int) throws(JMESPathError) -> Tree {
        if height >= JMESPathExpression.maximumHeight { throw tooDeep() }
        return (node, height + 1)
    }

    private func tooDeep() -> JMESPathError {
        JMESPathError(.limit, "the expression is nested too deeply", at: next.offset)
    }

    private mutating func expression(_ power: Int) throws(JMESPathError) -> Tree {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.maximumNesting { throw tooDeep() }
        var left = try prefix()
        while power < next.kind.bindingPower { left = try infix(left) }
        return left
    }

    /// What can begin an expression.
    private mutating func prefix() throws(JMESPathError) -> Tree {
        let token = next
        switch token.kind {
        case .identifier, .quotedIdentifier, .literal, .current, .star, .filter, .flatten, .leftBrace, .leftParenthesis,
            .leftBracket, .not:
            position += 1
        default: throw unexpected("an expression")
        }
        switch token.kind {
        case .identifier(let name):
            return take(.leftParenthesis) ? try call(name, at: token.offset) : (.field(name), 1)
        case .quotedIdentifier(let name):
            if next.kind == .leftParenthesis {
                throw JMESPathError(.syntax, "a function's name must not be quoted", at: token.offset)
            }
            return (.field(name), 1)
        case .literal(let value): return (.literal(value), 1)
        case .star: return try objectProjection((.current, 1), power: Token.Kind.star.bindingPower)
        case .filter: return try filterProjection((.current, 1))
        case .flatten: return try flattenProjection((.current, 1))
        case .leftBrace: return try multiSelectHash()
        case .leftBracket: return try bracketPrefix()
        case .leftParenthesis:
            let inner = try expression(0)
            try expect(.rightParenthesis)
            return inner
        case .not:
            let operand = try expression(Token.Kind.not.bindingPower)
            return try grow(.not(operand.node), over: operand.height)
        default: return (.current, 1)
        }
    }

    /// What can follow an expression.
    private mutating func infix(_ left: Tree) throws(JMESPathError) -> Tree {
        let token = next
        switch token.kind {
        case .dot, .pipe, .or, .and, .comparison, .flatten, .filter, .leftBracket: position += 1
        default: throw unexpected("an operator")
        }
        switch token.kind {
        case .dot:
            if take(.star) { return try objectProjection(left, power: Token.Kind.dot.bindingPower) }
            let right = try afterDot(Token.Kind.dot.bindingPower)
            return try join(left, right) { .sequence($0, $1) }
        case .pipe: return try binary(left, token.kind) { .sequence($0, $1) }
        case .or: return try binary(left, token.kind) { .or($0, $1) }
        case .and: return try binary(left, token.kind) { .and($0, $1) }
        case .comparison(let comparison): return try binary(left, token.kind) { .comparison(comparison, $0, $1) }
        case .flatten: return try flattenProjection(left)
        case .filter: return try filterProjection(left)
        default: return try bracket(after: left)
        }
    }

    private func join(_ left: Tree, _ right: Tree, _ make: (Node, Node) -> Node) throws(JMESPathError) -> Tree {
        try grow(make(left.node, right.node), over: max(left.height, right.height))
    }

    private mutating func binary(
        _ left: Tree, _ kind: Token.Kind, _ make: (Node, Node) -> Node
    ) throws(JMESPathError) -> Tree {
        try join(left, try expression(kind.bindingPower), make)
    }

    // MARK: Brackets

    /// After `[` at the beginning of an expression.
    private mutating func bracketPrefix() throws(JMESPathError) -> Tree {
        switch next.kind {
        case .number, .colon: return try indexOrSlice(of: (.current, 1))
        case .star where position + 1 < tokens.count && tokens[position + 1].kind == .rightBracket:
            position += 2
            return try listProjection((.current, 1))
        default: return try multiSelectList()
        }
    }

    /// After `[` behind an expression.
    private mutating func bracket(after left: Tree) throws(JMESPathError) -> Tree {
        switch next.kind {
        case .number, .colon: return try indexOrSlice(of: left)
        case .star:
            position += 1
            try expect(.rightBracket)
            return try listProjection(left)
        default: throw unexpected("an index, a slice, '*' or '?'")
        }
    }

    private mutating func indexOrSlice(of left: Tree) throws(JMESPathError) -> Tree {
        let start = next.offset
        var parts: [Int?] = [nil]
        while !take(.rightBracket) {
            if take(.colon) {
                parts.append(nil)
                if parts.count > 3 { throw JMESPathError(.syntax, "a slice has at most two ':'", at: start) }
            } else if case .number(let value) = next.kind, parts[parts.count - 1] == nil {
                parts[parts.count - 1] = value
                position += 1
            } else {
                throw unexpected(parts.count == 1 ? "']' or ':'" : "a number, ':' or ']'")
            }
        }
        if parts.count == 1 {
            guard let index = parts[0] else { throw unexpected("an index") }
            return try join(left, (.index(index), 1)) { .sequence($0, $1) }
        }
        let step = (parts.count == 3 ? parts[2] : nil) ?? 1
        if step == 0 { throw JMESPathError(.invalidValue, "the step of a slice must not be 0", at: start) }
        let slice = Node.slice(Slice(start: parts[0], stop: parts[1], step: step))
        return try listProjection(try join(left, (slice, 1)) { .sequence($0, $1) })
    }

    // MARK: Projections

    private mutating func listProjection(_ left: Tree) throws(JMESPathError) -> Tree {
        try join(left, try rightHandSide(Token.Kind.star.bindingPower)) { .listProjection($0, $1) }
    }

    private mutating func objectProjection(_ left: Tree, power: Int) throws(JMESPathError) -> Tree {
        try join(left, try rightHandSide(power)) { .objectProjection($0, $1) }
    }

    private mutating func flattenProjection(_ left: Tree) throws(JMESPathError) -> Tree {
        let flat = try grow(.flatten(left.node), over: left.height)
        return try join(flat, try rightHandSide(Token.Kind.flatten.bindingPower)) { .listProjection($0, $1) }
    }

    private mutating func filterProjection(_ left: Tree) throws(JMESPathError) -> Tree {
        let condition = try expression(0)
        try expect(.rightBracket)
        let right = try rightHandSide(Token.Kind.filter.bindingPower)
        return try grow(
            .filterProjection(left.node, condition: condition.node, right.node),
            over: max(left.height, condition.height, right.height))
    }

    /// What a projection applies to each element.
    private mutating func rightHandSide(_ power: Int) throws(JMESPathError) -> Tree {
        if next.kind.bindingPower < Self.projectionStop { return (.current, 1) }
        switch next.kind {
        case .leftBracket, .filter: return try expression(power)
        case .dot:
            position += 1
            return try afterDot(power)
        default: throw unexpected("'.', '[' or the end of the projection")
        }
    }

    private mutating func afterDot(_ power: Int) throws(JMESPathError) -> Tree {
        switch next.kind {
        case .identifier, .quotedIdentifier, .star: return try expression(power)
        case .leftBracket:
            position += 1
            return try multiSelectList()
        case .leftBrace:
            position += 1
            return try multiSelectHash()
        default: throw unexpected("a name, '*', '[' or '{'")
        }
    }

    // MARK: Lists of expressions

    private mutating func multiSelectList() throws(JMESPathError) -> Tree {
        var items: [Node] = []
        var height = 0
        repeat {
            let item = try expression(0)
            items.append(item.node)
            height = max(height, item.height)
        } while take(.comma)
        try expect(.rightBracket)
        return try grow(.multiSelectList(items), over: height)
    }

    private mutating func multiSelectHash() throws(JMESPathError) -> Tree {
        var items: [(key: String, value: Node)] = []
        var height = 0
        repeat {
            let key: String
            switch next.kind {
            case .identifier(let name), .quotedIdentifier(let name): key = name
            default: throw unexpected("a key")
            }
            position += 1
            try expect(.colon)
            let value = try expression(0)
            items.append((key, value.node))
            height = max(height, value.height)
        } while take(.comma)
        try expect(.rightBrace)
        return try grow(.multiSelectHash(items), over: height)
    }

    /// After a function's name and `(`.
    private mutating func call(_ name: String, at offset: Int) throws(JMESPathError) -> Tree {
        var arguments: [Argument] = []
        var height = 0
        if !take(.rightParenthesis) {
            repeat {
                let isReference = take(.reference)
                let argument = try expression(0)
                arguments.append(isReference ? .reference(argument.node) : .value(argument.node))
                height = max(height, argument.height)
            } while take(.comma)
            try expect(.rightParenthesis)
        }
        let function = try Function.named(name, arguments, at: offset)
        return try grow(.call(function, arguments, offset: offset), over: height)
    }
}
