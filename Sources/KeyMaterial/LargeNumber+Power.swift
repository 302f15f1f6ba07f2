import CLibCrypto

extension LargeNumber {
    /// A number to the power of another, modulo an odd one; has as many limbs as the modulus.
    ///
    /// <https://docs.openssl.org/3.0/man3/BN_add/>
    static func power(_ base: Limbs, _ exponent: Limbs, modulo modulus: Limbs) -> Limbs {
        let context = BN_CTX_new()
        let result = BN_new()
        let numbers = [base, exponent, modulus].map(number)
        defer {
            BN_CTX_free(context)
            BN_free(result)
            numbers.forEach(BN_free)
        }
        var limbs = Limbs(repeating: 0, count: modulus.count)
        let length = Int32(limbs.count * MemoryLayout<UInt64>.size)
        let isDone = limbs.withUnsafeMutableBytes { bytes in
            BN_mod_exp(result, numbers[0], numbers[1], numbers[2], context) == 1
                && BN_bn2lebinpad(result, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), length) == length
        }
        // An odd modulus leaves no other reason to fail.
        guard isDone else { fatalError("out of memory") }
        return limbs.map(UInt64.init(littleEndian:))
    }

    private static func number(_ limbs: Limbs) -> OpaquePointer? {
        limbs.map(\.littleEndian).withUnsafeBytes { bytes in
            BN_lebin2bn(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(bytes.count), nil)
        }
    }
}
