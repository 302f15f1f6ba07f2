import Foundation
import GradeModel
import Synchronization
import Testing

@testable import Sandbox

/// Boxes that are containers. Their image is an empty folder; the system's programs are shown in it.
struct ContainerTests {
    private func container(
        _ script: String, in space: SandboxSpace, user: UInt32 = 0, image: String? = nil,
        _ change: (inout SandboxPolicy) -> Void = { _ in }
    ) throws -> SandboxPolicy {
        // Ample: on a busy machine its neighbour may take long to start.
        var policy = shell(script, limits: SandboxLimits(wallSeconds: 120, cpuSeconds: 60))
        policy.executable = "sh"
        policy.workingDirectory = "/srv/app"
        policy.container = SandboxContainer(
            image: image ?? Self.emptyImage, user: user, group: user, space: space)
        change(&policy)
        return policy
    }

    /// Given away where root runs the tests, as the image store does; so its name is one that nobody guesses.
    private static let emptyImage: String = {
        let path = NSTemporaryDirectory() + "image-\(UUID().uuidString)"
        atexit { try? FileManager.default.removeItem(atPath: ContainerTests.emptyImage) }
        try? FileManager.default.createDirectory(atPath: path + "/etc", withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: path + "/etc/motd", contents: Data("from the image\n".utf8))
        if geteuid() == 0 { for name in ["", "/etc", "/etc/motd"] { chown(path + name, 65534, 65534) } }
        chmod(path, 0o755)
        return path
    }()

    private func space(_ listeners: [SandboxListener] = [], disk: Int = 8 << 20) async throws -> SandboxSpace {
        try await Shared.spawner.get().openSpace(listeners: listeners, disk: disk)
    }

    private func text(_ policy: SandboxPolicy) async throws -> String {
        let outcome = try await run(policy)
        return outcome.standardOutput.head + outcome.standardError.head
    }

    @Test func `a container is who its image says, in its own root, which it may write to`() async throws {
        let space = try await space()
        let script =
            "id -u; id -g; pwd; cat /etc/motd; echo mine > /etc/motd; cat /etc/motd; touch /new && ls -d /new; ls /home"
        let output = try await text(container(script, in: space, user: 33))
        #expect(output.hasPrefix("33\n33\n/srv/app\nfrom the image\nmine\n/new\n"))
        #expect(try String(contentsOfFile: Self.emptyImage + "/etc/motd", encoding: .utf8) == "from the image\n")
        #expect(FileManager.default.fileExists(atPath: Self.emptyImage + "/new") == false)
        let second = try await text(container("cat /etc/motd; ls -d /new", in: space))
        #expect(second.hasPrefix("from the image\n"))
    }

    @Test func `a read-only root is one`() async throws {
        let policy = try container("touch /new || echo refused", in: try await space()) {
            $0.container?.hasReadOnlyRoot = true
        }
        #expect(try await text(policy).contains("refused"))
    }

    @Test func `containers of a space share its network and folders and nothing else`() async throws {
        let spawner = try Shared.spawner.get()
        let space = try await space()
        let server = try container(
            "python3 -c 'import socket; s = socket.create_server((\"\", 80)); open(\"/shared/up\", \"w\").close(); s.accept()[0].sendall(b\"hello\")'; touch /tmp/private; sleep 110",
            in: space
        ) { $0.container?.folders = [.init(index: 1, path: "/shared", isReadOnly: false)] }
        let box = try await spawner.launch(server)
        box.start()
        let client = try container(
            "while ! [ -e /data/up ]; do sleep 0.02; done; python3 -c 'import socket; print(socket.create_connection((\"127.0.0.1\", 80)).recv(9))'; ls /tmp; touch /data/x || echo read-only; kill -9 -1; ls -d /proc/[0-9]* | wc -l",
            in: space
        ) { $0.container?.folders = [.init(index: 1, path: "/data", isReadOnly: true)] }
        let output = try await text(client)
        #expect(output.contains("b'hello'"))
        #expect(output.contains("read-only"))
        #expect(output.contains("private") == false)
        #expect(try await box.run(container("true", in: space)) == 0, "the other container is still there")
        box.kill(.wallTime)
        let stranger = try container(
            "python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 80))' 2>&1 | tail -1",
            in: try await self.space())
        #expect(try await text(stranger).contains("refused"))
    }

    @Test func `a socket of the space leads to what a container serves`() async throws {
        let space = try await space()
        let box = try await Shared.spawner.get().launch(
            container(
                "python3 -c 'import socket; s = socket.create_server((\"\", 80)); print(1, flush=True); s.accept()[0].sendall(b\"hello\")'",
                in: space))
        box.start()
        var received = ""
        while received.isEmpty {
            let socket = try await space.socket()
            defer { close(socket) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(80).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard result == 0 else { continue }
            var bytes = [UInt8](repeating: 0, count: 16)
            received = String(decoding: bytes[..<max(0, read(socket, &bytes, 16))], as: UTF8.self)
        }
        #expect(received == "hello")
        #expect(try await box.outcome().ending == .exited(code: 0))
    }

    @Test func `other programs run beside the first, as confined as that`() async throws {
        let spawner = try Shared.spawner.get()
        let space = try await space()
        let box = try await spawner.launch(container("echo up > /srv/state; exec sleep 110", in: space, user: 7))
        box.start()
        var state: Int? = 1
        while state != 0 { state = try await box.run(container("[ \"$(cat /srv/state)\" = up ]", in: space)) }
        #expect(try await box.run(container("exit 3", in: space)) == 3)
        #expect(try await box.run(container("[ $(id -u) = 7 ]", in: space)) == 0)
        #expect(try await box.run(container("kill -9 $$", in: space)) == 137)
        var missing = try container("", in: space)
        missing.executable = "no-such-program"
        #expect(try await box.run(missing) == 127)
        let forbidden = try container("exec unshare -U true", in: space)
        #expect(try await box.run(forbidden) != 0)
        box.signal(15)
        #expect(try await box.outcome().ending == .signalled(signal: 9, name: "SIGKILL"))
    }

    @Test func `a signal reaches who has a handler for it`() async throws {
        let space = try await space()
        let heard = Mutex("")
        let policy = try container("trap 'echo bye; exit 4' TERM; echo ready; while :; do sleep 0.05; done", in: space)
        {
            $0.outputSink = { bytes in heard.withLock { $0 += String(decoding: bytes, as: UTF8.self) } }
        }
        let box = try await Shared.spawner.get().launch(policy)
        box.start()
        while !heard.withLock({ $0.contains("ready") }) { try await Task.sleep(for: .milliseconds(5)) }
        box.signal(15)
        let outcome = try await box.outcome()
        #expect(outcome.ending == .exited(code: 4))
        #expect(outcome.standardOutput.head == "ready\nbye\n")
    }

    @Test func `a fork bomb, a full disk and a full folder end in the container`() async throws {
        let space = try await space(disk: 1 << 20)
        let bomb = try container("b() { b | b & }; b; sleep 5", in: space) { $0.limits.processes = 50 }
        #expect(try await run(bomb).ending == .limit(.processes))
        let full = try container("head -c 100000000 /dev/zero > /big; ls -l /big", in: space) {
            $0.limits.disk = 4 << 20
        }
        #expect(try await text(full).contains("No space left"))
        let folder = try container("head -c 100000000 /dev/zero > /shared/big", in: space) {
            $0.container?.folders = [.init(index: 0, path: "/shared", isReadOnly: false)]
        }
        #expect(try await text(folder).contains("No space left"))
    }

    @Test func `an image whose system folders are links is refused`() async throws {
        let path = NSTemporaryDirectory() + "image-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: path + "/proc", withDestinationPath: "/etc")
        let space = try await space()
        await #expect(throws: SandboxError.self) {
            try await Shared.spawner.get().launch(container("true", in: space, image: path))
        }
    }

    @Test func `a program that is not there is said not to have started`() async throws {
        var policy = try container("", in: try await space())
        policy.executable = "no-such-program"
        let outcome = try await run(policy)
        #expect(outcome.ending == .notStarted(reason: "no-such-program: No such file or directory"))
    }
}
