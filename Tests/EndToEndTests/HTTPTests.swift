import Foundation
import Testing

/// What a client sees that speaks HTTP by hand, well or badly.
struct HTTPTests {
    private let call = "Action=DescribeRegions&Version=2016-11-15"
    private let signature =
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIASKYLABEXAMPLE000/20260901/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0"

    private func request(_ version: String = "1.1", method: String = "POST", more: String = "") -> String {
        "\(method) / HTTP/\(version)\r\nHost: x\r\n\(signature)\r\n\(more)Content-Length: \(call.utf8.count)\r\n\r\n\(call)"
    }

    /// Sends bytes on a connection of its own, and reads until the other side closes it.
    private func exchange(_ text: String) async throws -> String {
        let host = try await EmulatorHost()
        let port = host.port
        let bytes = Array(text.utf8)
        let answer = await Task.detached { try? Self.exchange(bytes, port: port) }.value
        await host.close()
        return String(decoding: try #require(answer), as: UTF8.self)
    }

    struct SocketProblem: Error {}

    static func exchange(_ bytes: [UInt8], port: Int) throws -> [UInt8] {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0, send(connection, bytes, bytes.count, 0) == bytes.count else { throw SocketProblem() }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return answer }
            answer += chunk[..<count]
        }
    }

    @Test func `an answer says how long it is and the connection ends when the client asks for that`() async throws {
        let text = try await exchange(request(more: "Connection: close\r\n"))
        let parts = text.components(separatedBy: "\r\n\r\n")
        #expect(parts.count == 2)
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: text/xml;charset=UTF-8\r\n"))
        #expect(text.contains("\r\nConnection: close\r\n"))
        #expect(text.contains("\r\nContent-Length: \(parts[1].utf8.count)\r\n"))
        #expect(parts[1].contains("<regionName>us-east-1</regionName>"))
    }

    @Test func `requests sent before an answer came are answered in turn, up to the last`() async throws {
        let last = request(more: "Connection: close\r\n")
        let text = try await exchange(request() + request() + last + request())
        #expect(text.components(separatedBy: "HTTP/1.1 200 OK").count == 4)
        let ids = text.components(separatedBy: "<requestId>").dropFirst().map { $0.prefix(36) }
        #expect(Set(ids).count == 3)
    }

    @Test func `a client of HTTP 1 dot 0 may keep its connection by asking`() async throws {
        let kept = request("1.0", more: "Connection: keep-alive\r\n")
        let text = try await exchange(kept + request("1.0"))
        #expect(text.components(separatedBy: "HTTP/1.0 200 OK").count == 3)
        #expect(text.components(separatedBy: "Connection: keep-alive\r\n").count == 2)
    }

    @Test func `a body is asked for where the client waits to be asked`() async throws {
        let text = try await exchange(request(more: "Expect: 100-continue\r\nConnection: close\r\n"))
        #expect(text.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
    }

    @Test func `HEAD is answered without a body`() async throws {
        let text = try await exchange(request(method: "HEAD", more: "Connection: close\r\n"))
        #expect(text.hasSuffix("\r\n\r\n"))
        #expect(text.contains("Content-Length: "))
    }

    @Test(arguments: [
        "\u{16}\u{3}\u{1}\u{2}", "GET\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "\r\n \r\n:\r\n\r\n",
    ])
    func `what is no HTTP is refused and the connection closed`(_ text: String) async throws {
        let answer = try await exchange(text)
        #expect(answer == "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }

    @Test func `a body over the limit is refused before it is sent`() async throws {
        let text = try await exchange(
            "POST / HTTP/1.1\r\nHost: x\r\n\(signature)\r\nContent-Length: 99999999999\r\n\r\n")
        #expect(text.hasPrefix("HTTP/1.1 413 "))
    }

    @Test func `who sends a body over the limit all the same reads why it is refused`() async throws {
        let body = String(repeating: "a", count: 1 << 20)
        let text = try await exchange(
            "POST / HTTP/1.1\r\nHost: x\r\n\(signature)\r\nContent-Length: 99999999999\r\n\r\n\(body)")
        #expect(text.hasPrefix("HTTP/1.1 413 "))
    }
}
