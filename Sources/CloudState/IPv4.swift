/// An IPv4 address.
package struct IPv4Address: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var bits: UInt32

    package init(bits: UInt32) { self.bits = bits }

    /// Reads dotted decimal without leading zeros; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var value: UInt32 = 0
            for byte in part {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + UInt32(byte - 48)
            }
            guard value <= 255 else { return nil }
            bits = bits << 8 | value
        }
        self.bits = bits
    }

    package static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.bits < right.bits }

    package var description: String {
        "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)"
    }

    /// `172-31-5-9`, as private DNS names have it.
    package var dashed: String { "\(bits >> 24)-\(bits >> 16 & 255)-\(bits >> 8 & 255)-\(bits & 255)" }
}

/// A block of IPv4 addresses in CIDR notation.
package struct IPv4Block: Hashable, Sendable, CustomStringConvertible {
    /// The first address; the host bits are zero.
    package let base: IPv4Address
    /// 0…32.
    package let prefixLength: Int

    package init(base: IPv4Address, prefixLength: Int) {
        let length = min(max(prefixLength, 0), 32)
        self.prefixLength = length
        self.base = IPv4Address(bits: base.bits & Self.mask(length))
    }

    /// Reads `10.0.0.0/16`, cutting off host bits; nil for anything that is no CIDR block.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let base = IPv4Address(parts[0]), (1...2).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]), length <= 32
        else { return nil }
        self.init(base: base, prefixLength: length)
    }

    private static func mask(_ length: Int) -> UInt32 { length == 0 ? 0 : ~0 << (32 - UInt32(length)) }

    /// How many addresses there are.
    package var count: Int { 1 << (32 - prefixLength) }

    package var last: IPv4Address { IPv4Address(bits: base.bits | ~Self.mask(prefixLength)) }

    package var description: String { "\(base)/\(prefixLength)" }

    package func contains(_ address: IPv4Address) -> Bool { address.bits & Self.mask(prefixLength) == base.bits }

    package func contains(_ other: IPv4Block) -> Bool {
        other.prefixLength >= prefixLength && contains(other.base)
    }

    package func overlaps(_ other: IPv4Block) -> Bool { contains(other.base) || other.contains(base) }
}
