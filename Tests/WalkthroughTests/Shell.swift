import CSpawnProtocol
import Foundation

/// One shell in which a reader types commands one after the other, in a folder like a fresh clone.
struct Shell {
    struct Answer {
        var status: Int32
        /// Standard output and standard error as a terminal shows them.
        var lines: [String]
    }

    let folder: URL

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Where the build put `skylab`: beside the test bundle.
    private static var products: String {
        guard let file = system_file_of(#dsohandle) else { return "\(root.path)/.build/debug" }
        return URL(fileURLWithPath: String(cString: file)).deletingLastPathComponent().path
    }

    static let isReady = FileManager.default.isExecutableFile(atPath: "\(root.path)/.venv/bin/aws")
    static let advice = "the pinned clients are not in .venv: run `make setup`"

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
    func run(_ commands: [String], options: String = "", more: [String: String] = [:]) throws -> [Answer] {
        var script = "\(options)\n"
        for command in commands {
            // The mark keeps the status for a command that asks for it.
            script += "\(command)\n{ __s=$?; printf '\\n\\036%s\\036' \"$__s\"; (exit $__s); } 2>&1\n"
        }
        let file = folder.appendingPathComponent(".script-\(UUID().uuidString)")
        try Data(script.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [file.path]
        process.currentDirectoryURL = folder
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        process.environment = [
            "PATH": "\(Self.products):\(Self.root.path)/.venv/bin:\(path)", "HOME": folder.path, "LC_ALL": "C.UTF-8",
        ].merging(more) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Self.answers(in: text)
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
