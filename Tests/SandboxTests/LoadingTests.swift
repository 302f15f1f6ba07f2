import Glibc
import GradeModel
import Testing

@testable import Sandbox

/// A program that waits for its start is loaded meanwhile, and has not begun.
struct LoadingTests {
    private func waiting(_ script: String, _ name: String) async throws -> (box: SandboxBox, marker: String) {
        let marker = "skylab-\(name)-\(getpid())"
        var policy = shell(script)
        policy.arguments += ["sh", marker]
        return (try await Shared.spawner.get().launch(policy), marker)
    }

    @Test func `a program that waits is there, but does nothing before its start`() async throws {
        let (box, marker) = try await waiting("echo begun; grep TracerPid /proc/self/status; : $1", "loaded")
        #expect(try await eventually { processes(markedWith: marker).count == 1 })
        box.readOutput()
        box.start()
        let outcome = try await box.outcome()
        #expect(outcome.ending == .exited(code: 0))
        #expect(outcome.standardOutput.head == "begun\nTracerPid:\t0\n")
        #expect(outcome.usage.wallSeconds < 5)
    }

    @Test func `a program that does not exist is told of before its start`() async throws {
        var policy = shell("")
        policy.executable = "/usr/bin/no-such-program"
        let box = try await Shared.spawner.get().launch(policy)
        let ending = try await box.outcome().ending
        #expect(ending == .notStarted(reason: "/usr/bin/no-such-program: No such file or directory"))
        box.start()
    }

    @Test func `a program that waits can be ended`() async throws {
        let (box, marker) = try await waiting("echo never; : $1", "ended")
        #expect(try await eventually { processes(markedWith: marker).count == 1 })
        box.kill(.apiCalls)
        let outcome = try await box.outcome()
        #expect(outcome.ending == .limit(.apiCalls))
        #expect(outcome.standardOutput.head == "")
        #expect(processes(markedWith: marker).isEmpty)
    }

    @Test func `a box owes nothing to the box before`() async throws {
        let spawner = try Spawner.start(launcher: launcherPath())
        let hungry = shell(
            """
            python3 -c 'x = bytes(150 << 20); [i for i in range(6000000)]'
            head -c 30000000 /dev/zero > /tmp/x
            """)
        let first = try await spawner.launch(hungry)
        first.start()
        let before = try await first.outcome().usage
        for _ in 0..<3 {
            let box = try await spawner.launch(shell("exit 0"))
            box.start()
            let usage = try await box.outcome().usage
            #expect(usage.cpuSeconds < before.cpuSeconds / 2 && usage.peakMemoryBytes < before.peakMemoryBytes / 4)
            #expect(usage.peakMemoryBytes < 30 << 20, "\(usage)")
        }
        await spawner.stop()
    }
}
