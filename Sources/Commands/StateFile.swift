import EmulatorCore
import Glibc
import ReportFiles
import ServiceModel
import Synchronization

/// The file in which `skylab emulator --state` keeps its region: a journal that is appended to.
final class StateFile: Sendable {
    /// What was in the file when it was opened.
    let journal: Journal
    private let path: String
    private let descriptor: Mutex<Int32>

    /// Opens the file, or makes it. Two emulators on one file exclude each other.
    init(path: String, seed: String, epoch: Timestamp) throws(CommandFailure) {
        self.path = path
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure(path, String(cString: strerror(errno))) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(file)
            throw Self.failure(path, "another emulator uses it")
        }
        do {
            let bytes = try readFile(path)
            if bytes.contains(UInt8(ascii: "\n")) {
                journal = try Journal(bytes)
                ftruncate(file, journal.wholeBytes)
                lseek(file, 0, SEEK_END)
            } else {
                // New, or cut off within its first line.
                journal = Journal(seed: seed, epoch: epoch)
                ftruncate(file, 0)
                Self.write(journal.header, file)
            }
        } catch {
            Glibc.close(file)
            throw Self.failure(path, "\(error)")
        }
        descriptor = Mutex(file)
    }

    private static func failure(_ path: String, _ problem: String) -> CommandFailure {
        CommandFailure("the state file \(path) cannot be used: \(problem)", code: .usage)
    }

    /// Adds a call that changed something. One write, so that a line is there whole or, at worst, cut off at the end.
    func append(_ record: CallRecord) {
        let line = Journal.line(record)
        descriptor.withLock { if $0 >= 0 { Self.write(line, $0) } }
    }

    /// Begins anew, as `POST /_skylab/reset` does.
    func reset() {
        descriptor.withLock { file in
            guard file >= 0 else { return }
            ftruncate(file, 0)
            lseek(file, 0, SEEK_SET)
            Self.write(Journal(seed: journal.seed, epoch: journal.epoch).header, file)
        }
    }

    func close() {
        descriptor.withLock { file in
            guard file >= 0 else { return }
            fsync(file)
            Glibc.close(file)
            file = -1
        }
    }

    private static func write(_ text: String, _ file: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
