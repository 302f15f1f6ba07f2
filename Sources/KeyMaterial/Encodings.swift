/// The few types of ASN.1's distinguished encoding rules that keys consist of (ITU-T X.690).
enum DER {
    static func sequence(_ parts: [[UInt8]]) -> [UInt8] { tagged(0x30, parts.flatMap { $0 }) }

    /// An INTEGER of big-endian bytes.
    static func integer(_ bytes: [UInt8]) -> [UInt8] { tagged(0x02, SSHWriter.positive(bytes, zero: [0])) }

    static func octets(_ bytes: [UInt8]) -> [UInt8] { tagged(0x04, bytes) }

    static func bits(_ bytes: [UInt8]) -> [UInt8] { tagged(0x03, [0] + bytes) }

    /// `AlgorithmIdentifier` of rsaEncryption, RFC 8017 appendix A.1.
    static let rsaEncryption: [UInt8] = sequence([
        [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01], [0x05, 0x00],
    ])

    /// `AlgorithmIdentifier` of Ed25519, RFC 8410.
    static let ed25519: [UInt8] = sequence([[0x06, 0x03, 0x2B, 0x65, 0x70]])

    private static func tagged(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        if count < 128 { return [tag, UInt8(count)] + content }
        let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }.drop { $0 == 0 }
        return [tag, 0x80 | UInt8(length.count)] + length + content
    }
}

/// Writes the data types of RFC 4251 §5.
struct SSHWriter {
    private(set) var bytes: [UInt8] = []

    init() {}

    mutating func append(_ number: UInt32) {
        bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }

    mutating func append(_ string: some Collection<UInt8>) {
        append(UInt32(string.count))
        bytes += string
    }

    mutating func append(_ text: String) { append(Array(text.utf8)) }

    /// An `mpint` of big-endian bytes.
    mutating func append(integer: [UInt8]) { append(Self.positive(integer, zero: [])) }

    mutating func append(raw: [UInt8]) { bytes += raw }

    /// Without leading zeros but the one that keeps the number from being read as negative.
    static func positive(_ bytes: [UInt8], zero: [UInt8]) -> [UInt8] {
        let digits = Array(bytes.drop { $0 == 0 })
        guard let first = digits.first else { return zero }
        return first >= 0x80 ? [0] + digits : digits
    }
}

/// Reads the data types of RFC 4251 §5.
struct SSHReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    /// The next string; nil where there is none.
    mutating func string() -> [UInt8]? {
        guard rest.count >= 4 else { return nil }
        let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard rest.count - 4 >= count else { return nil }
        let string = Array(rest.dropFirst(4).prefix(count))
        rest = rest.dropFirst(4 + count)
        return string
    }

    /// The next `mpint` as big-endian bytes; nil where there is none or it is negative.
    mutating func integer() -> [UInt8]? {
        guard let string = string(), string.first.map({ $0 < 0x80 }) ?? true else { return nil }
        return Array(string.drop { $0 == 0 })
    }
}

/// Text between the lines of RFC 7468.
enum PEM {
    static func text(_ label: String, _ base64: String, width: Int = 64) -> String {
        "-----BEGIN \(label)-----\n" + lines(base64, width).joined(separator: "\n") + "\n-----END \(label)-----"
    }

    static func lines(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            lines.append(String(rest.prefix(width)))
            rest = rest.dropFirst(width)
        }
        return lines
    }
}
