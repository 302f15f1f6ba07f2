import Glibc
import GradeModel
import Sandbox

/// Runs a program in a box with the default limits, prints what it printed and how it ended, and returns the exit
/// status for this process. The tests kill this process in the middle of it, to see what is left.
func runInBox(_ arguments: [String]) async -> Int32 {
    do {
        let spawner = try Spawner.start()
        let policy = SandboxPolicy(
            executable: arguments[0], arguments: arguments,
            environment: [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/home/student")])
        let box = try await spawner.launch(policy)
        box.start()
        let outcome = try await box.outcome()
        print(outcome.standardOutput.head, terminator: "")
        print(outcome.standardError.head, terminator: "")
        print(outcome.ending, outcome.usage)
        return 0
    } catch {
        print(error)
        return 1
    }
}
