import Foundation
import ReportFixtures
import TestPrograms
import Testing

/// Batches that do not come to their end.
@Suite(.serialized, .enabled(if: BuiltProgram.isReady, "\(BuiltProgram.advice)"))
struct InterruptedBatchTests {
    private func with(_ submissions: [String: String], _ body: (URL) async throws -> Void) async throws {
        let folder = try Script.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in submissions {
            let home = folder.appendingPathComponent("class/\(name)")
            try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: home.appendingPathComponent("solution.sh"))
        }
        try await body(folder)
    }

    private let lab = "\(Golden.root)/labs/ec2-ha-pair"

    @Test(.enabled(if: Script.python != nil, "\(Script.advice)"))
    func `killed or interrupted at any instant, the same command ends with the same store`() async throws {
        let outcome = try await Script.run(
            "batch_kills.py", ["\(BuiltProgram.products)/skylab", Golden.root, "--kills", "6", "--students", "14"])
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("6 kills, 14 submissions: equal"), "\(outcome.output)")
    }

    @Test func `on a full disk what was stored stays, and with room the same command goes on`() async throws {
        let names = (0..<12).map { "s\($0)" }
        try await with(Dictionary(uniqueKeysWithValues: names.map { ($0, "echo \($0)\n") })) { folder in
            // A disk of its own, in a mount namespace of its own.
            let run = try await BuiltProgram.shell(
                """
                unshare --user --map-root-user --mount true 2>/dev/null || exit 77
                unshare --user --map-root-user --mount bash -c '
                    mkdir disk && mount -t tmpfs -o size=420k tmpfs disk || exit 77
                    skylab batch \(lab) class --out disk/results --jobs 1; echo "first $?"
                    for file in disk/results/submissions/*/result.json; do python3 -m json.tool "$file" > /dev/null || echo "torn $file"; done
                    mount -o remount,size=60m tmpfs disk
                    skylab batch \(lab) class --out disk/results --jobs 1; echo "second $?"'
                """, in: folder)
            if run.status == 77 { try Test.cancel("this machine gives nobody a mount namespace") }
            let text = run.output + run.errors
            #expect(run.output.contains("first 6"), "\(text)")
            #expect(run.errors.contains("the same command goes on from what is stored"), "\(text)")
            #expect(!run.output.contains("torn"), "\(text)")
            #expect(run.output.contains("second 0"), "\(text)")
            let graded = try #require(run.output.firstMatch(of: /graded       (\d+), unchanged (\d+), missing 0/))
            let (fresh, kept) = (try #require(Int(graded.1)), try #require(Int(graded.2)))
            #expect(fresh + kept == 12 && kept > 0 && fresh > 0, "\(text)")
        }
    }

    @Test func `a results folder that cannot be written is named with the reason`() async throws {
        try await with(["ada": "true\n"]) { folder in
            let run = try await BuiltProgram.shell(
                """
                unshare --user --map-root-user --mount true 2>/dev/null || exit 77
                unshare --user --map-root-user --mount bash -c '
                    mkdir disk && mount -t tmpfs -o ro tmpfs disk || exit 77
                    skylab batch \(lab) class --out disk; echo "ended $?"'
                """, in: folder)
            if run.status == 77 { try Test.cancel("this machine gives nobody a mount namespace") }
            #expect(run.output.contains("ended 6"), "\(run.output)\(run.errors)")
            #expect(run.errors.contains("disk") && run.errors.contains("Read-only file system"), "\(run.errors)")
        }
    }

    @Test func `a student who is in the roster twice is an error that names the row, before anything is made`()
        async throws
    {
        try await with(["ada": "true\n"]) { folder in
            try Data("id,name\nada,Ada\nbob,Bob\nada,Ada L.\n".utf8).write(
                to: folder.appendingPathComponent("roster.csv"))
            let run = try await BuiltProgram.shell(
                "skylab batch \(lab) class --roster roster.csv --out results", in: folder)
            #expect(run.status == 2)
            #expect(run.errors == "skylab: roster.csv: two rows have the id 'ada': remove one\n")
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/results"))
        }
    }

    @Test func `who was graded and is not among the submissions any more is named`() async throws {
        try await with(["ada": "true\n", "bob": "true\n"]) { folder in
            let run = try await BuiltProgram.shell(
                """
                skylab batch \(lab) class --out results > first && rm -r class/bob
                skylab batch \(lab) class --out results
                """, in: folder)
            #expect(run.output.contains("graded       0, unchanged 1"), "\(run.output)\(run.errors)")
            #expect(
                run.errors.contains("bob was graded before and is not in class now: it is in no export"),
                "\(run.errors)")
        }
    }

    @Test func `a results folder of a newer version is left as it is by every command`() async throws {
        try await with(["ada": "true\n"]) { folder in
            let batch = "skylab batch \(lab) class --out results"
            let first = try await BuiltProgram.shell(batch, in: folder)
            #expect(first.status == 0, "\(first.errors)")
            let newer = try await BuiltProgram.shell(
                """
                sed -i 's/"schemaVersion" : 1/"schemaVersion" : 99/' results/batch.json && cp -r results before
                for line in "\(batch)" "skylab site results" "skylab export csv results"; do $line; echo "ended $?"; done
                diff -r results before && echo untouched
                """, in: folder)
            #expect(newer.output == "ended 2\nended 2\nended 2\nuntouched\n", "\(newer)")
            #expect(newer.errors.components(separatedBy: "update Skylab").count == 4, "\(newer.errors)")
            let store = try await BuiltProgram.shell(
                """
                sed -i 's/"schemaVersion" : 99/"schemaVersion" : 1/' results/batch.json
                python3 -c 'import sqlite3; sqlite3.connect("results/results.sqlite").execute("PRAGMA user_version = 99")'
                \(batch); echo "ended $?"
                """, in: folder)
            #expect(store.output == "ended 2\n" && store.errors.contains("has version 99"), "\(store)")
        }
    }
}
