import FoundationEssentials

/// Why a file or folder of a lab cannot be read.
struct FileReadingError: Error, Sendable {
    /// One line, naming the path.
    var message: String
}

/// The little of the file system that labs need.
enum FileReading {
    static func isFolder(_ path: String) -> Bool { kind(of: path) == .typeDirectory }
    static func isFile(_ path: String) -> Bool { kind(of: path) == .typeRegular }

    static func isSymbolicLink(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType) == .typeSymbolicLink
    }

    /// Follows symbolic links.
    private static func kind(of path: String) -> FileAttributeType? {
        let resolved = URL(filePath: path).resolvingSymlinksInPath().path
        return try? FileManager.default.attributesOfItem(atPath: resolved)[.type] as? FileAttributeType
    }

    /// The bytes of a regular file, which must not have more than `limit`.
    static func bytes(of path: String, limit: Int) throws(FileReadingError) -> [UInt8] {
        guard isFile(path) else {
            throw FileReadingError(message: isFolder(path) ? "\(path) is a folder" : "there is no file \(path)")
        }
        let resolved = URL(filePath: path).resolvingSymlinksInPath()
        let size = (try? FileManager.default.attributesOfItem(atPath: resolved.path)[.size] as? UInt64) ?? 0
        if size > UInt64(limit) {
            throw FileReadingError(message: "\(path) has \(size) bytes; at most \(limit) are read")
        }
        do {
            return [UInt8](try Data(contentsOf: resolved))
        } catch {
            throw FileReadingError(message: "\(path) cannot be read: check its permissions")
        }
    }

    /// The names in a folder, in order of their bytes; empty where it cannot be read.
    static func names(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
