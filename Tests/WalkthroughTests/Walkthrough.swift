import Foundation

/// A page of `docs/` that a reader follows step by step.
///
/// - A fenced block after a line that ends in "`path`:" is that file.
/// - A `console` block holds commands after `$ `, continued after a backslash, each followed by what it prints. A line `…`
///   stands for any lines, a `…` in a line for any text; a command that nothing follows may print what it likes.
struct Walkthrough {
    enum Step {
        case file(path: String, text: String)
        case command(text: String, line: Int, output: [String])
    }

    let name: String
    private(set) var steps: [Step] = []

    init(name: String, text: String) {
        self.name = name
        var lines = text.components(separatedBy: "\n")[...].enumerated().map { ($0.offset + 1, $0.element) }[...]
        var path: String?
        while let (_, line) = lines.popFirst() {
            if line.hasPrefix("```") {
                let block = lines.prefix { !$0.1.hasPrefix("```") }
                lines = lines.dropFirst(block.count + 1)
                if line == "```console" {
                    readCommands(block)
                } else if let path {
                    steps.append(.file(path: path, text: block.map { $0.1 + "\n" }.joined()))
                }
                path = nil
            } else if !line.isEmpty {
                path = Self.path(announcedBy: line)
            }
        }
    }

    /// The path in a line such as "`my-pair/solution.sh`:".
    private static func path(announcedBy line: String) -> String? {
        guard line.hasPrefix("`"), line.hasSuffix("`:") else { return nil }
        let path = line.dropFirst().dropLast(2)
        return path.contains("`") ? nil : String(path)
    }

    private mutating func readCommands(_ block: ArraySlice<(Int, String)>) {
        var rest = block
        while let (number, line) = rest.popFirst() {
            guard line.hasPrefix("$ ") else { continue }
            var command = String(line.dropFirst(2))
            while command.hasSuffix("\\"), let (_, next) = rest.popFirst() { command += "\n\(next)" }
            let output = rest.prefix { !$0.1.hasPrefix("$ ") }
            rest = rest.dropFirst(output.count)
            steps.append(.command(text: command, line: number, output: output.map(\.1)))
        }
    }
}

/// Whether lines are what a walk-through shows of them.
func matches(_ lines: ArraySlice<String>, _ pattern: ArraySlice<String>) -> Bool {
    guard let first = pattern.first else { return lines.isEmpty }
    if first == "…" {
        return (0...lines.count).contains { matches(lines.dropFirst($0), pattern.dropFirst()) }
    }
    guard let line = lines.first, matches(line, first) else { return false }
    return matches(lines.dropFirst(), pattern.dropFirst())
}

private func matches(_ line: String, _ pattern: String) -> Bool {
    let parts = pattern.components(separatedBy: "…")
    guard let first = parts.first, let last = parts.last, parts.count > 1 else { return line == pattern }
    guard line.hasPrefix(first), line.count >= first.count + last.count, line.hasSuffix(last) else { return false }
    var rest = line.dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
        guard let found = rest.range(of: part) else { return false }
        rest = rest[found.upperBound...]
    }
    return true
}
