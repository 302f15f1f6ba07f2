package import GradeModel
import SafeText

/// The lines of a lab's self-tests.
package struct SelfTestReport {
    private let style: TerminalStyle
    private let width: Int
    private var counts: [Verdict: Int] = [:]

    /// - Parameter paths: those of all submissions, so that the columns fit.
    package init(style: TerminalStyle, paths: [String]) {
        self.style = style
        width = min(48, paths.map { displayWidth($0.safe(.line(limit: 48))) }.max() ?? 0)
    }

    /// `✓ solutions/cli  10/10  0.8 s`, and below it what is not as expected.
    package mutating func lines(
        _ path: String, _ result: GradeResult, seconds: Double, differences: [String]
    ) -> [String] {
        let verdict: Verdict = result.hasError ? .error : differences.isEmpty ? .passed : .failed
        counts[verdict, default: 0] += 1
        let mark = style.paint(verdict.mark(unicode: style.unicode), verdict.tone)
        let name = padded(style.shown(path.safe(.line(limit: 48))), to: width)
        let score = padded("\(result.score)/\(result.maximum)", to: 7)
        let head = "\(mark) \(name)  \(score)  \(style.paint(durationText(seconds), .quiet))"
        let problem = result.problem ?? result.checks.first { $0.verdict == .error }?.message
        let details = (verdict == .error ? problem.map { [$0] } : nil) ?? differences
        return [head] + details.map { "    " + style.shown($0.safe(.line(limit: 400))) }
    }

    /// How many were as expected, and the checks that nothing failed.
    package func closingLines(neverFailed: [String]) -> [String] {
        let all = counts.values.reduce(0, +)
        var parts = ["\(counts[.passed, default: 0]) as expected"]
        if let wrong = counts[.failed] { parts.append("\(wrong) not") }
        if let broken = counts[.error] { parts.append("\(broken) could not be graded") }
        var lines = ["", "\(all) self-test\(all == 1 ? "" : "s"): \(parts.joined(separator: ", "))"]
        if !neverFailed.isEmpty {
            let names = neverFailed.map { style.shown($0.safe(.line(limit: 64))) }.joined(separator: ", ")
            lines.append("No self-test fails \(names): a check that was never seen to fail may not be able to.")
        }
        return lines
    }

    /// Whether something was not as expected.
    package var hasDifferences: Bool { counts[.failed] != nil }
    /// Whether something could not be graded.
    package var hasErrors: Bool { counts[.error] != nil }
}
