import FoundationEssentials
package import GradeModel
import ResultsFolder
import SafeText

/// Gradescope's `results.json` of one submission.
/// See <https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format>.
package struct GradescopeExport: Sendable {
    private let document: Document

    package init(_ result: GradeResult) {
        let student = Dictionary(result.shown(to: .student).checks.map { ($0.id, $0) }) { first, _ in first }
        let staff = result.shown(to: .instructor)
        document = Document(
            score: result.score, executionTime: result.seconds.isFinite ? result.seconds : 0,
            output: (staff.problem ?? "").safe(.report(limit: 10_000)),
            extraData: [
                "lab": result.labID, "lab_digest": result.labDigest, "submission_digest": result.submissionDigest,
                "engine_version": result.engineVersion, "seed": result.seed,
            ],
            tests: staff.checks.enumerated().map { Test($1, seen: student[$1.id] ?? $1, number: $0 + 1) })
    }

    /// The document in UTF-8; equal results are equal bytes.
    package func json() throws(GradebookError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { return Array(try encoder.encode(document)) + [0x0A] } catch {
            throw .results(.malformed(file: "results.json", detail: "\(error)"))
        }
    }
}

private struct Document: Encodable {
    var score: Points
    var executionTime: Double
    var output: String
    var extraData: [String: String]
    var tests: [Test]
    var outputFormat = "text"
    var testOutputFormat = "text"
    var visibility = "visible"
    var stdoutVisibility = "hidden"

    enum CodingKeys: String, CodingKey {
        case score, output, tests, visibility
        case executionTime = "execution_time"
        case extraData = "extra_data"
        case outputFormat = "output_format"
        case testOutputFormat = "test_output_format"
        case stdoutVisibility = "stdout_visibility"
    }
}

private struct Test: Encodable {
    var name: String
    var number: String
    var score: Points
    var maximum: Points
    var status: String
    var output: String
    var visibility: String

    enum CodingKeys: String, CodingKey {
        case name, number, score, status, output, visibility
        case maximum = "max_score"
    }

    /// `seen` is the check as those who may see it at all do.
    init(_ check: CheckResult, seen: CheckResult, number: Int) {
        name = check.title.safe(.line(limit: 300))
        self.number = "\(number)"
        score = check.points
        maximum = check.extraCredit ? .zero : check.maximum
        status = check.verdict == .passed ? "passed" : "failed"
        visibility =
            switch check.visibility {
            case .visible, .noDetail: "visible"
            case .hidden, .staff: "hidden"
            case .afterDueDate: "after_due_date"
            case .afterPublished: "after_published"
            }
        var lines: [String] = []
        if check.visibility != .noDetail {
            if check.verdict == .skipped, !seen.blockedBy.isEmpty {
                lines.append("blocked by \(seen.blockedBy.joined(separator: ", "))")
            } else if !seen.message.isEmpty {
                lines.append(seen.message)
            }
            if let expected = seen.expected { lines.append("expected: \(expected)") }
            if let actual = seen.actual { lines.append("actual:   \(actual)") }
            lines += seen.hints.map { "hint: \($0)" }
        }
        output = lines.joined(separator: "\n").safe(.report(limit: 4000))
    }
}
