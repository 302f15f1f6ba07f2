import CSpawnProtocol
package import Foundation

/// The `skylab` that the build has put beside the test bundle, run as people run it.
package enum BuiltProgram {
    package struct Outcome: Sendable {
        package var status: Int32
        package var output: String
        package var errors: String
    }

    /// Where the build put its products.
    package static var products: String {
        guard let file = system_file_of(#dsohandle) else { return "\(Golden.root)/.build/debug" }
        return URL(fileURLWithPath: String(cString: file)).deletingLastPathComponent().path
    }

    /// Whether the clients are there that students' programs use.
    package static let isReady: Bool = FileManager.default.isExecutableFile(atPath: "\(Golden.root)/.venv/bin/aws")
    package static let advice: String = "the pinned clients are not in .venv: run `make setup`"

    /// Runs a line of bash in a folder, with `skylab` and the clients on its path, to its end.
    package static func shell(_ line: String, in folder: URL) async throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = folder
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        process.environment = [
            "PATH": "\(products):\(Golden.root)/.venv/bin:\(path)", "HOME": folder.path, "LC_ALL": "C.UTF-8",
        ]
        process.standardInput = FileHandle.nullDevice
        // Files and not pipes: nothing has to read while the program runs.
        let names = ["stdout", "stderr"].map { folder.appendingPathComponent(".\(UUID().uuidString).\($0)") }
        for name in names { _ = FileManager.default.createFile(atPath: name.path, contents: nil) }
        defer { for name in names { try? FileManager.default.removeItem(at: name) } }
        process.standardOutput = try FileHandle(forWritingTo: names[0])
        process.standardError = try FileHandle(forWritingTo: names[1])
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Outcome(
            status: status, output: String(decoding: try Data(contentsOf: names[0]), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: names[1]), as: UTF8.self))
    }
}
