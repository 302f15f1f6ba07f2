import Glibc
import GradeModel
import Sandbox

/// Runs a program in a box with the default limits, prints what it printed and how it ended, and returns the exit
/// status for this process. The tests kill this process in the middle of it, to see what is left, and start it where
/// the machine refuses something.
///
/// `SANDBOX_OMIT` in the environment lists layers to do without, `SANDBOX_DEGRADED` allows any tier.
func runInBox(_ arguments: [String]) async -> Int32 {
    let named: [String: SandboxOmissions] = [
        "namespaces": .namespaces, "landlock": .landlock, "seccomp": .seccomp, "limits": .resourceLimits,
        "group": .controlGroup,
    ]
    do {
        let spawner = try Spawner.start(allowsDegraded: getenv("SANDBOX_DEGRADED") != nil)
        var policy = SandboxPolicy(
            executable: arguments[0], arguments: arguments,
            environment: [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/home/student"), ("TMPDIR", "/tmp")],
            listeners: [SandboxListener(address: "127.0.0.1", port: 4566)])
        // Whoever runs one by hand, or kills this program under test, decides when it ends.
        policy.limits.wallSeconds = 3600
        let omitted = getenv("SANDBOX_OMIT").map { String(cString: $0) } ?? ""
        for name in omitted.split(separator: ",") { policy.omissions.formUnion(named[String(name)] ?? []) }
        let box = try await spawner.launch(policy)
        box.start()
        let outcome = try await box.outcome()
        print(outcome.standardOutput.head, terminator: "")
        print(outcome.standardError.head, terminator: "")
        print(outcome.ending, outcome.usage)
        print("tier: \(outcome.tier.rawValue)")
        for layer in outcome.layers { print("\(layer.active ? "+" : "-") \(layer.name): \(layer.detail)") }
        return 0
    } catch {
        print(error)
        return 1
    }
}
