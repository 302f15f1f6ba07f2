package import ReportFiles

/// Why a results folder could not be read or written.
package enum ResultsError: Error, Equatable, CustomStringConvertible {
    /// There is no `batch.json`, so it is no results folder.
    case notResults(folder: String)
    /// A newer Skylab made it; nothing in it is touched.
    case newerVersion(file: String, version: Int)
    /// A file is not what it should be; `detail` says where.
    case malformed(file: String, detail: String)
    case file(ReportFileError)

    package var description: String {
        switch self {
        case .notResults(let folder):
            "\(folder) is not a results folder: there is no batch.json in it; `skylab batch … --out \(folder)` makes one"
        case .newerVersion(let file, let version):
            "\(file) has version \(version), this Skylab reads up to \(ResultsManifest.currentVersion): update Skylab; nothing was changed"
        case .malformed(let file, let detail):
            "\(file) cannot be read: \(detail)"
                + (file.hasSuffix("/result.json") ? "; delete it, and the batch makes it anew" : "")
        case .file(let error): error.description
        }
    }
}
