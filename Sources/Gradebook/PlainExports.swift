import FoundationEssentials
import GradeModel
import ResultsFolder

extension ClassGrades {
    /// One row a student: who, the outcome, the points, and the points of every check.
    package func csv() -> CSVTable {
        let checks = entries.lazy.compactMap(\.result).first { !$0.checks.isEmpty }?.checks ?? []
        let head = ["id", "name", "email", "section", "login", "status", "score", "maximum", "percent"]
        var rows = [head + checks.map(\.id) + ["feedback"]]
        for entry in entries {
            let student = entry.student
            let byID = Dictionary((entry.result?.checks ?? []).map { ($0.id, $0) }) { first, _ in first }
            rows.append(
                [student.id, student.name ?? "", student.email ?? "", student.section ?? "", student.login ?? ""]
                    + [entry.status, entry.score?.description ?? "", entry.result?.maximum.description ?? ""]
                    + [entry.percent] + checks.map { entry.points(of: byID[$0.id]) }
                    + [entry.result?.feedback ?? ""])
        }
        return CSVTable(rows: rows)
    }

    /// Everything in one document; for the instructor.
    package func json() throws(GradebookError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .useDefaultKeys
        let document = Document(
            manifest: manifest,
            students: entries.map {
                Document.Line(
                    student: $0.student, status: $0.status, score: $0.score,
                    result: $0.result?.shown(to: .instructor))
            })
        do { return Array(try encoder.encode(document)) + [0x0A] } catch {
            throw .results(.malformed(file: "the export", detail: "\(error)"))
        }
    }
}

extension ClassGrades.Entry {
    /// `missing`, `pending`, `error`, `unreadable`, `passed` or `failed`.
    var status: String {
        guard let result else { return student.submission == nil ? "missing" : "pending" }
        if result.hasError { return "error" }
        if result.problem != nil { return "unreadable" }
        return result.allPassed ? "passed" : "failed"
    }

    fileprivate var percent: String {
        guard let score, let maximum = result?.maximum, maximum > .zero else { return "" }
        return Points(thousandths: score.thousandths * 100_000 / maximum.thousandths).twoDecimals
    }

    fileprivate func points(of check: CheckResult?) -> String {
        guard let check, check.verdict != .error else { return "" }
        return check.points.description
    }
}

/// The JSON export.
private struct Document: Encodable {
    struct Line: Encodable {
        var student: Student
        var status: String
        var score: Points?
        var result: GradeResult?
    }

    var schemaVersion = 1
    var manifest: ResultsManifest
    var students: [Line]
}
