extension JSONParser {
    /// A string, from its opening quotation mark on.
    mutating func parseString() throws(JSONError) -> String {
        position += 1
        let start = position
        var seen: UInt8 = 0
        while position < end {
            let byte = bytes[position]
            seen |= byte
            if byte == UInt8(ascii: "\"") {
                let text = try decode(start..<position, isASCII: seen < 0x80)
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try parseEscapedString(from: start) }
            if byte < 0x20 { throw error(.unescapedControl(byte), at: position) }
            position += 1
        }
        throw error(.unexpectedEnd, at: position)
    }

    private func decode(_ range: Range<Int>, isASCII: Bool = false) throws(JSONError) -> String {
        let slice = UnsafeBufferPointer(rebasing: bytes[range])
        // Several times as fast as the validating initialiser, which is generic and not specialised.
        if isASCII { return String(decoding: slice, as: UTF8.self) }
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw error(.invalidUTF8, at: range.lowerBound + Self.validPrefix(of: slice))
        }
        return text
    }

    /// How many bytes come before the first one that is not UTF-8.
    private static func validPrefix(of slice: UnsafeBufferPointer<UInt8>) -> Int {
        var decoder = UTF8()
        var iterator = slice.makeIterator()
        var valid = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { valid += UTF8.width(scalar) }
        return valid
    }

    /// The slow way, taken from the first backslash on.
    private mutating func parseEscapedString(from start: Int) throws(JSONError) -> String {
        var text = try decode(start..<position)
        while position < end {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") {
                text.unicodeScalars.append(try parseEscape())
                continue
            }
            let run = position
            while position < end, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\") {
                if bytes[position] < 0x20 { throw error(.unescapedControl(bytes[position]), at: position) }
                position += 1
            }
            text += try decode(run..<position)
        }
        throw error(.unexpectedEnd, at: position)
    }

    private mutating func parseEscape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        position += 1
        guard position < end else { throw error(.unexpectedEnd, at: position) }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw error(.invalidEscape, at: start)
        }
        let unit = try parseFourHexDigits()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, end - position >= 2, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { throw error(.loneSurrogate, at: start) }
        position += 2
        let second = try parseFourHexDigits()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))
        else { throw error(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func parseFourHexDigits() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < end else { throw error(.unexpectedEnd, at: position) }
            guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue, bytes[position] < 0x80 else {
                throw error(.invalidEscape, at: position)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    /// A number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    mutating func parseNumber() throws(JSONError) -> JSON {
        let start = position
        let negative = bytes[position] == UInt8(ascii: "-")
        if negative { position += 1 }
        let firstDigit = position
        // The digits as one whole number, as long as they fit: most numbers need nothing else.
        var magnitude: UInt64 = 0
        var fits = true
        try parseDigits(into: &magnitude, &fits)
        if position - firstDigit > 1, bytes[firstDigit] == UInt8(ascii: "0") {
            throw error(.malformedNumber, at: start)
        }

        var scale = 0
        var whole = true
        if position < end, bytes[position] == UInt8(ascii: ".") {
            whole = false
            position += 1
            let fraction = position
            try parseDigits(into: &magnitude, &fits)
            scale = position - fraction
        }
        if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
            whole = false
            position += 1
            if position < end, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            var ignored: UInt64 = 0
            try parseDigits(into: &ignored, &fits)
            fits = false
        }
        if whole, fits {
            if !negative, magnitude <= UInt64(Int.max) { return .integer(Int(magnitude)) }
            if negative, magnitude <= UInt64(Int.max) + 1 { return .integer(Int(truncatingIfNeeded: 0 &- magnitude)) }
        }
        // Both operands are exact, so IEEE division rounds once and correctly (W. D. Clinger, 1990).
        if fits, magnitude < 1 << 53, scale < Self.powersOfTen.count {
            let value = Double(magnitude) / Self.powersOfTen[scale]
            return .number(negative ? -value : value)
        }
        guard let value = Double(try decode(start..<position, isASCII: true)) else {
            throw error(.malformedNumber, at: start)
        }
        guard value.isFinite else { throw error(.numberOutOfRange, at: start) }
        return .number(value)
    }

    /// One digit or more, appended to `value` while it fits into 64 bits.
    @inline(__always)
    private mutating func parseDigits(into value: inout UInt64, _ fits: inout Bool) throws(JSONError) {
        let start = position
        while position < end {
            let digit = bytes[position] &- UInt8(ascii: "0")
            if digit > 9 { break }
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
            if tooLarge || carried { fits = false } else { value = sum }
            position += 1
        }
        if position == start { throw unexpected("a digit") }
    }

    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
