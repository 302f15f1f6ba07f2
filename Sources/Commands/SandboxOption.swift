import ArgumentParser

/// How little confinement a program is run with.
enum SandboxOption: String, ExpressibleByArgument, CaseIterable {
    /// Namespaces, or where those are refused Landlock and seccomp; else the grading is refused.
    case standard
    /// Whatever this machine has.
    case degraded

    static let explanation =
        "degraded: grade on a machine whose sandbox is too weak, too; only for programs that you trust."
}
