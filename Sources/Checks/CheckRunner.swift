package import GradeModel
package import LabFormat

/// Evaluates a lab's checks, each after those that it requires, and turns what they find into results.
///
/// A check that cannot be evaluated becomes an `error` and the others go on. Nothing here can make a check pass but its
/// own evidence.
package struct CheckRunner: Sendable {
    private let checks: [CheckDefinition]
    private let attempt: Int
    private let language: String

    /// `attempt` counts from 1 and decides which hints show; `language` chooses among titles.
    package init(lab: Lab, attempt: Int = 1, language: String = "en") {
        checks = lab.checks
        self.attempt = attempt
        self.language = language
    }

    /// Evaluates all checks. `started` and `finished` are called for each in the order of evaluation, before the next one
    /// begins; skipped checks only finish. The results are in the order of the lab.
    package func run(
        in context: any CheckContext, started: (CheckDefinition) -> Void = { _ in },
        finished: (CheckResult) -> Void = { _ in }
    ) -> [CheckResult] {
        var results: [String: CheckResult] = [:]
        for check in ordered() {
            let blockers = blockers(of: check, results)
            let result: CheckResult
            if blockers.isEmpty {
                started(check)
                result = evaluate(check, in: context)
            } else {
                result = skipped(check, by: blockers)
            }
            results[check.id] = result
            finished(result)
        }
        return checks.compactMap { results[$0.id] }
    }

    // MARK: Order

    /// The checks in the order of the lab, except that each comes after what it requires.
    private func ordered() -> [CheckDefinition] {
        var remaining = checks
        var ordered: [CheckDefinition] = []
        var done: Set<String> = []
        while !remaining.isEmpty {
            // A lab with a circle or an unknown id cannot be loaded; should one come here, its order is the lab's.
            let next = remaining.firstIndex { $0.requires.allSatisfy(done.contains) } ?? 0
            let check = remaining.remove(at: next)
            done.insert(check.id)
            ordered.append(check)
        }
        return ordered
    }

    /// The failed checks at the root of this one's being skipped; empty when it can be evaluated.
    private func blockers(of check: CheckDefinition, _ results: [String: CheckResult]) -> [String] {
        var blockers: [String] = []
        for id in check.requires where results[id]?.verdict != .passed {
            let roots = results[id].map { $0.verdict == .skipped ? $0.blockedBy : [id] } ?? [id]
            blockers += roots.filter { !blockers.contains($0) }
        }
        return blockers
    }

    // MARK: Results

    private func evaluate(_ check: CheckDefinition, in context: any CheckContext) -> CheckResult {
        let clock = ContinuousClock()
        let start = clock.now
        var result = blank(check)
        do {
            let outcome = try check.kind.evaluator.evaluate(in: context)
            fill(&result, check, outcome)
        } catch {
            result.verdict = .error
            result.message = "This check could not be evaluated, which is not the submission's fault: \(error)"
        }
        let elapsed = start.duration(to: clock.now).components
        result.seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
        return result
    }

    private func fill(_ result: inout CheckResult, _ check: CheckDefinition, _ outcome: CheckOutcome) {
        result.evidence = outcome.evidence
        if outcome.passed {
            result.verdict = .passed
            result.points = check.points
            return
        }
        if check.scoring == .proportional, outcome.share.reached < outcome.share.possible {
            result.points = check.points.share(outcome.share.reached, of: outcome.share.possible)
        }
        result.verdict = result.points > .zero ? .partial : .failed
        result.message = check.fail?.render { outcome.text($0, $1) } ?? outcome.message
        result.expected = outcome.expected
        result.actual = outcome.actual
        result.hints = check.hints.filter { $0.after <= attempt }.map(\.text)
    }

    private func skipped(_ check: CheckDefinition, by blockers: [String]) -> CheckResult {
        var result = blank(check)
        result.verdict = .skipped
        result.blockedBy = blockers
        result.message = "blocked by \(blockers.joined(separator: ", "))"
        return result
    }

    private func blank(_ check: CheckDefinition) -> CheckResult {
        CheckResult(
            id: check.id, title: check.title?.text(in: language) ?? check.id, kind: check.kind.name, verdict: .failed,
            points: .zero, maximum: check.points, extraCredit: check.extraCredit, visibility: check.visibility)
    }
}
