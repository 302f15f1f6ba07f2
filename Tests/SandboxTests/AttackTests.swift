import Glibc
import GradeModel
import Testing

@testable import Sandbox

/// The limits of the attacks: small, so that each is over soon; but all of them share the machine at once, so there is
/// time enough for another limit to be met first.
private let tight = SandboxLimits(
    wallSeconds: 60, cpuSeconds: 20, memory: 160 << 20, processes: 40, openFiles: 256, fileSize: 8 << 20,
    output: 256 << 10, disk: 48 << 20, inodes: 4096)

struct AttackTests {
    /// What an attack is started with, besides its files.
    private func policy(_ attack: Attack, arguments: [String] = []) -> SandboxPolicy {
        var policy = SandboxPolicy(
            executable: attack.interpreter,
            arguments: [attack.interpreter, attack.entry] + arguments,
            environment: [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/home/student"), ("TMPDIR", "/tmp")],
            files: [SandboxFile(path: attack.entry, contents: attack.program)], limits: tight)
        // What only waits to be stopped does not need to be waited for long.
        if attack.expected == "limit wall" { policy.limits.wallSeconds = 0.5 }
        if attack.expected == "limit cpu" { policy.limits.cpuSeconds = 0.5 }
        return policy
    }

    @Test(arguments: try Attack.all())
    func `an attack ends as expected and reaches nothing`(_ attack: Attack) async throws {
        let marker = "skylab-attack-\(attack.name)-\(getpid())"
        let outcome = try await run(policy(attack, arguments: [marker]))
        #expect(describe(outcome.ending) == attack.expected, "\(outcome.standardError.head)")
        #expect(!outcome.standardOutput.head.contains("ESCAPED"), "\(outcome.standardOutput.head)")
        #expect(!outcome.standardOutput.tail.contains("ESCAPED"), "\(outcome.standardOutput.tail)")
        #expect(processes(markedWith: marker).isEmpty)
    }

    @Test(arguments: [
        "mount", "umount2", "pivot_root", "setns", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount",
        "mount_setattr", "init_module", "finit_module", "delete_module", "kexec_load", "reboot", "swapon", "swapoff",
        "acct", "quotactl", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "open_by_handle_at",
        "settimeofday", "clock_settime",
    ])
    func `a call that nobody needs ends the run and is named`(_ call: String) async throws {
        let outcome = try await run(policy(try Attack(named: "forbidden-calls"), arguments: [call]))
        #expect(outcome.ending == .forbiddenSystemCall(name: call), "\(outcome.standardError.head)")
        #expect(outcome.standardOutput.head.isEmpty)
    }

    @Test func `a file and a port of the host are out of reach`() async throws {
        let port = try HostListener()
        let canary = "/tmp/skylab-canary-\(getpid())"
        let file = open(canary, O_WRONLY | O_CREAT | O_EXCL, 0o644)
        try #require(file >= 0)
        close(file)
        defer { unlink(canary) }
        for name in ["connects-elsewhere", "reads-secrets"] {
            var policy = policy(try Attack(named: name))
            policy.environment += [("PORT", "\(port.number)"), ("CANARY", canary)]
            let outcome = try await run(policy)
            #expect(outcome.ending == .exited(code: 0), "\(outcome.standardError.head)")
            #expect(outcome.standardOutput.head.isEmpty, "\(outcome.standardOutput.head)")
        }
        #expect(!port.wasConnectedTo)
    }

    @Test func `what a daemon leaves running is counted and killed`() async throws {
        let outcome = try await run(policy(try Attack(named: "daemon")))
        #expect(outcome.ending == .exited(code: 0))
        #expect(outcome.usage.leftRunning == 1)
        #expect(outcome.usage.wallSeconds < 30)
    }

    @Test func `output that a grandchild holds open is not waited for`() async throws {
        let outcome = try await run(policy(try Attack(named: "holds-output")))
        #expect(outcome.standardOutput.head == "done\n")
        #expect(outcome.usage.wallSeconds < 30)
    }

    @Test func `a flood of output keeps its beginning and its end`() async throws {
        let outcome = try await run(policy(try Attack(named: "output-flood")))
        #expect(outcome.standardOutput.totalBytes > tight.output)
        #expect(outcome.standardOutput.head.hasPrefix("y\ny\n"))
        #expect(outcome.standardOutput.tail.contains("y\ny\n"))
        #expect(outcome.standardOutput.omittedBytes > 0)
    }

    /// The ending as the `expected` files spell it.
    private func describe(_ ending: ProgramEnding) -> String {
        switch ending {
        case .exited(let code): "exited \(code)"
        case .signalled(let signal, _): "signalled \(signal)"
        case .limit(let limit): "limit \(limit.rawValue)"
        case .forbiddenSystemCall(let name): "forbidden \(name)"
        case .notStarted(let reason): "not started: \(reason)"
        }
    }
}
