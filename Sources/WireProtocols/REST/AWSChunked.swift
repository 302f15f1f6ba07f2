import ServiceModel

/// The content encoding `aws-chunked`: a body in chunks, each with its length and perhaps a signature, then trailers.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>
enum AWSChunked {
    /// The most trailers that a body may have.
    private static let mostTrailers = 16

    /// The request with its body in one piece, and its trailers among its headers.
    ///
    /// - Throws: `IncompleteBody` or `InvalidChunkSizeError` where the chunks are not what their lengths say.
    static func decode(_ request: WireRequest) throws(ServiceError) -> WireRequest {
        let isStreamed = request.header("x-amz-content-sha256")?.hasPrefix("STREAMING-") ?? false
        let encodings = (request.header("content-encoding") ?? "").split(separator: ",").map(\.trimmed)
        guard isStreamed || encodings.contains("aws-chunked") else { return request }
        var decoded = request
        var reader = ChunkReader(bytes: request.body)
        guard let (body, trailers) = reader.read(mostTrailers: mostTrailers) else {
            throw ServiceError(
                "IncompleteBody", "The request body terminated unexpectedly: its chunks are not what their lengths say")
        }
        if let text = request.header("x-amz-decoded-content-length"), Int(text) != body.count {
            throw ServiceError(
                "IncompleteBody",
                "You did not provide the number of bytes specified by the x-amz-decoded-content-length header")
        }
        decoded.body = body
        decoded.headers = request.headers.filter {
            !["content-encoding", "content-length"].contains($0.name.lowercased())
        }
        let rest = encodings.filter { $0 != "aws-chunked" }
        if !rest.isEmpty { decoded.headers.append(("content-encoding", rest.joined(separator: ","))) }
        decoded.headers.append(("content-length", String(body.count)))
        decoded.headers += trailers
        return decoded
    }
}

private struct ChunkReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Chunks to the empty one, then the trailers; nil where something is amiss.
    mutating func read(mostTrailers: Int) -> (body: [UInt8], trailers: [(name: String, value: String)])? {
        var body: [UInt8] = []
        body.reserveCapacity(bytes.count)
        while true {
            guard let line = line(), let size = Self.size(line) else { return nil }
            if size == 0 { break }
            guard size <= bytes.count - position else { return nil }
            body += bytes[position..<position + size]
            position += size
            guard let end = self.line(), end.isEmpty else { return nil }
        }
        var trailers: [(name: String, value: String)] = []
        while position < bytes.count {
            guard let line = line() else { return nil }
            if line.isEmpty { continue }
            guard trailers.count < mostTrailers, let colon = line.firstIndex(of: UInt8(ascii: ":")),
                let name = String(validating: line[..<colon], as: UTF8.self),
                let value = String(validating: line[line.index(after: colon)...], as: UTF8.self)
            else { return nil }
            trailers.append((name.lowercased(), value[...].trimmed))
        }
        return (body, trailers)
    }

    /// The bytes up to the next line end, which is passed over; nil where there is none.
    private mutating func line() -> ArraySlice<UInt8>? {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
            // The last trailer may stand without one.
            guard position < bytes.count else { return nil }
            defer { position = bytes.count }
            return bytes[position...]
        }
        var line = bytes[position..<end]
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        position = end + 1
        return line
    }

    /// Hexadecimal digits before a semicolon.
    private static func size(_ line: ArraySlice<UInt8>) -> Int? {
        let digits = line.prefix { $0 != UInt8(ascii: ";") }
        guard (1...8).contains(digits.count) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 16).flatMap { $0 < 0 ? nil : $0 }
    }
}
