import CSpawnProtocol
import Glibc
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
    /// One that runs programs in any box, for tests that leave layers out.
    static let degraded: Result<Spawner, any Error> = Result {
        try Spawner.start(launcher: launcherPath(), allowsDegraded: true)
    }
}

/// A policy for a shell script.
func shell(_ script: String, limits: SandboxLimits = SandboxLimits(wallSeconds: 10, cpuSeconds: 8)) -> SandboxPolicy {
    SandboxPolicy(
        executable: "/bin/sh", arguments: ["sh", "-c", script],
        environment: [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/home/student")], limits: limits)
}

/// Runs a policy to its end.
func run(_ policy: SandboxPolicy) async throws -> SandboxOutcome {
    let spawner = policy.omissions.isEmpty ? Shared.spawner : Shared.degraded
    let box = try await spawner.get().launch(policy)
    box.start()
    return try await box.outcome()
}

/// Whether a box without namespaces is as good as the standard here: Landlock keeps its TCP and its signals in from
/// Linux 6.12 on.
@Sendable func holdsWithoutNamespaces() async throws -> Bool {
    var policy = shell("true")
    policy.omissions = .namespaces
    return try await run(policy).tier == .withoutNamespaces
}

let tooOld: Comment = "this kernel's Landlock does not hold a box without namespaces"

/// Runs something that blocks on a thread of its own.
func onOwnThread(_ work: @escaping @Sendable () -> Void) throws {
    final class Job: Sendable {
        let work: @Sendable () -> Void
        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }
    var thread = pthread_t()
    let result = pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().work() }
            return nil
        }, Unmanaged.passRetained(Job(work)).toOpaque())
    try #require(result == 0)
    pthread_detach(thread)
}

/// Whether a condition comes true; looked at again and again, since nothing tells.
func eventually(_ condition: () -> Bool) async throws -> Bool {
    for _ in 0..<6000 {
        if condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return condition()
}
