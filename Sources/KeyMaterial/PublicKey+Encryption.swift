extension PublicKey {
    /// A message as only the holder of the private key reads it: RSAES-PKCS1-v1_5 of RFC 8017 §7.2.1, whose padding
    /// follows from a seed. Nil for keys that are not RSA or no good, and for messages that are too long.
    package func encrypted(_ message: [UInt8], seed: String) -> [UInt8]? {
        guard case .rsa(let modulus, let exponent) = self, let last = modulus.last, last & 1 == 1,
            (1...8).contains(exponent.count), message.count + 11 <= modulus.count
        else { return nil }
        var bytes = SeededBytes(seed: seed)
        var padding: [UInt8] = []
        let missing = modulus.count - message.count - 3
        while padding.count < missing { padding += bytes.block().filter { $0 != 0 } }
        let block = [0, 2] + padding.prefix(missing) + [0] + message
        let count = (modulus.count + 7) / 8
        let power = LargeNumber.power(
            LargeNumber.limbs(block, count: count), LargeNumber.limbs(exponent, count: 1),
            modulo: LargeNumber.limbs(modulus, count: count))
        let result = LargeNumber.bytes(power)
        return Array(repeating: 0, count: modulus.count - result.count) + result
    }
}
