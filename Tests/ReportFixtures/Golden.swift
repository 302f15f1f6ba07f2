import Glibc

/// Files in the project that documents are compared with.
package enum Golden {
    /// The project's root, from where this file is.
    package static let root: String = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    /// The bytes of a file; nil where there is none.
    package static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path.hasPrefix("/") ? path : "\(root)/\(path)", "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// What differs between a document and the golden file, in words; nil where nothing does.
    ///
    /// With `RECORD_GOLDEN` in the environment, or where there is no golden file, the document becomes the file and
    /// the answer says so: a recording run never passes.
    package static func difference(_ document: [UInt8], from path: String) -> String? {
        let golden = read(path)
        guard let golden, getenv("RECORD_GOLDEN") == nil else {
            if golden == document { return nil }
            return write(document, to: "\(root)/\(path)")
                ? "recorded \(path): look at it, then run again" : "cannot write \(path)"
        }
        guard golden != document else { return nil }
        let (old, new) = (lines(golden), lines(document))
        let line = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
        return """
            \(path):\(line + 1) differs (RECORD_GOLDEN=1 records it anew)
            - \(line < old.count ? old[line] : "(end)")
            + \(line < new.count ? new[line] : "(end)")
            """
    }

    private static func lines(_ bytes: [UInt8]) -> [Substring] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    }

    private static func write(_ bytes: [UInt8], to path: String) -> Bool {
        guard let file = fopen(path, "w") else { return false }
        defer { fclose(file) }
        return fwrite(bytes, 1, bytes.count, file) == bytes.count
    }
}
