import CLibArchive
import Glibc

extension ZipArchive {
    /// An archive of one file, deflated. Its time is the first that the format knows, so that equal contents are equal bytes.
    ///
    /// Throws `ArchiveError.unreadable` with libarchive's reason where that cannot be made.
    package static func packed(_ contents: [UInt8], name: String) throws(ArchiveError) -> [UInt8] {
        guard let archive = archive_write_new(), let entry = archive_entry_new() else {
            throw .unreadable("out of memory")
        }
        defer {
            archive_write_free(archive)
            archive_entry_free(entry)
        }
        archive_write_set_format_zip(archive)
        archive_write_set_options(archive, "zip:compression=deflate,zip:compression-level=9")
        archive_write_set_bytes_in_last_block(archive, 1)
        archive_entry_set_pathname(entry, name)
        archive_entry_set_size(entry, Int64(contents.count))
        archive_entry_set_filetype(entry, mode_t(0o100000))
        archive_entry_set_perm(entry, 0o644)
        // 1980-01-01; the format's times have no zone.
        archive_entry_set_mtime(entry, 315_532_800, 0)
        // What does not shrink grows by a few bytes a block; names and lists stand beside it.
        var bytes = [UInt8](repeating: 0, count: contents.count + contents.count / 1000 + 4096 + 4 * name.utf8.count)
        var used = 0
        let isWritten = bytes.withUnsafeMutableBytes { buffer in
            archive_write_open_memory(archive, buffer.baseAddress, buffer.count, &used) == ARCHIVE_OK
                && archive_write_header(archive, entry) == ARCHIVE_OK
                && contents.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) == $0.count }
                && archive_write_close(archive) == ARCHIVE_OK
        }
        guard isWritten else { throw problem(archive) }
        return Array(bytes.prefix(used))
    }
}
