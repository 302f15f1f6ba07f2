package import WireProtocols

/// Paths below `/_skylab/` that only the stand-alone emulator has: a graded submission's listener never sees them.
package struct Administration: Sendable {
    /// Answers a request to such a path.
    package let respond: @Sendable (WireRequest) -> WireResponse

    package init(respond: @escaping @Sendable (WireRequest) -> WireResponse) { self.respond = respond }

    static let prefix = "/_skylab/"
}
