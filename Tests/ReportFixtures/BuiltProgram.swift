import CSpawnProtocol
package import Foundation
package import TestPrograms

/// The `skylab` that the build has put beside the test bundle, run as people run it.
package enum BuiltProgram {
    /// Where the build put its products.
    package static var products: String {
        guard let file = system_file_of(#dsohandle) else { return "\(Golden.root)/.build/debug" }
        return URL(fileURLWithPath: String(cString: file)).deletingLastPathComponent().path
    }

    /// Whether the clients are there that students' programs use.
    package static let isReady: Bool = FileManager.default.isExecutableFile(atPath: "\(Golden.root)/.venv/bin/aws")
    package static let advice: String = "the pinned clients are not in .venv: run `make setup`"

    /// Runs a line of bash in a folder, with `skylab` and the clients on its path, to its end.
    package static func shell(_ line: String, in folder: URL) async throws -> ProgramRun {
        try await ProgramRun("/bin/bash", ["-c", line], in: folder, environment: environment(home: folder))
    }

    /// What a shell of a user has who works in a folder, with `skylab` and the clients on its path.
    package static func environment(home: URL) -> [String: String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return ["PATH": "\(products):\(Golden.root)/.venv/bin:\(path)", "HOME": home.path, "LC_ALL": "C.UTF-8"]
    }
}
