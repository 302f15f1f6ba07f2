package import EmulatorCore
package import WireProtocols

/// Paths below `/_skylab/`, and requests to what the region serves, that only the stand-alone emulator has: a graded
/// submission's listener never sees them.
package struct Administration: Sendable {
    /// Answers a request to such a path.
    package let respond: @Sendable (WireRequest) -> WireResponse
    /// Answers a request that is for a program that runs in the region; nil for every other one.
    package let forward: @Sendable (WireRequest) -> Pending<WireResponse>?

    package init(
        respond: @escaping @Sendable (WireRequest) -> WireResponse,
        forward: @escaping @Sendable (WireRequest) -> Pending<WireResponse>? = { _ in nil }
    ) {
        self.respond = respond
        self.forward = forward
    }

    static let prefix = "/_skylab/"
}
