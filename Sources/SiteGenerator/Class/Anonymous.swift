import GradeModel
import ResultsFolder

extension GradeResult {
    /// The result with the student's code in place of the submission's name, and without the student's name, e-mail
    /// address and numbers in whatever the program wrote or a check found.
    func anonymous(_ student: Student, code: String) -> GradeResult {
        var result = self
        let names = [submission, student.submission].compactMap(\.self).flatMap { [$0, $0.withoutEnding] }
        // A login or a number without digits may be an ordinary word; a whole name or address is none.
        let numbers = [student.id, student.login, student.sisID, student.participant].compactMap(\.self).filter {
            $0.contains { $0.isNumber } && $0.count >= 4
        }
        let texts = Replacements(
            ([student.name, student.email].compactMap(\.self).filter { $0.count >= 4 } + numbers), with: code)
        let all = Replacements(names + [student.id] + numbers, with: code)
        result.rewriteTexts { texts.applied(to: $0) }
        result.submission = code
        result.problem = result.problem.map { all.applied(to: $0) }
        for index in result.checks.indices {
            result.checks[index].message = all.applied(to: result.checks[index].message)
        }
        return result
    }
}

extension String {
    /// `ada` of `ada.tar.gz`.
    fileprivate var withoutEnding: String { String(prefix { $0 != "." }) }
}

/// Words of which none may be seen.
struct Replacements {
    private let words: [[UInt8]]
    private let code: [UInt8]

    init(_ words: [String], with code: String) {
        self.words = Set(words.filter { !$0.isEmpty }).sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }.map {
            $0.utf8.map(lowered)
        }
        self.code = Array(code.utf8)
    }

    /// The text with every whole word replaced, in capitals or not.
    func applied(to text: String) -> String {
        guard !words.isEmpty else { return text }
        let bytes = Array(text.utf8)
        guard words.contains(where: { occurs($0, in: bytes) }) else { return text }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if let word = words.first(where: { matches($0, bytes, at: index) }) {
                result += code
                index += word.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private func occurs(_ word: [UInt8], in bytes: [UInt8]) -> Bool {
        guard let first = word.first, bytes.count >= word.count else { return false }
        return (0...(bytes.count - word.count)).contains { lowered(bytes[$0]) == first && matches(word, bytes, at: $0) }
    }

    private func matches(_ word: [UInt8], _ bytes: [UInt8], at start: Int) -> Bool {
        let end = start + word.count
        guard end <= bytes.count else { return false }
        for offset in word.indices where lowered(bytes[start + offset]) != word[offset] { return false }
        return (start == 0 || !isWordByte(bytes[start - 1])) && (end == bytes.count || !isWordByte(bytes[end]))
    }
}

private func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

private func isWordByte(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte >= 0x80
}
