import Synchronization

/// A regular expression of a model that is one class of characters, repeated: `[a-zA-Z0-9_.-]+`. Most names have such a one.
struct CharacterClass {
    private var ranges: [ClosedRange<Unicode.Scalar>] = []
    private var isNegated = false

    /// Those of the models' expressions that were met so far: every name of every request is held against one.
    private static let known = Mutex<[String: CharacterClass?]>([:])

    /// The class of a model's expression, read once; nil for an expression that says more than that.
    static func named(_ pattern: String) -> CharacterClass? {
        known.withLock { known in
            if let found = known[pattern] { return found }
            let new = CharacterClass(pattern)
            known[pattern] = .some(new)
            return new
        }
    }

    /// Nil for an expression that says more than that.
    init?(_ pattern: String) {
        var text = pattern[...]
        if text.first == "^" { text.removeFirst() }
        if text.last == "$" { text.removeLast() }
        guard text.count > 3, text.first == "[", "+*".contains(text.removeLast()), text.removeLast() == "]" else {
            return nil
        }
        var scalars = Array(text.dropFirst().unicodeScalars)[...]
        if scalars.first == "^" {
            isNegated = true
            scalars.removeFirst()
        }
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "[", "]": return nil
            case "\\":
                guard let escaped = scalars.popFirst(), add(escaped: escaped) else { return nil }
            default:
                // A hyphen between two characters makes a range of them, one at the end is itself.
                if let first = scalars.first, first == "-", let last = scalars.dropFirst().first, last != "\\",
                    scalar <= last, scalar != "-"
                {
                    ranges.append(scalar...last)
                    scalars.removeFirst(2)
                } else {
                    ranges.append(scalar...scalar)
                }
            }
        }
    }

    private mutating func add(escaped scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "d": ranges.append("0"..."9")
        case "w": ranges += ["a"..."z", "A"..."Z", "0"..."9", "_"..."_"]
        case "s": ranges += [" "..." ", "\t"..."\r"]
        case ".", "-", "_", "/", ":", "#", "*", "\\": ranges.append(scalar...scalar)
        default: return false
        }
        return true
    }

    /// Whether all characters of a text are of the class.
    func matches(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in ranges.contains { $0.contains(scalar) } != isNegated }
    }
}
