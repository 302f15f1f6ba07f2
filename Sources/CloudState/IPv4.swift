/// An IPv4 address.
package struct IPv4Address: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var bits: UInt32

    package init(bits: UInt32) { self.bits = bits }

    /// Reads dotted decimal without leading zeros; nil for anything else.
    package init?(_ text: some StringProtocol) { self.init(String(text)) }

    /// The same without a detour: rules and routes keep their blocks as text, and are read again and again.
    package init?(_ text: String) {
        var text = text
        guard let bits = text.withUTF8({ Self.parse($0[...]) }) else { return nil }
        self.bits = bits
    }

    fileprivate static func parse(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32? {
        var bits: UInt32 = 0
        var value: UInt32 = 0
        var digits = 0
        var parts = 1
        for byte in text {
            if byte == UInt8(ascii: ".") {
                guard digits > 0, parts < 4 else { return nil }
                bits = bits << 8 | value
                (value, digits, parts) = (0, 0, parts + 1)
                continue
            }
            guard (48...57).contains(byte), digits == 0 || value > 0 else { return nil }
            value = value * 10 + UInt32(byte - 48)
            digits += 1
            guard value <= 255 else { return nil }
        }
        return digits > 0 && parts == 4 ? bits << 8 | value : nil
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
    package init?(_ text: some StringProtocol) { self.init(String(text)) }

    /// The same without a detour.
    package init?(_ text: String) {
        var text = text
        let read = text.withUTF8 { bytes -> (bits: UInt32, length: Int)? in
            guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")), let bits = IPv4Address.parse(bytes[..<slash])
            else { return nil }
            let digits = bytes[(slash + 1)...]
            guard (1...2).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
            let length = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
            return length <= 32 ? (bits, length) : nil
        }
        guard let read else { return nil }
        self.init(base: IPv4Address(bits: read.bits), prefixLength: read.length)
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
