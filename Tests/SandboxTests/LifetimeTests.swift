import Glibc
import GradeModel
import Testing

@testable import Sandbox

/// Who dies with whom.
struct LifetimeTests {
    /// Something that would run for ever, as a tree of daemons, and says when it is there.
    private func forever(_ marker: String) -> SandboxPolicy {
        var policy = shell("setsid sh -c 'while :; do sleep 1000; done' \(marker) & echo up; wait; sleep 1000")
        policy.arguments.append(marker)
        // The test ends it. On a busy machine it may be a while before the test looks.
        policy.limits = SandboxLimits(wallSeconds: 3600, cpuSeconds: 60)
        return policy
    }

    /// Waits until nothing with the marker runs any more, or five seconds have gone by.
    private func isGone(_ marker: String) async throws -> Bool {
        try await eventually { processes(markedWith: marker).isEmpty }
    }

    private func isUp(_ marker: String) async throws -> Bool {
        try await eventually { processes(markedWith: marker).count >= 2 }
    }

    @Test func `a kill names its limit and takes the whole tree`() async throws {
        let marker = "skylab-kill-\(getpid())"
        let box = try await Shared.spawner.get().launch(forever(marker))
        box.start()
        #expect(try await isUp(marker))
        box.kill(.apiCalls)
        let outcome = try await box.outcome()
        #expect(outcome.ending == .limit(.apiCalls))
        #expect(outcome.standardOutput.head == "up\n")
        #expect(processes(markedWith: marker).isEmpty)
    }

    @Test func `a box that is killed before its start never runs`() async throws {
        let box = try await Shared.spawner.get().launch(shell("echo ran"))
        box.kill(.apiCalls)
        box.start()
        let outcome = try await box.outcome()
        #expect(outcome.ending == .limit(.apiCalls))
        #expect(outcome.standardOutput.totalBytes == 0)
    }

    @Test func `a box that nobody holds any more dies`() async throws {
        let marker = "skylab-dropped-\(getpid())"
        do {
            let box = try await Shared.spawner.get().launch(forever(marker))
            box.start()
            #expect(try await isUp(marker))
        }
        #expect(try await isGone(marker))
    }

    @Test func `when the launcher is stopped every box dies, and says so`() async throws {
        let marker = "skylab-stopped-\(getpid())"
        let spawner = try Spawner.start(launcher: launcherPath())
        let box = try await spawner.launch(forever(marker))
        box.start()
        #expect(try await isUp(marker))
        await spawner.stop()
        await #expect(throws: SandboxError.launcherLost) { try await box.outcome() }
        #expect(try await isGone(marker))
        await #expect(throws: SandboxError.launcherLost) { try await spawner.launch(shell("true")) }
    }

    @Test func `when the launcher is killed every box dies with it`() async throws {
        let marker = "skylab-orphan-\(getpid())"
        let spawner = try Spawner.start(launcher: launcherPath())
        let box = try await spawner.launch(forever(marker))
        box.start()
        #expect(try await isUp(marker))
        #expect(kill(spawner.launcherProcess, SIGKILL) == 0)
        await #expect(throws: SandboxError.launcherLost) { try await box.outcome() }
        #expect(try await isGone(marker))
    }

    @Test func `when the grader is killed nothing of a box is left`() async throws {
        let marker = "skylab-killed-grader-\(getpid())"
        let grader = try #require(FilePaths.parent(of: launcherPath())) + "/sandbox-bench"
        let script = "setsid sh -c 'while :; do sleep 1000; done' \(marker) & sleep 1000"
        var process: pid_t = 0
        let words: [String] = [grader, "run", "/bin/sh", "-c", script, marker]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        #expect(posix_spawn(&process, grader, nil, nil, &arguments, &environment) == 0)
        for argument in arguments { free(argument) }
        // The grader itself has the marker among its arguments, too.
        #expect(try await eventually { processes(markedWith: marker).count >= 3 })
        #expect(kill(process, SIGKILL) == 0)
        var status: Int32 = 0
        #expect(waitpid(process, &status, 0) == process)
        #expect(try await isGone(marker))
    }
}
