import GradeModel
import Testing

@testable import Sandbox

struct LaunchTests {
    @Test func `a program runs, prints on both streams and exits`() async throws {
        let outcome = try await run(shell("echo out; echo err >&2; exit 3"))
        #expect(outcome.ending == .exited(code: 3))
        #expect(outcome.standardOutput == CapturedOutput(head: "out\n", totalBytes: 4))
        #expect(outcome.standardError == CapturedOutput(head: "err\n", totalBytes: 4))
        #expect(outcome.usage.leftRunning == 0)
        #expect(outcome.usage.peakMemoryBytes > 0)
    }

    @Test func `a death by signal is named`() async throws {
        let outcome = try await run(shell("kill -TERM $$"))
        #expect(outcome.ending == .signalled(signal: 15, name: "SIGTERM"))
    }

    @Test func `a program that does not exist is not started`() async throws {
        var policy = shell("")
        policy.executable = "/usr/bin/no-such-program"
        #expect(
            try await run(policy).ending
                == .notStarted(reason: "/usr/bin/no-such-program: No such file or directory"))
    }

    @Test func `the program is user 1000 without capabilities and not process 1`() async throws {
        let outcome = try await run(
            shell("id -u; id -g; id -un; grep -E 'Cap(Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp:' /proc/self/status; echo $$")
        )
        let lines = outcome.standardOutput.head.split(separator: "\n").map { $0.replacing("\t", with: " ") }
        #expect(lines.prefix(3) == ["1000", "1000", "student"])
        #expect(lines.filter { $0.hasPrefix("Cap") }.allSatisfy { $0.hasSuffix(" 0000000000000000") })
        #expect(lines.contains("NoNewPrivs: 1"))
        #expect(lines.contains("Seccomp: 2"))
        #expect(lines.last != "1")
    }

    @Test func `nothing but the standard streams is open`() async throws {
        let outcome = try await run(shell("ls /proc/self/fd | tr '\\n' ' '; readlink /proc/self/fd/0"))
        #expect(outcome.standardOutput.head == "0 1 2 3 /dev/null\n")
    }

    @Test func `the environment is the policy's, in its order`() async throws {
        var policy = shell("")
        (policy.executable, policy.arguments) = ("/usr/bin/env", ["env"])
        policy.environment = [("PATH", "/usr/bin:/bin"), ("B", "2"), ("A", "1=1")]
        let lines = try await run(policy).standardOutput.head.split(separator: "\n")
        #expect(lines == ["PATH=/usr/bin:/bin", "B=2", "A=1=1"])
    }

    @Test func `a submission is read-only in one place and a copy in another`() async throws {
        var policy = shell(
            """
            pwd; cat /submission/deep/er/note.txt; ./run.sh; stat -c '%a %U' run.sh deep/er/note.txt /submission/run.sh
            echo more >> deep/er/note.txt && cat deep/er/note.txt; cat /submission/deep/er/note.txt
            echo x 2>/dev/null > /submission/run.sh || echo refused; wc -c < large
            """)
        policy.files = [
            SandboxFile(path: "run.sh", isExecutable: true, contents: Array("#!/bin/sh\necho ran\n".utf8)),
            SandboxFile(path: "deep/er/note.txt", contents: Array("note\n".utf8)),
            SandboxFile(path: "large", contents: [UInt8](repeating: 7, count: 3_000_000)),
        ]
        let outcome = try await run(policy)
        #expect(outcome.ending == .exited(code: 0), "\(outcome.standardError.head)")
        #expect(
            outcome.standardOutput.head == """
                /work
                note
                ran
                755 student
                644 student
                755 student
                note
                more
                note
                refused
                3000000

                """)
    }

    @Test func `home, /tmp and /dev/shm are private and can be written`() async throws {
        let script = "for d in $HOME /tmp /dev/shm /work; do ls -A $d | wc -l; echo x > $d/mine; cat $d/mine; done"
        for _ in 0..<2 {
            let outcome = try await run(shell(script))
            #expect(outcome.standardOutput.head.filter { $0 != "\n" } == "0x0x0x0x", "\(outcome.standardError.head)")
        }
    }

    @Test func `the scratch folder is wherever the policy says`() async throws {
        var policy = shell("pwd; cat here; df --output=target . | tail -1")
        policy.workingDirectory = "/srv/lab/attempt"
        policy.files = [SandboxFile(path: "here", contents: Array("yes\n".utf8))]
        #expect(try await run(policy).standardOutput.head == "/srv/lab/attempt\nyes\n/srv/lab/attempt\n")
    }

    @Test func `every layer is reported, with its state`() async throws {
        let outcome = try await run(shell("true"))
        let names = outcome.layers.map(\.name)
        #expect(names.contains("user namespace") && names.contains("seccomp") && names.contains("Landlock"))
        let inactive = outcome.layers.filter { !$0.active && $0.name != "virtual time" }.map(\.name)
        #expect(inactive == (outcome.tier == .full ? [] : ["Landlock"]))
    }

    @Test func `a hundred boxes at once each get their own answer`() async throws {
        try await withThrowingTaskGroup(of: (Int, SandboxOutcome).self) { group in
            for number in 0..<100 {
                let limits = SandboxLimits(wallSeconds: 60, cpuSeconds: 10)
                group.addTask { (number, try await run(shell("echo box \(number); exit \(number)", limits: limits))) }
            }
            for try await (number, outcome) in group {
                #expect(outcome.ending == .exited(code: number))
                #expect(outcome.standardOutput.head == "box \(number)\n")
            }
        }
    }
}
