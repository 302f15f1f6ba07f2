/// What an image may hold; beyond that it is refused.
package struct ImageLimits: Sendable {
    /// Bytes of all files of all layers, unpacked.
    package var bytes = 4 << 30
    /// Entries of all layers.
    package var entries = 400_000
    /// Names in a path.
    package var depth = 64
    /// Layers.
    package var layers = 128
    /// Bytes of a manifest or a configuration.
    package var document = 4 << 20

    package init() {}
}
