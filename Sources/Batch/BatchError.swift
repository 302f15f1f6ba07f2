package import ReportFiles
package import ResultsFolder
package import Submissions

/// Why a class could not be graded, or not any further. What was stored stays stored.
package enum BatchError: Error, CustomStringConvertible {
    /// Another process works on the folder.
    case locked(folder: String)
    /// The folder has the results of another lab.
    case otherLab(folder: String, found: String, wanted: String)
    /// A newer Skylab made the store.
    case newerStore(file: String, version: Int)
    /// SQLite could not read or write, for instance because the disk is full.
    case store(file: String, detail: String)
    case submissions(SubmissionError)
    case results(ResultsError)
    case file(ReportFileError)
    /// Two submissions or two rows of the roster are one student's.
    case ambiguous(String)

    package var description: String {
        switch self {
        case .locked(let folder): "another batch works on \(folder): wait for its end, or stop it"
        case .otherLab(let folder, let found, let wanted):
            "\(folder) has the results of the lab '\(found)', not of '\(wanted)': choose another folder with --out"
        case .newerStore(let file, let version):
            "\(file) has version \(version), this Skylab reads up to \(BatchStore.version): update Skylab; nothing was changed"
        case .store(let file, let detail):
            "\(file): \(detail); once that is put right, the same command goes on from what is stored"
        case .submissions(let error): error.message
        case .results(let error): error.description
        case .file(let error):
            "\(error.description); once that is put right, the same command goes on from what is stored"
        case .ambiguous(let text): text
        }
    }
}
