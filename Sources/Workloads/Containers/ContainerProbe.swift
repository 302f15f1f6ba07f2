import Glibc
import NIOPosix
import Sandbox

/// Asks what listens in a space, over one of its sockets.
enum ContainerProbe {
    /// A few threads that may block.
    private static let threads: NIOThreadPool = {
        let threads = NIOThreadPool(numberOfThreads: 16)
        threads.start()
        return threads
    }()

    /// Does something that blocks away from the threads that must not.
    static func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await threads.runIfActive(work)
    }

    /// Whether something listens on a port.
    static func listens(_ space: SandboxSpace, port: Int) async -> Bool {
        guard let socket = try? await space.socket() else { return false }
        return
            (try? await onThread { () -> Bool in
                defer { close(socket) }
                return connect(socket, port: port)
            }) ?? false
    }

    /// The status that a web server answers a path with; nil where none does.
    static func status(_ space: SandboxSpace, port: Int, path: String) async -> Int? {
        guard let socket = try? await space.socket() else { return nil }
        return
            (try? await onThread { () -> Int? in
                defer { close(socket) }
                guard connect(socket, port: port) else { return nil }
                let request =
                    "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUser-Agent: ELB-HealthChecker/2.0\r\nConnection: close\r\n\r\n"
                guard send(Array(request.utf8), to: socket) else { return nil }
                var bytes = [UInt8](repeating: 0, count: 64)
                let count = read(socket, &bytes, bytes.count)
                // `HTTP/1.1 200 OK`
                let words = String(decoding: bytes[..<max(count, 0)], as: UTF8.self).split(separator: " ")
                guard words.count > 1, words[0].hasPrefix("HTTP/") else { return nil }
                return Int(words[1].prefix(3))
            }) ?? nil
    }

    /// A space is this machine's own loopback: what does not answer at once is not there.
    static func connect(_ socket: Int32, port: Int, seconds: Int = 2) -> Bool {
        var patience = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        } == 0
    }

    static func send(_ bytes: [UInt8], to socket: Int32) -> Bool {
        bytes.withUnsafeBytes { all in
            var sent = 0
            while sent < all.count {
                let count = Glibc.send(
                    socket, all.baseAddress?.advanced(by: sent), all.count - sent, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }
}
