/// Makes bytes unreadable to whoever has not the key, and notices when they were changed.
///
/// An emulator keeps no secrets from the one who runs it: this is a keyed stream and a checksum, not cryptography. It
/// gives ciphertexts that open again only with the same key and the same context, as clients expect.
package enum Sealing {
    /// - Parameters:
    ///   - key: what opening needs as well.
    ///   - nonce: makes two seals of the same bytes differ.
    ///   - context: must be the same when opening.
    package static func seal(_ bytes: [UInt8], key: UInt64, nonce: UInt64, context: String = "") -> [UInt8] {
        word(nonce) + word(checksum(bytes, key, nonce, context)) + stream(bytes, key, nonce)
    }

    /// The bytes that were sealed; nil where key or context are others, or something was changed.
    package static func open(_ sealed: some Collection<UInt8>, key: UInt64, context: String = "") -> [UInt8]? {
        let sealed = Array(sealed)
        guard sealed.count >= 16 else { return nil }
        let nonce = number(sealed[0..<8])
        let bytes = stream(Array(sealed[16...]), key, nonce)
        return number(sealed[8..<16]) == checksum(bytes, key, nonce, context) ? bytes : nil
    }

    private static func stream(_ bytes: [UInt8], _ key: UInt64, _ nonce: UInt64) -> [UInt8] {
        let start = IDGenerator.mix(key ^ IDGenerator.mix(nonce))
        return bytes.enumerated().map { index, byte in
            let word = IDGenerator.mix(start &+ UInt64(index / 8) &* 0x9E37_79B9_7F4A_7C15)
            return byte ^ UInt8(truncatingIfNeeded: word >> UInt64(index % 8 * 8))
        }
    }

    private static func checksum(_ bytes: [UInt8], _ key: UInt64, _ nonce: UInt64, _ context: String) -> UInt64 {
        var sum = IDGenerator.hash(context, key ^ IDGenerator.mix(nonce))
        for byte in bytes { sum = (sum ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return IDGenerator.mix(sum)
    }

    private static func word(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
