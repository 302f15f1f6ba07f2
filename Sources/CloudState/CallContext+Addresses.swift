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
        let digits = Array(IDGenerator.hexadecimal(world.ids.bits("\(region)/mac")).suffix(10))
        let pairs = stride(from: 0, to: 10, by: 2).map { String(digits[$0...$0 + 1]) }
        return (["0a"] + pairs).joined(separator: ":")
    }
}
