import Glibc

/// What the file system says about paths.
enum FilePaths {
    /// Where a symbolic link points; nil where `path` is none.
    static func link(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let length = readlink(path, start, buffer.count)
            return length < 0
                ? nil : String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
        }
    }

    /// The path without its last component; nil for `/` and for a bare name.
    static func parent(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        if slash == path.startIndex { return path.count > 1 ? "/" : nil }
        return String(path[..<slash])
    }
}
