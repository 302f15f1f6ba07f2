import EmulatorCore
import EmulatorServer
import Foundation
import ServiceModel
import Testing

/// What one client can take of the emulator: connections, memory and time have bounds, and the next one is served.
struct HostileClientTests {
    /// A server with small bounds, and what a client sees of it.
    private struct Host {
        let server = EmulatorServer(threads: 1)
        let listener: EmulatorServer.Listener

        init(_ change: (inout EmulatorServer.Limits) -> Void) async throws {
            var limits = EmulatorServer.Limits()
            change(&limits)
            let emulator = Emulator(
                Emulator.Configuration(seed: "test", epoch: Timestamp(year: 2026, month: 9, day: 1, hour: 8)))
            listener = try await server.listen(host: "127.0.0.1", port: 0, emulator: emulator, limits: limits)
        }

        func connect() throws -> Client { try Client(port: listener.port ?? 0) }

        func close() async {
            await listener.close()
            await server.shutdown()
        }
    }

    private struct SocketProblem: Error {}

    private final class Client: Sendable {
        private let connection: Int32

        init(port: Int) throws {
            connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let connection = connection
            let connected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard connected == 0 else { throw SocketProblem() }
        }

        deinit { close(connection) }

        /// False where the other side has closed.
        @discardableResult func send(_ bytes: [UInt8]) -> Bool {
            Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        }

        func send(_ text: String) { send(Array(text.utf8)) }

        /// Says that nothing more will be sent.
        func end() { shutdown(connection, Int32(SHUT_WR)) }

        /// The next piece that comes.
        func some() -> String {
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = recv(connection, &chunk, chunk.count, 0)
            return String(decoding: chunk.prefix(max(count, 0)), as: UTF8.self)
        }

        /// What comes until the other side closes.
        func rest() async -> String {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    var bytes: [UInt8] = []
                    var chunk = [UInt8](repeating: 0, count: 4096)
                    while case let count = recv(self.connection, &chunk, chunk.count, 0), count > 0 {
                        bytes += chunk[..<count]
                    }
                    continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
                }
            }
        }
    }

    private func call(_ client: Client) async -> String {
        let body = "Action=DescribeRegions&Version=2016-11-15"
        client.send(
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: AWS4-HMAC-SHA256 "
                + "Credential=AKIASKYLABEXAMPLE000/20260901/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        return await client.rest()
    }

    @Test func `bodies that are half sent hold no more memory than there is for all, and it comes back`() async throws {
        // Memory is what this is about: however long a busy machine takes, nobody is closed for being slow.
        let host = try await Host {
            $0.bodies = 1 << 20
            $0.idleSeconds = 3600
            $0.requestSeconds = 3600
        }
        let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
        let first = try host.connect()
        first.send(head)
        first.send([UInt8](repeating: 1, count: 700_000))
        // The second one has what the first has left, or the first what the second has: one of them is refused.
        let second = try host.connect()
        second.send(head)
        second.send([UInt8](repeating: 1, count: 700_000))
        let refused = await withTaskGroup(of: String.self) { group in
            group.addTask { await first.rest() }
            group.addTask { await second.rest() }
            let answer = await group.next() ?? ""
            // The other one is let go.
            first.send([UInt8](repeating: 1, count: 300_000))
            second.send([UInt8](repeating: 1, count: 300_000))
            first.end()
            second.end()
            return answer
        }
        #expect(refused.hasPrefix("HTTP/1.1 503 "), "\(refused)")
        #expect(try await call(host.connect()).hasPrefix("HTTP/1.1 200 OK\r\n"))
        await host.close()
    }

    @Test func `a request that trickles in is not waited for without end`() async throws {
        let host = try await Host { $0.requestSeconds = 1 }
        let slow = try host.connect()
        slow.send("POST / HTTP/1.1\r\nX-Name: ")
        let trickle = Task {
            while !Task.isCancelled, slow.send([UInt8(ascii: "T")]) { try? await Task.sleep(for: .milliseconds(100)) }
        }
        #expect(await slow.rest().isEmpty)
        trickle.cancel()
        #expect(try await call(host.connect()).hasPrefix("HTTP/1.1 200 OK\r\n"))
        await host.close()
    }

    @Test func `connections beyond the limit are closed, and one that ends makes room`() async throws {
        let host = try await Host { $0.connections = 3 }
        var held: [Client] = []
        for _ in 0..<3 {
            let client = try host.connect()
            // An answer shows that it was let in.
            client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            #expect(client.some().hasPrefix("HTTP/1.1 100 "))
            held.append(client)
        }
        #expect(try await host.connect().rest().isEmpty)
        held.removeLast()
        var answer = ""
        for _ in 0..<500 where answer.isEmpty {
            answer = await call(try host.connect())
        }
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        await host.close()
    }
}
