import Foundation
import Sandbox
import Submissions
import Testing

/// Archives as students and attackers pack them, made by Python's own `zipfile` and `tarfile`.
struct ArchiveTests {
    /// Runs Python lines that write an archive to `out` and gives its bytes.
    private func made(_ lines: String) throws -> [UInt8] {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("archive-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = [
            "-c",
            """
            import io, stat, sys, tarfile, warnings, zipfile
            warnings.simplefilter("ignore")
            out = sys.argv[1]
            def tar(*members, mode="w:gz"):
                with tarfile.open(out, mode) as archive:
                    for name, data, change in members:
                        info = tarfile.TarInfo(name)
                        info.size = len(data)
                        for key, value in change.items(): setattr(info, key, value)
                        archive.addfile(info, io.BytesIO(data))
            def zip(*members):
                with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                    for name, data in members: archive.writestr(name, data)
            \(lines)
            """, file.path,
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "Python could not make the archive")
        return [UInt8](try Data(contentsOf: file))
    }

    private func files(_ lines: String) throws -> [String: String] {
        let submission = try Submission(name: "x", archive: made(lines))
        return Dictionary(
            uniqueKeysWithValues: submission.files.map { ($0.path, String(decoding: $0.contents, as: UTF8.self)) })
    }

    private func refusal(_ lines: String) throws -> String {
        let bytes = try made(lines)
        let error = #expect(throws: SubmissionError.self) { try Submission(name: "x", archive: bytes) }
        return error?.message ?? ""
    }

    @Test func `zip and gzipped tar give the same submission as each other`() throws {
        let zip = try Submission(name: "a", archive: made(#"zip(("solution.sh", "echo"), ("d/t.txt", "é"))"#))
        let tar = try Submission(
            name: "b", archive: made(#"tar(("./d/t.txt", "é".encode(), {}), ("./solution.sh", b"echo", {}))"#))
        #expect(zip.files.map(\.path) == ["d/t.txt", "solution.sh"])
        #expect(zip.digest == tar.digest)
    }

    @Test func `one folder around everything is left away, and so is what macOS adds`() throws {
        let found = try files(
            #"zip(("ada/solution.sh", "x"), ("__MACOSX/ada/._solution.sh", "y"), ("ada/.DS_Store", "z"))"#)
        #expect(found == ["solution.sh": "x"])
    }

    @Test func `names in UTF-8 come through, whatever the locale`() throws {
        #expect(try files(#"zip(("звіт.txt", "x"), ("b", "y"))"#).keys.sorted() == ["b", "звіт.txt"])
        #expect(try files(#"tar(("звіт.txt", b"x", {}), ("b", b"y", {}))"#).keys.sorted() == ["b", "звіт.txt"])
    }

    @Test func `names in the code page of zip archives come through, in a tar archive they are refused`() throws {
        let unmarked = "zipfile.ZipInfo._encodeFilenameFlags = lambda self: (self.filename.encode('cp437'), 0)"
        #expect(
            try files(unmarked + "\n" + #"zip(("Lösung für Straße/aÄ.txt", "x"), ("b", "y"))"#).keys.sorted() == [
                "Lösung für Straße/aÄ.txt", "b",
            ])
        #expect(try refusal(#"tar(("\udc94", b"x", {}), ("b", b"y", {}))"#).contains("not UTF-8"))
    }

    @Test(arguments: [
        (#"tar(("../x", b"x", {}))"#, "leads out of the submission"),
        (#"zip(("a/../../x", "x"))"#, "leads out of the submission"),
        (#"tar(("/etc/passwd", b"x", {}))"#, "absolute path"),
        (#"tar(("a", b"", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}))"#, "symbolic link"),
        (#"tar(("b", b"x", {}), ("a", b"", {"type": tarfile.LNKTYPE, "linkname": "b"}))"#, "hard link"),
        (#"tar(("a", b"", {"type": tarfile.CHRTYPE}))"#, "neither a file nor a folder"),
        (#"tar(("a", b"", {"type": tarfile.FIFOTYPE}))"#, "neither a file nor a folder"),
        (#"tar(("a", b"x", {"mode": 0o4755}))"#, "set-user-ID"),
        (#"zip(("a", "x"), ("a", "y"))"#, "'a' is there twice"),
        (#"zip(("Readme", "x"), ("README", "y"))"#, "'Readme' and 'README' differ only in case"),
        (#"zip(("D/x", "x"), ("d/y", "y"))"#, "'D' and 'd' differ only in case"),
        (#"zip(("a", "x"), ("a/b", "y"))"#, "'a' is there twice"),
        (#"zip(("a\n", "x"))"#.replacingOccurrences(of: "\\n", with: "\\x01"), "control characters"),
        (#"zip(*[(str(n), "x") for n in range(2001)])"#, "more than 2000 files"),
        (#"zip(("/".join(["d"] * 30) + "/x", "x"))"#, "nested more than 24 deep"),
        (#"zip(("n" * 300, "x"))"#, "longer than a submission's may be"),
        (#"zip(("bomb", bytes(30 << 20)))"#, "more than 200 times its size"),
        (#"tar(("__MACOSX/bomb", bytes(30 << 20), {}))"#, "more than 200 times its size"),
        (#"open(out, "wb").write(b"no archive at all")"#, "cannot be read"),
        (#"open(out, "wb").write(b"PK\x03\x04")"#, "cannot be read"),
    ])
    func `what could be meant as an escape or a bomb is refused with the reason`(lines: String, reason: String) throws {
        let message = try refusal(lines)
        #expect(message.contains(reason), "\(message)")
    }

    @Test func `the limit on all bytes holds for an archive`() throws {
        var limits = SubmissionLimits()
        limits.bytes = 1 << 20
        let bytes = try made("import os\nzip((\"a\", os.urandom(600_000)), (\"b\", os.urandom(600_000)))")
        #expect(throws: SubmissionError("the submission holds more than 1 MiB")) {
            try Submission(name: "x", archive: bytes, limits: limits)
        }
    }

    @Test func `damaged archives are refused or give safe files, and never more than the limits`() throws {
        let seeds = [
            try made(#"zip(("ada/solution.sh", "echo " * 200), ("ada/d/data", bytes(range(256)) * 8))"#),
            try made(#"tar(("solution.sh", b"echo " * 200, {}), ("d/data", bytes(range(256)) * 8, {}))"#),
            try made(#"tar(("solution.sh", b"echo " * 200, {}), ("d/data", bytes(range(256)) * 8, {}), mode="w")"#),
        ]
        var random = SplitMix(state: 20_261_124)
        var refused = 0
        var limits = SubmissionLimits()
        limits.bytes = 1 << 20
        for round in 0..<3000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if round % 5 == 0 { bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random)) }
            do {
                let submission = try Submission(name: "x", archive: bytes, limits: limits)
                #expect(submission.files.reduce(0) { $0 + $1.contents.count } <= limits.bytes)
                for file in submission.files {
                    let names = file.path.split(separator: "/", omittingEmptySubsequences: false)
                    let isSafe = names.allSatisfy { !["", ".", ".."].contains($0) } && !file.path.contains("\0")
                    #expect(isSafe, "\(file.path.debugDescription)")
                }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 300)
    }
}

/// A small generator with a seed: the same mutations in every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
