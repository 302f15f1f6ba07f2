/// JSON laid out for reading: one member a line, what is short on one line, and depth beyond 12 not indented further.
///
/// Works on text, so that JSON that was cut off is laid out as well. Time is linear: a container is searched for its
/// end in the next few bytes only.
func indentedJSON(_ text: String) -> String {
    var layout = JSONLayout(Array(text.utf8))
    layout.run()
    return String(decoding: layout.result, as: UTF8.self)
}

private struct JSONLayout {
    let bytes: [UInt8]
    private(set) var result: [UInt8] = []
    private var depth = 0
    private var index = 0
    /// Where the container that is written on one line ends.
    private var lineEnd = 0

    private static let shortest = 60

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func run() {
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""): copyString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                result.append(byte)
                depth += 1
                if index >= lineEnd { lineEnd = depth > 1 ? endOfShortContainer() : 0 }
                if index >= lineEnd { breakLine() }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if index >= lineEnd, result.last != byte - 2 { breakLine() }
                result.append(byte)
            case UInt8(ascii: ","):
                result.append(byte)
                if index >= lineEnd { breakLine() } else { result.append(0x20) }
            case UInt8(ascii: ":"): result += [byte, 0x20]
            case 0x20, 0x09, 0x0A: break
            default: result.append(byte)
            }
            index += 1
        }
    }

    private mutating func breakLine() {
        result.append(0x0A)
        result += Array(repeating: 0x20, count: min(max(depth, 0), 12))
    }

    /// Copies the string that begins here; stops at its last byte.
    private mutating func copyString() {
        result.append(bytes[index])
        while index + 1 < bytes.count {
            index += 1
            result.append(bytes[index])
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count {
                index += 1
                result.append(bytes[index])
            } else if bytes[index] == UInt8(ascii: "\"") {
                return
            }
        }
    }

    /// The index after the container that begins here, where it is short; 0 otherwise.
    private func endOfShortContainer() -> Int {
        var open = 0
        var inString = false
        var position = index
        while position < min(bytes.count, index + Self.shortest) {
            switch bytes[position] {
            case UInt8(ascii: "\\") where inString: position += 1
            case UInt8(ascii: "\""): inString.toggle()
            case UInt8(ascii: "{"), UInt8(ascii: "["): if !inString { open += 1 }
            case UInt8(ascii: "}"), UInt8(ascii: "]"): if !inString { open -= 1 }
            default: break
            }
            position += 1
            if open == 0 { return position }
        }
        return 0
    }
}
