/// Guesses what a misspelt word was meant to be.
package enum Suggestion {
    /// The candidate that is nearest to a word, if one is near enough: within a third of the word's length, and within
    /// three changes.
    package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        near(word, among: candidates).first
    }

    /// All candidates that are near enough, the nearest first.
    package static func near(_ word: String, among candidates: some Sequence<String>) -> [String] {
        let limit = min(3, max(1, (word.count + 1) / 3))
        return candidates.map { ($0, distance(word.lowercased(), $0.lowercased())) }.filter { $0.1 <= limit }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
    }

    /// `; did you mean 'x'?`, or nothing.
    package static func ending(for word: String, among candidates: some Sequence<String>) -> String {
        nearest(to: word, among: candidates).map { "; did you mean '\($0)'?" } ?? ""
    }

    /// How many insertions, deletions, replacements and swaps of neighbours turn one word into the other (optimal string
    /// alignment). Words longer than 64 characters count as far apart.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.unicodeScalars.prefix(65))
        let right = Array(right.unicodeScalars.prefix(65))
        if left.count > 64 || right.count > 64 { return .max }
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for (row, scalar) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var best = min(
                    previous[column] + (scalar == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, scalar == right[column - 1], left[row - 1] == other {
                    best = min(best, beforePrevious[column - 1] + 1)
                }
                current.append(best)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
