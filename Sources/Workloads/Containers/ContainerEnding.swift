import CloudState
import GradeModel

extension RunningTask {
    /// The exit code that a container's end stands for, and AWS's reason where there is one.
    static func exit(_ ending: ProgramEnding) -> (code: Int, reason: String?) {
        switch ending {
        case .exited(let code): (code, nil)
        case .signalled(let signal, _): (128 + signal, nil)
        case .limit(.memory): (137, "OutOfMemoryError: Container killed due to memory usage")
        case .limit(.disk): (1, "no space left on device")
        case .limit(.processes): (137, "Container killed: it has more processes than its limit")
        case .limit: (137, nil)
        case .forbiddenSystemCall(let name): (159, "Container killed: the system call \(name) is not allowed")
        case .notStarted(let reason): (127, reason)
        }
    }

    /// In the words of Docker and runc.
    static func cannotStart(_ container: TaskLaunch.Container, _ reason: String) -> String {
        let program = reason.prefix { $0 != ":" }
        let isMissing = reason.hasSuffix("No such file or directory")
        let what =
            isMissing && !program.contains("/")
            ? "executable file not found in $PATH"
            : isMissing ? "stat \(program): no such file or directory" : "permission denied"
        return
            "CannotStartContainerError: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"\(program)\": \(what): unknown"
    }
}
