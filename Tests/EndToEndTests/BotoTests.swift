import CloudState
import EmulatorCore
import Foundation
import TestPrograms
import Testing

/// The Python files in `boto3/`, each against an emulator of its own. Every answer is held against botocore's model.
struct BotoTests {
    static let folder = "\(root)/Tests/EndToEndTests/boto3"

    static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        .filter { $0.hasPrefix("test_") && $0.hasSuffix(".py") }.sorted()

    /// The first Python that has boto3.
    static let python: String? = {
        let path = "\(root)/.venv/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
        return path.split(separator: ":").map { "\($0)/python3" }.first { python in
            FileManager.default.isExecutableFile(atPath: python) && hasBoto3(python)
        }
    }()

    private static func hasBoto3(_ python: String) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", "import boto3"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test(.enabled(if: python != nil, "there is no Python with boto3: run `make setup`"))
    func `boto3 gets from the emulator what it gets from AWS, and every operation is exercised`() async throws {
        let python = try #require(Self.python)
        #expect(!Self.files.isEmpty)
        var exercised: Set<String> = []
        for file in Self.files {
            let host = try await EmulatorHost(
                enforcesIAM: file.hasPrefix("test_enforced"), runsContainers: file.hasPrefix("test_containers_run"))
            let run = try await ProgramRun(
                python, ["-m", "unittest", "-v", String(file.dropLast(3))], in: URL(fileURLWithPath: Self.folder),
                environment: host.environment, together: true)
            for record in host.emulator.trail.records where record.error == nil {
                exercised.insert("\(record.service):\(record.eventName)")
            }
            await host.close()
            #expect(run.status == 0, "\(file): \(run.output.suffix(6000))")
            #expect(run.output.contains("OK"), "\(file)")
        }
        let emulated = Set(
            Services.all.flatMap { service in
                service.operations.keys.map { "\(service.signingNames[0]):\($0)" }
            })
        let missed = emulated.subtracting(exercised).sorted()
        #expect(missed.isEmpty, "no test of a real client succeeds with these")
    }
}
