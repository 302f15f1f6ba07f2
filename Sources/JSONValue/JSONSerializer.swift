extension JSON {
    /// How a value is written.
    package struct WriteOptions: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// Two spaces a level and one member a line.
        package static let pretty = WriteOptions(rawValue: 1)
        /// Keys in the order of their UTF-8 bytes, at every level.
        package static let sortedKeys = WriteOptions(rawValue: 2)
    }

    /// The value as RFC 8259 text. Doubles get the shortest digits that read back equal; NaN and infinities, which JSON
    /// lacks, become `null`. There is no newline at the end.
    package func serialized(_ options: WriteOptions = []) -> [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes, options)
        return bytes
    }

    /// The same, appended to bytes that are already there.
    package func write(to bytes: inout [UInt8], _ options: WriteOptions = []) {
        write(to: &bytes, options, level: 0)
    }

    /// The same as a string.
    package func serializedString(_ options: WriteOptions = []) -> String {
        String(decoding: serialized(options), as: UTF8.self)
    }

    private func write(to bytes: inout [UInt8], _ options: WriteOptions, level: Int) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .boolean(true): bytes.append(contentsOf: "true".utf8)
        case .boolean(false): bytes.append(contentsOf: "false".utf8)
        case .integer(let value): bytes.append(contentsOf: value.description.utf8)
        case .number(let value) where !value.isFinite: bytes.append(contentsOf: "null".utf8)
        case .number(let value): bytes.append(contentsOf: value.description.utf8)
        case .string(let value): Self.write(value, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                Self.separate(position, in: &bytes, options, level: level)
                element.write(to: &bytes, options, level: level + 1)
            }
            Self.close(UInt8(ascii: "]"), empty: elements.isEmpty, in: &bytes, options, level: level)
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            let ordered = options.contains(.sortedKeys) ? members.sortedByKey() : members
            for (position, member) in ordered.members.enumerated() {
                Self.separate(position, in: &bytes, options, level: level)
                Self.write(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                if options.contains(.pretty) { bytes.append(UInt8(ascii: " ")) }
                member.value.write(to: &bytes, options, level: level + 1)
            }
            Self.close(UInt8(ascii: "}"), empty: members.isEmpty, in: &bytes, options, level: level)
        }
    }

    private static func separate(_ position: Int, in bytes: inout [UInt8], _ options: WriteOptions, level: Int) {
        if position > 0 { bytes.append(UInt8(ascii: ",")) }
        if options.contains(.pretty) { breakLine(in: &bytes, level: level + 1) }
    }

    private static func close(
        _ bracket: UInt8, empty: Bool, in bytes: inout [UInt8], _ options: WriteOptions, level: Int
    ) {
        if options.contains(.pretty), !empty { breakLine(in: &bytes, level: level) }
        bytes.append(bracket)
    }

    private static func breakLine(in bytes: inout [UInt8], level: Int) {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }

    /// Appends a JSON string: quotation mark, backslash and control characters escaped, everything else as UTF-8.
    package static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { source in
            var clean = 0
            for (position, byte) in source.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
                bytes.append(contentsOf: source[clean..<position])
                clean = position + 1
                escape(byte, to: &bytes)
            }
            bytes.append(contentsOf: source[clean...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func escape(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5C: bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            let digits: StaticString = "0123456789abcdef"
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(digits.utf8Start[Int(byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 15)])
        }
    }
}
