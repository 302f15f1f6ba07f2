import Foundation
import GradeModel
import ReportFixtures
import ResultsFolder
import Submissions
import Synchronization
import Testing

@testable import Batch

/// Grading a class with a grader that gives what the test says.
struct ClassRunTests {
    private let scratch: Scratch
    private var results: String { "\(scratch.path)/results" }
    private var submissions: String { "\(scratch.path)/class" }

    init() throws {
        scratch = try Scratch()
        for name in ["ada", "bob", "cem"] {
            try FileManager.default.createDirectory(
                atPath: "\(scratch.path)/class/\(name)", withIntermediateDirectories: true)
            try name.write(toFile: "\(scratch.path)/class/\(name)/solution.sh", atomically: true, encoding: .utf8)
        }
    }

    /// What the grader was told, in the order of its calls.
    private let attempts = Attempts()

    private final class Attempts: Sendable {
        private let numbers = Mutex<[Int]>([])
        func withLock<R: Sendable>(_ body: @Sendable (inout sending [Int]) -> sending R) -> R { numbers.withLock(body) }
    }

    private let students = ["ada", "bob", "cem"].map { Student(id: $0, submission: $0) } + [Student(id: "dan")]

    private func manifest(lab: String = "ec2-ha-pair", digest: String = "d") -> ResultsManifest {
        ResultsManifest(
            labID: lab, labTitle: "t", labDigest: digest, engineVersion: "1", seed: "s",
            createdAt: "2026-11-24T00:00:00Z", hasRoster: false)
    }

    private static func result(_ name: String, points: Int = 5, breaks: Bool = false) -> GradeResult {
        var result = Sample.base
        result.submission = name
        result.checks = ["one", "two"].map {
            CheckResult(
                id: $0, title: $0, kind: "state", verdict: breaks ? .error : .passed,
                points: breaks ? .zero : Points(points), maximum: Points(5))
        }
        return result
    }

    /// Runs the class; the outcome and the names of what was graded.
    private func run(
        _ manifest: ResultsManifest? = nil, options: ClassRun.Options = ClassRun.Options(),
        grade: @escaping @Sendable (String) -> GradeResult = { result($0) }
    ) async throws -> (outcome: BatchOutcome, graded: [String], announced: [ResultChange]) {
        let graded = Mutex<[String]>([])
        let attempts = attempts
        var announced: [ResultChange] = []
        var options = options
        options.backOff = [.zero, .zero]
        let run = try ClassRun(
            manifest ?? self.manifest(), students, submissions: submissions, folder: results, options: options)
        let outcome = try await run.run(
            finishedAt: "2026-11-24T01:00:00Z",
            grade: { path, name, attempt, events in
                graded.withLock { $0.append(name) }
                attempts.withLock { $0.append(attempt) }
                var result = grade(name)
                result.submissionDigest = (try? Submission(at: path).digest) ?? ""
                for check in result.checks { events(.checkFinished(check)) }
                return result
            }, announce: { announced = $0 }, events: { _ in })
        return (outcome, graded.withLock { $0.sorted() }, announced)
    }

    @Test func `every submission gets its files, and who handed nothing in gets none`() async throws {
        let run = try await run()
        #expect(run.graded == ["ada", "bob", "cem"])
        #expect(run.outcome.missing == 1)
        let folder = try ResultsFolder(path: results)
        #expect(try folder.result(of: students[0])?.score == Points(10))
        #expect(try folder.attempts(of: students[0]).count == 1)
        #expect(try folder.result(of: students[3]) == nil)
        #expect(FileManager.default.fileExists(atPath: "\(results)/submissions/ada/junit.xml"))
        #expect(FileManager.default.fileExists(atPath: "\(results)/junit/class-001.xml"))
    }

    @Test func `attempts are the different submissions of a student, however often they are graded`() async throws {
        _ = try await run()
        var forced = ClassRun.Options()
        forced.force = true
        _ = try await run(options: forced)
        #expect(attempts.withLock { $0 } == [1, 1, 1, 1, 1, 1])
        try "other".write(toFile: "\(submissions)/ada/solution.sh", atomically: true, encoding: .utf8)
        _ = try await run()
        #expect(attempts.withLock { $0.last } == 2)
    }

    @Test func `a result that was deleted is made anew`() async throws {
        _ = try await run()
        try FileManager.default.removeItem(atPath: "\(results)/submissions/bob/result.json")
        #expect(try await run().graded == ["bob"])
        #expect(try ResultsFolder(path: results).result(of: students[1])?.score == Points(10))
    }

    @Test func `what has not changed is not run again, unless it is forced`() async throws {
        _ = try await run()
        #expect(try await run().graded.isEmpty)
        try "other".write(toFile: "\(submissions)/bob/solution.sh", atomically: true, encoding: .utf8)
        #expect(try await run().graded == ["bob"])
        var options = ClassRun.Options()
        options.force = true
        #expect(try await run(options: options).graded.count == 3)
        #expect(try await run(manifest(digest: "other")).graded.count == 3)
    }

    @Test func `who gains and who loses is known before the old results go, and attempts stay`() async throws {
        _ = try await run()
        let changed = try await run(manifest(digest: "e")) { Self.result($0, points: $0 == "ada" ? 1 : 5) }
        #expect(changed.announced.map(\.student.id) == ["ada"])
        #expect(changed.announced.first?.new == Points(2))
        let folder = try ResultsFolder(path: results)
        #expect(try folder.attempts(of: students[0]).map(\.score) == [Points(10), Points(2)])
        #expect(!FileManager.default.fileExists(atPath: "\(results)/submissions/ada/pending.json"))
    }

    @Test func `held results wait, and count without another run`() async throws {
        _ = try await run()
        var options = ClassRun.Options()
        options.holds = true
        let held = try await run(manifest(digest: "e"), options: options) { Self.result($0, points: 1) }
        #expect(held.outcome.areHeld)
        #expect(try ResultsFolder(path: results).result(of: students[0])?.score == Points(10))
        let released = try await run(manifest(digest: "e"))
        #expect(released.graded.isEmpty)
        #expect(try ResultsFolder(path: results).result(of: students[0])?.score == Points(2))
    }

    @Test func `a broken grader is tried again, is an error, and replaces no grade`() async throws {
        let broken = try await run { Self.result($0, breaks: $0 == "bob") }
        #expect(broken.graded.filter { $0 == "bob" }.count == 3)
        #expect(broken.outcome.errors.map(\.id) == ["bob"])
        #expect(try await run().graded == ["bob"])
        _ = try await run(manifest(digest: "e")) { Self.result($0, breaks: true) }
        #expect(try ResultsFolder(path: results).result(of: students[1])?.score == Points(10))
    }

    @Test func `verdicts are in the store before the grader goes on`() async throws {
        let seen = Mutex<[Int]>([])
        let run = try ClassRun(
            manifest(), [students[0]], submissions: submissions, folder: results, options: ClassRun.Options())
        let path = "\(results)/results.sqlite"
        _ = try await run.run(
            finishedAt: "",
            grade: { _, name, _, events in
                let result = Self.result(name)
                for check in result.checks {
                    events(.checkFinished(check))
                    let count = try? BatchStore(path: path).verdicts().count
                    seen.withLock { $0.append(count ?? -1) }
                }
                return result
            }, announce: { _ in }, events: { _ in })
        #expect(seen.withLock { $0 } == [1, 2])
    }

    @Test func `two batches on one folder exclude each other`() throws {
        let first = try ClassRun(
            manifest(), students, submissions: submissions, folder: results, options: ClassRun.Options())
        #expect {
            try ClassRun(manifest(), students, submissions: submissions, folder: results, options: ClassRun.Options())
        } throws: { "\($0)".contains("another batch works on") }
        withExtendedLifetime(first) {}
    }

    @Test func `the folder of another lab is left alone`() async throws {
        _ = try await run()
        await #expect(throws: BatchError.self) { try await run(manifest(lab: "other")) }
        #expect(try ResultsFolder(path: results).manifest.labID == "ec2-ha-pair")
    }
}
