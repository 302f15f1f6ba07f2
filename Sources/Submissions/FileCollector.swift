import Sandbox

/// Takes in the files of a submission, one by one, and holds them against the limits.
struct FileCollector {
    private let limits: SubmissionLimits
    private(set) var files: [SandboxFile] = []
    private var bytes = 0
    /// Every file and folder by what a file system that folds case and normalises Unicode makes of its path.
    private var taken: [String: (path: String, isFile: Bool)] = [:]

    /// Folders and files of tools, which no lab needs and which may be huge.
    private static let skipped: Set<String> = [
        ".git", "__pycache__", ".terraform", "node_modules", "skylab-report", ".venv", ".DS_Store", "__MACOSX",
    ]

    init(limits: SubmissionLimits) { self.limits = limits }

    /// Whether a name is one of those that are passed over.
    static func isSkipped(_ name: some StringProtocol) -> Bool { skipped.contains(String(name)) }

    /// Counts bytes before they are kept.
    mutating func count(_ more: Int) throws(SubmissionError) {
        bytes += more
        guard bytes <= limits.bytes else {
            throw SubmissionError("the submission holds more than \(limits.bytes >> 20) MiB")
        }
    }

    /// How many bytes were counted.
    var total: Int { bytes }

    /// Adds a file whose bytes were counted.
    mutating func add(_ file: SandboxFile) throws(SubmissionError) {
        try check(file.path)
        try claim(file.path)
        guard files.count < limits.files else {
            throw SubmissionError("the submission holds more than \(limits.files) files")
        }
        files.append(file)
    }

    private func check(_ path: String) throws(SubmissionError) {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        guard names.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
            throw SubmissionError("\(path): the path leads out of the submission, or to a folder")
        }
        guard names.count - 1 <= limits.depth else {
            throw SubmissionError("\(path): folders are nested more than \(limits.depth) deep")
        }
        guard path.utf8.count <= limits.pathBytes, names.allSatisfy({ $0.utf8.count <= 255 }) else {
            throw SubmissionError("\(path.prefix(80))…: the path is longer than a submission's may be")
        }
        guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw SubmissionError("\(path): file names may hold neither control characters nor a backslash")
        }
    }

    /// Two spellings of one name are one file on some systems and two on others: what is graded must not depend on it.
    private mutating func claim(_ path: String) throws(SubmissionError) {
        var end = path.startIndex
        while end < path.endIndex {
            let slash = path[end...].firstIndex(of: "/") ?? path.endIndex
            let prefix = String(path[..<slash])
            let isFile = slash == path.endIndex
            // Dictionaries of strings compare by canonical equivalence, so that NFC and NFD meet here, too.
            if let other = taken[prefix.lowercased()] {
                guard other.path.utf8.elementsEqual(prefix.utf8) else {
                    throw SubmissionError(
                        "'\(other.path)' and '\(prefix)' differ only in case or in how their letters are encoded; rename one"
                    )
                }
                guard !isFile, !other.isFile else {
                    throw SubmissionError("'\(prefix)' is there twice")
                }
            } else {
                taken[prefix.lowercased()] = (prefix, isFile)
            }
            end = isFile ? path.endIndex : path.index(after: slash)
        }
    }
}
