import Digests

extension Student {
    /// The most bytes that a key has.
    private static let longest = 40
    /// Hexadecimal digits that make a shortened key different from all others.
    private static let hashDigits = 16

    /// A folder name made of an id: the id itself where it consists of `[a-z0-9-]`, is short enough and is no name that
    /// Windows keeps for a device; else what can be kept of it and a part of its SHA-256. Equal ids have equal keys,
    /// whoever else is in the class.
    package static func key(for id: String) -> String {
        let bytes = Array(id.utf8)
        let isWhole =
            !bytes.isEmpty && bytes.count <= longest && bytes.first != 0x2D && bytes.last != 0x2D
            && bytes.allSatisfy { isPlain($0) || $0 == 0x2D } && !devices.contains(id) && !looksHashed(bytes)
        if isWhole { return id }
        var kept = ""
        for byte in bytes.prefix(200) {
            let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            if isPlain(lower) {
                kept.unicodeScalars.append(Unicode.Scalar(lower))
            } else if !kept.isEmpty, kept.utf8.last != 0x2D {
                kept.append("-")
            }
            if kept.utf8.count == longest - hashDigits - 1 { break }
        }
        while kept.utf8.last == 0x2D { kept.removeLast() }
        return "\(kept.isEmpty ? "x" : kept)-\(Digest.sha256.of(id).hex.prefix(hashDigits))"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }

    /// An id that ends like a hashed key is hashed itself: nobody can choose a name that is somebody else's key.
    private static func looksHashed(_ bytes: [UInt8]) -> Bool {
        bytes.count > hashDigits && bytes[bytes.count - hashDigits - 1] == 0x2D
            && bytes.suffix(hashDigits).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static let devices: Set<String> = Set(
        ["con", "prn", "aux", "nul"] + (0...9).flatMap { ["com\($0)", "lpt\($0)"] })
}
