/// Splits a text into what may be shown as it is, line ends, colour changes and characters that must not act.
///
/// Control sequences have the forms of ECMA-48 (5.4, 5.6) and, for titles, links and the clipboard, of xterm's OSC:
/// <https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>. A complete sequence is one token; one without an end is
/// not swallowed with all that follows: its introducer becomes visible and the rest is text again.
///
/// Time is linear in the text: a string sequence ends its search at any introducer, so no byte is searched twice.
struct ControlScanner {
    enum Token: Equatable {
        /// Bytes to show as they are; a tab may be among them.
        case text(Range<Int>)
        /// LF, CR LF or CR.
        case lineEnd
        /// The parameter bytes of a Select Graphic Rendition.
        case style(Range<Int>)
        /// Any other complete control sequence.
        case sequence
        /// A scalar that is to be shown by its number.
        case unsafe(UInt32)
    }

    /// The text, well-formed UTF-8.
    let bytes: [UInt8]
    private var position = 0

    /// No control sequence in use is longer; more parameters are an attempt at something.
    private static let longestControlSequence = 512

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> Token? {
        let start = position
        while position < bytes.count, let width = plainWidth(at: position) { position += width }
        if position > start { return .text(start..<position) }
        guard position < bytes.count else { return nil }
        switch bytes[position] {
        case 0x0A:
            position += 1
            return .lineEnd
        case 0x0D:
            position += byte(at: position + 1) == 0x0A ? 2 : 1
            return .lineEnd
        case 0x1B:
            return escape()
        default:
            return c1Introducer() ?? unsafeScalar()
        }
    }

    // MARK: Plain text

    /// The width in bytes of the character at `index` if it may be shown as it is.
    private func plainWidth(at index: Int) -> Int? {
        let first = bytes[index]
        if first < 0x80 { return (first >= 0x20 && first != 0x7F) || first == 0x09 ? 1 : nil }
        let (scalar, width) = decode(at: index)
        return isUnsafe(scalar) ? nil : width
    }

    private func byte(at index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

    private func decode(at index: Int) -> (scalar: UInt32, width: Int) {
        let first = bytes[index]
        let width = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard width > 1, index + width <= bytes.count else { return (UInt32(first), 1) }
        var scalar = UInt32(first) & (0xFF >> UInt32(width + 1))
        for offset in 1..<width { scalar = scalar << 6 | UInt32(bytes[index + offset] & 0x3F) }
        return (scalar, width)
    }

    private mutating func unsafeScalar() -> Token {
        let (scalar, width) = decode(at: position)
        position += width
        return .unsafe(scalar)
    }

    // MARK: Control sequences

    /// A sequence that ESC introduces.
    private mutating func escape() -> Token {
        guard let kind = byte(at: position + 1) else { return malformed() }
        switch kind {
        case 0x5B: return controlSequence(from: position + 2)
        case 0x5D: return stringSequence(from: position + 2, endsAtBell: true)
        case 0x50, 0x58, 0x5E, 0x5F: return stringSequence(from: position + 2, endsAtBell: false)
        case 0x20...0x2F:
            var index = position + 2
            while let next = byte(at: index), (0x20...0x2F).contains(next), index - position < 8 { index += 1 }
            guard let final = byte(at: index), (0x30...0x7E).contains(final) else { return malformed() }
            position = index + 1
            return .sequence
        case 0x30...0x7E:
            position += 2
            return .sequence
        default: return malformed()
        }
    }

    /// A sequence that a C1 control introduces; nil where there is none.
    private mutating func c1Introducer() -> Token? {
        guard bytes[position] == 0xC2, let second = byte(at: position + 1) else { return nil }
        switch second {
        case 0x9B: return controlSequence(from: position + 2)
        case 0x9D: return stringSequence(from: position + 2, endsAtBell: true)
        case 0x90, 0x98, 0x9E, 0x9F: return stringSequence(from: position + 2, endsAtBell: false)
        default: return nil
        }
    }

    /// CSI: parameters, intermediates, one final byte.
    private mutating func controlSequence(from start: Int) -> Token {
        let limit = min(bytes.count, start + Self.longestControlSequence)
        var index = start
        while index < limit, (0x30...0x3F).contains(bytes[index]) { index += 1 }
        let parameters = start..<index
        while index < limit, (0x20...0x2F).contains(bytes[index]) { index += 1 }
        guard index < limit, (0x40...0x7E).contains(bytes[index]) else { return malformed() }
        position = index + 1
        return bytes[index] == 0x6D && parameters.upperBound == index ? .style(parameters) : .sequence
    }

    /// OSC, DCS, SOS, PM and APC: anything up to a string terminator.
    private mutating func stringSequence(from start: Int, endsAtBell: Bool) -> Token {
        var index = start
        while let next = byte(at: index) {
            switch next {
            case 0x07 where endsAtBell:
                position = index + 1
                return .sequence
            case 0x1B:
                guard byte(at: index + 1) == 0x5C else { return malformed() }
                position = index + 2
                return .sequence
            case 0x18, 0x1A: return malformed()
            case 0xC2:
                switch byte(at: index + 1) ?? 0 {
                case 0x9C:
                    position = index + 2
                    return .sequence
                case 0x90, 0x98, 0x9B, 0x9D, 0x9E, 0x9F: return malformed()
                default: index += 1
                }
            default: index += 1
            }
        }
        return malformed()
    }

    /// Gives the introducer up as a visible character.
    private mutating func malformed() -> Token { unsafeScalar() }
}
