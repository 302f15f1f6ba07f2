import Foundation
import Sandbox
import Submissions
import Testing

/// Submissions as folders, and the folder of a class.
struct FolderTests {
    private let root = FileManager.default.temporaryDirectory.appendingPathComponent("class-\(UUID().uuidString)")

    private func put(_ path: String, _ bytes: Data = Data("x".utf8)) throws {
        let file = root.appendingPathComponent(path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try bytes.write(to: file)
    }

    @Test func `a class is the folders and archives in a folder, in order of their names`() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try put("zoe/solution.sh")
        try put("ada.tar.gz")
        try put("Bob.ZIP")
        try put("roster.csv")
        try put(".hidden/solution.sh")
        // One name that cannot be read must not cost the others their grades.
        try FileManager.default.createSymbolicLink(
            atPath: root.appendingPathComponent("gone").path, withDestinationPath: "/nowhere")
        #expect(mkdir(Array("\(root.path)/Ren".utf8CString.dropLast()) + [CChar(bitPattern: 0xE9), 0], 0o755) == 0)
        let found = try SubmissionsFolder(path: root.path)
        #expect(found.entries.map(\.name) == ["Bob", "ada", "zoe"])
        #expect(found.ignored.map(\.name) == ["Ren\u{FFFD}", "gone", "roster.csv"])
        #expect(found.ignored.map { $0.reason.prefix(14) } == ["has a name tha", "cannot be read", "is neither a f"])
    }

    @Test func `spellings that some systems take for one file are refused in a folder, too`() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try put("a/caf\u{E9}")
        try put("a/cafe\u{301}")
        #expect(throws: SubmissionError.self) { try Submission(at: root.appendingPathComponent("a").path) }
    }

    @Test func `what the machine cannot read is no fault of who handed it in, and is named without its place`() {
        let path = root.appendingPathComponent("ada").path
        let error = #expect(throws: SubmissionError.self) { try Submission(at: path) }
        #expect(error?.isOfMachine == true)
        #expect(error?.message == "ada: No such file or directory")
    }

    @Test func `results beside the submissions are none`() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try put("ada/solution.sh")
        try put("results/batch.json")
        try put("skylab-report/.skylab-report")
        let found = try SubmissionsFolder(path: root.path)
        #expect(found.entries.map(\.name) == ["ada"])
        #expect(found.ignored.map(\.name) == ["results", "skylab-report"])
    }

    @Test func `the folder of the results is no class`() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try put("batch.json")
        #expect(throws: SubmissionError.self) { try SubmissionsFolder(path: root.path) }
    }

    @Test func `a program that was handed in alone is a submission under the student's name`() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        let names = [
            "Ada L_1001_assignsubmission_file_solution.sh", "hopper_103_5003_solution-2.py", "zoe_solution.sh",
            "solution.sh", "eve_resolution.sh", "notes.txt",
        ]
        for name in names { try put(name, Data(name.utf8)) }
        let entries = ["solution.sh", "solution.py"]
        let found = try SubmissionsFolder(path: root.path, entries: entries)
        #expect(
            found.entries.map(\.name) == [
                "Ada L_1001_assignsubmission_file_solution", "hopper_103_5003_solution", "zoe",
            ])
        #expect(found.ignored.map(\.name) == ["eve_resolution.sh", "notes.txt", "solution.sh"])
        let submissions = try found.entries.map { try Submission(at: $0.path, entries: entries) }
        #expect(submissions.map { $0.files.map(\.path) } == [["solution.sh"], ["solution.py"], ["solution.sh"]])
        #expect(submissions[2].files[0].contents == Array("zoe_solution.sh".utf8))
        // What a link leads to was not handed in.
        let link = root.appendingPathComponent("mal_solution.sh")
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "/etc/passwd")
        #expect(throws: SubmissionError.self) { try Submission(at: link.path, entries: entries) }
    }

    @Test func `a folder around everything is left away, as in an archive, unless the program is meant to be in it`()
        throws
    {
        defer { try? FileManager.default.removeItem(at: root) }
        try put("ada/pair/solution.sh")
        try put("ada/pair/lib/a.sh")
        let path = root.appendingPathComponent("ada").path
        #expect(try Submission(at: path).files.map(\.path) == ["lib/a.sh", "solution.sh"])
        let meant = try Submission(at: path, entries: ["pair/solution.sh"])
        #expect(meant.files.map(\.path) == ["pair/lib/a.sh", "pair/solution.sh"])
    }

    @Test func `an archive that is not read says what to ask for`() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try put("ada.RAR")
        let found = try SubmissionsFolder(path: root.path)
        #expect(found.entries.isEmpty)
        #expect(
            found.ignored.map(\.reason) == ["is a .rar file, which is not read: ask for .zip, .tar.gz, .tgz or .tar"])
    }

    @Test func `a file that is no archive is no submission`() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try put("notes.txt")
        #expect(throws: SubmissionError("'notes.txt' is neither a folder nor a .zip, .tar.gz, .tgz or .tar file")) {
            try Submission(at: root.appendingPathComponent("notes.txt").path)
        }
    }
}
