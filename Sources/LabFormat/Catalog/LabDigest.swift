import Digests

/// A name for what a lab grades by.
enum LabDigest {
    /// Folders that grading reads, besides `lab.yaml`.
    private static let folders = ["fixtures", "gen", "graders", "images"]
    private static let maximumFileBytes = 256 << 20
    private static let maximumFiles = 10_000

    /// Each file counts with its path and its length, so that no two labs share the bytes that are hashed. Symbolic links
    /// are refused: what they lead to may change unnoticed.
    static func of(folder: String) throws(FileReadingError) -> String {
        var paths = [LoadedLab.fileName]
        for name in folders where FileReading.isFolder("\(folder)/\(name)") { try collect(name, in: folder, &paths) }
        var hash = DigestState(.sha256)
        for path in paths.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            let bytes = try FileReading.bytes(of: "\(folder)/\(path)", limit: maximumFileBytes)
            hash.update("\(path.utf8.count):\(path)\(bytes.count):".utf8)
            hash.update(bytes)
        }
        return hash.finish().hex
    }

    private static func collect(
        _ path: String, in folder: String, _ paths: inout [String]
    ) throws(FileReadingError) {
        for name in FileReading.names(in: "\(folder)/\(path)") {
            let inner = "\(path)/\(name)"
            if FileReading.isSymbolicLink("\(folder)/\(inner)") {
                throw FileReadingError(message: "\(folder)/\(inner) is a symbolic link: copy the file into the lab")
            }
            if FileReading.isFolder("\(folder)/\(inner)") {
                try collect(inner, in: folder, &paths)
            } else {
                paths.append(inner)
            }
            if paths.count > maximumFiles {
                throw FileReadingError(message: "\(folder) has more than \(maximumFiles) files to grade by")
            }
        }
    }
}
