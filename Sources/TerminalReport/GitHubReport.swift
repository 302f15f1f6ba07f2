package import GradeModel
import SafeText

/// A grading for GitHub Actions: annotations on standard output, and a summary in Markdown.
///
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>
package struct GitHubReport: Sendable {
    private let result: GradeResult

    /// GitHub shows ten annotations of a kind for a step.
    private static let mostAnnotations = 10

    package init(_ result: GradeResult, audience: Audience) {
        self.result = result.shown(to: audience)
    }

    /// One workflow command a line for what fell short: errors of the student's work, warnings for the grader's own.
    package var annotations: [String] {
        var commands: [String] = []
        if let problem = result.problem {
            commands.append(
                command(result.problemCause == .submission ? "error" : "warning", title: "Submission", problem))
        }
        for check in result.checks where check.verdict != .passed && check.verdict != .skipped {
            let lines =
                [check.message.isEmpty ? "not met" : check.message]
                + [check.expected.map { "expected: \($0)" }, check.actual.map { "actual: \($0)" }].compactMap(\.self)
                + check.hints.map { "hint: \($0)" }
            let title = "\(check.title) (\(check.points)/\(check.maximum))"
            commands.append(
                command(check.verdict == .error ? "warning" : "error", title: title, lines.joined(separator: "\n")))
        }
        guard commands.count > Self.mostAnnotations else { return commands }
        let rest = commands.count - Self.mostAnnotations + 1
        return commands.prefix(Self.mostAnnotations - 1)
            + [command("error", title: "More", "and \(rest) more: see the summary")]
    }

    /// A table of all checks, for the file that `GITHUB_STEP_SUMMARY` names.
    package var summary: String {
        var lines = [
            "### \(cell(result.labTitle)): \(result.score)/\(result.maximum) points", "",
            "| | Check | Points | What is wrong |", "|---|---|---:|---|",
        ]
        for check in result.checks {
            let reason = check.verdict == .passed ? "" : check.message
            lines.append(
                "| \(check.verdict.mark(unicode: true)) \(check.verdict.rawValue) | \(cell(check.title)) | \(check.points)/\(check.maximum) | \(cell(reason)) |"
            )
        }
        if let problem = result.problem { lines += ["", "**\(cell(problem))**"] }
        if result.hasError {
            lines += ["", "The score is not final: the grader failed, so grade the submission again."]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func command(_ name: String, title: String, _ message: String) -> String {
        let title = escaped(title.safe(.line(limit: 200)), property: true)
        return "::\(name) title=\(title)::\(escaped(message.safe(.report(limit: 4 << 10)), property: false))"
    }

    /// The toolkit's escaping of data, and of properties, where a colon and a comma end a value.
    private func escaped(_ text: String, property: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": result += "%25"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            case ":" where property: result += "%3A"
            case "," where property: result += "%2C"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A text in a cell of a Markdown table: neither markup nor HTML acts.
    private func cell(_ text: String) -> String {
        var result = ""
        for scalar in text.safe(.line(limit: 300)).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\\", "`", "*", "_", "{", "}", "[", "]", "(", ")", "#", "+", "-", "!", "|", "~", "@", ":":
                result += "&#\(scalar.value);"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
