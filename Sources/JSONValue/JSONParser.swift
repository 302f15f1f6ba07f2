extension JSON {
    /// How deep arrays and objects may nest unless the caller says otherwise.
    package static let defaultMaximumDepth = 128
    /// What `maximumDepth` may be at most: parsing recurses, and the stack of a thread is finite.
    package static let depthCeiling = 512

    /// Parses a text that is exactly one JSON value, as RFC 8259 has it.
    ///
    /// Where a key is repeated in an object, the last value wins. Whole numbers beyond 64 bits become `.number`; numbers
    /// beyond a double's range, bytes that are not UTF-8, a byte order mark and half surrogate pairs are errors.
    package static func parse(
        _ bytes: some Collection<UInt8>, maximumDepth: Int = JSON.defaultMaximumDepth
    ) throws(JSONError) -> JSON {
        let parsed = bytes.withContiguousStorageIfAvailable { parseBuffer($0, maximumDepth: maximumDepth) }
        if let parsed { return try parsed.get() }
        return try Array(bytes).withUnsafeBufferPointer { parseBuffer($0, maximumDepth: maximumDepth) }.get()
    }

    /// Parses a string's UTF-8 bytes.
    package static func parse(
        _ text: String, maximumDepth: Int = JSON.defaultMaximumDepth
    ) throws(JSONError) -> JSON {
        try parse(text.utf8, maximumDepth: maximumDepth)
    }

    private static func parseBuffer(
        _ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int
    ) -> Result<JSON, JSONError> {
        Result { () throws(JSONError) in
            var parser = JSONParser(bytes: bytes, maximumDepth: min(maximumDepth, depthCeiling))
            return try parser.parseText()
        }
    }
}

/// A recursive-descent parser over a buffer that outlives it. Every read is preceded by a comparison with `end`.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let maximumDepth: Int
    let end: Int
    var position = 0
    private var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
        end = bytes.count
    }

    mutating func parseText() throws(JSONError) -> JSON {
        if end >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { throw error(.byteOrderMark, at: 0) }
        skipWhitespace()
        if position == end { throw error(.empty, at: position) }
        let value = try parseValue()
        skipWhitespace()
        if position != end { throw error(.trailingContent, at: position) }
        return value
    }

    func error(_ reason: JSONError.Reason, at offset: Int) -> JSONError {
        JSONError(reason, at: offset, in: bytes)
    }

    /// The error for the byte that is here, or for the end of the text.
    func unexpected(_ expected: String) -> JSONError {
        position < end
            ? error(.unexpectedByte(bytes[position], expected: expected), at: position)
            : error(.unexpectedEnd, at: position)
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while position < end {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func parseValue() throws(JSONError) -> JSON {
        guard position < end else { throw unexpected("a value") }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "{"): return try parseObject()
        case UInt8(ascii: "["): return try parseArray()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        case UInt8(ascii: "t"):
            try expect("true")
            return .boolean(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .boolean(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        default: throw unexpected("a value")
        }
    }

    private mutating func expect(_ word: StaticString) throws(JSONError) {
        for offset in 0..<word.utf8CodeUnitCount {
            guard position < end, bytes[position] == word.utf8Start[offset] else { throw unexpected("'\(word)'") }
            position += 1
        }
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        if depth > maximumDepth { throw error(.tooDeep(limit: maximumDepth), at: position) }
        position += 1
        skipWhitespace()
    }

    private mutating func parseArray() throws(JSONError) -> JSON {
        try enter()
        var elements: [JSON] = []
        if position < end, bytes[position] == UInt8(ascii: "]") {
            position += 1
        } else {
            while true {
                elements.append(try parseValue())
                if try !continues(until: UInt8(ascii: "]"), "',' or ']'") { break }
            }
        }
        depth -= 1
        return .array(elements)
    }

    private mutating func parseObject() throws(JSONError) -> JSON {
        try enter()
        var object = JSONObject()
        if position < end, bytes[position] == UInt8(ascii: "}") {
            position += 1
        } else {
            object.reserveCapacity(4)
            while true {
                guard position < end, bytes[position] == UInt8(ascii: "\"") else { throw unexpected("a key") }
                let key = try parseString()
                skipWhitespace()
                guard position < end, bytes[position] == UInt8(ascii: ":") else { throw unexpected("':'") }
                position += 1
                skipWhitespace()
                object.set(key, to: try parseValue())
                if try !continues(until: UInt8(ascii: "}"), "',' or '}'") { break }
            }
        }
        depth -= 1
        return .object(object)
    }

    /// After an element: true past a comma, false past the closing bracket.
    private mutating func continues(until closing: UInt8, _ expected: String) throws(JSONError) -> Bool {
        skipWhitespace()
        guard position < end else { throw unexpected(expected) }
        if bytes[position] == UInt8(ascii: ",") {
            position += 1
            skipWhitespace()
            return true
        }
        guard bytes[position] == closing else { throw unexpected(expected) }
        position += 1
        return false
    }
}
