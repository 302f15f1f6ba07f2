/// An element of a small XML document.
struct XMLNode {
    /// Without the namespace prefix.
    var name: String
    var attributes: [(name: String, value: String)] = []
    var children: [XMLNode] = []
    /// The character data directly in the element.
    var text = ""

    func child(_ name: String) -> XMLNode? { children.first { $0.name == name } }
}

/// Reads the XML that clients send: elements, attributes, character data, CDATA and comments.
///
/// Document types are refused, so that no entity can be declared; depth and the number of elements are bounded.
struct XMLReader {
    static let maximumDepth = 64
    static let maximumElements = 100_000

    private let bytes: [UInt8]
    private var position = 0
    private var elements = 0

    /// The root element; nil where the bytes are no such document.
    static func read(_ bytes: [UInt8]) -> XMLNode? {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var reader = XMLReader(bytes: bytes)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
        guard reader.skipMisc(), let root = reader.element(depth: 0), reader.skipMisc(),
            reader.position == bytes.count
        else { return nil }
        return root
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func starts(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { return false }
        return true
    }

    private mutating func skip(_ text: StaticString) -> Bool {
        guard starts(text) else { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    private mutating func skipPast(_ text: StaticString) -> Bool {
        while position < bytes.count {
            if skip(text) { return true }
            position += 1
        }
        return false
    }

    private mutating func skipBlanks() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    /// Blanks, comments and processing instructions outside the root; false where there is a document type.
    private mutating func skipMisc() -> Bool {
        while true {
            skipBlanks()
            if skip("<?") {
                guard skipPast("?>") else { return false }
            } else if skip("<!--") {
                guard skipPast("-->") else { return false }
            } else {
                return !starts("<!")
            }
        }
    }

    private mutating func name() -> String? {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            let isName =
                (48...58).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte >= 0x80
                || byte == 0x2D || byte == 0x2E || byte == 0x5F
            guard isName else { break }
            position += 1
        }
        guard position > start else { return nil }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func element(depth: Int) -> XMLNode? {
        elements += 1
        guard depth < Self.maximumDepth, elements <= Self.maximumElements, skip("<"), let qualified = name() else {
            return nil
        }
        var node = XMLNode(name: Self.local(qualified))
        while true {
            skipBlanks()
            if skip("/>") { return node }
            if skip(">") { break }
            guard let attribute = name() else { return nil }
            skipBlanks()
            guard skip("=") else { return nil }
            skipBlanks()
            guard let value = quoted() else { return nil }
            node.attributes.append((attribute, value))
        }
        return content(of: &node, qualified, depth: depth) ? node : nil
    }

    private static func local(_ name: String) -> String {
        name.lastIndex(of: ":").map { String(name[name.index(after: $0)...]) } ?? name
    }

    private mutating func quoted() -> String? {
        guard position < bytes.count, bytes[position] == 0x22 || bytes[position] == 0x27 else { return nil }
        let quote = bytes[position]
        position += 1
        let start = position
        while position < bytes.count, bytes[position] != quote {
            guard bytes[position] != UInt8(ascii: "<") else { return nil }
            position += 1
        }
        guard position < bytes.count else { return nil }
        position += 1
        return Self.unescape(bytes[start..<(position - 1)])
    }

    private mutating func content(of node: inout XMLNode, _ qualified: String, depth: Int) -> Bool {
        while position < bytes.count {
            if skip("</") {
                guard name() == qualified else { return false }
                skipBlanks()
                return skip(">")
            } else if skip("<!--") {
                guard skipPast("-->") else { return false }
            } else if skip("<![CDATA[") {
                let start = position
                guard skipPast("]]>") else { return false }
                node.text += String(decoding: bytes[start..<(position - 3)], as: UTF8.self)
            } else if skip("<?") {
                guard skipPast("?>") else { return false }
            } else if bytes[position] == UInt8(ascii: "<") {
                guard let child = element(depth: depth + 1) else { return false }
                node.children.append(child)
            } else {
                let start = position
                while position < bytes.count, bytes[position] != UInt8(ascii: "<") { position += 1 }
                guard let text = Self.unescape(bytes[start..<position]) else { return false }
                node.text += text
            }
        }
        return false
    }

    /// Undoes the five predefined entities and character references; nil for any other.
    private static func unescape(_ bytes: ArraySlice<UInt8>) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var result = ""
        var rest = text[...]
        while let mark = rest.firstIndex(of: "&") {
            result += rest[..<mark]
            guard let end = rest[mark...].firstIndex(of: ";"), let scalar = scalar(rest[rest.index(after: mark)..<end])
            else {
                return nil
            }
            result.unicodeScalars.append(scalar)
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private static func scalar(_ entity: Substring) -> Unicode.Scalar? {
        switch entity {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard entity.hasPrefix("#"), entity.utf8.count <= 10 else { return nil }
            let digits = entity.dropFirst()
            let number = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return number.flatMap(Unicode.Scalar.init)
        }
    }
}
