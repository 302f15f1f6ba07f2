/// An IPv4 or IPv6 address or block, for `IpAddress`.
struct IPBlock: Equatable {
    private let bytes: [UInt8]
    private let prefixLength: Int

    /// Reads `203.0.113.5`, `203.0.113.0/24` or their IPv6 counterparts; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let bytes = Self.version4(parts[0]) ?? Self.version6(parts[0]) else {
            return nil
        }
        var length = bytes.count * 8
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...length).contains(given) else { return nil }
            length = given
        }
        self.bytes = bytes
        prefixLength = length
    }

    func contains(_ other: IPBlock) -> Bool {
        guard bytes.count == other.bytes.count, other.prefixLength >= prefixLength else { return false }
        let whole = prefixLength / 8
        guard bytes[..<whole] == other.bytes[..<whole] else { return false }
        let rest = prefixLength % 8
        return rest == 0 || bytes[whole] >> (8 - rest) == other.bytes[whole] >> (8 - rest)
    }

    private static func version4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { $0.utf8.count <= 3 ? UInt8($0) : nil }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    private static func version6(_ text: Substring) -> [UInt8]? {
        guard text.contains(":") else { return nil }
        let halves: [Substring]
        if let gap = text.firstRange(of: "::") {
            halves = [text[..<gap.lowerBound], text[gap.upperBound...]]
        } else {
            halves = [text]
        }
        let groups = halves.map { half in half.split(separator: ":", omittingEmptySubsequences: true) }
        let count = groups.reduce(0) { $0 + $1.count }
        guard halves.count == 2 ? count < 8 : count == 8 else { return nil }
        var words: [UInt16] = []
        for (index, half) in groups.enumerated() {
            if index == 1 { words += Array(repeating: 0, count: 8 - count) }
            for group in half {
                guard group.utf8.count <= 4, let word = UInt16(group, radix: 16) else { return nil }
                words.append(word)
            }
        }
        return words.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    }
}
