import Foundation
import GradeModel
import ReportFixtures
import ResultsFolder
import Testing

/// A folder of results, written and read again.
struct ResultsFolderTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("results-\(UUID().uuidString)")

    private func make(_ students: [Student], manifest: ResultsManifest? = nil) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let standard = ResultsManifest(
            labID: "tiny", labTitle: "Tiny", labDigest: "0", engineVersion: "0.1.0", seed: "s",
            createdAt: "2026-11-23T18:00:57Z", hasRoster: false)
        try ResultsFolder.write(manifest ?? standard, students, to: folder.path)
    }

    private func put(_ result: GradeResult, _ path: String) throws {
        let file = folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(result.json()).write(to: file)
    }

    @Test func `students, results and attempts come back as they were written`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let ada = Student(id: "ada", name: "Ada", email: "ada@example.org", section: "A", submission: "ada.zip")
        let bob = Student(id: "bob")
        try make([ada, bob])
        var first = Sample.base
        first.submission = "first"
        try put(first, "submissions/ada/attempts/1.json")
        try put(Sample.base, "submissions/ada/attempts/2.json")
        try put(Sample.base, "submissions/ada/result.json")
        let results = try ResultsFolder(path: folder.path)
        #expect(results.students == [ada, bob])
        #expect(results.manifest.labID == "tiny")
        #expect(try results.result(of: ada) == Sample.base)
        #expect(try results.attempts(of: ada).map(\.submission) == ["first", Sample.base.submission])
        #expect(try results.result(of: bob) == nil)
        #expect(try results.attempts(of: bob).isEmpty)
    }

    @Test func `a folder of a newer version is refused by name`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var manifest = ResultsManifest(
            labID: "tiny", labTitle: "Tiny", labDigest: "0", engineVersion: "9", seed: "s",
            createdAt: "2026-11-23T18:00:57Z", hasRoster: false)
        manifest.schemaVersion = 99
        try make([], manifest: manifest)
        #expect(throws: ResultsError.newerVersion(file: "\(folder.path)/batch.json", version: 99)) {
            try ResultsFolder(path: folder.path)
        }
    }

    @Test func `a folder without a manifest is no results folder`() {
        #expect(throws: ResultsError.notResults(folder: "/nonexistent")) { try ResultsFolder(path: "/nonexistent") }
    }

    @Test(arguments: ["ada", "s1234567", "a-b", String(repeating: "a", count: 40)])
    func `a plain id is its own key`(id: String) { #expect(Student.key(for: id) == id) }

    @Test func `every other id gets a key that is a safe and different file name`() {
        let ids = [
            "", "../x", "/abs", "a/b", "..\\x", "C:", "CON", "con", "nul", "nul.txt", "a.", "a ", "%2e%2e",
            String(repeating: "a", count: 300), "caf\u{E9}", "cafe\u{301}", "Ada", "ADA", "-a", "a-", "x\u{0}y",
            "\u{202E}a",
            "ada-0123456789abcdef",
        ]
        let keys = ids.map(Student.key(for:))
        #expect(Set(keys).count == ids.count)
        for key in keys {
            #expect(key.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,39}/) != nil, "\(key)")
            #expect(Student.key(for: key) != key, "\(key) can be chosen as an id")
        }
    }
}
