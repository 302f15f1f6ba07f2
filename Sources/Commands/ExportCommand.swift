import ArgumentParser
import GradeModel
import Gradebook
import ReportFiles
import ResultsFolder
import SafeText

/// `skylab export`: grades for other programs.
struct ExportCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case canvas, moodle, gradescope, csv, json
    }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the grades of a class for Canvas, Moodle, Gradescope, a spreadsheet or a program.",
        discussion: """
            With --fill, a gradebook that Canvas exported or a grading worksheet of Moodle's is filled in; that is the \
            surest way. Submissions on which the grader broke have no score and never count as 0. Gradescope's \
            results.json files, one a submission, go to the folder OUT.
            """)

    @Argument(help: "canvas, moodle, gradescope, csv or json.")
    var format: Format

    @Argument(help: "The results folder.")
    var results: String

    @Option(name: .shortAndLong, help: "The file to write, for gradescope the folder; else standard output.")
    var out: String?

    @Option(help: "The downloaded gradebook (Canvas) or grading worksheet (Moodle) to fill in.")
    var fill: String?

    @Option(help: "The assignment's title, or its number in Canvas; else the lab's title.")
    var column: String?

    @Flag(help: "Leave cells as they are that a spreadsheet would take for formulas.")
    var csvRaw = false

    func run() throws {
        do {
            let grades = try ClassGrades(try ResultsFolder(path: results))
            if grades.pending > 0 {
                writeError("skylab: \(grades.pending) of the submissions are not graded yet: run the batch again\n")
            }
            for student in grades.withoutScore {
                let id = student.id.safe(.line(limit: 100))
                writeError("skylab: \(id) has no score: the grader broke; run the batch again\n")
            }
            if format == .gradescope {
                try writeGradescope(grades)
                return
            }
            let bytes = try bytes(grades)
            if let out {
                try writeFileAtomically(bytes, to: out)
            } else {
                writeOut(String(decoding: bytes, as: UTF8.self))
            }
        } catch let error as ReportFileError {
            throw CommandFailure("\(error)", code: .output)
        } catch let error as GradebookError {
            throw CommandFailure("\(error)", code: .usage)
        } catch let error as ResultsError {
            throw CommandFailure("\(error)", code: .usage)
        }
    }

    private func bytes(_ grades: ClassGrades) throws(GradebookError) -> [UInt8] {
        let title = column ?? grades.manifest.labTitle
        var filled = ClassGrades.Filled(table: CSVTable(rows: []), warnings: grades.leftOut)
        switch format {
        case .json: return try grades.json()
        case .csv, .gradescope: return grades.csv().bytes(raw: csvRaw)
        case .canvas:
            if let fill {
                filled = try grades.canvas(filling: CSVTable(path: fill), file: fill, column: title)
            } else {
                filled.table = grades.canvas(title: title)
            }
        case .moodle:
            if let fill {
                filled = try grades.moodle(filling: CSVTable(path: fill), file: fill)
            } else {
                filled.table = grades.moodle(title: title)
            }
        }
        for warning in filled.warnings { writeError("skylab: \(warning.safe(.line(limit: 300)))\n") }
        return filled.table.bytes(raw: csvRaw)
    }

    private func writeGradescope(_ grades: ClassGrades) throws {
        guard let out else { throw CommandFailure("name the folder for results.json files with --out", code: .usage) }
        var tree = FileTree()
        for entry in grades.entries {
            guard let result = entry.result, !result.hasError else { continue }
            try tree.add(try GradescopeExport(result).json(), at: "\(entry.student.key)/results.json")
        }
        try tree.write(to: out)
    }
}
