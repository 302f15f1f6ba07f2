import ArgumentParser

/// `--format NAME[=FILE]`: a report, on standard output or in a file.
struct ReportFormat: ExpressibleByArgument {
    enum Kind: String, CaseIterable {
        case human, json, jsonl, tap, junit, github, gradescope
    }

    let kind: Kind
    /// Nil for standard output.
    let file: String?

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let kind = parts.first.flatMap(Kind.init(rawValue:)) else { return nil }
        self.kind = kind
        file = parts.count == 2 ? parts[1] : nil
    }

    init(_ kind: Kind, file: String? = nil) {
        self.kind = kind
        self.file = file
    }

    static var allValueStrings: [String] { Kind.allCases.map(\.rawValue) }
}
