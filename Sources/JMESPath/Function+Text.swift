import JSONValue

extension Function {
    /// The functions about strings, and those that treat arrays alike. Strings count and turn by code point.
    func text(_ first: JSON, _ second: JSON) -> JSON {
        switch (self, first, second) {
        case (.contains, .array(let elements), _): .boolean(elements.contains { $0.equals(second) })
        case (.contains, .string(let text), .string(let part)): .boolean(text.containsBytes(of: part))
        case (.contains, _, _): false
        case (.startsWith, .string(let text), .string(let part)): .boolean(text.utf8.starts(with: part.utf8))
        case (.endsWith, .string(let text), .string(let part)):
            .boolean(text.utf8.reversed().starts(with: part.utf8.reversed()))
        case (.join, .string(let separator), .array(let parts)):
            .string(parts.compactMap(\.stringValue).joined(separator: separator))
        case (.reverse, .array(let elements), _): .array(elements.reversed())
        case (.reverse, .string(let text), _):
            .string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
        case (.length, .array(let elements), _): .integer(elements.count)
        case (.length, .object(let members), _): .integer(members.count)
        case (.length, .string(let text), _): .integer(text.unicodeScalars.count)
        default: .null
        }
    }
}

extension String {
    /// Whether the UTF-8 bytes of `part` occur in this string's: Knuth, Morris and Pratt's search, so that no pair of
    /// strings takes more than linear time.
    package func containsBytes(of part: String) -> Bool {
        let pattern = Array(part.utf8)
        if pattern.isEmpty { return true }
        var fallback = [Int](repeating: 0, count: pattern.count)
        var matched = 0
        for position in 1..<Swift.max(1, pattern.count) where position < pattern.count {
            while matched > 0, pattern[position] != pattern[matched] { matched = fallback[matched - 1] }
            if pattern[position] == pattern[matched] { matched += 1 }
            fallback[position] = matched
        }
        matched = 0
        for byte in utf8 {
            while matched > 0, byte != pattern[matched] { matched = fallback[matched - 1] }
            if byte == pattern[matched] { matched += 1 }
            if matched == pattern.count { return true }
        }
        return false
    }
}
