/// Why an expression cannot be compiled or evaluated. The kinds are those of the JMESPath specification.
package struct JMESPathError: Error, Sendable, Equatable {
    package enum Kind: String, Sendable {
        case syntax
        case unknownFunction = "unknown-function"
        case invalidArity = "invalid-arity"
        case invalidType = "invalid-type"
        case invalidValue = "invalid-value"
        /// One of our own bounds was reached: length, height or steps.
        case limit
    }

    package var kind: Kind
    /// One line, without the place.
    package var message: String
    /// Unicode scalars before the place in the expression.
    package var offset: Int

    init(_ kind: Kind, _ message: String, at offset: Int) {
        self.kind = kind
        self.message = message
        self.offset = offset
    }
}

extension JMESPathError: CustomStringConvertible {
    /// What is wrong and at which character, from 1.
    package var description: String { "\(message) (at character \(offset + 1))" }
}
