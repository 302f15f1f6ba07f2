import Glibc
import GradeModel
import Sandbox

private let bubblewrap = [
    "/usr/bin/bwrap", "--unshare-all", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink",
    "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--ro-bind", "/etc/ld.so.cache", "/etc/ld.so.cache",
    "--ro-bind", "/etc/alternatives", "/etc/alternatives", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp",
    "--tmpfs", "/work", "--chdir", "/work", "/bin/true",
]

/// Starts a box's program and waits for its end.
private func finish(_ box: SandboxBox) async throws {
    box.start()
    _ = try await box.outcome()
    for listener in box.listenerDescriptors { close(listener) }
}

/// What was before is over: the kernel clears networks away, and spawnd makes the next box, behind everybody's back.
private func settle() { usleep(15_000) }

/// All measurements in milliseconds, by name.
///
/// A function of no actor, as the grader's own are: the main thread has no part in what is measured.
func measureAll(rounds: Int, launcher: String?) async throws -> [String: [Double]] {
    let policy = SandboxPolicy(
        executable: "/bin/true", arguments: ["true"],
        listeners: [SandboxListener(address: "127.0.0.1", port: 4566)])
    let spawner = try Spawner.start(launcher: launcher)
    var figures: [String: [Double]] = [:]
    figures["spawner_start_and_first_box"] = [
        try await timed {
            let fresh = try Spawner.start(launcher: launcher)
            try await finish(fresh.launch(policy))
        }
    ]
    figures["broker_round_trip"] = [try await brokerRoundTrip(spawner, policy)]
    for (name, program) in syscallPrograms {
        let times = try await pythonOverhead(spawner, policy, program)
        figures["\(name)_bare"] = times.bare
        figures["\(name)_boxed"] = times.boxed
    }
    let latency = try await listenerLatency(spawner, policy)
    for (place, kind) in ["connection", "request"].enumerated() {
        figures["\(kind)_bare"] = latency.bare.map { $0[place] }
        figures["\(kind)_boxed"] = latency.boxed.map { $0[place] }
    }
    let hasBubblewrap = runBare(bubblewrap)
    // Cold: nothing made ahead. Pooled: a blank box in its namespaces. Warm: a box that lacks only its start.
    var cold = policy
    cold.omissions = .preparation
    for _ in 0..<rounds {
        settle()
        figures["posix_spawn", default: []].append(await timed { _ = runBare(["/bin/true"]) })
        settle()
        figures["box_cold", default: []].append(try await timed { try await finish(spawner.launch(cold)) })
        settle()
        figures["box_pooled", default: []].append(try await timed { try await finish(spawner.launch(policy)) })
        settle()
        let warm = try await spawner.launch(policy)
        settle()
        figures["box_warm", default: []].append(try await timed { try await finish(warm) })
        settle()
        if hasBubblewrap { figures["bwrap", default: []].append(await timed { _ = runBare(bubblewrap) }) }
    }
    // Last: the kernel takes its time to clear so many networks away.
    figures["at_once_200"] = [try await manyAtOnce(spawner, policy, count: 200)]
    await spawner.stop()
    return figures
}
