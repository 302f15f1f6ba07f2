import Glibc
import ReportFiles

/// Keeps a second batch from working on the same results folder. The kernel frees it however the process ends.
final class FolderLock: Sendable {
    private let descriptor: Int32

    init(folder: String) throws(BatchError) {
        let path = "\(folder)/.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else {
            throw .file(.system(action: "write", path: path, reason: String(cString: strerror(errno))))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .locked(folder: folder)
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
