/// Why a text is not JSON, and where.
package struct JSONError: Error, Sendable, Equatable {
    /// What is wrong.
    package enum Reason: Sendable, Equatable {
        case empty
        case unexpectedEnd
        case unexpectedByte(UInt8, expected: String)
        case trailingContent
        case tooDeep(limit: Int)
        case invalidUTF8
        case byteOrderMark
        case unescapedControl(UInt8)
        case invalidEscape
        case loneSurrogate
        case malformedNumber
        case numberOutOfRange
    }

    package var reason: Reason
    /// Bytes before the place.
    package var offset: Int
    /// The line, from 1; lines end with LF.
    package var line: Int
    /// The column, from 1, in Unicode scalars.
    package var column: Int

    /// Locates an offset in a text.
    init(_ reason: Reason, at offset: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        self.reason = reason
        self.offset = offset
        line = 1
        column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
    }
}

extension JSONError: CustomStringConvertible {
    /// One line: what is wrong, the line and the column.
    package var description: String { "\(reason.description) at line \(line), column \(column)" }
}

extension JSONError.Reason: CustomStringConvertible {
    /// What is wrong, without the place.
    package var description: String {
        switch self {
        case .empty: "no JSON value, only white space"
        case .unexpectedEnd: "the text ends in the middle of a value"
        case .unexpectedByte(let byte, let expected): "\(Self.name(byte)) where \(expected) should be"
        case .trailingContent: "something follows the value"
        case .tooDeep(let limit): "arrays and objects nested more than \(limit) deep"
        case .invalidUTF8: "bytes that are not UTF-8"
        case .byteOrderMark: "a byte order mark, which JSON does not allow"
        case .unescapedControl(let byte): "the control character \(Self.name(byte)) inside a string must be escaped"
        case .invalidEscape: "an escape sequence that JSON does not have"
        case .loneSurrogate: "half of a surrogate pair"
        case .malformedNumber: "a malformed number"
        case .numberOutOfRange: "a number too large for 64-bit floating point"
        }
    }

    private static func name(_ byte: UInt8) -> String {
        if (0x21...0x7E).contains(byte) { return "'\(Character(Unicode.Scalar(byte)))'" }
        let digits = String(byte, radix: 16, uppercase: true)
        return "byte 0x\(digits.count == 1 ? "0" : "")\(digits)"
    }
}
