package import GradeModel

/// Keeps the beginning and the end of a stream of bytes, and counts the rest.
package struct OutputCapture: Sendable {
    /// How many bytes of the beginning are kept, and as many of the end.
    package static let kept = 64 << 10

    private var head: [UInt8] = []
    /// The bytes behind `head`, the newest at the end; cut back to `kept` when it has grown to twice that.
    private var tail: [UInt8] = []
    /// How many bytes were added.
    package private(set) var totalBytes = 0

    /// Nothing yet.
    package init() {}

    /// Adds what was read.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        totalBytes += bytes.count
        let first = min(bytes.count, OutputCapture.kept - head.count)
        if first > 0 { head.append(contentsOf: bytes[0..<first]) }
        guard first < bytes.count else { return }
        tail.append(contentsOf: bytes[max(first, 0)...].suffix(OutputCapture.kept))
        if tail.count > 2 * OutputCapture.kept { tail.removeFirst(tail.count - OutputCapture.kept) }
    }

    /// The text so far. Characters are not cut in two where something is left out.
    package var captured: CapturedOutput {
        if totalBytes <= 2 * OutputCapture.kept {
            return CapturedOutput(head: String(decoding: head + tail, as: UTF8.self), totalBytes: totalBytes)
        }
        let beginning = head.dropLast(OutputCapture.incompleteSuffix(of: head))
        let end = tail.suffix(OutputCapture.kept).drop(while: isContinuation, atMost: 3)
        return CapturedOutput(
            head: String(decoding: beginning, as: UTF8.self), tail: String(decoding: end, as: UTF8.self),
            totalBytes: totalBytes, omittedBytes: totalBytes - beginning.count - end.count)
    }

    /// How many bytes at the end begin a character that is not there in full.
    private static func incompleteSuffix(of bytes: [UInt8]) -> Int {
        for (back, byte) in bytes.suffix(4).reversed().enumerated() where !isContinuation(byte) {
            let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
            return length > back + 1 ? back + 1 : 0
        }
        return 0
    }
}

private func isContinuation(_ byte: UInt8) -> Bool { byte & 0xc0 == 0x80 }

extension ArraySlice<UInt8> {
    fileprivate func drop(while predicate: (UInt8) -> Bool, atMost count: Int) -> ArraySlice<UInt8> {
        dropFirst(prefix(count).prefix(while: predicate).count)
    }
}
