import Glibc
import GradeModel
import Testing

@testable import Sandbox

/// The AWS CLI from a process that waits, and the same by itself.
@Suite(.enabled(if: WarmCommand() != nil, "skylab-warm (scripts/build-helpers .build/debug) or aws is missing"))
struct WarmStartTests {
    /// Runs a script of bash in a box that has both: `aws`, and `$plain`, which is the command itself.
    private func run(_ script: String) async throws -> SandboxOutcome {
        let command = try #require(WarmCommand())
        var policy = SandboxPolicy(
            executable: "/bin/bash", arguments: ["bash", "-c", script],
            environment: [
                ("PATH", "\(WarmStart.folder):\(command.toolchain.searchPath)"), ("HOME", "/home/student"),
                ("LANG", "C.UTF-8"), ("TZ", "UTC"), ("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "secret"),
                ("AWS_DEFAULT_REGION", "eu-central-1"), ("AWS_MAX_ATTEMPTS", "1"), ("plain", command.program),
                ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
            ], readOnlyPaths: command.toolchain.readOnlyPaths + command.start.readOnlyPaths)
        policy.rootFiles = [command.file]
        // The command starts twenty times in one of them, which takes a slow machine minutes.
        policy.limits.wallSeconds = 600
        policy.limits.cpuSeconds = 600
        let box = try await Shared.spawner.get().launch(policy)
        box.start()
        return try await box.outcome()
    }

    /// The lines that the script's calls of `same` print.
    private func compare(_ calls: String) async throws -> [String] {
        let outcome = try await run(
            """
            same() {
                $plain "$@" </dev/null >/tmp/out1 2>/tmp/err1; local first=$?
                aws "$@" </dev/null >/tmp/out2 2>/tmp/err2; local second=$?
                cmp -s /tmp/out1 /tmp/out2 && cmp -s /tmp/err1 /tmp/err2 && [ $first = $second ] \
                    && echo "same $first" || { echo "different: $* ($first, $second)"; cat /tmp/err2 /tmp/out2; }
            }
            \(calls)
            """)
        #expect(outcome.ending == .exited(code: 0), "\(outcome.standardError.head)")
        #expect(outcome.usage.leftRunning == 0)
        return outcome.standardOutput.head.split(separator: "\n").map(String.init)
    }

    @Test func `output, errors and exit codes are those of the command itself`() async throws {
        let lines = try await compare(
            """
            same --version
            same
            same ec2 describe-regions --generate-cli-skeleton
            same ec2 run-instances
            same ec2 describe-instances --output nonsense
            same ec2 describe-instances
            same configure list
            same configure get region
            same ec2 describe-instances --filters file://nowhere
            mkdir ~/.aws && printf '[plugins]\nmissing = missing.plugin\n' >~/.aws/config
            same --version
            rm ~/.aws/config
            aws --version >/dev/full; echo $?
            $plain --version >/dev/full; echo $?
            """)
        #expect(
            lines.prefix(9) == [
                "same 0", "same 2", "same 0", "same 255", "same 2", "same 255", "same 0", "same 1", "same 255",
            ])
        #expect(lines.count == 12 && lines[9] == "same 1" && lines[10] == lines[11], "\(lines)")
    }

    @Test func `variables, working folder, descriptors and settings are those of the call`() async throws {
        let lines = try await compare(
            """
            aws --version >/dev/null 2>&1
            AWS_DEFAULT_REGION=sa-east-1 same configure list
            unset AWS_DEFAULT_REGION
            same configure list
            same configure set region ap-south-1
            same configure get region
            mkdir /tmp/deep && cd /tmp/deep && echo '{"bad' >input.json
            same ec2 describe-instances --cli-input-json file://input.json
            export LC_ALL=POSIX
            same configure set region "caf\u{e9}"
            same configure get region
            umask 077
            rm -r ~/.aws
            aws configure set output text && stat -c %a ~/.aws
            same ec2 describe-instances --cli-input-json file:///dev/fd/7 7<input.json
            grep -o '"bad' /tmp/err2
            printf 'AKIB\nhidden\nsa-east-1\njson\n' | aws configure >/dev/null && aws configure get region
            """)
        #expect(lines.prefix(7) == ["same 0", "same 0", "same 0", "same 0", "same 255", "same 0", "same 0"])
        #expect(lines.dropFirst(7) == ["700", "same 255", "\"bad", "sa-east-1"])
    }

    @Test func `after the first call no Python starts`() async throws {
        let outcome = try await run(
            """
            aws --version; aws --version
            for process in /proc/[0-9]*; do cat $process/comm; done | sort | uniq -c | sort -rn
            ulimit -n 64; aws --version >&- 2>&1 || echo closed
            PYTHONVERBOSE=1 aws --version 2>&1 | grep -c "^import 'awscli'"
            """)
        let lines = outcome.standardOutput.head.split(separator: "\n").map { $0.trimmingPrefix(while: { $0 == " " }) }
        #expect(lines.contains("1 skylab-warm"), "\(lines)")
        #expect(!lines.contains { $0.contains("python") })
        #expect(lines.last == "1")
        #expect(outcome.usage.leftRunning == 0)
    }

    @Test func `a signal reaches the call, and who kills it leaves nothing behind`() async throws {
        let outcome = try await run(
            """
            mkfifo /tmp/accepted
            python3 - <<'PYTHON' &
            import socket
            listener = socket.create_server(("127.0.0.1", 4567))
            connections, accepted = [], open("/tmp/accepted", "w")
            while True: print("listening" if not connections else "accepted", file=accepted, flush=True); connections.append(listener.accept())
            PYTHON
            exec 4</tmp/accepted; read -u 4 line
            export AWS_ENDPOINT_URL=http://127.0.0.1:4567
            call() { aws ec2 describe-instances 4<&- & call=$!; read -u 4 line; }
            call; kill -TERM $call; wait $call; echo $?
            call; kill -KILL $call; wait $call; echo $?
            until [ "$(pgrep -xc aws)" = 0 ]; do :; done; echo gone
            aws --version >/dev/null && echo goes on
            kill %1
            """)
        let lines = outcome.standardOutput.head.split(separator: "\n")
        #expect(lines == ["143", "137", "gone", "goes on"], "\(outcome.standardError.head)")
    }

    @Test func `what the first call has lowered, or keeps open, is not what the next ones get`() async throws {
        let outcome = try await run(
            """
            exec 2>&1
            ( ulimit -t 60; nice -n 7 aws --version ) && aws --version
            ( exec 253>/tmp/lock; aws --version )
            python3 $(which aws) --version
            for number in 1 2 3 4; do HOME=/tmp/home$number aws --version; done
            """)
        let lines = outcome.standardOutput.head.split(separator: "\n")
        #expect(lines.count == 8 && Set(lines).count == 1, "\(lines)")
        // Two wait at most, whatever the calls are; the others ran by themselves.
        #expect(outcome.usage.peakProcesses <= 5)
    }

    @Test func `a signal that the first call ignores ends the next one`() async throws {
        let outcome = try await run(
            """
            python3 -c 'import socket; a = socket.create_server(("127.0.0.1", 4567)); b = [a.accept() for _ in range(9)]' &
            until (exec 3<>/dev/tcp/127.0.0.1/4567) 2>/dev/null; do :; done
            aws --version & wait $!
            AWS_ENDPOINT_URL=http://127.0.0.1:4567 timeout -k 20 -s INT 3 aws ec2 describe-instances; echo $?
            kill %1
            """)
        let lines = outcome.standardOutput.head.split(separator: "\n").filter { !$0.isEmpty }
        #expect(lines.last == "124", "\(lines)")
    }

    @Test func `who is killed with a call, or sends nonsense, harms no other call`() async throws {
        let outcome = try await run(
            """
            exec 2>&1
            aws --version
            python3 - <<'PYTHON'
            import socket, subprocess
            names = [line.split()[-1] for line in open("/proc/net/unix") if "@skylab-warm" in line and "place" not in line]
            for data in (b"", b"x" * 300, b"\\xff" * 5000):
                peer = socket.socket(socket.AF_UNIX)
                peer.connect("\\0" + names[0][1:])
                peer.send(data or b"y")
                peer.close()
            PYTHON
            mkfifo /tmp/pipe
            aws configure </tmp/pipe >/dev/null & first=$!
            exec 8>/tmp/pipe
            until [ "$(pgrep -xc aws)" = 2 ]; do :; done
            pkill -KILL -nx aws; kill $first 2>/dev/null; wait $first
            aws --version
            """)
        // The call may have ended with its process before it is killed itself: the shell says which it was.
        let lines = outcome.standardOutput.head.split(separator: "\n").filter {
            !$0.contains("Killed") && !$0.contains("Terminated")
        }
        #expect(lines.count == 2 && Set(lines).count == 1, "\(lines)")
        #expect(outcome.usage.leftRunning == 0)
    }

    @Test func `many calls at once, the first among them`() async throws {
        let outcome = try await run(
            """
            for number in 1 2 3 4 5 6 7 8; do aws configure set profile.p$number.region r$number & done; wait
            for number in 1 2 3 4 5 6 7 8; do aws --version 2>&1 & done; wait
            """)
        let lines = outcome.standardOutput.head.split(separator: "\n")
        #expect(lines.count == 8 && Set(lines).count == 1, "\(outcome.standardError.head)")
    }
}

/// The AWS CLI as this machine has it, with what runs it warm.
private struct WarmCommand {
    let toolchain: SandboxToolchain
    let start: WarmStart
    let program: String
    let file: SandboxFile

    init?() {
        let searchPath = getenv("PATH").map { String(cString: $0) } ?? ""
        toolchain = SandboxToolchain(of: ["bash", "aws", "python3"], searchPath: searchPath)
        guard let start = WarmStart(), let program = toolchain.programs["aws"], let file = start.file(for: program)
        else {
            return nil
        }
        (self.start, self.program, self.file) = (start, program, file)
    }
}
