// Prints, as JSON, how long `/bin/true` takes bare, in our boxes and in bubblewrap's, start to reaped. They
// take turns, so that whatever else the machine does strikes them alike. Milliseconds.
//
// Usage: sandbox-bench [ROUNDS] [SPAWND]
//        sandbox-bench run PROGRAM [ARGUMENT …]     runs one program in a box and says how it ended
//        sandbox-bench soak COUNT                   runs /bin/true so many times and says what has accumulated
//        sandbox-bench launch KIND COUNT            the times of launches of one kind only: cold, pooled or warm
//        sandbox-bench launches ROUNDS [SPAWND]     of all kinds and nothing else

import Glibc

if CommandLine.arguments.count > 2, CommandLine.arguments[1] == "run" {
    exit(await runInBox(Array(CommandLine.arguments.dropFirst(2))))
}

if CommandLine.arguments.count > 2, CommandLine.arguments[1] == "soak" {
    exit(await soak(Int(CommandLine.arguments[2]) ?? 1000))
}

if CommandLine.arguments.count > 3, CommandLine.arguments[1] == "launch" {
    exit(await launchOnly(CommandLine.arguments[2], Int(CommandLine.arguments[3]) ?? 100))
}

let launchesOnly = CommandLine.arguments.dropFirst().first == "launches"
let numbers = CommandLine.arguments.dropFirst(launchesOnly ? 2 : 1)
let rounds = numbers.first.flatMap { Int($0) } ?? 200
let launcher = numbers.dropFirst().first

/// Three decimals are more than the clock is worth.
func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }

let figures: [String: [Double]]
do {
    if launchesOnly {
        figures = try await measureLaunches(rounds: rounds, launcher: launcher)
    } else {
        figures = try await measureAll(rounds: rounds, launcher: launcher)
    }
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
for name in syscallPrograms.keys.sorted() {
    guard let bare = figures["\(name)_bare"]?.min(), bare > 0 else { continue }
    for kind in ["filtered", "boxed"] {
        guard let time = figures["\(name)_\(kind)"]?.min() else { continue }
        lines.append("  \"\(name)_\(kind)_to_bare\": \(rounded(time / bare))")
    }
}
// These are the least of many already, each in a process of its own.
for name in ["connection", "request"] {
    guard let bare = medians["\(name)_bare"], let boxed = medians["\(name)_boxed"], bare > 0 else { continue }
    lines.append("  \"\(name)_boxed_to_bare\": \(rounded(boxed / bare))")
}
print("{\n\(lines.joined(separator: ",\n"))\n}")
