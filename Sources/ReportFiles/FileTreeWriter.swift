import Glibc
import Synchronization

/// A folder of files that is put in place all at once, like a `FileTree`, but whose files go to the disk as they are made:
/// for trees that are too large to be held in memory. Several threads may add files at a time.
package final class FileTreeWriter: Sendable {
    private struct State {
        var paths: Set<String> = []
        var folders: Set<String> = []
        var isOver = false
    }

    private let target: String
    private let temporary: String
    private let exists: Bool
    private let state = Mutex(State())

    /// Begins beside `folder`, which need not exist, but must hold nothing that no report wrote.
    package init(to folder: String) throws(ReportFileError) {
        target = FileTree.resolved(folder)
        exists = isFolder(target)
        if exists { try FileTree.refuseForeignFiles(in: target) }
        try makeFolders(FileTree.parent(of: target))
        temporary = "\(target).\(getpid()).tmp"
        FileTree.removeTree(temporary)
        try makeFolders(temporary)
    }

    deinit { if !state.withLock({ $0.isOver }) { FileTree.removeTree(temporary) } }

    /// Writes a file; each path may be written once.
    package func add(_ bytes: [UInt8], at path: String) throws(ReportFileError) {
        guard FileTree.isSafe(path) else { throw .unsafeName(path) }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) }
        let isKnown = state.withLock { state in
            state.paths.insert(path)
            return folder.map { state.folders.contains($0) } ?? true
        }
        if !isKnown, let folder {
            try makeFolders("\(temporary)/\(folder)")
            state.withLock { _ = $0.folders.insert(folder) }
        }
        try writeNewFile(bytes, to: "\(temporary)/\(path)")
    }

    /// Puts the files in the place of what was there; how many there are.
    package func commit() throws(ReportFileError) -> Int {
        let paths = state.withLock { $0.paths }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        try writeNewFile(Array((paths.joined(separator: "\n") + "\n").utf8), to: "\(temporary)/\(FileTree.listName)")
        try FileTree.replace(target, with: temporary, exists: exists)
        state.withLock { $0.isOver = true }
        return paths.count
    }
}
