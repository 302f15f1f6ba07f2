package import EmulatorCore
package import WireProtocols

/// What a listener answers beside the API: paths below `/_skylab/`, which only the stand-alone emulator has, and requests to what
/// the region serves.
package struct Administration: Sendable {
    /// Answers a request to such a path; nil where there are none.
    package let respond: (@Sendable (WireRequest) -> WireResponse)?
    /// Answers a request that is for a program that runs in the region; nil for every other one.
    package let forward: @Sendable (WireRequest) -> Pending<WireResponse>?

    package init(
        respond: (@Sendable (WireRequest) -> WireResponse)?,
        forward: @escaping @Sendable (WireRequest) -> Pending<WireResponse>? = { _ in nil }
    ) {
        self.respond = respond
        self.forward = forward
    }

    static let prefix = "/_skylab/"
}
