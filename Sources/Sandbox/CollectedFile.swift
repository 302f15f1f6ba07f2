import Glibc

/// A file that a policy wanted out of the box, once every process in it was dead.
package struct CollectedFile: Sendable, Equatable {
    /// Relative to the working directory, as the policy has it.
    package var path: String
    /// Its bytes; nil where it was refused.
    package var contents: [UInt8]?
    /// Why it was refused, in words for whoever handed in the submission; empty where it was not.
    package var problem: String

    /// The most bytes that one box gives out, all files together.
    package static let most = 16 << 20

    /// Reads what `spawnd` has put into a memfd; see `Sources/spawnd/collect.h`. Files of which it says nothing are lost.
    static func read(from descriptor: Int32, paths: [String]) -> [CollectedFile] {
        var bytes = ArraySlice(everything(of: descriptor))
        return paths.map { path in
            guard let code = take(UInt32.self, from: &bytes) else {
                return CollectedFile(path: path, contents: nil, problem: "the sandbox did not hand it out")
            }
            guard code == 0, let size = take(UInt64.self, from: &bytes), size <= UInt64(bytes.count) else {
                return CollectedFile(path: path, contents: nil, problem: words(Int32(clamping: code)))
            }
            let contents = Array(bytes.prefix(Int(size)))
            bytes = bytes.dropFirst(Int(size))
            return CollectedFile(path: path, contents: contents, problem: "")
        }
    }

    private static func words(_ code: Int32) -> String {
        switch code {
        case ENOENT: "there is no such file"
        case ELOOP: "it is a symbolic link, or there is one on the way to it"
        case EXDEV: "the way to it leads out of the folder"
        case EINVAL, EISDIR, ENXIO: "it is no regular file"
        case EMLINK: "the file has more than one name"
        case EFBIG: "the file is larger than files may be"
        case ENOSPC: "all files together are larger than \(most >> 20) MiB"
        default: String(cString: strerror(code))
        }
    }

    private static func take<Number: FixedWidthInteger>(_: Number.Type, from bytes: inout ArraySlice<UInt8>) -> Number?
    {
        let size = MemoryLayout<Number>.size
        guard bytes.count >= size else { return nil }
        var number = Number.zero
        withUnsafeMutableBytes(of: &number) { $0.copyBytes(from: bytes.prefix(size)) }
        bytes = bytes.dropFirst(size)
        return number
    }

    private static func everything(of descriptor: Int32) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return [] }
        let size = min(Int(status.st_size), 2 * most)
        var done = 0
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while done < size, let start = buffer.baseAddress {
                let length = pread(descriptor, start + done, size - done, off_t(done))
                if length <= 0 { break }
                done += length
            }
            count = done
        }
    }
}
