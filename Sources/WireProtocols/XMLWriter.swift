import ServiceModel

/// Writes XML text into bytes: elements by the caller, character data escaped here.
struct XMLWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 2048) { bytes.reserveCapacity(capacity) }

    mutating func raw(_ markup: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: markup.utf8Start, count: markup.utf8CodeUnitCount))
    }

    mutating func raw(_ markup: LastingText) { bytes.append(contentsOf: markup.bytes) }

    mutating func raw(_ markup: [UInt8]) { bytes.append(contentsOf: markup) }

    mutating func raw(_ markup: String) { bytes.append(contentsOf: markup.utf8) }

    mutating func text(_ value: String) {
        var value = value
        value.withUTF8 { buffer in
            // Most text has nothing to escape, and goes over in one piece.
            if buffer.allSatisfy({
                $0 > 0x3E ? $0 != 0xEF : $0 >= 0x20 && $0 != 0x26 && $0 != 0x3C && $0 != 0x3E
            }) {
                bytes.append(contentsOf: buffer)
                return
            }
            for scalar in String(decoding: buffer, as: UTF8.self).unicodeScalars { append(scalar) }
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "&": raw("&amp;")
        case "<": raw("&lt;")
        case ">": raw("&gt;")
        case "\t", "\n": bytes.append(UInt8(scalar.value))
        case "\r": raw("&#13;")
        default:
            // What XML 1.0 cannot hold at all becomes the replacement character.
            if scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF {
                raw("\u{FFFD}")
            } else {
                bytes.append(contentsOf: String(Character(scalar)).utf8)
            }
        }
    }
}
