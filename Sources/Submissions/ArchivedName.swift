import CLibArchive
import Glibc

/// The text of a name in an archive.
enum ArchivedName {
    /// UTF-8, whatever the archive says of itself: that is what nearly every tool writes. Names in a zip that are no UTF-8
    /// are in IBM's code page 437 (APPNOTE.TXT, appendix D), in which Windows writes those with an umlaut.
    ///
    /// Nil where there is none, or where a tar archive has anything but UTF-8.
    static func text(of entry: OpaquePointer, in archive: OpaquePointer) -> String? {
        guard let name = archive_entry_pathname(entry), name.pointee != 0 else { return nil }
        let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name))
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        guard archive_format(archive) & ARCHIVE_FORMAT_BASE_MASK == ARCHIVE_FORMAT_ZIP else { return nil }
        return decoded(Array(bytes))
    }

    private static func decoded(_ bytes: [UInt8]) -> String? {
        let converter = iconv_open("UTF-8", "CP437")
        guard converter != iconv_t(bitPattern: -1) else { return nil }
        defer { iconv_close(converter) }
        var source = bytes.map(CChar.init(bitPattern:))
        // No character of the page takes more than three bytes.
        var result = [CChar](repeating: 0, count: 3 * bytes.count)
        let left = source.withUnsafeMutableBufferPointer { from in
            result.withUnsafeMutableBufferPointer { into in
                var start = from.baseAddress
                var end = into.baseAddress
                var unread = from.count
                var room = into.count
                return iconv(converter, &start, &unread, &end, &room) == Int.max ? nil : room
            }
        }
        guard let left else { return nil }
        return String(validating: result.prefix(result.count - left).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
