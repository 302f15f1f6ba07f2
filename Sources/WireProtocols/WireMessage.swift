/// A request as it came over HTTP.
package struct WireRequest: Sendable {
    package var method: String
    /// The path without the query string, as it was sent.
    package var path: String
    /// The query string without the question mark; empty where there is none.
    package var query: String
    /// Names are as they were sent, in any case.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(
        method: String, path: String, query: String = "", headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The first header of a name, which is given in lower case.
    package func header(_ name: String) -> String? {
        headers.first { Self.isSame(name.utf8, $0.name.utf8) }?.value
    }

    /// Whether a sent name is `lowerCase`; header names are ASCII (RFC 9110 §5.1).
    private static func isSame(_ lowerCase: String.UTF8View, _ sent: String.UTF8View) -> Bool {
        guard lowerCase.count == sent.count else { return false }
        return zip(lowerCase, sent).allSatisfy { expected, byte in
            expected == byte || (0x41...0x5A).contains(byte) && byte | 0x20 == expected
        }
    }
}

/// What of an answer does not depend on the request id: what may be kept and sent again.
package final class EncodedBody: Sendable {
    package let bytes: [UInt8]
    /// Headers that the REST protocols make of members.
    let headers: [(name: String, value: String)]
    /// The status where a member says it, or the operation's own.
    let status: Int?
    /// Where it is not the protocol's own.
    let contentType: String?

    package convenience init(_ bytes: [UInt8]) { self.init(bytes, headers: [], status: nil, contentType: nil) }

    init(_ bytes: [UInt8], headers: [(name: String, value: String)], status: Int?, contentType: String?) {
        self.bytes = bytes
        self.headers = headers
        self.status = status
        self.contentType = contentType
    }
}

/// An answer on its way to HTTP: `head`, then `body`, then `tail`.
package struct WireResponse: Sendable {
    package var status: Int
    package var contentType: String
    package var headers: [(name: String, value: String)] = []
    /// Goes before the body: what holds the request id.
    package var head: [UInt8] = []
    package var body: EncodedBody
    package var tail: [UInt8] = []
    /// The length that the head of an answer without a body names: what a GET would bring. Nil for the body's own.
    package var declaredLength: Int?
    /// What comes after the tail, while it comes; nil where the answer is whole.
    package var stream: BodyStream?

    package init(status: Int, contentType: String, body: EncodedBody) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// All the bytes in order.
    package var allBytes: [UInt8] { head + body.bytes + tail }
}
