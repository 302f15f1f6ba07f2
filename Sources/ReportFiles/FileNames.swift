/// A file name made of anything: `[a-z0-9-]`, 1 to 40 characters, safe on every file system.
///
/// Where characters were lost, a hash of the whole is appended, so that different texts keep different names.
package func fileNameSlug(_ text: String) -> String {
    var slug = ""
    var lossy = false
    for byte in text.utf8 {
        if slug.utf8.count > 40 {
            lossy = true
            break
        }
        switch byte {
        case 0x61...0x7A, 0x30...0x39: slug.unicodeScalars.append(Unicode.Scalar(byte))
        case 0x2D where !slug.isEmpty: slug.append("-")
        default:
            lossy = true
            if !slug.isEmpty, slug.utf8.last != 0x2D { slug.append("-") }
        }
    }
    while slug.utf8.last == 0x2D {
        slug.removeLast()
        lossy = true
    }
    guard lossy || slug.isEmpty || slug.utf8.count > 40 || reservedNames.contains(slug) else { return slug }
    let hash = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let suffix = String(hash | 1 << 63, radix: 16).suffix(8)
    return slug.isEmpty ? "x-\(suffix)" : "\(slug.prefix(31))-\(suffix)"
}

/// Names that Windows keeps for devices.
private let reservedNames: Set<String> = Set(
    ["con", "prn", "aux", "nul"] + (1...9).flatMap { ["com\($0)", "lpt\($0)"] })
