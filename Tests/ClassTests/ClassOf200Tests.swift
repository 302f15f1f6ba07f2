import Foundation
import ReportFixtures
import TestPrograms
import Testing

/// A class of 200 real submissions whose truth is known because it was planted, graded once for all tests here.
///
/// `Tests/Scripts/class_of_200.py` says what they are. The class stays beside the build's products, to be looked at.
struct GradedClass: Sendable {
    let folder: URL
    let batch: ProgramRun

    static let shared: Task<GradedClass, any Error> = Task {
        let folder = URL(fileURLWithPath: "\(BuiltProgram.products)/class-of-200")
        try? FileManager.default.removeItem(at: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let made = try await Script.run("class_of_200.py", [folder.path, Golden.root])
        guard made.status == 0 else { throw Failure(text: made.output) }
        return GradedClass(folder: folder, batch: try await BuiltProgram.shell(command, in: folder))
    }

    static let command = "skylab batch lab class --roster canvas.csv --out results"

    struct Failure: Error {
        var text: String
    }
}

@Suite(
    .serialized, .enabled(if: BuiltProgram.isReady, "\(BuiltProgram.advice)"),
    .enabled(if: Script.python != nil, "\(Script.advice)"))
struct ClassOf200Tests {
    private func expectNothing(of script: String, about arguments: [String]) async throws {
        let outcome = try await Script.run(script, arguments)
        if outcome.status == 77 { try Test.cancel("\(outcome.output)") }
        #expect(outcome.status == 0, "\(outcome.output)")
    }

    @Test func `every result, JUnit file and export of a class of 200 is what was planted`() async throws {
        let graded = try await GradedClass.shared.value
        #expect(graded.batch.status == 0, "\(graded.batch.errors)")
        #expect(graded.batch.output.contains("graded       200, unchanged 0, missing 5"), "\(graded.batch.output)")
        // What a name says to a terminal is spelled out.
        #expect(graded.batch.errors.contains("\\u{202E}") && !graded.batch.errors.contains("\u{202E}"))
        #expect(graded.batch.errors.contains("notes.txt is neither a folder nor an archive"))
        let exports = try await BuiltProgram.shell(
            """
            mkdir -p exports && cd exports || exit 9
            skylab export canvas ../results --column 'HA pair' > canvas.csv &&
            skylab export canvas ../results --fill ../canvas.csv --column 4711 > canvas-filled.csv &&
            skylab export moodle ../results --column 'HA pair' --out moodle.csv &&
            skylab export moodle ../results --fill ../moodle.csv > moodle-filled.csv &&
            skylab export csv ../results > class.csv && skylab export json ../results > class.json &&
            skylab export gradescope ../results --out gradescope
            """, in: graded.folder)
        #expect(exports.status == 0, "\(exports.errors)")
        let path = graded.folder.path
        try await expectNothing(
            of: "check_class.py",
            about: [path, "\(path)/results", "\(path)/exports", "\(Golden.root)/fixtures/junit/xsd"])
    }

    @Test func `the site of a class of 200 has no fault that checkers or a browser find`() async throws {
        let graded = try await GradedClass.shared.value
        let site = try await BuiltProgram.shell("skylab site results --out site", in: graded.folder)
        #expect(site.status == 0, "\(site.errors)")
        let path = "\(graded.folder.path)/site"
        let pages = try FileManager.default.subpathsOfDirectory(atPath: path).filter { $0.hasSuffix(".html") }.sorted()
        #expect(pages.count > 800)
        for page in pages where page.hasPrefix("student/") {
            let text = String(decoding: try #require(Golden.read("\(path)/\(page)")), as: UTF8.self)
            for word in ["CANARY", "No IAM user is left behind", "no-users", "@example.edu", "Family"] {
                #expect(!text.contains(word), "\(page) has \(word)")
            }
        }
        try await expectNothing(of: "check_html.py", about: pages.map { "\(path)/\($0)" })
        try await expectNothing(
            of: "check_site.py", about: ["--sample=3", "--axe", "\(path)/instructor", "\(path)/student"])
    }

    @Test func `a class taken up again runs nothing, and one that hands in again is shown before it counts`()
        async throws
    {
        let graded = try await GradedClass.shared.value
        let again = try await BuiltProgram.shell(GradedClass.command, in: graded.folder)
        #expect(again.output.contains("graded       0, unchanged 200, missing 5"), "\(again.output)")
        let other = try await BuiltProgram.shell(
            """
            cp -r results other && rm -rf class/5010* class/*_5010_* class/s010@* && mkdir class/5010 &&
            cp lab/solutions/boto3/solution.py class/5010 && skylab batch lab class --roster canvas.csv --out other --hold
            """, in: graded.folder)
        #expect(other.output.contains("1 grade would change: 1 up, 0 down\n  + 5010  0 -> 100"), "\(other.output)")
        #expect(other.output.contains("graded       1, unchanged 199"))
    }
}
