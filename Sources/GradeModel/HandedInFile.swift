/// A file that the lab wanted to see after the run, as the program left it.
package struct HandedInFile: Codable, Sendable, Equatable {
    /// As the lab has it: relative to the program's working directory.
    package var path: String
    /// How long it is; nil where it was not taken.
    package var bytes: Int?
    /// SHA-256 in hexadecimal; nil where it was not taken.
    package var digest: String?
    /// Its beginning, where that is UTF-8; not yet made safe for a terminal, XML or HTML. Nil where it is no text.
    package var text: String?
    /// Why it was not taken, in words; nil where it was.
    package var problem: String?

    /// The most bytes of a file that a result keeps.
    package static let mostText = 64 << 10

    package init(path: String, bytes: Int? = nil, digest: String? = nil, text: String? = nil, problem: String? = nil) {
        self.path = path
        self.bytes = bytes
        self.digest = digest
        self.text = text
        self.problem = problem
    }

    /// Whether `text` is less than the whole.
    package var isCut: Bool { (text?.utf8.count ?? 0) < (bytes ?? 0) }

    /// The beginning of a file as a text; nil where it is none.
    package static func text(of contents: some Collection<UInt8>) -> String? {
        var beginning = Array(contents.prefix(mostText))
        if beginning.count < contents.count {
            // The cut may go through a character, of at most four bytes.
            for _ in 0..<4 where String(validating: beginning, as: UTF8.self) == nil { beginning.removeLast() }
        }
        guard !beginning.contains(0) else { return nil }
        return String(validating: beginning, as: UTF8.self)
    }
}
