import Glibc
import Sandbox
import WireProtocols

/// A request to a process in a space, and its answer, over HTTP/1.0: the end of the connection is the end of the answer.
struct ContainerRequest: Sendable {
    /// Bytes of an answer that are taken.
    private static let most = 32 << 20
    /// Headers that are the connection's, or are made anew.
    private static let own: Set<String> = [
        "host", "connection", "proxy-connection", "keep-alive", "transfer-encoding", "content-length", "expect", "te",
        "upgrade", "trailer",
    ]

    var method: String
    /// With the query.
    var path: String
    var host: String
    var headers: [(name: String, value: String)]
    var body: [UInt8] = []

    private var bytes: [UInt8] {
        var text = "\(method) \(path) HTTP/1.0\r\nHost: \(host)\r\nConnection: close\r\n"
        for header in headers where !Self.own.contains(header.name.lowercased()) {
            text += "\(header.name): \(header.value)\r\n"
        }
        if !body.isEmpty || method == "POST" || method == "PUT" { text += "Content-Length: \(body.count)\r\n" }
        return Array("\(text)\r\n".utf8) + body
    }

    /// Sends the request; nil where nothing listens, or what does speaks something else.
    ///
    /// - Parameter seconds: how long the server may be silent.
    func send(to port: Int, in space: SandboxSpace, seconds: Int) async -> WireResponse? {
        guard let socket = try? await space.socket() else { return nil }
        return
            (try? await ContainerProbe.onThread { () -> WireResponse? in
                defer { close(socket) }
                guard ContainerProbe.connect(socket, port: port, seconds: seconds),
                    ContainerProbe.send(bytes, to: socket)
                else { return nil }
                var all: [UInt8] = []
                var part = [UInt8](repeating: 0, count: 65_536)
                while all.count < Self.most {
                    let count = read(socket, &part, part.count)
                    guard count > 0 else { break }
                    all += part[..<count]
                }
                return Self.response(all)
            }) ?? nil
    }

    /// What an answer says.
    static func response(_ bytes: [UInt8]) -> WireResponse? {
        let end = Array("\r\n\r\n".utf8)
        guard let place = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return nil }
        let lines = String(decoding: bytes[..<place], as: UTF8.self).split(whereSeparator: \.isNewline)
        let words = (lines.first ?? "").split(separator: " ", maxSplits: 2)
        guard words.count > 1, words[0].hasPrefix("HTTP/"), let status = Int(words[1]), (100..<600).contains(status)
        else { return nil }
        var body = Array(bytes[(place + end.count)...])
        var type = ""
        var headers: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2 else { continue }
            let (name, value) = (String(halves[0]), halves[1].drop { $0 == " " }.description)
            switch name.lowercased() {
            case "content-type": type = value
            case "transfer-encoding" where value.lowercased() == "chunked": body = unchunked(body)
            case let known where own.contains(known): break
            default: headers.append((name, value))
            }
        }
        var response = WireResponse(status: status, contentType: type, body: EncodedBody(body))
        response.headers = headers
        return response
    }

    /// The body of a server that sends chunks though nobody asked for them.
    private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
        var rest = bytes[...]
        var body: [UInt8] = []
        while let end = rest.firstIndex(of: 0x0A) {
            let line = String(decoding: rest[..<end], as: UTF8.self).prefix { $0.isHexDigit }
            guard let count = Int(line, radix: 16), count > 0 else { break }
            rest = rest[(end + 1)...]
            body += rest.prefix(count)
            rest = rest.dropFirst(count + 2)
        }
        return body
    }
}
