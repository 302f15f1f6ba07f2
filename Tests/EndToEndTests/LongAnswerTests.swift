import EmulatorServer
import Foundation
import Testing

/// Answers that go out in pieces.
struct LongAnswerTests {
    private let credential = "AKIASKYLABEXAMPLE000/20260901/us-east-1/s3/aws4_request"

    private func request(_ method: String, _ path: String, _ body: String = "", more: String = "") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: x\r\n"
            + "Authorization: AWS4-HMAC-SHA256 Credential=\(credential), SignedHeaders=host, Signature=0\r\n"
            + "\(more)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private func exchange(_ text: String, _ host: EmulatorHost) async throws -> String {
        let (bytes, port) = (Array(text.utf8), host.port)
        let answer = await Task.detached { try? HTTPTests.exchange(bytes, port: port) }.value
        return String(decoding: try #require(answer), as: UTF8.self)
    }

    @Test func `requests sent while a long answer goes out are answered in turn`() async throws {
        let host = try await EmulatorHost()
        let long = String(repeating: "0123456789abcdef", count: 100_000)
        let close = "Connection: close\r\n"
        _ = try await exchange(request("PUT", "/long") + request("PUT", "/long/k", long, more: close), host)
        let text = try await exchange(
            request("GET", "/long/k") + request("HEAD", "/long/k") + request("GET", "/long/k")
                + request("GET", "/long/none") + request("GET", "/long/k", more: close) + request("GET", "/long/k"),
            host)
        await host.close()
        #expect(text.components(separatedBy: "HTTP/1.1 200 OK").count == 5)
        #expect(text.components(separatedBy: "HTTP/1.1 404 ").count == 2)
        #expect(text.components(separatedBy: "Content-Length: 1600000\r\n").count == 5)
        #expect(text.components(separatedBy: long).count == 4)
        #expect(text.hasSuffix(long))
    }

    @Test func `a body that is too large for one request is refused in S3's form`() async throws {
        let host = try await EmulatorHost()
        let text = try await exchange(
            "PUT /b/k HTTP/1.1\r\nHost: x\r\nAuthorization: AWS4-HMAC-SHA256 Credential=\(credential), "
                + "SignedHeaders=host, Signature=0\r\nContent-Length: 99999999999\r\n\r\n", host)
        await host.close()
        #expect(text.hasPrefix("HTTP/1.1 400 "))
        #expect(text.contains("<Code>EntityTooLarge</Code>"))
        #expect(text.contains("<MaxSizeAllowed>67108864</MaxSizeAllowed>"))
    }
}
