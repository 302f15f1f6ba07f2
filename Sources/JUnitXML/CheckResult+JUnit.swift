import GradeModel
import SafeText

extension CheckResult {
    /// The check's verdict in JUnit's words. `message` stands for itself, because some readers show nothing else;
    /// `text` repeats it with all evidence, because others show only that.
    var junitOutcome: JUnitSuite.Case.Outcome {
        switch verdict {
        case .passed: .passed
        case .skipped: .skipped(message: message.isEmpty ? skipReason : message.junitMessage)
        // What nobody has to do is not what a build breaks for.
        case .failed where extraCredit, .partial where extraCredit:
            .skipped(message: "extra credit, not earned: \(lead)".junitMessage)
        case .failed: .failure(type: "CheckFailed", message: junitMessage, text: junitText)
        case .partial: .failure(type: "CheckPartial", message: junitMessage, text: junitText)
        case .error: .error(type: "GraderError", message: junitMessage, text: junitText)
        }
    }

    private var skipReason: String {
        blockedBy.isEmpty ? "not run" : "needs \(blockedBy.map(\.junitLine).joined(separator: ", "))"
    }

    private var lead: String {
        let said = message.isEmpty ? "\(title): not met" : message
        switch verdict {
        case .partial: return "\(points) of \(maximum) points: \(said)"
        case .error: return "the grader failed here, not the student: \(said)"
        case .passed, .failed, .skipped: return said
        }
    }

    private var comparison: [String] {
        [expected.map { "expected: \($0)" }, actual.map { "actual: \($0)" }].compactMap(\.self)
    }

    private var junitMessage: String { ([lead] + comparison).joined(separator: "\n").junitMessage }

    private var junitText: String {
        var lines = [lead] + comparison
        let broken = evidence.filter { !$0.holds }
        if !broken.isEmpty {
            lines.append("evidence:")
            lines += broken.map { fact in
                let place = [fact.subject, fact.property].filter { !$0.isEmpty }.joined(separator: " ")
                return "- \(place): expected \(fact.expected), got \(fact.actual)"
            }
        }
        lines += hints.map { "hint: \($0)" }
        return lines.joined(separator: "\n").safe(.report(limit: 16 << 10))
    }
}

extension String {
    /// The text as a `message` attribute.
    var junitMessage: String { safe(.report(limit: 4 << 10)) }

    /// The outcome of a case that stands for a problem outside the checks.
    func junitOutcome(cause: ProblemCause) -> JUnitSuite.Case.Outcome {
        switch cause {
        case .submission: .failure(type: "SubmissionProblem", message: junitMessage, text: junitMessage)
        case .infrastructure: .error(type: "InfrastructureProblem", message: junitMessage, text: junitMessage)
        }
    }
}
