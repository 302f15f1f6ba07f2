// Prints, as JSON, how long `/bin/true` takes bare, in one of our boxes and in bubblewrap's, start to reaped. The three
// take turns, so that whatever else the machine does strikes them alike. Milliseconds.
//
// Usage: sandbox-bench [ROUNDS] [SPAWND]
//        sandbox-bench run PROGRAM [ARGUMENT …]     runs one program in a box and says how it ended

import Glibc
import GradeModel
import Sandbox

if CommandLine.arguments.count > 2, CommandLine.arguments[1] == "run" {
    exit(await runInBox(Array(CommandLine.arguments.dropFirst(2))))
}

let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 200
let launcher = CommandLine.arguments.dropFirst(2).first

/// Runs a program to its end; false where it cannot be run or fails.
func runBare(_ arguments: [String]) -> Bool {
    var process: pid_t = 0
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    guard posix_spawn(&process, arguments[0], nil, nil, &argv, &environment) == 0 else { return false }
    var status: Int32 = 0
    return waitpid(process, &status, 0) == process && status == 0
}

/// The milliseconds that `work` takes.
func timed(_ work: () async throws -> Void) async rethrows -> Double {
    let start = ContinuousClock.now
    try await work()
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Double(seconds) * 1e3 + Double(attoseconds) / 1e15
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

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
    func boxed() async throws {
        let box = try await spawner.launch(policy)
        box.start()
        _ = try await box.outcome()
        for listener in box.listenerDescriptors { close(listener) }
    }
    figures["spawner_start_and_first_box"] = [
        try await timed {
            let fresh = try Spawner.start(launcher: launcher)
            let box = try await fresh.launch(policy)
            for listener in box.listenerDescriptors { close(listener) }
            box.start()
            _ = try await box.outcome()
        }
    ]
    // Measured by the program itself: one sleep of a second after the other, each answered by the broker.
    var sleeper = policy
    sleeper.executable = "/usr/bin/python3"
    sleeper.arguments = [
        "python3", "-c",
        "import time; a = time.monotonic(); [time.sleep(1) for _ in range(2000)]; print((time.monotonic() - a) / 2)",
    ]
    sleeper.time = .virtual
    let sleeping = try await spawner.launch(sleeper)
    for listener in sleeping.listenerDescriptors { close(listener) }
    sleeping.start()
    let slept = try await sleeping.outcome().standardOutput.head
    if let milliseconds = Double(slept.dropLast()) { figures["broker_round_trip"] = [milliseconds] }
    let hasBubblewrap = runBare(bubblewrap)
    try await boxed()
    for _ in 0..<rounds {
        figures["posix_spawn", default: []].append(await timed { _ = runBare(["/bin/true"]) })
        figures["box", default: []].append(try await timed(boxed))
        if hasBubblewrap { figures["bwrap", default: []].append(await timed { _ = runBare(bubblewrap) }) }
    }
    await spawner.stop()
} catch {
    let message = "sandbox-bench: \(error)\n"
    _ = write(STDERR_FILENO, message, message.utf8.count)
    exit(1)
}

let medians = figures.mapValues(median)
var lines = medians.sorted { $0.key < $1.key }.map { "  \"\($0.key)_ms\": \(rounded($0.value))" }
if let bare = medians["posix_spawn"], let box = medians["box"], bare > 0 {
    lines.append("  \"box_to_posix_spawn\": \(rounded(box / bare))")
    if let other = medians["bwrap"] { lines.append("  \"box_to_bwrap\": \(rounded(box / other))") }
}
print("{\n\(lines.joined(separator: ",\n"))\n}")
