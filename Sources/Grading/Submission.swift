import Digests
import Glibc
import LabFormat
import Sandbox

/// A student's work, read from a folder: regular files and nothing else.
package struct Submission: Sendable {
    /// What reports call it: the name of the folder.
    package let name: String
    let files: [SandboxFile]
    /// SHA-256 of paths, modes and contents, in hexadecimal.
    package let digest: String

    /// What no honest submission comes near.
    private static let maximumFiles = 2000
    private static let maximumBytes = 64 << 20
    private static let maximumDepth = 24

    /// Folders of tools, which no lab needs and which may be huge.
    private static let skipped: Set<String> = [
        ".git", "__pycache__", ".terraform", "node_modules", "skylab-report", ".venv", ".DS_Store",
    ]

    /// Reads a folder. Links are not followed and devices not opened: what is no regular file is refused by name.
    package init(folder: String) throws(SubmissionError) {
        var path = folder
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard let resolved = realpath(path, nil) else { throw SubmissionError("\(folder): \(Self.reason())") }
        defer { free(resolved) }
        let real = String(cString: resolved)
        name = real.split(separator: "/").last.map(String.init) ?? "submission"
        let root = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard root >= 0 else { throw SubmissionError("\(folder): \(Self.reason())") }
        var reader = Reader()
        try reader.read(root, prefix: "", depth: 0)
        files = reader.files.sorted { $0.path < $1.path }
        var sum = DigestState(.sha256)
        for file in files {
            sum.update(Array("\(file.path)\u{0}\(file.isExecutable)\u{0}\(file.contents.count)\u{0}".utf8))
            sum.update(file.contents)
        }
        digest = sum.finish().hex
    }

    fileprivate static func reason() -> String { String(cString: strerror(errno)) }

    private struct Reader {
        var files: [SandboxFile] = []
        private var bytes = 0

        /// Reads a folder and closes its descriptor.
        mutating func read(_ folder: Int32, prefix: String, depth: Int) throws(SubmissionError) {
            guard depth <= Submission.maximumDepth else {
                Glibc.close(folder)
                throw SubmissionError("\(prefix): folders are nested more than \(Submission.maximumDepth) deep")
            }
            guard let stream = fdopendir(folder) else {
                Glibc.close(folder)
                throw SubmissionError("\(prefix): \(Submission.reason())")
            }
            defer { closedir(stream) }
            var names: [String] = []
            while let entry = readdir(stream) {
                let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
                guard bytes != Array(".".utf8), bytes != Array("..".utf8) else { continue }
                guard let name = String(validating: bytes, as: UTF8.self) else {
                    throw SubmissionError("\(prefix)…: a file name is not UTF-8")
                }
                if !Submission.skipped.contains(name) { names.append(name) }
            }
            for name in names.sorted() {
                try read(name, in: folder, path: prefix.isEmpty ? name : "\(prefix)/\(name)", depth: depth)
            }
        }

        private mutating func read(_ name: String, in folder: Int32, path: String, depth: Int) throws(SubmissionError) {
            // O_NONBLOCK: opening a FIFO must not wait for somebody to write.
            let descriptor = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard descriptor >= 0 else {
                if errno == ELOOP {
                    throw SubmissionError("\(path): is a symbolic link; submissions may hold only files and folders")
                }
                throw SubmissionError("\(path): \(Submission.reason())")
            }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else {
                Glibc.close(descriptor)
                throw SubmissionError("\(path): \(Submission.reason())")
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                try read(descriptor, prefix: path, depth: depth + 1)
            case S_IFREG:
                defer { Glibc.close(descriptor) }
                let contents = try contents(of: descriptor, size: Int(status.st_size), path: path)
                files.append(
                    SandboxFile(path: path, isExecutable: status.st_mode & S_IXUSR != 0, contents: contents))
                guard files.count <= Submission.maximumFiles else {
                    throw SubmissionError("the submission holds more than \(Submission.maximumFiles) files")
                }
            default:
                Glibc.close(descriptor)
                throw SubmissionError("\(path): is neither a file nor a folder; submissions may hold nothing else")
            }
        }

        private mutating func contents(of descriptor: Int32, size: Int, path: String) throws(SubmissionError) -> [UInt8]
        {
            // The size is a hint: a sparse or growing file is cut off by the cap all the same.
            var result: [UInt8] = []
            result.reserveCapacity(min(size, 1 << 20))
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = Glibc.read(descriptor, &chunk, chunk.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw SubmissionError("\(path): \(Submission.reason())") }
                guard count > 0 else { return result }
                bytes += count
                guard bytes <= Submission.maximumBytes else {
                    throw SubmissionError("the submission holds more than \(Submission.maximumBytes >> 20) MiB")
                }
                result += chunk[..<count]
            }
        }
    }
}

/// Why a submission cannot be read; said to its author.
package struct SubmissionError: Error, CustomStringConvertible {
    package let message: String

    init(_ message: String) { self.message = message }

    package var description: String { message }
}
