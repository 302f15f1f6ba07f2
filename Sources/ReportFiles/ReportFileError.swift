import Glibc

/// Why report files could not be read or written.
package enum ReportFileError: Error, Equatable, CustomStringConvertible {
    /// A call of the system failed; `reason` is its own text.
    case system(action: String, path: String, reason: String)
    /// The folder holds something that no report wrote, so it is not replaced.
    case foreignFile(folder: String, name: String)
    /// A name that would leave the folder or cannot be a file's name.
    case unsafeName(String)

    package var description: String {
        switch self {
        case .system(let action, let path, let reason): "cannot \(action) \(path): \(reason)"
        case .foreignFile(let folder, let name):
            "\(folder) is not replaced, because \(name) in it is not part of a Skylab report: choose another folder, or remove it"
        case .unsafeName(let name): "\(name) cannot be the name of a report's file"
        }
    }

    /// The error of the call that has just failed.
    static func last(_ action: String, _ path: String) -> ReportFileError {
        .system(action: action, path: path, reason: String(cString: strerror(errno)))
    }
}
