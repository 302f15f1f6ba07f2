import Foundation
import Testing

/// The Python files in `boto3/`, each against an emulator of its own.
struct BotoTests {
    static let folder = "\(root)/Tests/EndToEndTests/boto3"

    static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        .filter { $0.hasPrefix("test_") && $0.hasSuffix(".py") }.sorted()

    @Test(.enabled(if: program("python3") != nil, "python3 is missing"), arguments: files)
    func `boto3 gets from the emulator what it gets from AWS`(file: String) async throws {
        let python = try #require(program("python3"))
        let host = try await EmulatorHost()
        let output = try await runProgram(
            python, ["-m", "unittest", "-v", String(file.dropLast(3))], in: Self.folder, environment: host.environment)
        await host.close()
        #expect(output.status == 0, "\(output.text.suffix(6000))")
        #expect(output.text.contains("OK"))
    }
}
