/// Text of a model, which lives as long as the program: nobody counts references to it, so that threads that write the
/// same answer's halves don't wait for each other.
///
/// Immutable and never freed: hence `@unchecked Sendable`.
package struct LastingText: @unchecked Sendable {
    /// UTF-8.
    package let bytes: UnsafeBufferPointer<UInt8>

    static let empty = LastingText("")

    init(_ text: String) {
        let utf8 = text.utf8
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: utf8.count)
        _ = copy.initialize(from: utf8)
        bytes = UnsafeBufferPointer(copy)
    }
}
