/// A program that was handed in by itself, as learning platforms let it download: the student first, then the file's name
/// (`hoppergrace_103_5003_solution.sh`, `Grace Hopper_1001_assignsubmission_file_solution.sh`).
package struct LoneFile: Sendable, Equatable {
    /// What stands for the student, and may be in a roster as it is.
    package var name: String
    /// What the program is called where it is run.
    package var entry: String

    /// Nil where a name does not end with one of the programs' names. Canvas counts what is handed in again: `solution-2.sh`.
    init?(_ fileName: String, entries: [String]) {
        for entry in entries where !entry.contains("/") {
            let parts = entry.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            let suffix = parts.count > 1 ? ".\(parts[1])" : ""
            guard fileName.hasSuffix(suffix), let stem = parts.first else { continue }
            var rest = fileName.dropLast(suffix.count)
            if let dash = rest.lastIndex(of: "-"), rest[dash...].dropFirst().allSatisfy(\.isWholeNumber),
                rest[dash...].count > 1
            {
                rest = rest[..<dash]
            }
            guard rest.hasSuffix("_\(stem)") else { continue }
            let owner = rest.dropLast(stem.count + 1)
            guard !owner.isEmpty else { continue }
            self.entry = entry
            let platform = owner.split(separator: "_").dropFirst().contains { $0.allSatisfy(\.isWholeNumber) }
            name = platform ? String(rest) : String(owner)
            return
        }
        return nil
    }
}
