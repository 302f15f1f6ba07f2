/// Reads a pattern's syntax.
struct PatternParser {
    private struct Flags {
        var ignoresCase = false
        var isMultiline = false
        var dotMatchesNewline = false
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var flags = Flags()

    static let maximumLength = 4_096
    private static let maximumDepth = 50
    private static let maximumRepeat = 1_000

    init(_ source: String) { scalars = Array(source.unicodeScalars.prefix(Self.maximumLength + 1)) }

    mutating func parse() throws(PatternError) -> PatternNode {
        if scalars.count > Self.maximumLength {
            throw error("a pattern of more than \(Self.maximumLength) characters", at: Self.maximumLength)
        }
        let node = try alternatives()
        if position < scalars.count { throw error("')' without '('", at: position) }
        return node
    }

    private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private func error(_ message: String, at offset: Int) -> PatternError {
        PatternError(message: message, offset: offset)
    }

    private mutating func take(_ text: String) -> Bool {
        guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    private mutating func alternatives() throws(PatternError) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.maximumDepth { throw error("groups nested too deeply", at: position) }
        let outer = flags
        defer { flags = outer }
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(PatternError) -> PatternNode {
        var items: [PatternNode] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            let start = position
            guard let atom = try atom() else { continue }
            items.append(try repetition(of: atom, from: start))
        }
        return items.count == 1 ? items[0] : .sequence(items)
    }

    private mutating func repetition(of atom: PatternNode, from start: Int) throws(PatternError) -> PatternNode {
        guard let bounds = try bounds() else { return atom }
        if let maximum = bounds.maximum, maximum < bounds.minimum {
            throw error("a repeat count that runs backwards", at: start)
        }
        if max(bounds.minimum, bounds.maximum ?? 0) > Self.maximumRepeat {
            throw error("a repeat count above \(Self.maximumRepeat)", at: start)
        }
        _ = take("?")
        let next = position
        if try self.bounds() != nil {
            throw error("a repeat of a repeat: put a group around the first", at: next)
        }
        return .repeated(atom, minimum: bounds.minimum, maximum: bounds.maximum)
    }

    private mutating func bounds() throws(PatternError) -> (minimum: Int, maximum: Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        // As in RE2, a brace that begins no count is itself.
        let start = position
        guard take("{"), let minimum = number() else {
            position = start
            return nil
        }
        if take("}") { return (minimum, minimum) }
        guard take(",") else {
            position = start
            return nil
        }
        if take("}") { return (minimum, nil) }
        if let maximum = number(), take("}") { return (minimum, maximum) }
        position = start
        return nil
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = current, ("0"..."9").contains(scalar) {
            value = min((value ?? 0) * 10 + Int(scalar.value) - 48, 1_000_000)
            position += 1
        }
        return value
    }

    /// One thing that can be repeated; nil where the text only changed the flags.
    private mutating func atom() throws(PatternError) -> PatternNode? {
        let start = position
        guard let scalar = current else { return .empty }
        position += 1
        switch scalar {
        case "(": return try group(from: start)
        case "[": return try characterClass(from: start)
        case ".":
            let excluded: [ClosedRange<UInt32>] = flags.dotMatchesNewline ? [] : [0x0A...0x0A]
            return .set(ScalarSet(ranges: excluded, isNegated: true))
        case "^": return .place(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .place(flags.isMultiline ? .lineEnd : .textEnd)
        case "\\": return try escape(from: start)
        case "*", "+", "?": throw error("nothing to repeat before '\(scalar)'", at: start)
        default: return literal(scalar)
        }
    }

    private func literal(_ scalar: Unicode.Scalar) -> PatternNode {
        .set(ScalarSet(ranges: [scalar.value...scalar.value], ignoresCase: flags.ignoresCase))
    }

    private mutating func group(from start: Int) throws(PatternError) -> PatternNode? {
        let outer = flags
        if take("?") {
            for unsupported in ["=", "!", "<=", "<!", ">", "#", "|"]
            where scalars[position...].starts(with: unsupported.unicodeScalars) {
                throw error("'(?\(unsupported)' (look-around and the like) is not available", at: start)
            }
            if take("P<") || take("<") {
                while current.map({ $0 != ">" }) == true { position += 1 }
                if !take(">") { throw error("a group's name that does not end", at: start) }
            } else if !take(":"), try !readFlags(from: start) {
                return nil
            }
        }
        let inner = try alternatives()
        flags = outer
        if !take(")") { throw error("'(' without ')'", at: start) }
        return inner
    }

    /// After `(?`: true when a group follows (`(?i:`), false when the flags hold from here on (`(?i)`).
    private mutating func readFlags(from start: Int) throws(PatternError) -> Bool {
        var value = true
        while let scalar = current {
            position += 1
            switch scalar {
            case "i": flags.ignoresCase = value
            case "m": flags.isMultiline = value
            case "s": flags.dotMatchesNewline = value
            case "-": value = false
            case ":": return true
            case ")": return false
            default: throw error("'(?\(scalar)' is not available", at: start)
            }
        }
        throw error("'(' without ')'", at: start)
    }

    // MARK: Classes and escapes

    private mutating func escape(from start: Int) throws(PatternError) -> PatternNode {
        guard let scalar = current else { throw error("'\\' at the end", at: start) }
        switch scalar {
        case "1"..."9": throw error("back-references are not available", at: start)
        default: break
        }
        let places: [Unicode.Scalar: PatternNode.Place] = [
            "A": .textStart, "z": .textEnd, "b": .wordBoundary, "B": .notWordBoundary,
        ]
        if let place = places[scalar] {
            position += 1
            return .place(place)
        }
        if let ranges = shorthand() { return .set(ScalarSet(ranges: ranges)) }
        return literal(try escapedScalar(from: start))
    }

    /// `\d \D \w \W \s \S`, from the letter on.
    private mutating func shorthand() -> [ClosedRange<UInt32>]? {
        let ranges: [ClosedRange<UInt32>]? =
            switch current {
            case "d": ScalarSet.digits.ranges
            case "D": ScalarSet.digits.complement
            case "w": ScalarSet.words.ranges
            case "W": ScalarSet.words.complement
            case "s": ScalarSet.spaces.ranges
            case "S": ScalarSet.spaces.complement
            default: nil
            }
        if ranges != nil { position += 1 }
        return ranges
    }

    private mutating func escapedScalar(from start: Int) throws(PatternError) -> Unicode.Scalar {
        guard let scalar = current else { throw error("'\\' at the end", at: start) }
        position += 1
        switch scalar {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "f": return "\u{C}"
        case "v": return "\u{B}"
        case "x": return try hexadecimal(from: start)
        case "a"..."z", "A"..."Z", "0"..."9": throw error("there is no escape '\\\(scalar)'", at: start)
        default: return scalar
        }
    }

    /// `\x41` or `\x{1F600}`.
    private mutating func hexadecimal(from start: Int) throws(PatternError) -> Unicode.Scalar {
        let braced = take("{")
        var digits = ""
        while let scalar = current, Character(scalar).isHexDigit, scalar.isASCII, digits.count < (braced ? 6 : 2) {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        guard let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init),
            braced ? take("}") : digits.count == 2
        else {
            throw error("a malformed '\\x'", at: start)
        }
        return scalar
    }

    private mutating func characterClass(from start: Int) throws(PatternError) -> PatternNode {
        var set = ScalarSet(isNegated: take("^"), ignoresCase: flags.ignoresCase)
        var isFirst = true
        while let scalar = current, scalar != "]" || isFirst {
            isFirst = false
            if scalars[position...].starts(with: "[:".unicodeScalars) {
                throw error("'[:…:]' classes are not available: write the ranges", at: position)
            }
            guard let low = try classMember(from: position, &set) else { continue }
            guard position + 1 < scalars.count, scalars[position] == "-", scalars[position + 1] != "]" else {
                set.ranges.append(low.value...low.value)
                continue
            }
            let dash = position
            position += 1
            guard let high = try classMember(from: position, &set) else {
                throw error("a range that ends in a class", at: dash)
            }
            if high < low { throw error("a range that runs backwards", at: dash) }
            set.ranges.append(low.value...high.value)
        }
        if !take("]") { throw error("'[' without ']'", at: start) }
        return .set(set)
    }

    /// A member of a class: one scalar, or nil after a shorthand whose ranges were added.
    private mutating func classMember(
        from start: Int, _ set: inout ScalarSet
    ) throws(PatternError) -> Unicode.Scalar? {
        guard let scalar = current else { throw error("'[' without ']'", at: start) }
        position += 1
        if scalar != "\\" { return scalar }
        if let ranges = shorthand() {
            set.ranges += ranges
            return nil
        }
        return try escapedScalar(from: start)
    }
}
