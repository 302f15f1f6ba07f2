import CLibArchive
import Glibc
import Sandbox

/// Unpacks an archive in memory, with libarchive. Nothing is written to a disk, so there is nothing to escape from;
/// what could be meant as an escape is refused all the same, and with a reason, because no honest archive has it.
struct ArchiveReader {
    private let limits: SubmissionLimits
    private let archiveSize: Int
    private var collector: FileCollector
    private var entries = 0

    /// The files of an archive on disk.
    static func files(inFileAt path: String, limits: SubmissionLimits) throws(SubmissionError) -> [SandboxFile] {
        try files(in: try contents(ofFileAt: path, limits: limits), limits: limits)
    }

    /// The bytes of a file that was handed in by itself.
    static func contents(
        ofFileAt path: String, limits: SubmissionLimits, flags: Int32 = 0
    ) throws(SubmissionError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | flags)
        guard descriptor >= 0 else { throw SubmissionError.system(path) }
        defer { Glibc.close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SubmissionError.system(path) }
            guard count > 0 else { break }
            bytes += chunk[..<count]
            guard bytes.count <= limits.archiveBytes else {
                throw SubmissionError("the file is larger than \(limits.archiveBytes >> 20) MiB")
            }
        }
        return bytes
    }

    /// The files of an archive.
    static func files(in bytes: [UInt8], limits: SubmissionLimits) throws(SubmissionError) -> [SandboxFile] {
        // libarchive decodes names by the thread's locale; the process's may be C, which has no letters but ASCII's.
        let locale = newlocale(1 << LC_CTYPE, "C.UTF-8", nil)
        let before = uselocale(locale)
        defer {
            uselocale(before)
            if let locale { freelocale(locale) }
        }
        var reader = ArchiveReader(
            limits: limits, archiveSize: bytes.count, collector: FileCollector(limits: limits))
        try reader.read(bytes)
        return reader.collector.files
    }

    private mutating func read(_ bytes: [UInt8]) throws(SubmissionError) {
        guard let archive = archive_read_new() else { throw SubmissionError("out of memory") }
        defer { archive_read_free(archive) }
        archive_read_support_filter_gzip(archive)
        archive_read_support_format_tar(archive)
        // The list at a zip's end is what every other tool goes by, so it is what counts here.
        archive_read_support_format_zip_seekable(archive)
        let failure = bytes.withUnsafeBytes { all -> SubmissionError? in
            guard archive_read_open_memory(archive, all.baseAddress, all.count) == ARCHIVE_OK else {
                return Self.problem(archive)
            }
            do throws(SubmissionError) {
                while let entry = try next(archive) { try read(entry, of: archive) }
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// The next entry; nil after the last.
    private mutating func next(_ archive: OpaquePointer) throws(SubmissionError) -> OpaquePointer? {
        var entry: OpaquePointer?
        let result = archive_read_next_header(archive, &entry)
        if result == ARCHIVE_EOF { return nil }
        // A warning concerns what is not used here: owners, times, attributes.
        guard result == ARCHIVE_OK || result == ARCHIVE_WARN, let entry else { throw Self.problem(archive) }
        entries += 1
        guard entries <= 4 * limits.files else {
            throw SubmissionError("the archive has more than \(4 * limits.files) entries")
        }
        return entry
    }

    private mutating func read(_ entry: OpaquePointer, of archive: OpaquePointer) throws(SubmissionError) {
        let path = try Self.path(of: entry, in: archive)
        try Self.refuseSpecial(entry, path)
        let names = path.split(separator: "/")
        let isFolder = archive_entry_filetype(entry) & S_IFMT == S_IFDIR
        let isWanted = !names.contains { FileCollector.isSkipped($0) } && !names.isEmpty
        // What is passed over is unpacked and counted like the rest: a bomb does not hide in it.
        let contents = try contents(of: archive, isKept: isWanted && !isFolder)
        guard isWanted, !isFolder else {
            guard names.count <= limits.depth + 1 else {
                throw SubmissionError("\(path.prefix(80))…: folders are nested more than \(limits.depth) deep")
            }
            return
        }
        let isExecutable = archive_entry_mode(entry) & S_IXUSR != 0
        try collector.add(
            SandboxFile(path: names.joined(separator: "/"), isExecutable: isExecutable, contents: contents))
    }

    /// The path as the archive has it, without `./` and doubled slashes.
    private static func path(
        of entry: OpaquePointer, in archive: OpaquePointer
    ) throws(SubmissionError) -> String {
        guard let path = ArchivedName.text(of: entry, in: archive) else {
            throw SubmissionError("a file name in the archive is missing or is not UTF-8")
        }
        guard !path.hasPrefix("/") else {
            throw SubmissionError("\(path): is an absolute path; an archive's paths begin in its own folder")
        }
        let names = path.split(separator: "/")
        guard !names.contains("..") else { throw SubmissionError("\(path): leads out of the submission") }
        return names.filter { $0 != "." }.joined(separator: "/")
    }

    private static func refuseSpecial(_ entry: OpaquePointer, _ path: String) throws(SubmissionError) {
        let mode = archive_entry_mode(entry)
        switch archive_entry_filetype(entry) & S_IFMT {
        case S_IFLNK: throw SubmissionError("\(path): is a symbolic link; submissions may hold only files and folders")
        case _ where archive_entry_hardlink(entry) != nil:
            throw SubmissionError("\(path): is a hard link; submissions may hold only files and folders")
        case S_IFDIR: return
        case S_IFREG:
            guard mode & (S_ISUID | S_ISGID) == 0 else {
                throw SubmissionError("\(path): has the set-user-ID or set-group-ID bit; take it away")
            }
        default: throw SubmissionError("\(path): is neither a file nor a folder; submissions may hold nothing else")
        }
        guard archive_entry_is_encrypted(entry) == 0 else {
            throw SubmissionError("\(path): is encrypted; hand in an archive without a password")
        }
    }

    private mutating func contents(of archive: OpaquePointer, isKept: Bool) throws(SubmissionError) -> [UInt8] {
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = archive_read_data(archive, &chunk, chunk.count)
            if count == Int(ARCHIVE_RETRY) { continue }
            guard count >= 0 else { throw Self.problem(archive) }
            guard count > 0 else { return result }
            try collector.count(count)
            guard collector.total <= 1 << 20 || collector.total / limits.ratio <= archiveSize else {
                throw SubmissionError("the archive unpacks to more than \(limits.ratio) times its size")
            }
            if isKept { result += chunk[..<count] }
        }
    }

    private static func problem(_ archive: OpaquePointer) -> SubmissionError {
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "it is damaged"
        return SubmissionError("the archive cannot be read: \(reason)")
    }
}
