import Glibc

/// A server that sends back what it gets, on a listening socket, one connection after the other, in a thread of its own.
final class Echo: Sendable {
    private let listener: Int32

    /// Owns the descriptor.
    init(listener: Int32) {
        self.listener = listener
        var thread = pthread_t()
        let started = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Echo>.fromOpaque(argument).takeRetainedValue().serve() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(started == 0, "no thread for the server of this measurement")
        pthread_detach(thread)
    }

    /// A socket that listens on the host's loopback, and its port.
    static func hostListener() -> (socket: Int32, port: UInt16) {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listens = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 512) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        precondition(listens, "no port of the loopback is free")
        return (socket, UInt16(bigEndian: address.sin_port))
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            while true {
                let count = read(connection, &buffer, buffer.count)
                guard count > 0, write(connection, buffer, count) == count else { break }
            }
            close(connection)
        }
        close(listener)
    }
}

/// A client that measures, in milliseconds, what a connection costs and what a request on an open one does.
func echoClient(port: UInt16) -> String {
    """
    import socket, time
    def connect():
        s = socket.create_connection(("127.0.0.1", \(port)))
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s
    def ask(s):
        s.sendall(bytes(300)); s.recv(4096)
    def connections(n):
        for _ in range(n):
            s = connect(); ask(s); s.close()
    def requests(n):
        s = connect()
        for _ in range(n): ask(s)
        s.close()
    def least(work, n):
        best = 1e9
        for _ in range(8):
            a = time.monotonic(); work(n); best = min(best, (time.monotonic() - a) * 1000 / n)
        return best
    print(least(connections, 60), least(requests, 300))
    """
}
