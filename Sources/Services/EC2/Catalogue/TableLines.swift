/// The lines of a generated table in the executable's read-only data.
struct TableLines: Sequence, IteratorProtocol {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ source: StaticString) {
        bytes = UnsafeBufferPointer(start: source.utf8Start, count: source.utf8CodeUnitCount)
    }

    mutating func next() -> Substring? {
        guard position < bytes.count else { return nil }
        var end = position
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)[...]
    }
}
