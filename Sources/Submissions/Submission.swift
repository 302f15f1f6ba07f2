import Digests
import Glibc
package import Sandbox

/// A student's work: regular files and nothing else, from a folder or an archive.
package struct Submission: Sendable {
    /// What reports call it: the name of the folder, or that of the archive without its suffix.
    package let name: String
    /// Sorted by path.
    package let files: [SandboxFile]
    /// SHA-256 of paths, modes and contents, in hexadecimal. An archive has that of the folder it was made of.
    package let digest: String

    /// Reads what is at a path: a folder, an archive by its name (`.zip`, `.tar.gz`, `.tgz`, `.tar`), or one of the programs
    /// that `entries` names, alone.
    ///
    /// A folder that holds one archive and nothing else counts as that archive: learning platforms pack so. One folder
    /// around everything is left away, unless an entry is in it.
    package init(
        at path: String, entries: [String] = [], limits: SubmissionLimits = SubmissionLimits()
    ) throws(SubmissionError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SubmissionError.system(path) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            try self.init(folder: path, entries: entries, limits: limits)
            return
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if status.st_mode & S_IFMT == S_IFREG, let lone = LoneFile(name, entries: entries) {
            let contents = try ArchiveReader.contents(ofFileAt: path, limits: limits, flags: O_NOFOLLOW)
            self.init(
                name: lone.name, files: [SandboxFile(path: lone.entry, isExecutable: false, contents: contents)],
                entries: entries)
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG, let base = ArchiveName.base(of: name) else {
            throw SubmissionError("'\(name)' is neither a folder nor a \(ArchiveName.list) file")
        }
        self.init(name: base, files: try ArchiveReader.files(inFileAt: path, limits: limits), entries: entries)
    }

    /// Reads a folder. Links are not followed and devices not opened: what is no regular file is refused by name.
    package init(
        folder: String, entries: [String] = [], limits: SubmissionLimits = SubmissionLimits()
    ) throws(SubmissionError) {
        var path = folder
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard let resolved = realpath(path, nil) else { throw SubmissionError.system(folder) }
        defer { free(resolved) }
        let real = String(cString: resolved)
        let name = real.split(separator: "/").last.map(String.init) ?? "submission"
        let files = try FolderReader.files(in: real, limits: limits)
        if files.count == 1, let only = files.first, ArchiveName.base(of: only.path) != nil {
            self.init(
                name: name, files: try ArchiveReader.files(in: only.contents, limits: limits), entries: entries)
        } else {
            self.init(name: name, files: files, entries: entries)
        }
    }

    /// Reads an archive's bytes.
    package init(
        name: String, archive: [UInt8], limits: SubmissionLimits = SubmissionLimits()
    ) throws(SubmissionError) {
        self.init(name: name, files: try ArchiveReader.files(in: archive, limits: limits), entries: [])
    }

    private init(name: String, files: [SandboxFile], entries: [String]) {
        self.name = name
        let isAsMeant = files.contains { entries.contains($0.path) }
        let files = isAsMeant ? files : Self.withoutCommonFolder(files)
        self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        var sum = DigestState(.sha256)
        for file in self.files {
            sum.update(Array("\(file.path)\u{0}\(file.isExecutable)\u{0}\(file.contents.count)\u{0}".utf8))
            sum.update(file.contents)
        }
        digest = sum.finish().hex
    }

    /// Many tools and people put a folder around everything.
    private static func withoutCommonFolder(_ files: [SandboxFile]) -> [SandboxFile] {
        guard let slash = files.first?.path.firstIndex(of: "/"), let folder = files.first?.path[...slash],
            files.allSatisfy({ $0.path.utf8.starts(with: folder.utf8) })
        else { return files }
        return files.map { file in
            var file = file
            file.path = String(decoding: file.path.utf8.dropFirst(folder.utf8.count), as: UTF8.self)
            return file
        }
    }
}

/// What no honest submission comes near.
package struct SubmissionLimits: Sendable {
    package var files = 2000
    /// Bytes of all files together.
    package var bytes = 64 << 20
    /// Folders inside one another.
    package var depth = 24
    /// Bytes of a path, of which each name has at most 255.
    package var pathBytes = 1024
    /// Bytes of an archive.
    package var archiveBytes = 64 << 20
    /// How many times its own size an archive may unpack to, once that is more than a mebibyte.
    package var ratio = 200

    package init() {}
}

/// Why a submission cannot be read; said to its author.
package struct SubmissionError: Error, Equatable, CustomStringConvertible {
    package let message: String
    /// The machine is at fault, and not who handed it in: the submission is not graded.
    package let isOfMachine: Bool

    package init(_ message: String) {
        self.message = message
        isOfMachine = false
    }

    /// The system's last error with a file of the submission, or with the submission itself by its name alone: where it
    /// lies on this machine is nothing for a report.
    static func system(_ path: String, isWithin: Bool = false) -> SubmissionError {
        let (error, isRefused) = (lastError(), errno == EACCES)
        let name = isWithin ? path : path.split(separator: "/").last.map(String.init) ?? path
        return SubmissionError(
            message: "\(name): \(error)" + (isRefused ? "; make it readable for who grades" : ""), isOfMachine: true)
    }

    private init(message: String, isOfMachine: Bool) {
        self.message = message
        self.isOfMachine = isOfMachine
    }

    package var description: String { message }
}

/// The text of the system's last error.
func lastError() -> String { String(cString: strerror(errno)) }
