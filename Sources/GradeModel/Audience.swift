import SafeText

/// For whom a report is made.
package enum Audience: String, Sendable, CaseIterable {
    /// Sees `visible` checks whole and of `no_detail` ones the verdict; others do not exist for them.
    case student
    /// Sees everything.
    case instructor
}

extension GradeResult {
    /// What an audience may know, with credentials blanked. Every report is made of this and of nothing else.
    ///
    /// For a student the hidden checks are gone, their points with them, so that neither list nor total tells of
    /// them; a check that waits for a hidden one does not say for which.
    package func shown(to audience: Audience) -> GradeResult {
        var result = self
        if audience == .student {
            let hidden = Set(checks.lazy.filter(\.isHiddenFromStudents).map(\.id))
            result.checks = checks.compactMap { $0.shown(to: audience, hidden: hidden) }
        }
        result.redactSecrets()
        return result
    }

    /// Blanks credentials in everything that the student's program wrote or sent; to be done before storing, too.
    package mutating func redactSecrets() {
        problem = problem?.redacted()
        program = program?.redacted
        for index in apiCalls.indices {
            apiCalls[index].requestParameters = apiCalls[index].requestParameters.redacted()
            apiCalls[index].errorMessage = apiCalls[index].errorMessage?.redacted()
            apiCalls[index].responseElements = apiCalls[index].responseElements?.redacted()
        }
        topology?.rewrite { $0.redacted() }
        for index in checks.indices { checks[index].redactSecrets() }
    }
}

extension ProgramRun {
    /// The run with credentials in its output blanked.
    package var redacted: ProgramRun {
        var run = self
        run.standardOutput.redactSecrets()
        run.standardError.redactSecrets()
        return run
    }
}

extension CapturedOutput {
    fileprivate mutating func redactSecrets() {
        head = head.redacted()
        tail = tail.redacted()
    }
}

extension CheckResult {
    fileprivate mutating func redactSecrets() {
        message = message.redacted()
        expected = expected?.redacted()
        actual = actual?.redacted()
        for index in evidence.indices {
            evidence[index].expected = evidence[index].expected.redacted()
            evidence[index].actual = evidence[index].actual.redacted()
        }
    }

    /// Whether a student may not even know that the check exists.
    package var isHiddenFromStudents: Bool { visibility != .visible && visibility != .noDetail }

    /// What an audience may know of the check, with credentials blanked; nil where it may know nothing.
    ///
    /// `hidden` has the ids of the checks that do not exist for the audience.
    package func shown(to audience: Audience, hidden: Set<String>) -> CheckResult? {
        var check = self
        check.redactSecrets()
        guard audience == .student else { return check }
        guard !isHiddenFromStudents else { return nil }
        check.blockedBy = blockedBy.filter { !hidden.contains($0) }
        let waitsForHidden = check.blockedBy.count < blockedBy.count
        guard visibility == .noDetail || waitsForHidden else { return check }
        check.message =
            waitsForHidden
            ? "Not run: another check has to pass first."
            : verdict == .passed ? "" : "The details of this check are not shown."
        check.expected = nil
        check.actual = nil
        check.hints = []
        check.evidence = []
        return check
    }
}
