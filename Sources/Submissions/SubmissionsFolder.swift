import Glibc

/// The submissions of a class: a folder in which each student has a folder or an archive.
package struct SubmissionsFolder: Sendable {
    /// One entry of it.
    package struct Entry: Sendable, Equatable {
        /// The name on disk.
        package var fileName: String
        /// The name without an archive's suffix: the student's, unless a roster knows better.
        package var name: String
        package var path: String
    }

    /// Sorted by the bytes of their names.
    package let entries: [Entry]
    /// What is left alone, and why: files that are no submission, and names and links that lead nowhere.
    package struct Ignored: Sendable, Equatable {
        package var name: String
        package var reason: String
    }

    /// Sorted by the bytes of their names.
    package let ignored: [Ignored]

    /// Looks through a folder; reads nothing of the submissions yet. A file that is called as a student and one of the lab's
    /// `entries` is a submission, too.
    package init(path: String, entries programs: [String] = []) throws(SubmissionError) {
        guard access("\(path)/batch.json", F_OK) != 0 else {
            throw SubmissionError("\(path) holds the results of a batch, no submissions")
        }
        guard let stream = opendir(path) else { throw SubmissionError("\(path): \(lastError())") }
        defer { closedir(stream) }
        var entries: [Entry] = []
        var ignored: [Ignored] = []
        while let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard bytes.first != UInt8(ascii: ".") else { continue }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                let shown = String(decoding: bytes, as: UTF8.self)
                ignored.append(Ignored(name: shown, reason: "has a name that is not UTF-8: rename it and run again"))
                continue
            }
            var status = stat()
            guard stat("\(path)/\(name)", &status) == 0 else {
                ignored.append(Ignored(name: name, reason: "cannot be read: \(lastError())"))
                continue
            }
            if status.st_mode & S_IFMT == S_IFDIR {
                // Results of an earlier batch beside the submissions, or a report.
                if ["batch.json", ".skylab-report"].contains(where: { access("\(path)/\(name)/\($0)", F_OK) == 0 }) {
                    ignored.append(Ignored(name: name, reason: "holds Skylab's own results"))
                    continue
                }
                entries.append(Entry(fileName: name, name: name, path: "\(path)/\(name)"))
            } else if let base = ArchiveName.base(of: name) {
                entries.append(Entry(fileName: name, name: base, path: "\(path)/\(name)"))
            } else if let lone = LoneFile(name, entries: programs) {
                entries.append(Entry(fileName: name, name: lone.name, path: "\(path)/\(name)"))
            } else {
                ignored.append(Ignored(name: name, reason: Self.reason(name)))
            }
        }
        self.entries = entries.sorted { $0.fileName.utf8.lexicographicallyPrecedes($1.fileName.utf8) }
        self.ignored = ignored.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Why a file is no submission.
    private static func reason(_ name: String) -> String {
        let others = [".rar", ".7z", ".xz", ".txz", ".bz2", ".tbz2", ".zst", ".gz"]
        guard let suffix = others.first(where: name.lowercased().hasSuffix) else {
            return "is neither a folder nor an archive"
        }
        return "is a \(suffix) file, which is not read: ask for \(ArchiveName.list)"
    }
}
