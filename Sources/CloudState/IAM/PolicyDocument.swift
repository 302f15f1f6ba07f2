package import PolicyEngine

/// A policy as it was given: the text verbatim, and what it says.
package struct PolicyDocument: Sendable, Equatable {
    package let text: String
    package let policy: Policy

    package init(_ text: String, as kind: PolicyKind) throws(PolicyError) {
        policy = try Policy(parsing: text, as: kind)
        self.text = text
    }

    package static func == (left: PolicyDocument, right: PolicyDocument) -> Bool { left.text == right.text }
}
