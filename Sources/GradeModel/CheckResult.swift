/// What became of a check.
///
/// `error` means that the grader broke, never that the student did: it is worth no points and asks for another run.
package enum Verdict: String, Codable, Sendable, CaseIterable {
    case passed, partial, failed, skipped, error
}

/// Who may see a check's outcome, in Gradescope's words plus `no_detail` and `staff`.
package enum Visibility: String, Codable, Sendable, CaseIterable {
    case visible
    /// The verdict shows, its reasons do not.
    case noDetail = "no_detail"
    case hidden
    case afterDueDate = "after_due_date"
    case afterPublished = "after_published"
    case staff
}

/// One fact that a check looked at: an expectation and what was there instead.
package struct Evidence: Codable, Sendable, Equatable {
    /// The resource or document it is about, for instance `i-0123456789abcdef0`; empty for the selection as a whole.
    package var subject: String
    /// What was looked at, for instance `State.Name` or `count`.
    package var property: String
    package var expected: String
    package var actual: String
    package var holds: Bool

    package init(subject: String, property: String, expected: String, actual: String, holds: Bool) {
        self.subject = subject
        self.property = property
        self.expected = expected
        self.actual = actual
        self.holds = holds
    }
}

/// The outcome of one check.
package struct CheckResult: Codable, Sendable, Equatable {
    package var id: String
    package var title: String
    /// The check kind, for instance `state`.
    package var kind: String
    package var verdict: Verdict
    package var points: Points
    package var maximum: Points
    package var extraCredit: Bool
    package var visibility: Visibility
    /// What is wrong, in one sentence or two; empty when the check passed.
    package var message: String
    package var expected: String?
    package var actual: String?
    /// Shown in order; empty when the check passed.
    package var hints: [String]
    /// The ids of the checks whose failure made this one be skipped.
    package var blockedBy: [String]
    package var evidence: [Evidence]
    /// Real seconds that the check took.
    package var seconds: Double

    package init(
        id: String, title: String, kind: String, verdict: Verdict, points: Points, maximum: Points,
        extraCredit: Bool = false, visibility: Visibility = .visible, message: String = "", expected: String? = nil,
        actual: String? = nil, hints: [String] = [], blockedBy: [String] = [], evidence: [Evidence] = [],
        seconds: Double = 0
    ) {
        self.id = id
        self.title = title
        self.kind = kind
        self.verdict = verdict
        self.points = points
        self.maximum = maximum
        self.extraCredit = extraCredit
        self.visibility = visibility
        self.message = message
        self.expected = expected
        self.actual = actual
        self.hints = hints
        self.blockedBy = blockedBy
        self.evidence = evidence
        self.seconds = seconds
    }
}
