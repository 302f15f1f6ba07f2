package import ResultsFolder

/// Who is in a class, from a CSV file with a header: our own (`id,name,email,section`), a gradebook that Canvas
/// exported, or a grade export, participants list or grading worksheet of Moodle's.
package struct Roster: Sendable {
    /// In the order of the file; nobody twice.
    package let students: [Student]

    package init(_ table: CSVTable, file: String) throws(GradebookError) {
        let header = (table.rows.first ?? []).map { $0.trimmed.lowercased() }
        func column(_ names: [String]) -> Int? {
            names.lazy.compactMap { header.firstIndex(of: $0) }.first
        }
        let isCanvas = header.first == "student" && header.contains("id")
        let login = column(isCanvas ? ["sis login id"] : ["login", "username"])
        let email = column(["email", "e-mail", "email address", "e-mail address"])
        let number = column(["id", "id number", "identifier", "student id"])
        // A grading worksheet has it beside the ID number.
        let identifier = column(["identifier"])
        guard let id = number ?? login ?? email else {
            throw .columns(
                file: file,
                problem:
                    "no column tells students apart: there must be one of id, ID number, Identifier, username, email")
        }
        let (first, last) = (column(["first name", "firstname"]), column(["last name", "lastname", "surname"]))
        let name = column(["name", "student", "full name"])
        let section = column(["section", "group", "groups"])
        let sisID = column(["sis user id"])
        var students: [Student] = []
        var seen: [String: Set<String>] = [:]
        for row in table.rows.dropFirst() {
            func cell(_ column: Int?) -> String? {
                guard let column, column < row.count, !row[column].trimmed.isEmpty else { return nil }
                return row[column].trimmed
            }
            // Canvas's second row has the points, its last one a student who is not real.
            let shown = cell(name) ?? [cell(first), cell(last)].compactMap { $0 }.joined(separator: " ")
            if isCanvas, shown == "Points Possible" || shown == "Student, Test" { continue }
            guard let value = cell(id) ?? cell(login) ?? cell(email) else { continue }
            for (column, value) in [
                ("id", value), ("login", cell(login)), ("email", cell(email)?.lowercased()),
                ("Identifier", cell(identifier)),
            ] {
                guard let value else { continue }
                guard seen[column, default: []].insert(value).inserted else {
                    throw .duplicate(file: file, column: column, value: value)
                }
            }
            students.append(
                Student(
                    id: value, name: shown.isEmpty ? nil : shown, email: cell(email), section: cell(section),
                    login: cell(login), sisID: cell(sisID), participant: identifier == id ? nil : cell(identifier)))
        }
        self.students = students
    }
}

extension String {
    /// Without spaces at both ends.
    var trimmed: String {
        let spaces: Set<Character> = [" ", "\t", "\u{A0}", "\n", "\r", "\r\n"]
        var text = self[...]
        while let first = text.first, spaces.contains(first) { text.removeFirst() }
        while let last = text.last, spaces.contains(last) { text.removeLast() }
        return String(text)
    }
}
