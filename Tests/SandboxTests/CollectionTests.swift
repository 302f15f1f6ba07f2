import Glibc
import GradeModel
import Testing

@testable import Sandbox

/// Files that are taken out of a box afterwards: what the program made of them must not lead anywhere else.
struct CollectionTests {
    private let hostile = """
        echo result > plain; mkdir deep; printf '\\0\\1' > deep/bytes; : > empty
        ln -s /etc/passwd link; ln -s /etc away; ln -s plain near; ln deep/bytes again
        mkfifo fifo; mkdir folder; truncate -s 4194304 holes
        """
    private let paths = [
        "plain", "deep/bytes", "missing", "link", "away/passwd", "near", "again", "fifo", "folder", "holes", "empty",
    ]

    @Test(arguments: [SandboxOmissions(), .namespaces])
    func `regular files come out, and nothing that leads elsewhere`(_ omissions: SandboxOmissions) async throws {
        var policy = shell(hostile)
        policy.omissions = omissions
        policy.collectedFiles = paths
        policy.limits.fileSize = 4 << 20
        let outcome = try await run(policy)
        #expect(outcome.ending == .exited(code: 0), "\(outcome.standardError.head)")
        #expect(outcome.collected.map(\.path) == paths)
        let found = Dictionary(uniqueKeysWithValues: outcome.collected.map { ($0.path, $0) })
        #expect(found["plain"]?.contents == Array("result\n".utf8))
        #expect(found["holes"]?.contents?.count == 4 << 20)
        // Two names, one of them collected under the other's.
        #expect(found["deep/bytes"]?.problem == "the file has more than one name")
        #expect(found["again"]?.problem == "the file has more than one name")
        #expect(found["missing"]?.problem == "there is no such file")
        for path in ["link", "away/passwd", "near"] {
            #expect(found[path]?.problem == "it is a symbolic link, or there is one on the way to it")
        }
        for path in ["fifo", "folder"] { #expect(found[path]?.problem == "it is no regular file") }
        #expect(outcome.collected.allSatisfy { ($0.contents == nil) == !$0.problem.isEmpty })
        #expect(found["empty"]?.contents == [])
    }

    @Test func `what is too much in all stays where it is`() async throws {
        var policy = shell("for n in 1 2 3; do head -c 7000000 /dev/zero > $n; done")
        policy.collectedFiles = ["1", "2", "3"]
        let outcome = try await run(policy)
        #expect(outcome.collected.map { $0.contents?.count } == [7_000_000, 7_000_000, nil])
        #expect(outcome.collected.last?.problem == "all files together are larger than 16 MiB")
    }

    @Test func `files come out of a run that met a limit, too`() async throws {
        var policy = shell("echo so far > log; sleep 1000")
        policy.limits.wallSeconds = 2
        policy.collectedFiles = ["log"]
        let outcome = try await run(policy)
        #expect(outcome.ending == .limit(.wallTime))
        #expect(outcome.collected == [CollectedFile(path: "log", contents: Array("so far\n".utf8), problem: "")])
    }

    @Test(arguments: ["", "/etc/passwd", "../x", "a/../../x", "./x"])
    func `a path that leads out of the folder is no policy`(_ path: String) {
        var policy = shell("true")
        policy.collectedFiles = [path]
        #expect(throws: SandboxError.self) { try RequestEncoder.encode(policy) }
    }

    @Test func `what comes out of the descriptor is read without trust`() throws {
        func read(_ bytes: [UInt8]) -> [CollectedFile] {
            let memory = bytes.withUnsafeBytes { RequestEncoder.copyToMemory($0) }
            defer { close(memory) }
            return CollectedFile.read(from: memory, paths: ["a", "b"])
        }
        #expect(read([]).allSatisfy { $0.contents == nil && !$0.problem.isEmpty })
        // A size that is larger than what there is; a number that is cut short.
        let lies = read([0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 127, 1, 2])
        #expect(lies.allSatisfy { $0.contents == nil && !$0.problem.isEmpty })
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let count = Int.random(in: 0...40, using: &random)
            let files = read((0..<count).map { _ in UInt8.random(in: 0...3, using: &random) })
            #expect(files.count == 2)
            #expect(files.reduce(0) { $0 + ($1.contents?.count ?? 0) } <= count)
        }
        #expect(CollectedFile.read(from: -1, paths: ["a"]).first?.contents == nil)
    }
}
