import Glibc
import GradeModel
import Testing

@testable import Sandbox

struct AttackTests {
    @Test(arguments: try Attack.all())
    func `an attack ends as expected and reaches nothing`(_ attack: Attack) async throws {
        let marker = "skylab-attack-\(attack.name)-\(getpid())"
        let outcome = try await run(attack.policy(arguments: [marker]))
        #expect(describe(outcome.ending) == attack.expected, "\(outcome.standardError.head)")
        #expect(!outcome.standardOutput.head.contains("ESCAPED"), "\(outcome.standardOutput.head)")
        #expect(!outcome.standardOutput.tail.contains("ESCAPED"), "\(outcome.standardOutput.tail)")
        #expect(processes(markedWith: marker).isEmpty)
    }

    private static let forbidden = [
        "mount", "umount2", "pivot_root", "setns", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount",
        "mount_setattr", "init_module", "finit_module", "delete_module", "kexec_load", "reboot", "swapon", "swapoff",
        "acct", "quotactl", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "open_by_handle_at",
        "settimeofday", "clock_settime",
    ]

    @Test(arguments: forbidden)
    func `a call that nobody needs ends the run and is named`(_ call: String) async throws {
        let outcome = try await run(try Attack(named: "forbidden-calls").policy(arguments: [call]))
        #expect(outcome.ending == .forbiddenSystemCall(name: call), "\(outcome.standardError.head)")
        #expect(outcome.standardOutput.head.isEmpty)
    }

    /// What the program prints is what the call has returned: the kernel itself refuses it to who has no capability, no
    /// file and no other process to name.
    @Test(arguments: forbidden)
    func `without the filter a call that nobody needs is refused by the kernel`(_ call: String) async throws {
        var policy = try Attack(named: "forbidden-calls").policy(arguments: [call])
        policy.omissions = .seccomp
        let outcome = try await run(policy)
        #expect(outcome.ending == .exited(code: 0), "\(outcome.standardError.head)")
        #expect(outcome.standardOutput.head == "ESCAPED: \(call) -1\n")
    }

    @Test func `a file and a port of the host are out of reach`() async throws {
        let port = try HostListener()
        let canary = "/tmp/skylab-canary-\(getpid())"
        let file = open(canary, O_WRONLY | O_CREAT | O_EXCL, 0o644)
        try #require(file >= 0)
        close(file)
        defer { unlink(canary) }
        for name in ["connects-elsewhere", "reads-secrets"] {
            var policy = try Attack(named: name).policy()
            policy.environment += [("PORT", "\(port.number)"), ("CANARY", canary)]
            let outcome = try await run(policy)
            #expect(outcome.ending == .exited(code: 0), "\(outcome.standardError.head)")
            #expect(outcome.standardOutput.head.isEmpty, "\(outcome.standardOutput.head)")
        }
        #expect(!port.wasConnectedTo)
    }

    @Test func `what a daemon leaves running is counted and killed`() async throws {
        let outcome = try await run(try Attack(named: "daemon").policy())
        #expect(outcome.ending == .exited(code: 0))
        #expect(outcome.usage.leftRunning == 1)
        #expect(outcome.usage.wallSeconds < 30)
    }

    @Test func `output that a grandchild holds open is not waited for`() async throws {
        let outcome = try await run(try Attack(named: "holds-output").policy())
        #expect(outcome.standardOutput.head == "done\n")
        #expect(outcome.usage.wallSeconds < 30)
    }

    @Test func `a flood of output keeps its beginning and its end`() async throws {
        let outcome = try await run(try Attack(named: "output-flood").policy())
        #expect(outcome.standardOutput.totalBytes > Attack.limits.output)
        #expect(outcome.standardOutput.head.hasPrefix("y\ny\n"))
        #expect(outcome.standardOutput.tail.contains("y\ny\n"))
        #expect(outcome.standardOutput.omittedBytes > 0)
    }
}
