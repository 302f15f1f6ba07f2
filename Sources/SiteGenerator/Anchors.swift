/// Ids of elements on a page, made of texts from outside: stable, unique, and safe in a URL.
struct Anchors {
    private var taken: Set<String> = []
    private var byName: [String: String] = [:]

    /// The id for a name: what is left of it in `[A-Za-z0-9._-]`, and a number where that is taken already.
    mutating func claim(_ name: String, prefix: String) -> String {
        let kept = name.utf8.prefix(64).filter { byte in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
                || byte == 0x5F
        }
        let base = prefix + String(decoding: kept, as: UTF8.self)
        var id = base
        var number = 2
        while !taken.insert(id).inserted {
            id = "\(base)~\(number)"
            number += 1
        }
        if byName[name] == nil { byName[name] = id }
        return id
    }

    /// The id that the first claim of this name got.
    func find(_ name: String) -> String? { byName[name] }
}
