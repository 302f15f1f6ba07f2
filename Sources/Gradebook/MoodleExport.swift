import GradeModel
import ResultsFolder

extension ClassGrades {
    /// For Moodle's grade import, which maps the columns by hand.
    package func moodle(title: String) -> CSVTable {
        var rows = [["ID number", "Email address", title, "\(title) feedback"]]
        for entry in entries where entry.student.isEnrolled {
            rows.append([
                entry.student.id, entry.student.email ?? "", entry.score?.description ?? "",
                entry.score == nil ? "" : entry.result?.feedback ?? "",
            ])
        }
        return CSVTable(rows: rows)
    }

    /// A grading worksheet that Moodle let download, with grades and feedback filled in.
    ///
    /// Rows whose grade cannot be changed and students without a score are left as they are.
    package func moodle(filling table: CSVTable, file: String) throws(GradebookError) -> Filled {
        let header = (table.rows.first ?? []).map(\.trimmed)
        func column(_ name: String) -> Int? { header.firstIndex(of: name) }
        guard let identifier = column("Identifier"), let grade = column("Grade"),
            column("Last modified (grade)") != nil
        else {
            throw .columns(
                file: file,
                problem:
                    "it is no grading worksheet: 'Identifier', 'Grade' and 'Last modified (grade)' are needed; download it with Moodle's language set to English"
            )
        }
        let (feedback, maximumGrade) = (column("Feedback comments"), column("Maximum Grade"))
        let changeable = column("Grade can be changed")
        // What may be in a column is looked up for that column alone; the name, which two may share, comes last.
        let columns: [(Int?, (Student) -> [String?])] = [
            (identifier, { [$0.id, $0.participant] }), (column("ID number"), { [$0.id, $0.sisID] }),
            (column("Email address"), { [$0.email?.lowercased(), $0.login?.lowercased(), $0.id.lowercased()] }),
            (column("Full name"), { [$0.name] }),
        ]
        let emailColumn = column("Email address")
        let lookup = columns.compactMap { column, names in column.map { ($0, EntryIndex(entries, by: names)) } }
        var found: Set<String> = []
        var warnings: [String] = []
        var rows = [table.rows.first ?? []]
        for var row in table.rows.dropFirst() {
            while row.count < header.count { row.append("") }
            let owner = lookup.lazy.compactMap { column, index in
                let text = row[column].trimmed
                return index[column == emailColumn ? text.lowercased() : text]
            }.first
            if let entry = owner {
                found.insert(entry.student.id)
                if let changeable, row[changeable].trimmed == "No" {
                    warnings.append("the grade of \(entry.student.id) cannot be changed in Moodle")
                } else if let score = entry.score {
                    row[grade] = score.description
                    if let feedback { row[feedback] = entry.result?.feedback ?? "" }
                    if let maximumGrade, row[maximumGrade].trimmed != maximum.twoDecimals,
                        row[maximumGrade].trimmed != maximum.description
                    {
                        let text = "the assignment has \(row[maximumGrade]) points in Moodle, the lab \(maximum)"
                        if !warnings.contains(text) { warnings.append(text) }
                    }
                }
            }
            rows.append(row)
        }
        for entry in entries where entry.result != nil && !found.contains(entry.student.id) {
            warnings.append("\(entry.student.id) is not in \(file)")
        }
        return Filled(table: CSVTable(rows: rows, like: table), warnings: warnings)
    }
}
