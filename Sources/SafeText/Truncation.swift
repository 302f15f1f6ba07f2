/// The mark that stands for bytes left out.
package func truncationMark(bytes: Int) -> String { "…[truncated \(bytes) bytes]…" }

extension String {
    /// Beginning and end of the text, cut at scalar boundaries, with a mark for what is between; the text itself where
    /// it has at most `limit` bytes of UTF-8.
    package func truncated(to limit: Int) -> String {
        var text = MarkedText(plain: Array(utf8))
        text.apply(truncationEdits(of: text.bytes, to: limit))
        return String(decoding: text.bytes, as: UTF8.self)
    }

    /// The text's first `limit` bytes of UTF-8, cut at a scalar boundary, and how many bytes are left out.
    package func beginning(of limit: Int) -> (text: String, left: Int) {
        let limit = max(limit, 0)
        let count = utf8.count
        guard count > limit else { return (self, 0) }
        let bytes = Array(utf8.prefix(limit + 1))
        var end = limit
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return (String(decoding: bytes[..<end], as: UTF8.self), count - end)
    }
}

extension MarkedText {
    /// Bytes without styles, taken as they are.
    init(plain bytes: [UInt8]) { self.bytes = bytes }
}

/// The edit that cuts the middle out; none where the text fits.
///
/// Half of the limit is for the beginning, half for the end, where the error usually is.
func truncationEdits(of bytes: [UInt8], to limit: Int) -> [TextEdit] {
    guard bytes.count > max(limit, 0) else { return [] }
    var head = max(limit, 0) / 2
    var tail = bytes.count - (max(limit, 0) - head)
    while head > 0, bytes[head] & 0xC0 == 0x80 { head -= 1 }
    while tail < bytes.count, bytes[tail] & 0xC0 == 0x80 { tail += 1 }
    let mark = truncationMark(bytes: tail - head)
    let ownLine = bytes.contains(0x0A)
    return [TextEdit(range: head..<tail, replacement: Array((ownLine ? "\n\(mark)\n" : mark).utf8))]
}
