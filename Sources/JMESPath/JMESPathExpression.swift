package import JSONValue

/// A compiled JMESPath expression (<https://jmespath.org/specification.html>), to be evaluated any number of times.
///
/// It is the language of jmespath.py 1.x and of `aws --query`, with the deprecated unquoted literal (`` `running` ``),
/// plus one function: `from_json(string)` gives the value that a text of JSON stands for, and null for everything else.
/// Unknown functions and a wrong number of arguments are found when the expression is compiled.
package struct JMESPathExpression: Sendable {
    /// The text that was compiled.
    package let source: String
    private let root: Node

    /// The largest number of Unicode scalars in an expression.
    package static let maximumLength = 16_384
    /// The largest height of an expression's syntax tree: evaluation recurses as deep.
    package static let maximumHeight = 200
    /// How many syntax-tree nodes one evaluation may visit.
    package static let maximumSteps = 2_000_000

    /// Compiles an expression.
    package init(_ source: String) throws(JMESPathError) {
        var lexer = try Lexer(source)
        var parser = Parser(tokens: try lexer.tokens())
        root = try parser.parseExpression()
        self.source = source
    }

    /// The expression's value for a document. A path that leads nowhere is `null`, not an error; an argument of the wrong
    /// type is an error.
    package func search(_ document: JSON) throws(JMESPathError) -> JSON {
        var evaluator = Evaluator()
        return try evaluator.evaluate(root, document)
    }
}

extension JMESPathExpression: Hashable {
    package static func == (left: JMESPathExpression, right: JMESPathExpression) -> Bool { left.source == right.source }
    package func hash(into hasher: inout Hasher) { hasher.combine(source) }
}

extension JSON {
    /// Whether JMESPath takes the value for true: everything but null, false, and the empty string, array and object.
    package var isTruthy: Bool {
        switch self {
        case .null, .boolean(false): false
        case .string(let text): !text.isEmpty
        case .array(let elements): !elements.isEmpty
        case .object(let members): !members.isEmpty
        case .boolean, .integer, .number: true
        }
    }
}
