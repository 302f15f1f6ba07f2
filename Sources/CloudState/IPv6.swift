/// An IPv6 address.
package struct IPv6Address: Hashable, Sendable, CustomStringConvertible {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads RFC 4291 text without an embedded IPv4 address or zone; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let halves = text.split(separator: ":", omittingEmptySubsequences: false)
        guard halves.count >= 3, halves.count <= 9 else { return nil }
        // An empty piece inside is the gap; at either end it comes in pairs (`::1`, `1::`).
        var pieces = halves.map { String($0) }
        if pieces.first == "" {
            guard pieces[1] == "" else { return nil }
            pieces.removeFirst()
        }
        if pieces.last == "" {
            guard pieces.count >= 2, pieces[pieces.count - 2] == "" else { return nil }
            pieces.removeLast()
        }
        let gaps = pieces.indices.filter { pieces[$0].isEmpty }
        guard gaps.count <= 1, gaps.isEmpty ? pieces.count == 8 : pieces.count <= 8 else { return nil }
        var groups: [UInt64] = []
        for piece in pieces {
            if piece.isEmpty {
                groups += Array(repeating: 0, count: 9 - pieces.count)
                continue
            }
            guard piece.utf8.count <= 4, let value = UInt64(piece, radix: 16), !piece.hasPrefix("+"),
                !piece.hasPrefix("-")
            else { return nil }
            groups.append(value)
        }
        guard groups.count == 8 else { return nil }
        high = groups[0] << 48 | groups[1] << 32 | groups[2] << 16 | groups[3]
        low = groups[4] << 48 | groups[5] << 32 | groups[6] << 16 | groups[7]
    }

    /// The canonical form of RFC 5952.
    package var description: String {
        let groups =
            [48, 32, 16, 0].map { high >> UInt64($0) & 0xFFFF } + [48, 32, 16, 0].map { low >> UInt64($0) & 0xFFFF }
        var best = (start: 0, length: 0)
        var start = 0
        while start < 8 {
            var length = 0
            while start + length < 8, groups[start + length] == 0 { length += 1 }
            if length > best.length { best = (start, length) }
            start += max(length, 1)
        }
        func text(_ range: Range<Int>) -> String { range.map { String(groups[$0], radix: 16) }.joined(separator: ":") }
        guard best.length > 1 else { return text(0..<8) }
        return text(0..<best.start) + "::" + text(best.start + best.length..<8)
    }
}

/// A block of IPv6 addresses in CIDR notation.
package struct IPv6Block: Hashable, Sendable, CustomStringConvertible {
    package let base: IPv6Address
    /// 0…128.
    package let prefixLength: Int

    package init(base: IPv6Address, prefixLength: Int) {
        let length = min(max(prefixLength, 0), 128)
        let high: UInt64 = length >= 64 ? ~0 : length == 0 ? 0 : ~0 << UInt64(64 - length)
        let low: UInt64 = length <= 64 ? 0 : ~0 << UInt64(128 - length)
        self.base = IPv6Address(high: base.high & high, low: base.low & low)
        self.prefixLength = length
    }

    /// Reads `2600:1f18::/56`, cutting off host bits; nil for anything that is no CIDR block.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let base = IPv6Address(parts[0]), (1...3).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]), length <= 128
        else { return nil }
        self.init(base: base, prefixLength: length)
    }

    package var description: String { "\(base)/\(prefixLength)" }

    package func contains(_ address: IPv6Address) -> Bool {
        IPv6Block(base: address, prefixLength: prefixLength).base == base
    }

    package func contains(_ other: IPv6Block) -> Bool {
        other.prefixLength >= prefixLength && contains(other.base)
    }

    package func overlaps(_ other: IPv6Block) -> Bool { contains(other.base) || other.contains(base) }

    /// ::/0.
    package static let everywhere = IPv6Block(base: IPv6Address(high: 0, low: 0), prefixLength: 0)
}
