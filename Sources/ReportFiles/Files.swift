import Glibc

/// The bytes of a file.
package func readFile(_ path: String) throws(ReportFileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("read", path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count == 0 { return bytes }
        if count > 0 {
            bytes += chunk[..<count]
        } else if errno != EINTR {
            throw .last("read", path)
        }
    }
}

/// Writes a file so that a reader finds the old bytes or the new ones, and never a part.
package func writeFileAtomically(_ bytes: [UInt8], to path: String) throws(ReportFileError) {
    try replaceFile(bytes, at: path, mode: 0o644)
}

/// An error names the file that was asked for, not the one that was to take its place.
private func replaceFile(_ bytes: [UInt8], at path: String, mode: mode_t) throws(ReportFileError) {
    let temporary = "\(path).\(getpid()).tmp"
    do throws(ReportFileError) {
        try writeNewFile(bytes, to: temporary, named: path, mode: mode)
        guard rename(temporary, path) == 0 else { throw .last("write", path) }
    } catch {
        unlink(temporary)
        throw error
    }
}

/// Adds to the end of a file, which is made where there is none.
package func appendToFile(_ bytes: [UInt8], _ path: String) throws(ReportFileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .last("write", path) }
    try writeAll(bytes, to: descriptor, path)
}

/// Writes a file that only its owner may read; one that is there already is replaced as a whole.
package func writePrivateFile(_ bytes: [UInt8], to path: String) throws(ReportFileError) {
    try replaceFile(bytes, at: path, mode: 0o600)
}

/// Writes a file that must not exist yet; a symbolic link in its place is not followed.
func writeNewFile(
    _ bytes: [UInt8], to path: String, named name: String? = nil, mode: mode_t = 0o644
) throws(ReportFileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .last("write", name ?? path) }
    try writeAll(bytes, to: descriptor, name ?? path)
}

/// Writes all bytes and closes the file.
private func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(ReportFileError) {
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
        let count = bytes.withUnsafeBytes { all in
            write(descriptor, all.baseAddress.map { $0 + written }, all.count - written)
        }
        if count > 0 {
            written += count
        } else if errno != EINTR {
            throw .last("write", path)
        }
    }
}

/// Makes a folder and those above it.
package func makeFolders(_ path: String) throws(ReportFileError) {
    if path.isEmpty || mkdir(path, 0o755) == 0 { return }
    if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
        try makeFolders(String(path[..<slash]))
        guard mkdir(path, 0o755) != 0 else { return }
    }
    guard errno == EEXIST, isFolder(path) else { throw .last("make the folder", path) }
}

func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// The names in a folder, sorted by their bytes.
func names(in folder: String) throws(ReportFileError) -> [String] {
    guard let stream = opendir(folder) else { throw .last("read the folder", folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}
