package import ReportFiles
package import ResultsFolder

/// Why a roster could not be read or grades not be exported.
package enum GradebookError: Error, CustomStringConvertible {
    case csv(file: String, line: Int, problem: String)
    /// The header lacks a column that is needed.
    case columns(file: String, problem: String)
    /// Two rows are about one student.
    case duplicate(file: String, column: String, value: String)
    case twoSubmissions(student: String, files: [String])
    case results(ResultsError)
    case file(ReportFileError)

    package var description: String {
        switch self {
        case .csv(let file, let line, let problem): "\(file):\(line): \(problem)"
        case .columns(let file, let problem): "\(file):1: \(problem)"
        case .duplicate(let file, let column, let value):
            "\(file): two rows have the \(column) '\(value)': remove one"
        case .twoSubmissions(let student, let files):
            files.isEmpty
                ? "two students go by '\(student)': give one another id"
                : "\(files.joined(separator: " and ")) are both of the student '\(student)': remove one"
        case .results(let error): error.description
        case .file(let error): error.description
        }
    }
}
