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

/// How much of a box is there before it is asked for.
enum Launch: String, CaseIterable {
    /// Nothing.
    case cold
    /// A blank box in its namespaces.
    case pooled
    /// A box that lacks only its start.
    case warm

    /// The milliseconds of `/bin/true` in a box, when all that was before is over.
    func time(_ spawner: Spawner, _ policy: SandboxPolicy) async throws -> Double {
        settle()
        switch self {
        case .cold:
            var cold = policy
            cold.omissions = .preparation
            return try await timed { try await finish(spawner.launch(cold)) }
        case .pooled:
            return try await timed { try await finish(spawner.launch(policy)) }
        case .warm:
            let box = try await spawner.launch(policy)
            settle()
            return try await timed { try await finish(box) }
        }
    }
}

/// Prints the times of launches of one kind, for whoever looks at them with a tracer. Returns an exit status.
func launchOnly(_ name: String, _ count: Int) async -> Int32 {
    guard let kind = Launch(rawValue: name) else {
        print("\(name) is none of \(Launch.allCases.map(\.rawValue).joined(separator: ", "))")
        return 2
    }
    let policy = SandboxPolicy.true
    do {
        let spawner = try Spawner.start()
        var times: [Double] = []
        for _ in 0..<count { times.append(try await kind.time(spawner, policy)) }
        print("median \(rounded(median(times))) ms, least \(rounded(times.min() ?? 0)) ms")
        await spawner.stop()
        return 0
    } catch {
        print(error)
        return 1
    }
}

/// The milliseconds of `/bin/true` bare, in each kind of box and in bubblewrap's, in turns.
func measureLaunches(rounds: Int, launcher: String?) async throws -> [String: [Double]] {
    let policy = SandboxPolicy.true
    let spawner = try Spawner.start(launcher: launcher)
    var figures: [String: [Double]] = [:]
    let hasBubblewrap = runBare(bubblewrap)
    for _ in 0..<rounds {
        settle()
        figures["posix_spawn", default: []].append(await timed { _ = runBare(["/bin/true"]) })
        for kind in Launch.allCases {
            figures["box_\(kind.rawValue)", default: []].append(try await kind.time(spawner, policy))
        }
        settle()
        if hasBubblewrap { figures["bwrap", default: []].append(await timed { _ = runBare(bubblewrap) }) }
    }
    await spawner.stop()
    return figures
}

/// All measurements in milliseconds, by name.
///
/// A function of no actor, as the grader's own are: the main thread has no part in what is measured.
func measureAll(rounds: Int, launcher: String?) async throws -> [String: [Double]] {
    let policy = SandboxPolicy.true
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
        figures["\(name)_filtered"] = times.filtered
        figures["\(name)_boxed"] = times.boxed
    }
    let latency = try await listenerLatency(spawner, policy)
    for (place, kind) in ["connection", "request"].enumerated() {
        figures["\(kind)_bare"] = latency.bare.map { $0[place] }
        figures["\(kind)_boxed"] = latency.boxed.map { $0[place] }
    }
    figures.merge(try await measureLaunches(rounds: rounds, launcher: launcher)) { $1 }
    // Last: the kernel takes its time to clear so many networks away.
    figures["at_once_200"] = [try await manyAtOnce(spawner, policy, count: 200)]
    await spawner.stop()
    return figures
}
