/// A regular expression whose matching takes time linear in the text, whatever the pattern and the text are.
///
/// The text comes from a student, so an engine that backtracks (Swift's own is one) could be held up for ever. This one
/// runs K. Thompson's simulation (<https://swtch.com/~rsc/regexp/regexp2.html>) over Unicode scalars and answers only
/// whether the pattern occurs. The syntax is RE2's without Unicode classes: literals, `.`, classes, `\d \w \s \b` (ASCII)
/// and their opposites, `^ $ \A \z`, groups, `|`, `* + ? {m,n}` (greedy or lazy, which is the same here) and the
/// flags `(?ims)`. Look-around and back-references do not exist.
package struct Pattern: Sendable, Hashable {
    /// The pattern as written.
    package let source: String
    private let program: [PatternInstruction]

    /// The longest text that is searched, in bytes of UTF-8.
    package static let maximumTextBytes = 65_536

    /// Compiles a pattern.
    package init(_ source: String) throws(PatternError) {
        var parser = PatternParser(source)
        var compiler = PatternCompiler()
        program = try compiler.compile(try parser.parse())
        self.source = source
    }

    package static func == (left: Pattern, right: Pattern) -> Bool { left.source == right.source }
    package func hash(into hasher: inout Hasher) { hasher.combine(source) }

    /// Whether the pattern occurs in a text; nil for a text longer than `maximumTextBytes`, which is not searched.
    package func occurs(in text: String) -> Bool? {
        if text.utf8.count > Self.maximumTextBytes { return nil }
        var machine = PatternMachine(program: program)
        return machine.run(text)
    }
}

/// Why a text is no pattern.
package struct PatternError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, without the place.
    package var message: String
    /// Unicode scalars before the place.
    package var offset: Int

    /// What is wrong and at which character, from 1.
    package var description: String { "\(message) (at character \(offset + 1))" }
}

/// A set of Unicode scalars.
struct ScalarSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var isNegated = false
    /// Also matches what differs only in case.
    var ignoresCase = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var found = holds(scalar.value)
        if !found, ignoresCase {
            found = Self.otherCases(of: scalar).contains { holds($0.value) }
        }
        return found != isNegated
    }

    private func holds(_ value: UInt32) -> Bool { ranges.contains { $0.contains(value) } }

    /// The scalar in lower and in upper case, where that is one scalar.
    private static func otherCases(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping].compactMap { mapping in
            mapping.unicodeScalars.count == 1 ? mapping.unicodeScalars.first : nil
        }
    }

    static let digits = ScalarSet(ranges: [0x30...0x39])
    static let spaces = ScalarSet(ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
    static let words = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])

    /// The ranges of what this set does not hold.
    var complement: [ClosedRange<UInt32>] {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10FFFF { result.append(next...0x10FFFF) }
        return result
    }
}

/// A pattern's syntax tree.
indirect enum PatternNode: Sendable {
    enum Place: Sendable {
        case textStart, textEnd, lineStart, lineEnd, wordBoundary, notWordBoundary
    }

    case empty
    case set(ScalarSet)
    case place(Place)
    case sequence([PatternNode])
    case alternatives([PatternNode])
    /// `maximum` is nil where there is none.
    case repeated(PatternNode, minimum: Int, maximum: Int?)
}
