/// An RSA key of 2048 bits, as RFC 8017 has it.
struct RSAKey {
    static let publicExponent: UInt64 = 65_537

    // Big-endian bytes.
    let modulus: [UInt8]
    let privateExponent: [UInt8]
    let prime1: [UInt8]
    let prime2: [UInt8]
    let exponent1: [UInt8]
    let exponent2: [UInt8]
    let coefficient: [UInt8]

    var exponent: [UInt8] { [1, 0, 1] }

    /// Derives a key from seeded bytes.
    init(_ bytes: inout SeededBytes) {
        var p = Self.prime(&bytes)
        var q = Self.prime(&bytes)
        while p == q { q = Self.prime(&bytes) }
        if LargeNumber.isLess(p, q) { swap(&p, &q) }
        let one: Limbs = [1]
        let product = LargeNumber.product(p, q)
        let pLess = LargeNumber.difference(p, one)
        let qLess = LargeNumber.difference(q, one)
        modulus = LargeNumber.bytes(product)
        privateExponent = LargeNumber.bytes(
            LargeNumber.inverse(ofPrime: Self.publicExponent, modulo: LargeNumber.product(pLess, qLess)))
        exponent1 = LargeNumber.bytes(LargeNumber.inverse(ofPrime: Self.publicExponent, modulo: pLess))
        exponent2 = LargeNumber.bytes(LargeNumber.inverse(ofPrime: Self.publicExponent, modulo: qLess))
        // Fermat: q^(p-2) is the inverse of q modulo p.
        coefficient = LargeNumber.bytes(LargeNumber.power(q, LargeNumber.difference(p, [2]), modulo: p))
        prime1 = LargeNumber.bytes(p)
        prime2 = LargeNumber.bytes(q)
    }

    /// A prime of 1024 bits whose two highest bits are set, so that the product of two has 2048 bits.
    private static func prime(_ bytes: inout SeededBytes) -> Limbs {
        while true {
            var start = bytes.limbs(16)
            start[15] |= 3 << 62
            start[0] |= 1
            // Keeps the search below from running over the first limb.
            start[0] &= ~(0xFFFF << 48)
            let remainders = smallPrimes.map { LargeNumber.remainder(start, $0) }
            for offset in stride(from: UInt64(0), to: 8192, by: 2) {
                guard !zip(smallPrimes, remainders).contains(where: { ($1 + offset) % $0 == 0 }) else { continue }
                var candidate = start
                candidate[0] += offset
                guard LargeNumber.remainder(LargeNumber.difference(candidate, [1]), publicExponent) != 0,
                    isPrime(candidate)
                else { continue }
                return candidate
            }
        }
    }

    /// Miller and Rabin's test to a few bases. For random numbers of this size one would do.
    static func isPrime(_ number: Limbs) -> Bool {
        let less = LargeNumber.difference(number, [1])
        let one = [1] + Limbs(repeating: 0, count: number.count - 1)
        var odd = less
        var twos = 0
        while odd[0] & 1 == 0 {
            for index in odd.indices {
                odd[index] = odd[index] >> 1 | (index + 1 < odd.count ? odd[index + 1] << 63 : 0)
            }
            twos += 1
        }
        for base in [2, 3, 5] as [UInt64] {
            var power = LargeNumber.power([base], odd, modulo: number)
            if power == one || power == less { continue }
            var isWitness = true
            for _ in 1..<max(twos, 1) where isWitness {
                power = LargeNumber.power(power, [2], modulo: number)
                isWitness = power != less
            }
            if isWitness { return false }
        }
        return true
    }

    /// The odd primes below 4000.
    private static let smallPrimes: [UInt64] = {
        var isComposite = [Bool](repeating: false, count: 4000)
        var primes: [UInt64] = []
        for number in stride(from: 3, to: 4000, by: 2) where !isComposite[number] {
            primes.append(UInt64(number))
            for multiple in stride(from: number * number, to: 4000, by: number) { isComposite[multiple] = true }
        }
        return primes
    }()
}
