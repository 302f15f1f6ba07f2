/// Why a text is no valid policy, in AWS's words.
package struct PolicyError: Error, Sendable, Equatable, CustomStringConvertible {
    package var message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }

    static let syntax = PolicyError("Syntax errors in policy.")
}
