// Prints, as JSON, how long `/bin/true` takes bare, in our boxes and in bubblewrap's, start to reaped. They
// take turns, so that whatever else the machine does strikes them alike. Milliseconds.
//
// Usage: sandbox-bench [ROUNDS] [SPAWND]
//        sandbox-bench run PROGRAM [ARGUMENT …]     runs one program in a box and says how it ended
//        sandbox-bench soak COUNT                   runs /bin/true so many times and says what has accumulated

import Glibc
import GradeModel
import Sandbox

if CommandLine.arguments.count > 2, CommandLine.arguments[1] == "run" {
    exit(await runInBox(Array(CommandLine.arguments.dropFirst(2))))
}

if CommandLine.arguments.count > 2, CommandLine.arguments[1] == "soak" {
    exit(await soak(Int(CommandLine.arguments[2]) ?? 1000))
}

let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 200
let launcher = CommandLine.arguments.dropFirst(2).first

/// Three decimals are more than the clock is worth.
func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }

let bubblewrap = [
    "/usr/bin/bwrap", "--unshare-all", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink",
    "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--ro-bind", "/etc/ld.so.cache", "/etc/ld.so.cache",
    "--ro-bind", "/etc/alternatives", "/etc/alternatives", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp",
    "--tmpfs", "/work", "--chdir", "/work", "/bin/true",
]
let policy = SandboxPolicy(
    executable: "/bin/true", arguments: ["true"],
    listeners: [SandboxListener(address: "127.0.0.1", port: 4566)])

var figures: [String: [Double]] = [:]
do {
    let spawner = try Spawner.start(launcher: launcher)
    func finish(_ box: SandboxBox) async throws {
        box.start()
        _ = try await box.outcome()
        for listener in box.listenerDescriptors { close(listener) }
    }
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
    // What was before is over: the kernel clears networks away behind everybody's back.
    func settle() { usleep(15_000) }
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
} catch {
    let message = "sandbox-bench: \(error)\n"
    _ = write(STDERR_FILENO, message, message.utf8.count)
    exit(1)
}

let medians = figures.mapValues(median)
var lines = medians.sorted { $0.key < $1.key }.map { "  \"\($0.key)_ms\": \(rounded($0.value))" }
if let bare = medians["posix_spawn"], bare > 0 {
    for kind in ["cold", "pooled", "warm"] {
        guard let box = medians["box_\(kind)"] else { continue }
        lines.append("  \"box_\(kind)_to_posix_spawn\": \(rounded(box / bare))")
    }
    if let box = medians["box_cold"], let other = medians["bwrap"] {
        lines.append("  \"box_cold_to_bwrap\": \(rounded(box / other))")
    }
}
// What else the machine does only ever adds to such a loop, so the least is the truest.
for name in syscallPrograms.keys.sorted() + ["connection", "request"] {
    guard let bare = figures["\(name)_bare"]?.min(), let boxed = figures["\(name)_boxed"]?.min(), bare > 0 else {
        continue
    }
    lines.append("  \"\(name)_boxed_to_bare\": \(rounded(boxed / bare))")
    lines.append("  \"\(name)_boxed_least_ms\": \(rounded(boxed)), \"\(name)_bare_least_ms\": \(rounded(bare))")
}
print("{\n\(lines.joined(separator: ",\n"))\n}")
