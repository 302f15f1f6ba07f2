import CSpawnProtocol
import GradeModel
import Testing

@testable import Sandbox

/// Where the build put `spawnd`: beside the test bundle.
func launcherPath() throws -> String {
    let file = try #require(system_file_of(#dsohandle))
    let folder = try #require(FilePaths.parent(of: String(cString: file)))
    return "\(folder)/spawnd"
}

/// One spawner for all tests: many boxes at once is what it is for.
enum Shared {
    static let spawner: Result<Spawner, any Error> = Result { try Spawner.start(launcher: launcherPath()) }
}

/// A policy for a shell script.
func shell(_ script: String, limits: SandboxLimits = SandboxLimits(wallSeconds: 10, cpuSeconds: 8)) -> SandboxPolicy {
    SandboxPolicy(
        executable: "/bin/sh", arguments: ["sh", "-c", script],
        environment: [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/home/student")], limits: limits)
}

/// Runs a policy to its end.
func run(_ policy: SandboxPolicy) async throws -> SandboxOutcome {
    let box = try await Shared.spawner.get().launch(policy)
    box.start()
    return try await box.outcome()
}
