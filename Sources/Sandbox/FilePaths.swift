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

    /// Whether there is something, be it a link that leads nowhere.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Whether it is a regular file that may be executed.
    static func isProgram(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    /// The beginning of a file as text; nil where it cannot be read.
    static func text(of path: String, atMost limit: Int = 4096) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return withUnsafeTemporaryAllocation(byteCount: limit, alignment: 1) { buffer in
            let count = read(file, buffer.baseAddress, limit)
            return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
        }
    }

    /// Follows every symbolic link on the way to `path`: the path that is left in the end, and the links, in the order
    /// in which they are met.
    static func resolve(_ path: String) -> (real: String, links: [String]) {
        var rest = path.split(separator: "/").map(String.init)[...]
        var real: [String] = []
        var links: [String] = []
        // 40 is where the kernel gives up, too.
        while let component = rest.popFirst(), links.count < 40 {
            switch component {
            case ".": continue
            case "..": _ = real.popLast()
            default:
                real.append(component)
                let here = "/" + real.joined(separator: "/")
                guard let target = link(here) else { continue }
                links.append(here)
                if target.hasPrefix("/") { real = [] } else { real.removeLast() }
                rest = (target.split(separator: "/").map(String.init) + rest)[...]
            }
        }
        return ("/" + (real + rest).joined(separator: "/"), links)
    }
}
