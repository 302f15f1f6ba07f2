import JSONValue

/// A test of a string.
enum TextTest: Sendable {
    case prefix(String, ignoresCase: Bool)
    case suffix(String, ignoresCase: Bool)
    case equalIgnoringCase(String)
    case wildcard([UInt8])

    init(_ name: String, _ json: JSON) throws(EventPattern.Malformed) {
        guard ["prefix", "suffix", "equals-ignore-case", "wildcard"].contains(name) else {
            throw .init(reason: "Unrecognized match type \(name.prefix(64))")
        }
        if name == "prefix" || name == "suffix", let object = json.objectValue {
            guard object.count == 1, let text = object["equals-ignore-case"]?.stringValue else {
                throw .init(reason: "Unsupported anything-but pattern: \(object.keys.first?.prefix(64) ?? "")")
            }
            self =
                name == "prefix"
                ? .prefix(text.lowercased(), ignoresCase: true) : .suffix(text.lowercased(), ignoresCase: true)
            return
        }
        guard let text = json.stringValue else { throw .init(reason: "\(name) match pattern must be a string") }
        switch name {
        case "prefix": self = .prefix(text, ignoresCase: false)
        case "suffix": self = .suffix(text, ignoresCase: false)
        case "equals-ignore-case": self = .equalIgnoringCase(text.lowercased())
        default:
            let bytes = Array(text.utf8)
            let star = UInt8(ascii: "*")
            guard !zip(bytes, bytes.dropFirst()).contains(where: { $0 == star && $1 == star }) else {
                throw .init(reason: "Consecutive wildcard characters at pos \(Self.consecutive(bytes))")
            }
            self = .wildcard(bytes)
        }
    }

    private static func consecutive(_ bytes: [UInt8]) -> Int {
        zip(bytes, bytes.dropFirst()).enumerated().first { $1.0 == $1.1 && $1.0 == UInt8(ascii: "*") }?.offset ?? 0
    }

    func passes(_ text: String) -> Bool {
        switch self {
        case .prefix(let wanted, let ignoresCase):
            (ignoresCase ? text.lowercased() : text).utf8.starts(with: wanted.utf8)
        case .suffix(let wanted, let ignoresCase):
            (ignoresCase ? text.lowercased() : text).utf8.reversed().starts(with: wanted.utf8.reversed())
        case .equalIgnoringCase(let wanted): text.lowercased() == wanted
        case .wildcard(let pattern): Self.matches(Array(text.utf8), pattern)
        }
    }

    /// Greedy, with one place to come back to. A backslash makes a star, or a backslash, an ordinary character.
    private static func matches(_ text: [UInt8], _ pattern: [UInt8]) -> Bool {
        let (star, backslash) = (UInt8(ascii: "*"), UInt8(ascii: "\\"))
        // Nil is a star.
        var wanted: [UInt8?] = []
        var place = 0
        while place < pattern.count {
            if pattern[place] == backslash, place + 1 < pattern.count,
                pattern[place + 1] == star || pattern[place + 1] == backslash
            {
                wanted.append(pattern[place + 1])
                place += 2
            } else {
                wanted.append(pattern[place] == star ? nil : pattern[place])
                place += 1
            }
        }
        var (read, at, mark) = (0, 0, 0)
        var last: Int?
        while read < text.count {
            if at < wanted.count, wanted[at] == nil {
                last = at
                mark = read
                at += 1
            } else if at < wanted.count, wanted[at] == text[read] {
                at += 1
                read += 1
            } else if let last {
                mark += 1
                read = mark
                at = last + 1
            } else {
                return false
            }
        }
        return wanted[at...].allSatisfy { $0 == nil }
    }
}
