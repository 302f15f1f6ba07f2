package import GradeModel
import JMESPath
package import JSONValue
import LabFormat

/// What a check kind found out, before points, templates and hints are applied.
package struct CheckOutcome: Sendable {
    /// The part of the points that was reached: `reached` of `possible`, all of them when the check passed.
    package struct Share: Sendable {
        package var reached: Int
        package var possible: Int

        /// Everything or nothing.
        static func whole(_ passed: Bool) -> Share { Share(reached: passed ? 1 : 0, possible: 1) }
        /// The smaller of two shares.
        func least(_ other: Share) -> Share {
            reached * other.possible <= other.reached * possible ? self : other
        }
    }

    package var passed: Bool
    package var share: Share
    /// The kind's own words for what is wrong.
    package var message: String
    package var expected: String
    package var actual: String
    package var evidence: [Evidence]
    /// What `{{…}}` stands for in the author's words.
    package var placeholders: [String: JSON]
}

/// Why a check could not be evaluated. It is never the student's doing.
package struct CheckFault: Error, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}

extension CheckOutcome {
    /// The text for a placeholder of a `fail` template.
    func text(_ name: String, _ path: JMESPathExpression?) -> String {
        let value = placeholders[name] ?? .null
        guard let path else { return Wording.plain(value) }
        return Wording.plain((try? path.search(value)) ?? .null)
    }
}
