package import GradeModel
package import LabFormat

extension SelfTest {
    /// What of a result is not as the lab's author expects, a sentence each; empty where all is.
    package func differences(from result: GradeResult) -> [String] {
        var found: [String] = []
        if let score, !score.contains(result.score) {
            let wanted =
                score.lowerBound == score.upperBound
                ? "\(score.lowerBound)" : "\(score.lowerBound) to \(score.upperBound)"
            found.append("the score is \(result.score), expected \(wanted)")
        }
        if let outcome, outcome != Self.outcome(of: result) {
            found.append("the verdict is \(Self.outcome(of: result).rawValue), expected \(outcome.rawValue)")
        }
        let verdicts = Dictionary(result.checks.map { ($0.id, $0.verdict) }) { first, _ in first }
        let wanted: [(checks: [String], verdicts: [Verdict], word: String)] = [
            (passes, [.passed], "pass"), (fails, [.failed, .partial], "fail"), (skips, [.skipped], "be skipped"),
        ]
        for (checks, allowed, word) in wanted {
            for id in checks where !(verdicts[id].map(allowed.contains) ?? false) {
                found.append("\(id) is \(verdicts[id]?.rawValue ?? "not there"), expected to \(word)")
            }
        }
        return found
    }

    private static func outcome(of result: GradeResult) -> Outcome {
        if result.problem != nil || result.hasError { return .error }
        return result.allPassed ? .passed : .failed
    }
}
