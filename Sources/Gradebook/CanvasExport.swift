import GradeModel
import ResultsFolder

extension ClassGrades {
    /// What did not fit, said to the instructor.
    package struct Filled: Sendable {
        package var table: CSVTable
        package var warnings: [String]

        package init(table: CSVTable, warnings: [String]) {
            self.table = table
            self.warnings = warnings
        }
    }

    /// The columns that Canvas's importer needs, with an assignment of this title, which it makes if there is none.
    package func canvas(title: String) -> CSVTable {
        var rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title]]
        rows.append(["    Points Possible", "", "", "", "", maximum.twoDecimals])
        for entry in entries where entry.student.isEnrolled {
            let student = entry.student
            rows.append([
                student.name ?? student.id, student.id, student.sisID ?? "", student.login ?? "",
                student.section ?? "", entry.score?.twoDecimals ?? "",
            ])
        }
        return CSVTable(rows: rows)
    }

    /// Whom the forms that are not filled in leave out, said to the instructor.
    package var leftOut: [String] {
        entries.filter { $0.result != nil && !$0.student.isEnrolled }.map { "\($0.student.id) is not on the roster" }
    }

    /// A gradebook that Canvas exported, reduced to who the students are and one assignment with its new points.
    ///
    /// Other assignments are left out, so that nothing that changed in Canvas since is put back. `column` is an
    /// assignment's header, title or number. Whoever has no score here keeps what the gradebook has.
    package func canvas(filling table: CSVTable, file: String, column: String) throws(GradebookError) -> Filled {
        let header = table.rows.first ?? []
        guard header.first?.contains("Student") == true,
            let section = header.firstIndex(where: { $0.trimmed == "Section" })
        else {
            throw .columns(file: file, problem: "it is no gradebook of Canvas's: 'Student' and 'Section' are missing")
        }
        let assignments = header.indices.filter { $0 > section }
        let fitting = assignments.filter { header[$0].trimmed == column || Self.parts(header[$0]).contains(column) }
        guard let target = fitting.first, fitting.count == 1 else {
            let list = assignments.map { "'\(header[$0])'" }.joined(separator: ", ")
            throw .columns(
                file: file,
                problem: "\(fitting.count) columns are called '\(column)'; name one of \(list) with --column")
        }
        func index(_ name: String) -> Int? { header[...section].firstIndex { $0.trimmed == name } }
        // As Canvas's importer does: the number first, the name last. What may be in a column is looked up for that column
        // alone, because a registrar's number of one student may be Canvas's of another.
        let columns: [(Int?, (Student) -> [String?])] = [
            (index("ID"), { [$0.id] }), (index("SIS User ID"), { [$0.sisID, $0.id] }),
            (index("SIS Login ID"), { [$0.login, $0.id, $0.email] }), (0, { [$0.name] }),
        ]
        let lookup = columns.compactMap { column, names in column.map { ($0, EntryIndex(entries, by: names)) } }
        var found: Set<String> = []
        var warnings: [String] = []
        var rows: [[String]] = []
        for (number, row) in table.rows.enumerated() {
            func cell(_ index: Int) -> String { index < row.count ? row[index] : "" }
            var value = cell(target)
            if number > 0, cell(0).trimmed == "Points Possible" {
                if value.contains("read only") {
                    throw .columns(file: file, problem: "Canvas does not let '\(header[target])' be changed")
                }
                if value.trimmed != maximum.twoDecimals, value.trimmed != maximum.description {
                    warnings.append("the assignment has \(value.trimmed) points in Canvas, the lab \(maximum)")
                }
            } else if number > 0, let entry = lookup.lazy.compactMap({ $1[cell($0).trimmed] }).first {
                found.insert(entry.student.id)
                if value.trimmed.uppercased() == "EX" {
                    warnings.append("\(entry.student.id) is excused in Canvas and stays so")
                } else if let score = entry.score {
                    value = score.twoDecimals
                }
            }
            rows.append((0...section).map(cell) + [value])
        }
        for entry in entries where entry.result != nil && !found.contains(entry.student.id) {
            warnings.append("\(entry.student.id) is not in \(file)")
        }
        return Filled(table: CSVTable(rows: rows, like: table), warnings: warnings)
    }

    /// Title and number of `Title (number)`.
    private static func parts(_ header: String) -> [String] {
        let text = header.trimmed
        guard text.hasSuffix(")"), let open = text.lastIndex(of: "(") else { return [text] }
        return [String(text[..<open]).trimmed, String(text[text.index(after: open)...].dropLast())]
    }
}
