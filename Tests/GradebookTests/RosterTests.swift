import GradeModel
import ReportFixtures
import ResultsFolder
import Testing

@testable import Gradebook

/// Rosters, and whose a submission is.
struct RosterTests {
    private func roster(_ text: String) throws -> Roster {
        try Roster(try CSVTable(Array(text.utf8), file: "r.csv"), file: "r.csv")
    }

    @Test func `a gradebook of Canvas's is read as it is`() throws {
        let roster = try roster(
            "Student,ID,SIS User ID,SIS Login ID,Section,Lab (7)\n    Points Possible,,,,,10\n\"Lovelace, Ada\",42,S1,ada,A,\n\"Student, Test\",99,,,A,\n"
        )
        #expect(roster.students.map(\.id) == ["42"])
        #expect(roster.students.first?.login == "ada")
        let matched = try roster.matched(with: [("lovelaceada_LATE_42_1234_lab", "lovelaceada_LATE_42_1234_lab.zip")])
        #expect(matched.map(\.submission) == ["lovelaceada_LATE_42_1234_lab.zip"])
    }

    @Test func `a worksheet of Moodle's is read as it is`() throws {
        let roster = try roster("Identifier,Full name,Email address,Grade\nParticipant 5,Ada L,ada@x.edu,\n")
        let matched = try roster.matched(with: [("Ada L_5_assignsubmission_file", "f"), ("eve", "eve")])
        #expect(matched.map(\.submission) == ["f", "eve"])
        #expect(matched.map(\.isEnrolled) == [true, false])
    }

    @Test func `two of one name are told apart by what Moodle calls them in the assignment`() throws {
        let roster = try roster(
            "Identifier,Full name,ID number,Grade\nParticipant 1,Ada L,77,\nParticipant 2,Ada L,78,\n")
        #expect(roster.students.map(\.id) == ["77", "78"])
        let matched = try roster.matched(with: [
            ("Ada L_2_assignsubmission_file_", "two"), ("Ada L_1_assignsubmission_file_", "one"),
        ])
        #expect(matched.map(\.submission) == ["one", "two"])
        let ambiguous = try roster.matched(with: [("Ada L", "a")])
        #expect(ambiguous.map(\.isEnrolled) == [true, true, false])
    }

    @Test func `a login beats the beginning of somebody else's address`() throws {
        let roster = try roster("id,login,email\n1,ada,ada.l@x.de\n2,bob,ada@y.de\n")
        #expect(try roster.matched(with: [("ada", "a"), ("bob", "b")]).map(\.submission) == ["a", "b"])
    }

    @Test func `nobody is in a class twice, and nobody hands in twice`() throws {
        #expect { try roster("id,name\na,A\na,B\n") } throws: { "\($0)".contains("two rows have the id 'a'") }
        #expect { try roster("id,email\na,X@y\nb,x@y\n") } throws: { "\($0)".contains("email") }
        let one = try roster("id,email\na,a@y\n")
        #expect {
            try one.matched(with: [("a", "a"), ("a@y", "a@y")])
        } throws: {
            "\($0)" == "a and a@y are both of the student 'a': remove one"
        }
        #expect(throws: GradebookError.self) { try Roster.students(of: [("a", "a"), ("a", "a.zip")]) }
        #expect(throws: GradebookError.self) { try roster("color\nred\n") }
    }
}

/// What the learning platforms get.
struct ExportTests {
    private static func grades() -> ClassGrades {
        var good = Sample.base
        good.checks = [
            CheckResult(
                id: "a", title: "A", kind: "state", verdict: .failed, points: Points(thousandths: 2500),
                maximum: Points(10), message: "=no"),
            CheckResult(
                id: "h", title: "H", kind: "state", verdict: .failed, points: .zero, maximum: Points(10),
                visibility: .hidden, message: "CANARY"),
        ]
        var broken = good
        broken.checks = [
            CheckResult(id: "a", title: "A", kind: "state", verdict: .error, points: .zero, maximum: Points(10))
        ]
        let manifest = ResultsManifest(
            labID: "l", labTitle: "Lab", labDigest: "d", engineVersion: "1", seed: "s", createdAt: "", hasRoster: true)
        return ClassGrades(
            manifest: manifest,
            entries: [
                .init(student: Student(id: "1", name: "=Eve", email: "e@x"), result: good),
                .init(student: Student(id: "2", name: "Bob", email: "b@x"), result: broken),
                .init(student: Student(id: "3", name: "Cem", email: "c@x"), result: nil),
            ])
    }

    private func text(_ table: CSVTable) -> [String] {
        String(decoding: table.bytes(), as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }

    @Test func `Canvas gets the columns that its importer needs, and blanks instead of zeros`() {
        #expect(
            text(Self.grades().canvas(title: "Lab")) == [
                "\"Student\",\"ID\",\"SIS User ID\",\"SIS Login ID\",\"Section\",\"Lab\"",
                "\"    Points Possible\",\"\",\"\",\"\",\"\",\"20.00\"", "\"'=Eve\",\"1\",\"\",\"\",\"\",\"2.50\"",
                "\"Bob\",\"2\",\"\",\"\",\"\",\"\"", "\"Cem\",\"3\",\"\",\"\",\"\",\"\"",
            ])
    }

    @Test func `a gradebook of Canvas's is filled in one column`() throws {
        let download = "Student,ID,Section,Other (8),Lab (7)\nPoints Possible,,,5,10\nEve,1,A,4,\nBob,2,A,3,9\n"
        let table = try CSVTable(Array(download.utf8), file: "g.csv")
        let filled = try Self.grades().canvas(filling: table, file: "g.csv", column: "Lab")
        #expect(
            filled.table.rows == [
                ["Student", "ID", "Section", "Lab (7)"], ["Points Possible", "", "", "10"], ["Eve", "1", "A", "2.50"],
                ["Bob", "2", "A", "9"],
            ])
        #expect(filled.warnings == ["the assignment has 10 points in Canvas, the lab 20"])
        #expect { try Self.grades().canvas(filling: table, file: "g.csv", column: "No") } throws: {
            "\($0)".contains("'Other (8)', 'Lab (7)'")
        }
    }

    /// Two of one name, and a registrar's number that is another student's number in Canvas.
    private static func twins() -> ClassGrades {
        var grades = grades()
        func entry(_ student: Student, _ points: Int) -> ClassGrades.Entry {
            var result = Sample.base
            result.checks = [
                CheckResult(
                    id: "a", title: "A", kind: "state", verdict: .partial, points: Points(points), maximum: Points(20))
            ]
            return .init(student: student, result: result)
        }
        let twins = [
            entry(Student(id: "101", name: "Bo Zhang", email: "bo1@x", sisID: "102"), 1),
            entry(Student(id: "102", name: "Bo Zhang", email: "bo2@x", sisID: "900"), 2),
            entry(Student(id: "bo3", name: "Bo Zhang"), 3),
        ]
        grades = ClassGrades(manifest: grades.manifest, entries: twins)
        return grades
    }

    @Test func `students of one name and numbers that are others' elsewhere are not mixed up`() throws {
        let canvas =
            "Student,ID,SIS User ID,SIS Login ID,Section,Lab (7)\nBo Zhang,102,900,b,A,\nBo Zhang,101,102,a,A,\nBo Zhang,777,,bo3,A,\nBo Zhang,778,,x,A,5\n"
        let filled = try Self.twins().canvas(
            filling: CSVTable(Array(canvas.utf8), file: "g.csv"), file: "g.csv", column: "7")
        #expect(filled.table.rows.dropFirst().map { $0[5] } == ["2.00", "1.00", "3.00", "5"])
        #expect(filled.warnings.isEmpty)
        let moodle =
            "Identifier,Full name,Email address,Grade,Last modified (grade)\nParticipant 1,Bo Zhang,BO2@x,,\nParticipant 2,Bo Zhang,bo1@x,,\nParticipant 3,Bo Zhang,other@x,9,\n"
        let sheet = try Self.twins().moodle(filling: CSVTable(Array(moodle.utf8), file: "w.csv"), file: "w.csv")
        #expect(sheet.table.rows.dropFirst().map { $0[3] } == ["2", "1", "9"])
        #expect(sheet.warnings == ["bo3 is not in w.csv"])
    }

    @Test func `who is excused in Canvas stays so`() throws {
        let canvas = "Student,ID,Section,Lab (7)\nEve,1,A,EX\n"
        let filled = try Self.grades().canvas(
            filling: CSVTable(Array(canvas.utf8), file: "g.csv"), file: "g.csv", column: "7")
        #expect(filled.table.rows[1][3] == "EX")
        #expect(filled.warnings.first == "1 is excused in Canvas and stays so")
    }

    @Test func `a worksheet of Moodle's is filled and nothing else of it changes`() throws {
        let download =
            "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade),Feedback comments\nParticipant 4,Eve,E@x,S,,20.00,Yes,-,\nParticipant 5,Bob,b@x,S,7,20.00,Yes,-,old\n"
        let filled = try Self.grades().moodle(
            filling: try CSVTable(Array(download.utf8), file: "w.csv"), file: "w.csv")
        #expect(filled.warnings.isEmpty)
        #expect(filled.table.rows[1] == ["Participant 4", "Eve", "E@x", "S", "2.5", "20.00", "Yes", "-", "A: =no"])
        #expect(filled.table.rows[2][4] == "7")
    }

    @Test func `Gradescope shows students nothing of hidden checks`() throws {
        let result = try #require(Self.grades().entries.first?.result)
        let text = String(decoding: try GradescopeExport(result).json(), as: UTF8.self)
        #expect(text.contains("\"visibility\" : \"hidden\""))
        #expect(text.contains("\"max_score\" : 10"))
        #expect(text.contains("\"score\" : 2.5"))
    }

    @Test func `the table and the document tell missing, error and failed apart`() throws {
        #expect(Self.grades().csv().rows.dropFirst().map { $0[5] } == ["failed", "error", "missing"])
        let text = String(decoding: try Self.grades().json(), as: UTF8.self)
        #expect(text.contains("\"status\" : \"missing\""))
        #expect(!Self.grades().csv().rows.joined().contains { $0.contains("CANARY") })
    }
}
