import Foundation
import ReportFixtures
import TestPrograms

/// One shell in which a reader types commands one after the other, in a folder like a fresh clone.
struct Shell {
    struct Answer {
        var status: Int32
        /// Standard output and standard error as a terminal shows them.
        var lines: [String]
    }

    let folder: URL

    static let root = URL(fileURLWithPath: Golden.root)

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("walkthrough-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            at: folder.appendingPathComponent("labs"), withDestinationURL: Self.root.appendingPathComponent("labs"))
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    func write(_ text: String, to path: String) throws {
        let file = folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    /// Runs commands in one shell; `before` is done ahead of each.
    func run(_ commands: [String], options: String = "", more: [String: String] = [:]) async throws -> [Answer] {
        var script = "\(options)\n"
        for command in commands {
            // The mark keeps the status for a command that asks for it.
            script += "\(command)\n{ __s=$?; printf '\\n\\036%s\\036' \"$__s\"; (exit $__s); } 2>&1\n"
        }
        let file = folder.appendingPathComponent(".script-\(UUID().uuidString)")
        try Data(script.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let run = try await ProgramRun(
            "/bin/bash", [file.path], in: folder,
            environment: BuiltProgram.environment(home: folder).merging(more) { $1 },
            together: true)
        return Self.answers(in: run.output)
    }

    private static func answers(in text: String) -> [Answer] {
        let parts = text.components(separatedBy: "\u{1E}")
        return stride(from: 0, to: parts.count - 1, by: 2).map { index in
            // A terminal does not show the carriage returns that end a CSV file's lines.
            var lines = parts[index].replacingOccurrences(of: "\r\n", with: "\n").components(separatedBy: "\n")
            while lines.last == "" { lines.removeLast() }
            return Answer(status: Int32(parts[index + 1]) ?? -1, lines: lines)
        }
    }
}
