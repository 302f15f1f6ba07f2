/// A block of IPv4 or IPv6 addresses (RFC 4632, RFC 4291). A lone address is a block of one; bits behind the prefix are
/// ignored, as EC2 does.
package struct CIDRBlock: Sendable, Hashable, CustomStringConvertible {
    /// The first address, as 4 or 16 bytes.
    private let bytes: [UInt8]
    private let prefixLength: Int
    /// As written.
    package let description: String

    /// Parses `10.0.0.0/16`, `10.0.0.1` or `2001:db8::/32`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = Self.version4(first) ?? Self.version6(first) else { return nil }
        var length = address.count * 8
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let written = Int(parts[1]), written <= length
            else { return nil }
            length = written
        }
        prefixLength = length
        bytes = address.enumerated().map { index, byte in
            let kept = max(0, min(8, length - index * 8))
            return kept == 0 ? 0 : byte & (0xFF << UInt8(8 - kept))
        }
        description = text
    }

    /// Whether every address of this block is in that one.
    package func isWithin(_ other: CIDRBlock) -> Bool {
        bytes.count == other.bytes.count && prefixLength >= other.prefixLength
            && shares(other.prefixLength, with: other)
    }

    /// Whether the two have an address in common.
    package func overlaps(_ other: CIDRBlock) -> Bool { isWithin(other) || other.isWithin(self) }

    private func shares(_ bits: Int, with other: CIDRBlock) -> Bool {
        bytes.indices.allSatisfy { index in
            let kept = max(0, min(8, bits - index * 8))
            return kept == 0 || (bytes[index] ^ other.bytes[index]) >> UInt8(8 - kept) == 0
        }
    }

    private static func version4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let bytes = parts.compactMap { part in
            part.utf8.allSatisfy { (0x30...0x39).contains($0) } && (part == "0" || part.first != "0")
                ? UInt8(part) : nil
        }
        return bytes.count == 4 ? bytes : nil
    }

    private static func version6(_ text: Substring) -> [UInt8]? {
        guard text.utf8.count <= 39, text.contains(":") else { return nil }
        var head: [UInt8] = []
        var tail: [UInt8]?
        var rest = text
        if rest.hasPrefix("::") {
            tail = []
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let group = rest.prefix { $0 != ":" }
            guard (1...4).contains(group.utf8.count), let value = UInt16(group, radix: 16), group.first != "+" else {
                return nil
            }
            let pair = [UInt8(value >> 8), UInt8(value & 0xFF)]
            if tail == nil { head += pair } else { tail? += pair }
            rest = rest.dropFirst(group.count)
            if rest.isEmpty { break }
            if rest.hasPrefix("::") {
                if tail != nil { return nil }
                tail = []
                rest = rest.dropFirst(2)
            } else {
                rest = rest.dropFirst()
                if rest.isEmpty { return nil }
            }
        }
        guard let tail else { return head.count == 16 ? head : nil }
        let zeros = 16 - head.count - tail.count
        return zeros >= 2 ? head + [UInt8](repeating: 0, count: zeros) + tail : nil
    }
}
