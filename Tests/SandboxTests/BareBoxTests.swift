import Glibc
import GradeModel
import Testing

@testable import Sandbox

/// Boxes without namespaces, as a machine that refuses them gets them.
struct BareBoxTests {
    private func bare(_ script: String) -> SandboxPolicy {
        var policy = shell(script, limits: SandboxLimits(wallSeconds: 60, cpuSeconds: 20))
        policy.environment.append(("TMPDIR", "/tmp"))
        policy.omissions = .namespaces
        return policy
    }

    private func python(_ program: String) -> SandboxPolicy {
        var policy = bare("")
        policy.executable = "/usr/bin/python3"
        policy.arguments = ["python3", "-c", program]
        policy.listeners = [SandboxListener(address: "127.0.0.1", port: 4566)]
        return policy
    }

    @Test func `its folders are its own and are gone afterwards`() async throws {
        var policy = bare("pwd; cat given; echo x > made; echo y > $TMPDIR/t; echo z > $HOME/h; chmod 0 . $HOME")
        policy.files = [SandboxFile(path: "given", contents: Array("submitted\n".utf8))]
        let outcome = try await run(policy)
        #expect(outcome.ending == .exited(code: 0), "\(outcome.standardError.head)")
        let lines = outcome.standardOutput.head.split(separator: "\n").map(String.init)
        try #require(lines.count == 2)
        #expect(lines[0].hasPrefix("/tmp/skylab-") && lines[0].hasSuffix("/work"))
        #expect(lines[1] == "submitted")
        #expect(!FilePaths.exists(try #require(FilePaths.parent(of: lines[0]))))
        #expect(outcome.usage.peakMemoryBytes > 0)
    }

    @Test func `a tree of the host keeps its name, wherever it is`() async throws {
        let tree = "/tmp/skylab-tree-\(getpid())"
        try #require(mkdir(tree, 0o755) == 0)
        defer { rmdir(tree) }
        var policy = bare("echo $1 $WHERE; cd $1")
        policy.readOnlyPaths.append(tree)
        policy.arguments += ["sh", tree]
        policy.environment.append(("WHERE", "\(tree)/bin:/tmp/bin"))
        let outcome = try await run(policy)
        #expect(outcome.ending == .exited(code: 0), "\(outcome.standardError.head)")
        let words = outcome.standardOutput.head.split(separator: " ")
        try #require(words.count == 2)
        #expect(words[0] == tree)
        #expect(words[1].hasPrefix("\(tree)/bin:/tmp/skylab-"))
        #expect(words[1].hasSuffix("/tmp/bin\n"))
    }

    @Test func `a program reaches the emulator, by a blocking socket and by one that does not block`() async throws {
        let box = try await Shared.degraded.get().launch(
            python(
                """
                import asyncio, socket
                with socket.create_connection(("127.0.0.1", 4566), timeout=30) as peer:
                    print(peer.makefile().read())
                peer = socket.socket()
                peer.connect(("127.0.0.1", 4566))
                print(peer.makefile().read())
                async def ask():
                    reader, _ = await asyncio.open_connection("127.0.0.1", 4566)
                    print((await reader.read()).decode())
                asyncio.run(ask())
                """))
        let listener = try #require(box.listenerDescriptors.first)
        // The pool's threads may all be busy, and this one waits.
        try onOwnThread {
            for number in 1...3 {
                let connection = accept(listener, nil, nil)
                let text = "answer \(number)"
                _ = write(connection, text, text.utf8.count)
                close(connection)
            }
            close(listener)
        }
        box.start()
        let outcome = try await box.outcome()
        #expect(outcome.standardOutput.head == "answer 1\nanswer 2\nanswer 3\n", "\(outcome.standardError.head)")
    }

    @Test(.enabled(tooOld, holdsWithoutNamespaces))
    func `it reaches no other port of the host, no socket in a file and no name`() async throws {
        let port = try HostListener()
        var policy = python(
            """
            import os, socket
            def refused(what, action):
                try:
                    action()
                    print("ESCAPED:", what)
                except OSError as error:
                    print(what, error.strerror)
            tcp = lambda: socket.socket()
            refused("port", lambda: tcp().connect(("127.0.0.1", int(os.environ["PORT"]))))
            refused("world", lambda: tcp().connect(("1.1.1.1", 53)))
            refused("bind", lambda: tcp().bind(("127.0.0.1", 0)))
            refused("listen", lambda: tcp().listen())
            refused("datagram", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            refused("fast open", lambda: tcp().sendto(b"x", 0x20000000, ("127.0.0.1", int(os.environ["PORT"]))))
            refused("socket file", lambda: socket.socket(socket.AF_UNIX).connect("/run/dbus/system_bus_socket"))
            """)
        policy.environment.append(("PORT", "\(port.number)"))
        let outcome = try await run(policy)
        #expect(
            outcome.standardOutput.head == """
                port Connection refused
                world Network is unreachable
                bind Permission denied
                listen Operation not permitted
                datagram Operation not permitted
                fast open Operation not permitted
                socket file Permission denied

                """, "\(outcome.standardError.head)")
        #expect(!port.wasConnectedTo)
    }

    @Test func `a flood of processes without parents is gone to the last one`() async throws {
        let marker = "skylab-bare-flood-\(getpid())"
        var policy = bare(
            """
            for i in 1 2 3 4 5 6 7 8 9; do
                setsid sh -c 'setsid sh -c "sleep 1000; : $0" $0 & sleep 1000' \(marker) &
            done
            exit 3
            """)
        policy.time = .real
        let outcome = try await run(policy)
        #expect(outcome.ending == .exited(code: 3))
        #expect(processes(markedWith: marker).isEmpty)
    }

    @Test func `files beyond the limit on disk space end the run`() async throws {
        var policy = bare("while :; do head -c 1000000 /dev/zero > $TMPDIR/$(date +%N); done")
        policy.limits.disk = 8 << 20
        let outcome = try await run(policy)
        #expect(outcome.ending == .limit(.disk), "\(outcome.standardError.head)")
    }

    @Test func `sleeps cost nothing here, too`() async throws {
        var policy = bare("sleep 600")
        policy.time = .virtual
        let box = try await Shared.degraded.get().launch(policy)
        box.start()
        let outcome = try await box.outcome()
        #expect(outcome.ending == .exited(code: 0))
        #expect(box.clock?.sleptMilliseconds == 600_000)
    }

    @Test func `a box that is weaker than the standard is not made unasked`() async throws {
        for omissions: SandboxOmissions in [[.landlock], [.namespaces, .landlock], [.seccomp]] {
            var policy = shell("echo ran")
            policy.omissions = omissions
            await #expect {
                try await Shared.spawner.get().launch(policy)
            } throws: { error in
                guard case .belowStandard(let missing)? = error as? SandboxError else { return false }
                return !missing.isEmpty && "\(error)".contains("--sandbox=degraded")
            }
            let outcome = try await run(policy)
            #expect(outcome.ending == .exited(code: 0))
            #expect(outcome.tier == .degraded)
        }
    }

    @Test func `the tier is what the layers come to`() {
        let cases: [(SandboxOmissions, Int, SandboxTier)] = [
            ([], 1, .full), ([], 0, .degraded), (.namespaces, 7, .withoutNamespaces),
            (.namespaces, 6, .withoutNamespaces), (.namespaces, 5, .degraded),
            ([.namespaces, .seccomp], 7, .degraded), (.controlGroup, 7, .full), (.resourceLimits, 7, .degraded),
        ]
        for (omissions, landlock, tier) in cases {
            #expect(SandboxTier(omissions: omissions, landlock: landlock) == tier)
        }
    }
}
