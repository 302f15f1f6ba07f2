import NIOCore
import NIOHTTP1
import WireProtocols

/// The status line and the headers of an answer, as bytes: most answers are whole, so that their length is known.
///
/// RFC 9112 §4 and §9.3. Written by hand because one buffer for the head, and the body's own behind it, is one system
/// call an answer.
struct ResponseHead {
    private let response: WireResponse
    private let isHTTP10: Bool
    private let keepAlive: Bool

    init(_ response: WireResponse, isHTTP10: Bool, keepAlive: Bool) {
        self.response = response
        self.isHTTP10 = isHTTP10
        self.keepAlive = keepAlive
    }

    /// What a client waits for before it sends a body.
    static let goOn = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")

    /// The answer to what is no HTTP.
    static let badRequest = ByteBuffer(
        string: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    func write(to buffer: inout ByteBuffer) {
        buffer.writeStaticString(isHTTP10 ? "HTTP/1.0 " : "HTTP/1.1 ")
        if response.status == 200 {
            buffer.writeStaticString("200 OK\r\n")
        } else {
            let status = HTTPResponseStatus(statusCode: response.status)
            buffer.writeString("\(response.status) \(status.reasonPhrase)\r\n")
        }
        writeHeader("Content-Type", response.contentType, to: &buffer)
        // RFC 9110 §8.6: none where there can be no body.
        if response.stream != nil {
            if !isHTTP10 { buffer.writeStaticString("Transfer-Encoding: chunked\r\n") }
        } else if response.status >= 200, response.status != 204, response.status != 304 {
            let length =
                response.declaredLength ?? response.head.count + response.body.bytes.count + response.tail.count
            writeHeader("Content-Length", String(length), to: &buffer)
        }
        for header in response.headers { writeHeader(header.name, header.value, to: &buffer) }
        if !keepAlive {
            buffer.writeStaticString("Connection: close\r\n")
        } else if isHTTP10 {
            buffer.writeStaticString("Connection: keep-alive\r\n")
        }
        buffer.writeStaticString("\r\n")
    }

    private func writeHeader(_ name: String, _ value: String, to buffer: inout ByteBuffer) {
        writeText(name, to: &buffer)
        buffer.writeStaticString(": ")
        writeText(value, to: &buffer)
        buffer.writeStaticString("\r\n")
    }

    /// A value may hold what a client once sent: no line break gets out, so that no header can be forged.
    private func writeText(_ text: String, to buffer: inout ByteBuffer) {
        if text.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
            buffer.writeBytes(text.utf8.map { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F ? UInt8(ascii: " ") : $0 })
        } else {
            buffer.writeString(text)
        }
    }
}
