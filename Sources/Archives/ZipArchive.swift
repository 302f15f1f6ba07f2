import CLibArchive
import Glibc

/// A file of an archive.
package struct ArchivedFile: Sendable, Equatable {
    /// Relative; no empty, `.` or `..` component.
    package var path: String
    package var isExecutable: Bool
    package var contents: [UInt8]
}

/// What is wrong with an archive.
package enum ArchiveError: Error, Equatable {
    /// It cannot be read as a zip file; the reason in libarchive's words.
    case unreadable(String)
    /// It unpacks to more bytes than it may.
    case tooLarge
    /// It has no file in it.
    case empty
    /// A path leads out of the folder that it is unpacked to, or is none.
    case badPath
}

/// Reads zip archives in memory, with libarchive. The list at the archive's end is what counts, as for every other tool.
package enum ZipArchive {
    /// How many entries an archive may have.
    static let mostEntries = 100_000

    /// How many bytes its files have together.
    ///
    /// - Parameter limit: reading ends where there are more.
    package static func unpackedSize(_ bytes: [UInt8], limit: Int) throws(ArchiveError) -> Int {
        var size = 0
        var count = 0
        try read(bytes, limit: limit, keepsContents: false) { file, bytes in
            size += bytes
            count += 1
        }
        guard count > 0 else { throw .empty }
        return size
    }

    /// Its files. A symbolic link to a file of the archive becomes a copy of that file; one that leads elsewhere is left out.
    package static func files(_ bytes: [UInt8], limit: Int) throws(ArchiveError) -> [ArchivedFile] {
        var files: [ArchivedFile] = []
        var links: [(path: String, target: String)] = []
        try read(bytes, limit: limit, keepsContents: true) { entry, _ in
            switch entry {
            case .file(let file): files.append(file)
            case .link(let path, let target): links.append((path, target))
            }
        }
        guard !links.isEmpty else { return files }
        var places = Dictionary(files.enumerated().map { ($1.path, $0) }) { _, last in last }
        var total = files.reduce(0) { $0 + $1.contents.count }
        for link in links {
            guard let target = resolve(link.target, from: link.path), let place = places[target] else { continue }
            var copy = files[place]
            copy.path = link.path
            total += copy.contents.count
            guard total <= limit else { throw .tooLarge }
            places[link.path] = files.count
            files.append(copy)
        }
        return files
    }

    private enum Entry {
        case file(ArchivedFile)
        case link(path: String, target: String)
    }

    private static func resolve(_ target: String, from path: String) -> String? {
        guard !target.hasPrefix("/") else { return nil }
        var parts = path.split(separator: "/").dropLast()
        for part in target.split(separator: "/") where part != "." {
            if part == ".." {
                guard parts.popLast() != nil else { return nil }
            } else {
                parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }

    private static func read(
        _ bytes: [UInt8], limit: Int, keepsContents: Bool, _ take: (Entry, Int) -> Void
    ) throws(ArchiveError) {
        // libarchive decodes names by the thread's locale; the process's may be C, which has no letters but ASCII's.
        let locale = newlocale(1 << LC_CTYPE, "C.UTF-8", nil)
        let before = uselocale(locale)
        defer {
            uselocale(before)
            if let locale { freelocale(locale) }
        }
        guard let archive = archive_read_new() else { throw .unreadable("out of memory") }
        defer { archive_read_free(archive) }
        archive_read_support_format_zip_seekable(archive)
        let failure = bytes.withUnsafeBytes { all -> ArchiveError? in
            guard archive_read_open_memory(archive, all.baseAddress, all.count) == ARCHIVE_OK else {
                return problem(archive)
            }
            do throws(ArchiveError) {
                try readEntries(archive, limit: limit, keepsContents: keepsContents, take)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    private static func readEntries(
        _ archive: OpaquePointer, limit: Int, keepsContents: Bool, _ take: (Entry, Int) -> Void
    ) throws(ArchiveError) {
        var total = 0
        var entries = 0
        var entry: OpaquePointer?
        while true {
            let result = archive_read_next_header(archive, &entry)
            if result == ARCHIVE_EOF { return }
            guard result == ARCHIVE_OK || result == ARCHIVE_WARN, let entry else { throw problem(archive) }
            entries += 1
            guard entries <= mostEntries else { throw .tooLarge }
            let path = try path(of: entry)
            switch archive_entry_filetype(entry) & S_IFMT {
            case S_IFLNK:
                guard let target = archive_entry_symlink(entry).map({ String(cString: $0) }) else { continue }
                take(.link(path: path, target: target), 0)
            case S_IFREG, 0:
                let (contents, size) = try contents(archive, keeps: keepsContents, room: limit - total)
                total += size
                guard !path.isEmpty else { continue }
                let isExecutable = archive_entry_mode(entry) & S_IXUSR != 0
                take(.file(ArchivedFile(path: path, isExecutable: isExecutable, contents: contents)), size)
            default: continue
            }
        }
    }

    private static func contents(
        _ archive: OpaquePointer, keeps: Bool, room: Int
    ) throws(ArchiveError) -> ([UInt8], Int) {
        var contents: [UInt8] = []
        var size = 0
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = archive_read_data(archive, &chunk, chunk.count)
            if count == Int(ARCHIVE_RETRY) { continue }
            guard count >= 0 else { throw problem(archive) }
            guard count > 0 else { return (contents, size) }
            size += count
            guard size <= room else { throw .tooLarge }
            if keeps { contents += chunk[..<count] }
        }
    }

    /// The path without `./` and doubled slashes; what leads out of the folder is refused.
    private static func path(of entry: OpaquePointer) throws(ArchiveError) -> String {
        guard let name = archive_entry_pathname(entry), name.pointee != 0,
            let path = String(validating: UnsafeRawBufferPointer(start: name, count: strlen(name)), as: UTF8.self),
            !path.hasPrefix("/")
        else { throw .badPath }
        let names = path.split(separator: "/")
        guard !names.contains("..") else { throw .badPath }
        return names.filter { $0 != "." }.joined(separator: "/")
    }

    static func problem(_ archive: OpaquePointer) -> ArchiveError {
        .unreadable(archive_error_string(archive).map { String(cString: $0) } ?? "it is damaged")
    }
}
