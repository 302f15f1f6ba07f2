/// Which kinds of confinement a run had, taken together.
package enum SandboxTier: String, Sendable, Codable {
    /// Namespaces, Landlock, seccomp and limits.
    case full
    /// Landlock (files, TCP, signals), seccomp and limits: user namespaces are refused here.
    case withoutNamespaces = "without namespaces"
    /// Less than either.
    case degraded

    /// Whether students' programs are run in it without anybody having asked for that.
    package var isStandard: Bool { self != .degraded }

    /// The tier of a box that was made without `omissions`, under this ABI of Landlock (0 for none). From ABI 6 on
    /// Landlock keeps signals within a box.
    init(omissions: SandboxOmissions, landlock: Int) {
        let isFiltered = omissions.isDisjoint(with: [.seccomp, .resourceLimits])
        if !omissions.contains(.namespaces) {
            self = isFiltered && landlock > 0 ? .full : .degraded
        } else {
            self = isFiltered && landlock >= 6 ? .withoutNamespaces : .degraded
        }
    }
}
