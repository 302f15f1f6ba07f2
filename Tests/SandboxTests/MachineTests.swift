import Glibc
import GradeModel
import Testing

@testable import Sandbox

/// The same box on machines of different kinds, which `unshare` and `setpriv` make of this one.
struct MachineTests {
    /// Runs `sandbox-bench run` behind other words, and returns what it printed.
    private func output(of words: [String]) throws -> String {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        for end in ends { posix_spawn_file_actions_addclose(&actions, end) }
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let path = strdup("PATH=/usr/sbin:/usr/bin:/sbin:/bin")
        defer { free(path) }
        var environment: [UnsafeMutablePointer<CChar>?] = [path, nil]
        var process: pid_t = 0
        let result = posix_spawnp(&process, words[0], &actions, nil, &arguments, &environment)
        close(ends[1])
        defer { close(ends[0]) }
        try #require(result == 0, "\(words[0]) cannot be started")
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(ends[0], &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func bench() throws -> String { try #require(FilePaths.parent(of: launcherPath())) + "/sandbox-bench" }

    /// Whether `unshare` may do what these tests want; where it may not there is nothing to be seen.
    private var hasUserNamespaces: Bool { (try? output(of: ["unshare", "-Ur", "echo", "yes"])) == "yes\n" }

    @Test func `inside a user namespace, as its root, a box is complete`() throws {
        guard hasUserNamespaces else { return }
        let text = try output(of: ["unshare", "-Ur", bench(), "run", "/bin/sh", "-c", "id -u; echo $HOME"])
        #expect(text.hasPrefix("1000\n/home/student\n"), "\(text)")
        #expect(text.contains("tier: full"), "\(text)")
    }

    @Test(.enabled(tooOld, holdsWithoutNamespaces))
    func `where no namespace may be made a box does without, and says so`() throws {
        guard hasUserNamespaces else { return }
        let forbid = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\""
        let text = try output(
            of: [
                "unshare", "-Ur", "sh", "-c", forbid, "sh", bench(), "run", "/bin/sh", "-c",
                "pwd; cat /etc/shadow /root/.profile; echo $?",
            ])
        #expect(text.hasPrefix("/tmp/skylab-"), "\(text)")
        #expect(text.contains("/work\n1\n"), "\(text)")
        #expect(text.contains("tier: without namespaces"), "\(text)")
        #expect(text.contains("- namespaces: clone3 with new namespaces: No space left on device"), "\(text)")
    }

    /// The network is made by another process than the rest, which has to say why there is none.
    @Test(.enabled(tooOld, holdsWithoutNamespaces))
    func `where no network may be made a box does without, and says so`() throws {
        guard hasUserNamespaces else { return }
        let forbid = "echo 0 > /proc/sys/user/max_net_namespaces && exec \"$@\""
        let text = try output(of: ["unshare", "-Ur", "sh", "-c", forbid, "sh", bench(), "run", "/bin/true"])
        #expect(text.hasPrefix("exited(code: 0)"), "\(text)")
        #expect(text.contains("tier: without namespaces"), "\(text)")
        #expect(text.contains("- namespaces: a network namespace: No space left on device"), "\(text)")
    }

    @Test func `lower limits of the machine's own stay, and the box is complete`() throws {
        let lower = "ulimit -c 0; ulimit -n 128; ulimit -s 4096; ulimit -l 32; exec \"$@\""
        let shown = "for limit in -c -n -s -l; do ulimit -H $limit; done"
        let text = try output(of: ["bash", "-c", lower, "bash", bench(), "run", "/bin/bash", "-c", shown])
        #expect(text.hasPrefix("0\n128\n4096\n32\n"), "\(text)")
        #expect(text.contains("tier: full"), "\(text)")
    }

    @Test func `as an ordinary user a box is complete`() throws {
        guard geteuid() == 0 else { return }  // then every other test says so
        // The folder of the build may be closed to others.
        let folder = "/tmp/skylab-user-\(getpid())"
        try #require(mkdir(folder, 0o755) == 0)
        defer { _ = try? output(of: ["rm", "-rf", folder]) }
        _ = try output(of: ["cp", launcherPath(), bench(), folder])
        let text = try output(
            of: [
                "setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups", "\(folder)/sandbox-bench", "run",
                "/bin/sh", "-c", "id -u; cat /etc/passwd | grep -c student",
            ])
        #expect(text.hasPrefix("1000\n1\n"), "\(text)")
        #expect(text.contains("tier: full"), "\(text)")
    }
}

struct SparedMemoryTests {
    private func ending(sparing share: UInt32) async throws -> ProgramEnding {
        var policy = shell(
            "exec python3 -c 'x = bytearray(100 << 20); sum(range(20_000_000))'",
            limits: SandboxLimits(wallSeconds: 120, cpuSeconds: 60))
        policy.limits.sparedPerMille = share
        return try await run(policy).ending
    }

    @Test func `a box ends for memory where the machine has too little left beside it`() async throws {
        #expect(try await ending(sparing: 1_000_000_000) == .limit(.memory))
        #expect(try await ending(sparing: 1) == .exited(code: 0))
        #expect(try await ending(sparing: 0) == .exited(code: 0))
    }
}
