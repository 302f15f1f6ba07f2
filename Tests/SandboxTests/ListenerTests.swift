import Glibc
import GradeModel
import Testing

@testable import Sandbox

struct ListenerTests {
    /// Answers one connection with the text, on a thread of its own.
    private func answer(on listener: Int32, with text: String) {
        final class Job {
            let listener: Int32
            let text: String
            init(_ listener: Int32, _ text: String) { (self.listener, self.text) = (listener, text) }
        }
        var thread = pthread_t()
        let job = Unmanaged.passRetained(Job(listener, text))
        pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let job = Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
                let connection = accept(job.listener, nil, nil)
                _ = write(connection, job.text, job.text.utf8.count)
                close(connection)
                close(job.listener)
                return nil
            }, job.toOpaque())
        pthread_detach(thread)
    }

    private let reader = """
        import socket, sys
        for host, port in (("127.0.0.1", 4566), ("169.254.169.254", 80), ("::1", 9001)):
            with socket.create_connection((host, port), timeout=5) as peer:
                print(peer.makefile().read())
        """

    @Test func `listeners of the box are served from outside, and each box has its own`() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in ["alice", "bob"] {
                group.addTask {
                    var policy = shell("")
                    policy.executable = "/usr/bin/python3"
                    policy.arguments = ["python3", "-c", reader]
                    policy.listeners = [
                        SandboxListener(address: "127.0.0.1", port: 4566),
                        SandboxListener(address: "169.254.169.254", port: 80),
                        SandboxListener(address: "::1", port: 9001),
                    ]
                    let box = try await Shared.spawner.get().launch(policy)
                    try #require(box.listenerDescriptors.count == 3)
                    for (number, listener) in box.listenerDescriptors.enumerated() {
                        answer(on: listener, with: "\(name) \(number)")
                    }
                    box.start()
                    let outcome = try await box.outcome()
                    #expect(
                        outcome.standardOutput.head == "\(name) 0\n\(name) 1\n\(name) 2\n",
                        "\(outcome.standardError.head)")
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `an address that is none is refused, and named`() async throws {
        var policy = shell("true")
        policy.listeners = [SandboxListener(address: "nowhere", port: 1)]
        await #expect(throws: SandboxError.unavailable(step: "nowhere", errno: EINVAL)) {
            try await Shared.spawner.get().launch(policy)
        }
    }
}
