/// The model's text in the executable's read-only data, and where in it each operation and shape begins.
struct ModelText: Sendable {
    private let source: StaticString
    private let operations: [String: Int]
    private let shapes: [String: Int]

    init(_ source: StaticString) {
        self.source = source
        var operations: [String: Int] = [:]
        var shapes: [String: Int] = [:]
        shapes.reserveCapacity(4096)
        let bytes = UnsafeBufferPointer(start: source.utf8Start, count: source.utf8CodeUnitCount)
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
            if end > start, bytes[start] != UInt8(ascii: " ") {
                // The first word is the kind, the second the name.
                var word = start
                while word < end, bytes[word] != UInt8(ascii: " ") { word += 1 }
                var nameEnd = min(word + 1, end)
                while nameEnd < end, bytes[nameEnd] != UInt8(ascii: " ") { nameEnd += 1 }
                if nameEnd > word + 1 {
                    let name = String(decoding: bytes[word + 1..<nameEnd], as: UTF8.self)
                    if bytes[start] == UInt8(ascii: "o") {
                        operations[name] = start
                    } else if start > 0 {
                        shapes[name] = start
                    }
                }
            }
            start = end + 1
        }
        self.operations = operations
        self.shapes = shapes
    }

    var service: String { line(at: 0) }

    var operationNames: [String] { operations.keys.sorted() }

    func operationLine(_ name: String) -> String? { operations[name].map(line(at:)) }

    func shapeOffset(_ name: String) -> Int? { shapes[name] }

    /// The exception that has a code in the query protocol.
    func exceptionName(_ code: String) -> String? {
        for name in shapes.keys.sorted() {
            guard let offset = shapes[name] else { continue }
            let words = line(at: offset).split(separator: " ")
            if words.contains("exception"), words.contains("code=\(code)") { return name }
        }
        return nil
    }

    private func line(at offset: Int) -> String {
        var lines = lines(from: offset)
        return lines.next() ?? ""
    }

    func lines(from offset: Int) -> Lines { Lines(source: source, position: offset) }

    /// The lines of the text from a place on.
    struct Lines: IteratorProtocol {
        let source: StaticString
        var position: Int

        mutating func next() -> String? {
            let bytes = UnsafeBufferPointer(start: source.utf8Start, count: source.utf8CodeUnitCount)
            guard position < bytes.count else { return nil }
            var end = position
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
            defer { position = end + 1 }
            return String(decoding: bytes[position..<end], as: UTF8.self)
        }
    }
}

/// The first line of a shape, taken apart.
struct ShapeLine {
    private let words: [Substring]
    let attributes: [Substring: String]
    private let flags: Set<Substring>
    private let pattern: String?

    init(_ line: String) {
        // A pattern may hold blanks, so it is cut off first; it comes last in the line.
        var head = Substring(line)
        if let range = line.firstRange(of: " pattern=") {
            pattern = String(line[range.upperBound...])
            head = line[..<range.lowerBound]
        } else {
            pattern = nil
        }
        words = head.split(separator: " ")
        (attributes, flags) = attributesAndFlags(words.dropFirst(2))
    }

    func word(_ index: Int) -> String { index < words.count ? String(words[index]) : "" }

    var kind: Shape.Kind {
        switch words.first {
        case "structure": .structure
        case "list": .list
        case "map": .map
        case "integer", "long", "short", "byte", "bigInteger": .integer
        case "float", "double", "bigDecimal": .double
        case "boolean": .boolean
        case "timestamp": .timestamp
        case "blob": .blob
        default: .string
        }
    }

    func apply(to shape: Shape) {
        shape.payload = attributes["payload"]
        shape.isException = flags.contains("exception")
        shape.errorCode = attributes["code"]
        shape.errorStatus = attributes["status"].flatMap { Int($0) }
        shape.isFlattened = flags.contains("flattened")
        shape.isStreaming = flags.contains("streaming")
        shape.isUnion = flags.contains("union")
        shape.minimum = attributes["min"].flatMap { Int($0) }
        shape.maximum = attributes["max"].flatMap { Int($0) }
        shape.timestampFormat = attributes["format"].flatMap(Shape.TimestampFormat.init(rawValue:))
        shape.pattern = pattern
        if let values = attributes["enum"] {
            shape.enumeration = values.split(separator: ",").map { String($0.replacing("\\s", with: " ")) }
        }
    }
}

/// A line of a structure's member, taken apart.
struct MemberLine {
    let name: String
    let shape: String
    private let attributes: [Substring: String]
    private let flags: Set<Substring>

    init(_ line: String) {
        let words = line.split(separator: " ")
        name = words.first.map(String.init) ?? ""
        shape = words.count > 1 ? String(words[1]) : "String"
        (attributes, flags) = attributesAndFlags(words.dropFirst(2))
    }

    func apply(to member: Member) {
        member.isRequired = flags.contains("required")
        member.locationName = attributes["in"]
        member.queryName = attributes["query"]
        member.location = attributes["location"].flatMap(Member.Location.init(rawValue:))
        member.isFlattened = flags.contains("flattened")
        member.isIdempotencyToken = flags.contains("token")
        member.isAttribute = flags.contains("attribute")
        member.timestampFormat = attributes["format"].flatMap(Shape.TimestampFormat.init(rawValue:))
        member.namespace = attributes["namespace"]
    }
}

private func attributesAndFlags(_ words: ArraySlice<Substring>) -> ([Substring: String], Set<Substring>) {
    var attributes: [Substring: String] = [:]
    var flags: Set<Substring> = []
    for word in words {
        if let equals = word.firstIndex(of: "=") {
            attributes[word[..<equals]] = String(word[word.index(after: equals)...])
        } else {
            flags.insert(word)
        }
    }
    return (attributes, flags)
}
