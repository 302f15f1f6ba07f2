/// The form of ids of labs and checks.
package enum LabID {
    /// Whether a text is 1 to 64 of `a-z`, `0-9` and `-`.
    package static func isValid(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }
}
