import ArgumentParser
import Glibc

/// The exit codes that scripts may rely on.
enum ExitStatus: Int32 {
    case passed = 0
    case failed = 1
    /// The command line or the lab is wrong.
    case usage = 2
    /// A mistake of ours.
    case `internal` = 3
    /// There is nothing to grade.
    case nothing = 4
    /// The machine did not allow something: results are incomplete.
    case infrastructure = 5
    /// A report could not be written.
    case output = 6
}

/// A failure that is told to the person and ends the command.
struct CommandFailure: Error, CustomStringConvertible {
    var message: String
    var code: ExitStatus

    init(_ message: String, code: ExitStatus) {
        self.message = message
        self.code = code
    }

    var description: String { message }
}

/// Writes to standard output at once; a reader that has gone away ends the process quietly.
func writeOut(_ text: String) { write(text, to: STDOUT_FILENO) }

/// Writes to standard error.
func writeError(_ text: String) { write(text, to: STDERR_FILENO) }

private func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                return
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }
}
