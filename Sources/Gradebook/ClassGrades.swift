package import GradeModel
package import ResultsFolder
import SafeText

/// The grades of a class, for exports.
package struct ClassGrades: Sendable {
    /// One student's.
    package struct Entry: Sendable {
        package var student: Student
        /// Nil where nothing was handed in, or it was not graded yet.
        package var result: GradeResult?

        package init(student: Student, result: GradeResult?) {
            self.student = student
            self.result = result
        }

        /// The points, where there are any: a broken grader gives none, and never zero.
        var score: Points? { result.flatMap { $0.hasError ? nil : $0.score } }
    }

    package let manifest: ResultsManifest
    package let entries: [Entry]

    package init(manifest: ResultsManifest, entries: [Entry]) {
        self.manifest = manifest
        self.entries = entries
    }

    package init(_ folder: ResultsFolder) throws(GradebookError) {
        var entries: [Entry] = []
        do throws(ResultsError) {
            for student in folder.students {
                entries.append(Entry(student: student, result: try folder.result(of: student)))
            }
        } catch {
            throw .results(error)
        }
        self.init(manifest: folder.manifest, entries: entries)
    }

    /// Points to be had, as the first result has them.
    package var maximum: Points { entries.lazy.compactMap(\.result).first?.maximum ?? .zero }

    /// How many have handed in and were not graded yet.
    package var pending: Int { entries.count { $0.result == nil && $0.student.submission != nil } }

    /// Students whose result means nothing because the grader broke.
    package var withoutScore: [Student] { entries.filter { $0.result?.hasError == true }.map(\.student) }
}

extension Points {
    /// With two decimals, as Canvas shows them: `7.50`.
    var twoDecimals: String {
        let hundredths = (thousandths.magnitude + 5) / 10
        let fraction = hundredths % 100
        return "\(thousandths < 0 ? "-" : "")\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}

extension GradeResult {
    /// What a student is told in one cell: nothing of hidden checks.
    var feedback: String {
        let shown = shown(to: .student)
        if let problem = shown.problem { return problem.safe(.line(limit: 500)) }
        let open = shown.checks.filter { $0.verdict != .passed }
        if open.isEmpty { return allPassed ? "All checks passed." : "All checks that are shown passed." }
        return open.map { "\($0.title): \($0.message)" }.joined(separator: " | ").safe(.line(limit: 2000))
    }
}
