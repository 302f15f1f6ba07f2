package import Foundation

/// A program that a test has run to its end.
///
/// No thread waits for it: concurrent tests share as many as there are processors, and an emulator that the program
/// asks runs on the same ones.
package struct ProgramRun: Sendable {
    package var status: Int32
    /// Standard output; standard error too where both were asked for together.
    package var output: String
    package var errors: String

    /// - Parameters:
    ///   - environment: nil for the tests' own.
    ///   - together: whether standard error is a part of `output`, in the order of a terminal.
    package init(
        _ path: String, _ arguments: [String], in folder: URL? = nil, environment: [String: String]? = nil,
        together: Bool = false
    ) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        if let environment { process.environment = environment }
        process.standardInput = FileHandle.nullDevice
        // Files and not pipes: nothing has to read while the program runs.
        let files = ["out", "err"].map {
            FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).\($0)")
        }
        for file in files { try Data().write(to: file) }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        let output = try FileHandle(forWritingTo: files[0])
        process.standardOutput = output
        process.standardError = together ? output : try FileHandle(forWritingTo: files[1])
        status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        self.output = String(decoding: try Data(contentsOf: files[0]), as: UTF8.self)
        errors = String(decoding: try Data(contentsOf: files[1]), as: UTF8.self)
    }
}
