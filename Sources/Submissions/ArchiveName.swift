/// Names of archives.
package enum ArchiveName {
    private static let suffixes = [".zip", ".tar.gz", ".tgz", ".tar"]

    /// The suffixes in words.
    static let list = ".zip, .tar.gz, .tgz or .tar"

    /// The name without its suffix; nil where it is not that of an archive.
    package static func base(of name: String) -> String? {
        let lower = name.lowercased()
        guard let suffix = suffixes.first(where: { lower.hasSuffix($0) }), lower.utf8.count == name.utf8.count,
            name.utf8.count > suffix.utf8.count
        else { return nil }
        return String(decoding: name.utf8.dropLast(suffix.utf8.count), as: UTF8.self)
    }
}
