extension CallContext {
    /// The next public address that AWS gives, of 44.192.0.0/11, no two alike: multiplying by an odd number permutes them.
    package mutating func newPublicAddress() -> IPv4Address {
        let ordinal = UInt32(truncatingIfNeeded: world.ids.ordinal("public-address"))
        let scattered = (ordinal &* 0x9E37_79B1 &+ UInt32(truncatingIfNeeded: world.ids.seed)) & 0x1F_FFFF
        return IPv4Address(bits: 0x2CC0_0000 | scattered)
    }

    /// The next MAC address of an interface in the region.
    package mutating func newMACAddress() -> String {
        // The second-lowest bit of the first byte marks a locally administered address; AWS's begin so too.
        let bits = world.ids.bits("\(region)/mac")
        return String(unsafeUninitializedCapacity: 17) { text in
            for pair in 0..<6 {
                let byte = pair == 0 ? 0x0A : UInt8(truncatingIfNeeded: bits >> UInt64(8 * (5 - pair)))
                text[3 * pair] = IDGenerator.digit(byte >> 4)
                text[3 * pair + 1] = IDGenerator.digit(byte & 15)
                if pair < 5 { text[3 * pair + 2] = UInt8(ascii: ":") }
            }
            return 17
        }
    }
}
