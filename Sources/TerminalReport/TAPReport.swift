package import GradeModel
import SafeText

/// A grading in the Test Anything Protocol, version 14 (<https://testanything.org/tap-version-14-specification.html>).
package struct TAPReport: Sendable {
    private let result: GradeResult

    package init(_ result: GradeResult, audience: Audience) {
        self.result = result.shown(to: audience)
    }

    /// The document; a problem outside the checks is a test point of its own, and a broken grader bails out.
    package var text: String {
        var points: [[String]] = []
        if let problem = result.problem, result.problemCause == .submission {
            points.append(point(points.count, ok: false, "submission", diagnostics: [("message", problem)]))
        }
        for check in result.checks { points.append(point(check, number: points.count)) }
        var lines = ["TAP version 14", points.isEmpty ? "1..0 # SKIP no checks" : "1..\(points.count)"]
        if let problem = result.problem, result.problemCause == .infrastructure {
            lines.append("Bail out! \(description(problem))")
        } else {
            lines += points.joined()
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func point(_ check: CheckResult, number: Int) -> [String] {
        let name = "\(check.id): \(check.title)"
        switch check.verdict {
        case .passed: return point(number, ok: true, name)
        case .skipped:
            let reason = check.message.isEmpty ? "not run" : check.message
            return ["ok \(number + 1) - \(description(name)) # SKIP \(description(reason))"]
        case .failed, .partial, .error:
            var diagnostics = [("severity", check.verdict == .error ? "error" : "fail"), ("message", check.message)]
            diagnostics.append(("points", "\(check.points)/\(check.maximum)"))
            if let expected = check.expected { diagnostics.append(("expected", expected)) }
            if let actual = check.actual { diagnostics.append(("actual", actual)) }
            diagnostics += check.hints.map { ("hint", $0) }
            return point(number, ok: false, name, diagnostics: diagnostics)
        }
    }

    private func point(
        _ number: Int, ok: Bool, _ name: String, diagnostics: [(key: String, value: String)] = []
    ) -> [String] {
        let head = "\(ok ? "ok" : "not ok") \(number + 1) - \(description(name))"
        guard !diagnostics.isEmpty else { return [head] }
        var seen: [String: Int] = [:]
        let block = diagnostics.map { key, value in
            seen[key, default: 0] += 1
            let number = seen[key, default: 1]
            return "  \(number == 1 ? key : "\(key)\(number)"): \(quoted(value.safe(.report(limit: 4 << 10))))"
        }
        return [head, "  ---"] + block + ["  ..."]
    }

    /// A description on one line; `#` would begin a directive.
    private func description(_ text: String) -> String {
        text.safe(.line(limit: 300)).replacing("\\", with: "\\\\").replacing("#", with: "\\#")
    }

    /// A double-quoted YAML scalar (YAML 1.2, 7.3.1) on one line.
    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
