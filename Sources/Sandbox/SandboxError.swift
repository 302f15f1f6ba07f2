import Glibc

/// Why there is no box. It is always the grader's or the machine's fault, never the student's.
package enum SandboxError: Error, Sendable, Equatable {
    /// No `spawnd` in any of these places.
    case launcherNotFound(searched: [String])
    /// `spawnd` could not be started.
    case launcherNotStarted(path: String, errno: Int32)
    /// `spawnd` ended, and with it every box.
    case launcherLost
    /// `spawnd` is of another build.
    case launcherMismatch(path: String)
    /// The policy asks for something that makes no sense; the text names it.
    case invalidPolicy(String)
    /// This machine did not let a step of making the box happen.
    case unavailable(step: String, errno: Int32)
    /// This machine does not let any box of the kind be made; the library tries another kind.
    case noBlank(step: String, errno: Int32)
    /// A box can be made, but not one that confines a program well enough to run it unasked.
    case belowStandard(missing: [String])
    /// The system is out of something that the library itself needs, for instance descriptors.
    case resources(step: String, errno: Int32)
    /// The box died without saying how the program ended.
    case boxLost
}

extension SandboxError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .launcherNotFound(let searched):
            "spawnd, the program that makes sandboxes, is in none of these places: \(searched.joined(separator: ", "));"
                + " install it beside skylab or name it in SKYLAB_SPAWND"
        case .launcherNotStarted(let path, let code):
            "\(path) cannot be started: \(message(of: code))"
        case .launcherLost:
            "spawnd, the program that makes sandboxes, ended unexpectedly; grade again"
        case .launcherMismatch(let path):
            "\(path) belongs to another version of skylab; install both from the same build"
        case .invalidPolicy(let problem):
            "the sandbox policy is not valid: \(problem)"
        case .unavailable(let step, let code), .noBlank(let step, let code):
            "no sandbox can be made here: \(step): \(message(of: code))" + remedy(step: step, code: code)
        case .belowStandard(let missing):
            "the sandbox of this machine is too weak to run students' programs in: \(missing.joined(separator: "; "))."
                + " `skylab doctor` says how to turn it on; with --sandbox=degraded they are run all the same"
        case .resources(let step, let code):
            "the sandbox cannot be prepared: \(step): \(message(of: code))"
        case .boxLost:
            "the sandbox ended without a report; grade again"
        }
    }
}

private func message(of code: Int32) -> String { String(cString: strerror(code)) }

/// What to do about it, where that is known; begins with a separator.
private func remedy(step: String, code: Int32) -> String {
    if step.hasPrefix("clone3") || step.hasPrefix("uid map") {
        return code == ENOSYS ? "; Linux 5.12 or later is needed" : "; `\(SandboxRemedy.namespaces)`"
    }
    if step == "mount /proc", code == EPERM {
        return "; the container masks parts of /proc: run it with `--security-opt systempaths=unconfined`"
    }
    return ""
}
