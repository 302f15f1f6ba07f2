import Glibc

/// The files of a report, put in place all at once.
///
/// They are written beside the target and take its place when all are there, so that nobody finds half a report, and
/// a full disk leaves the old one. A folder is replaced only if an earlier report wrote everything in it: `.skylab-report`
/// lists what that was.
package struct FileTree: Sendable, Equatable {
    /// Bytes by path; paths are relative, with `/` between names.
    package private(set) var files: [String: [UInt8]] = [:]

    static let listName = ".skylab-report"

    package init() {}

    /// Adds a file; a later one of the same path replaces it.
    package mutating func add(_ bytes: [UInt8], at path: String) throws(ReportFileError) {
        guard Self.isSafe(path) else { throw .unsafeName(path) }
        files[path] = bytes
    }

    /// Whether a path stays inside its folder and has only names that a file can have.
    static func isSafe(_ path: String) -> Bool {
        path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { name in
            !name.isEmpty && name != "." && name != ".." && name != Self.listName && name.utf8.count <= 255
                && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        }
    }

    /// Puts the files into `folder`, which need not exist.
    ///
    /// - Parameter isReplaceable: whether a later report may take their place; not where somebody will work on them.
    package func write(to folder: String, isReplaceable: Bool = true) throws(ReportFileError) {
        let target = Self.resolved(folder)
        let exists = isFolder(target)
        if exists { try Self.refuseForeignFiles(in: target) }
        try makeFolders(Self.parent(of: target))
        let temporary = "\(target).\(getpid()).tmp"
        defer { Self.removeTree(temporary) }
        Self.removeTree(temporary)
        try fill(temporary, isReplaceable: isReplaceable)
        try Self.replace(target, with: temporary, exists: exists)
    }

    /// The folder that a path is in.
    static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// Puts a finished folder in the place of the target.
    static func replace(_ target: String, with temporary: String, exists: Bool) throws(ReportFileError) {
        if exists {
            try exchange(temporary, target)
        } else if rename(temporary, target) != 0 {
            throw .last("write", target)
        }
    }

    private func fill(_ folder: String, isReplaceable: Bool) throws(ReportFileError) {
        let paths = files.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        try makeFolders(folder)
        for path in paths {
            if let slash = path.lastIndex(of: "/") { try makeFolders("\(folder)/\(path[..<slash])") }
            try writeNewFile(files[path] ?? [], to: "\(folder)/\(path)")
        }
        guard isReplaceable else { return }
        try writeNewFile(Array((paths.joined(separator: "\n") + "\n").utf8), to: "\(folder)/\(Self.listName)")
    }

    /// The old folder steps aside for the new one, and comes back should that fail.
    private static func exchange(_ new: String, _ old: String) throws(ReportFileError) {
        let aside = "\(old).\(getpid()).old"
        guard rename(old, aside) == 0 else { throw .last("write", old) }
        guard rename(new, old) == 0 else {
            let error = ReportFileError.last("write", old)
            rename(aside, old)
            throw error
        }
        removeTree(aside)
    }

    static func refuseForeignFiles(in folder: String) throws(ReportFileError) {
        let list = (try? readFile("\(folder)/\(listName)")) ?? []
        let files = Set(String(decoding: list, as: UTF8.self).split(separator: "\n").map(String.init) + [listName])
        var folders: Set<String> = []
        for file in files {
            var inner = file[...]
            while let slash = inner.lastIndex(of: "/") {
                inner = inner[..<slash]
                if !folders.insert(String(inner)).inserted { break }
            }
        }
        try refuse(in: folder, below: "", files: files, folders: folders)
    }

    private static func refuse(
        in root: String, below path: String, files: Set<String>, folders: Set<String>
    ) throws(ReportFileError) {
        for name in try names(in: path.isEmpty ? root : "\(root)/\(path)") {
            let inner = path.isEmpty ? name : "\(path)/\(name)"
            var status = stat()
            guard lstat("\(root)/\(inner)", &status) == 0 else { throw .last("read", "\(root)/\(inner)") }
            if status.st_mode & S_IFMT == S_IFDIR, folders.contains(inner) {
                try refuse(in: root, below: inner, files: files, folders: folders)
            } else if !files.contains(inner) {
                throw .foreignFile(folder: root, name: inner)
            }
        }
    }

    /// The path without a slash at its end and with symbolic links followed as far as it exists.
    static func resolved(_ path: String) -> String {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return String(path)
    }

    /// Removes a folder that we made; what cannot be removed stays.
    static func removeTree(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in (try? names(in: path)) ?? [] { removeTree("\(path)/\(name)") }
        rmdir(path)
    }
}
