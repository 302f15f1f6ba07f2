/// Swift source with its comments taken out and its string literals told apart, which is all that these tests need.
struct SwiftText {
    enum Token: Equatable {
        /// An identifier, a keyword or a number.
        case word(String)
        /// The contents of a string literal, without its interpolations; their code follows it.
        case literal(String)
        case symbol(Character)
        case lineEnd
    }

    let tokens: [Token]

    init(_ source: String) {
        var scanner = SwiftScanner(bytes: Array(source.utf8))
        scanner.run(until: nil)
        tokens = scanner.tokens
    }

    /// The tokens put together again, without what is in literals; a space where two words meet.
    var code: String {
        var text = ""
        var afterWord = false
        for token in tokens {
            switch token {
            case .word(let word): text += afterWord ? " \(word)" : word
            case .literal: text += "\"\""
            case .symbol(let character): text.append(character)
            case .lineEnd: text += "\n"
            }
            if case .word = token { afterWord = true } else { afterWord = false }
        }
        return text
    }

    /// The modules that the file imports, in order: `import Glibc`, `package import struct A.B` (which is `A`).
    var imports: [String] {
        let kinds: Set = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor", "macro"]
        var found: [String] = []
        for (index, token) in tokens.enumerated() where token == .word("import") {
            // `import` cannot be the name of anything without backticks; after a dot it is a member.
            if index > 0, tokens[index - 1] == .symbol(".") || tokens[index - 1] == .symbol("`") { continue }
            for case .word(let word) in tokens[(index + 1)...].prefix(2) where !kinds.contains(word) {
                found.append(word)
                break
            }
        }
        return found
    }
}

/// Cuts Swift source into tokens. Works on bytes: whole files go through it in debug builds.
private struct SwiftScanner {
    let bytes: [UInt8]
    var position = 0
    var tokens: [SwiftText.Token] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads to the end, or to a `closing` byte that belongs to no inner pair of parentheses.
    mutating func run(until closing: UInt8?) {
        var depth = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == closing, depth == 0 { return }
            switch byte {
            case UInt8(ascii: "\n"):
                tokens.append(.lineEnd)
                position += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): position += 1
            case UInt8(ascii: "/") where isNext("//"): skip(to: "\n")
            case UInt8(ascii: "/") where isNext("/*"): skipBlockComment()
            case UInt8(ascii: "\""), UInt8(ascii: "#"):
                if let hashes = literalStart { literal(hashes) } else { symbol(byte) }
            case _ where Self.isWord(byte):
                let end = bytes[position...].firstIndex { !Self.isWord($0) } ?? bytes.count
                tokens.append(.word(String(decoding: bytes[position..<end], as: UTF8.self)))
                position = end
            default:
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth -= 1 }
                symbol(byte)
            }
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: true
        default: false
        }
    }

    private func isNext(_ text: StaticString) -> Bool { text.withUTF8Buffer { bytes[position...].starts(with: $0) } }

    private mutating func symbol(_ byte: UInt8) {
        tokens.append(.symbol(Character(Unicode.Scalar(byte))))
        position += 1
    }

    private mutating func skip(to end: Character) {
        position = bytes[position...].firstIndex { $0 == end.asciiValue } ?? bytes.count
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if isNext("/*") {
                depth += 1
                position += 2
            } else if isNext("*/") {
                depth -= 1
                position += 2
            } else {
                position += 1
            }
        } while depth > 0 && position < bytes.count
    }

    /// The number signs before a quotation mark, where a literal begins.
    private var literalStart: Int? {
        let hashes = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
        return bytes[(position + hashes)...].first == UInt8(ascii: "\"") ? hashes : nil
    }

    private mutating func literal(_ hashes: Int) {
        position += hashes
        let quotes = isNext("\"\"\"") ? 3 : 1
        position += quotes
        let fence = [UInt8](repeating: UInt8(ascii: "#"), count: hashes)
        let end = [UInt8](repeating: UInt8(ascii: "\""), count: quotes) + fence
        var text: [UInt8] = []
        var inner: [SwiftText.Token] = []
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\""), bytes[position...].starts(with: end) { break }
            if quotes == 1, byte == UInt8(ascii: "\n") { break }
            if byte == UInt8(ascii: "\\"), bytes[(position + 1)...].starts(with: fence) {
                position += 1 + hashes
                if bytes[position...].first == UInt8(ascii: "(") {
                    inner += interpolation()
                    continue
                }
            }
            text += bytes[position...].prefix(1)
            position += 1
        }
        position = min(bytes.count, position + end.count)
        tokens.append(.literal(String(decoding: text, as: UTF8.self)))
        tokens += inner
    }

    /// What stands between the parentheses of an interpolation is code.
    private mutating func interpolation() -> [SwiftText.Token] {
        var scanner = self
        scanner.tokens = []
        scanner.position += 1
        scanner.run(until: UInt8(ascii: ")"))
        position = min(bytes.count, scanner.position + 1)
        return scanner.tokens
    }
}
