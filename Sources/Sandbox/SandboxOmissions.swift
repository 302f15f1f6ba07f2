import CSpawnProtocol

/// Layers that a box is made without.
///
/// A machine that refuses namespaces omits them by itself. Beyond that, leaving one out serves to show what holds when it
/// fails; grading never asks for it.
package struct SandboxOmissions: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32

    /// The bits of the protocol's `enum omission`.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    private init(_ bit: omission) { rawValue = bit.rawValue }

    /// All seven namespaces, and with them the private root, `/proc` and network.
    package static let namespaces = SandboxOmissions(OMIT_NAMESPACES)
    package static let landlock = SandboxOmissions(OMIT_LANDLOCK)
    /// The filter of system calls. Sleeps last.
    package static let seccomp = SandboxOmissions(OMIT_SECCOMP)
    /// The limits of single processes.
    package static let resourceLimits = SandboxOmissions(OMIT_LIMITS)
    package static let controlGroup = SandboxOmissions(OMIT_GROUP)
}
