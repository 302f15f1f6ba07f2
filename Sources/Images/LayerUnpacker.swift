import CLibArchive
import Glibc

/// Lays layers, one after the other, into a folder that is to be a container's root.
///
/// Nothing of a layer gets out of the folder: a path with `..` is refused, links are looked up as they would be inside,
/// hard links lead to files of the folder only. Devices, pipes and sockets are left out, owners are not kept, and
/// nothing is set-user-ID.
///
/// <https://github.com/opencontainers/image-spec/blob/main/layer.md>
struct LayerUnpacker {
    private let tree: RootTree
    private let limits: ImageLimits
    /// Whom the files are given to; nil for whoever unpacks.
    private let owner: uid_t?
    private var bytes = 0
    private var entries = 0
    /// What the layer at hand has made; the rest of a folder is hidden when the layer makes it opaque.
    private var made: Set<[String]> = []
    private var chunk = [UInt8](repeating: 0, count: 1 << 17)

    init(into folder: String, limits: ImageLimits, owner: uid_t?) {
        tree = RootTree(path: folder)
        self.limits = limits
        self.owner = owner
    }

    /// Unpacks a layer: a tar archive, as it is or compressed.
    mutating func add(_ file: String) throws(ImageError) {
        made = []
        let locale = newlocale(1 << LC_CTYPE, "C.UTF-8", nil)
        let before = uselocale(locale)
        defer {
            uselocale(before)
            if let locale { freelocale(locale) }
        }
        guard let archive = archive_read_new() else { throw .unusable(where: file, reason: "out of memory") }
        defer { archive_read_free(archive) }
        archive_read_support_format_tar(archive)
        archive_read_support_filter_gzip(archive)
        archive_read_support_filter_zstd(archive)
        guard archive_read_open_filename(archive, file, 1 << 17) == ARCHIVE_OK else { throw problem(archive, file) }
        var entry: OpaquePointer?
        while true {
            let result = archive_read_next_header(archive, &entry)
            if result == ARCHIVE_EOF { return }
            guard result == ARCHIVE_OK || result == ARCHIVE_WARN, let entry else { throw problem(archive, file) }
            entries += 1
            guard entries <= limits.entries else {
                throw refused("it has more than \(limits.entries) entries")
            }
            try take(entry, archive, file)
        }
    }

    private mutating func take(_ entry: OpaquePointer, _ archive: OpaquePointer, _ file: String) throws(ImageError) {
        guard let names = try names(archive_entry_pathname(entry)), let last = names.last else { return }
        guard let parent = tree.resolve(names.dropLast().joined(separator: "/")) else {
            throw refused("the links on the way to `\(shown(names))` go in circles")
        }
        if last == ".wh..wh..opq" { return hideOlder(in: parent) }
        if last.hasPrefix(".wh.") {
            let hidden = String(last.dropFirst(4))
            guard !hidden.isEmpty, hidden != ".", hidden != ".." else {
                throw refused("`\(shown(names))` hides nothing that there can be")
            }
            return FileSystem.remove(tree.place(parent + [hidden]))
        }
        try makeParents(parent)
        let place = parent + [last]
        let path = tree.place(place)
        let mode = archive_entry_mode(entry) & 0o777
        if let target = archive_entry_hardlink(entry) {
            try link(path, to: target, names)
        } else {
            switch archive_entry_filetype(entry) & S_IFMT {
            case S_IFDIR:
                if FileSystem.status(path).map({ $0.st_mode & S_IFMT != S_IFDIR }) ?? true {
                    FileSystem.remove(path)
                    guard mkdir(path, 0o700) == 0 else { throw failed(path) }
                }
                // A folder that its owner cannot enter could be neither filled nor shown.
                chmod(path, mode | 0o700 | (archive_entry_mode(entry) & 0o1000))
            case S_IFLNK:
                FileSystem.remove(path)
                guard let target = archive_entry_symlink(entry), symlink(target, path) == 0 else { throw failed(path) }
            case S_IFREG:
                try write(archive, to: path, mode: mode, file)
                var times = [timespec(tv_sec: archive_entry_mtime(entry), tv_nsec: 0)]
                times.append(times[0])
                utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW)
            default: return
            }
        }
        if let owner { lchown(path, owner, owner) }
        made.insert(place)
    }

    private mutating func write(
        _ archive: OpaquePointer, to path: String, mode: mode_t, _ file: String
    ) throws(ImageError) {
        FileSystem.remove(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failed(path) }
        defer { close(descriptor) }
        while true {
            let count = archive_read_data(archive, &chunk, chunk.count)
            if count == Int(ARCHIVE_RETRY) { continue }
            guard count >= 0 else { throw problem(archive, file) }
            guard count > 0 else { break }
            bytes += count
            guard bytes <= limits.bytes else { throw refused("it unpacks to more than \(limits.bytes >> 20) MiB") }
            var written = 0
            while written < count {
                let more = chunk.withUnsafeBytes {
                    Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), count - written)
                }
                guard more > 0 else { throw failed(path) }
                written += more
            }
        }
        fchmod(descriptor, mode | 0o400)
    }

    private func link(_ path: String, to target: UnsafePointer<CChar>, _ names: [String]) throws(ImageError) {
        guard let wanted = try self.names(target),
            let place = tree.resolve(wanted.joined(separator: "/"), followsLast: false)
        else { throw refused("`\(shown(names))` is a hard link to nothing") }
        let other = tree.place(place)
        guard let status = FileSystem.status(other), [S_IFREG, S_IFLNK].contains(status.st_mode & S_IFMT) else {
            throw refused("`\(shown(names))` is a hard link to `\(shown(wanted))`, which is no file of the image")
        }
        if other == path { return }
        FileSystem.remove(path)
        guard linkat(AT_FDCWD, other, AT_FDCWD, path, 0) == 0 else { throw failed(path) }
    }

    private mutating func makeParents(_ names: [String]) throws(ImageError) {
        for count in 0..<names.count {
            let place = Array(names[...count])
            let path = tree.place(place)
            if let status = FileSystem.status(path) {
                if status.st_mode & S_IFMT == S_IFDIR { continue }
                // What lies under the folder of a newer layer is gone.
                FileSystem.remove(path)
            }
            guard mkdir(path, 0o755) == 0 else { throw failed(path) }
            if let owner { lchown(path, owner, owner) }
            made.insert(place)
        }
    }

    /// Hides what older layers have put into a folder.
    private func hideOlder(in folder: [String]) {
        for name in FileSystem.names(in: tree.place(folder)) where !made.contains(folder + [name]) {
            let place = folder + [name]
            // A folder of an older layer may hold something of this one.
            if made.contains(where: { $0.starts(with: place) }) {
                hideOlder(in: place)
            } else {
                FileSystem.remove(tree.place(place))
            }
        }
    }

    /// The names of a path of an archive; empty for the root itself, nil for no path.
    private func names(_ pointer: UnsafePointer<CChar>?) throws(ImageError) -> [String]? {
        guard let pointer, pointer.pointee != 0 else { return nil }
        guard
            let text = String(validating: UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)), as: UTF8.self)
        else { throw refused("a path in it is not UTF-8") }
        let names = text.split(separator: "/").filter { $0 != "." }.map(String.init)
        guard !names.contains("..") else { throw refused("the path `\(text.prefix(200))` leads out of the image") }
        guard names.count <= limits.depth, text.utf8.count < 4096, names.allSatisfy({ $0.utf8.count <= 255 }) else {
            throw refused("the path `\(text.prefix(60))…` is too deep or too long")
        }
        return names
    }

    private func shown(_ names: [String]) -> String { String(names.joined(separator: "/").prefix(200)) }

    private func refused(_ reason: String) -> ImageError { .unusable(where: "a layer", reason: reason) }

    private func failed(_ path: String) -> ImageError { .cache("\(path): \(FileSystem.lastError())") }

    private func problem(_ archive: OpaquePointer, _ file: String) -> ImageError {
        let name = file.split(separator: "/").last.map(String.init) ?? file
        return .unusable(
            where: "layer \(name)",
            reason: archive_error_string(archive).map { String(cString: $0) } ?? "it is not a tar archive")
    }
}
