/// Natural numbers of a fixed number of 64-bit limbs, least significant first: as much arithmetic as making an RSA key
/// takes.
typealias Limbs = [UInt64]

enum LargeNumber {
    /// The limbs of big-endian bytes, of which there are no more than fit.
    static func limbs(_ bytes: [UInt8], count: Int) -> Limbs {
        var limbs = Limbs(repeating: 0, count: count)
        for (place, byte) in bytes.reversed().enumerated() where place / 8 < count {
            limbs[place / 8] |= UInt64(byte) << UInt64(place % 8 * 8)
        }
        return limbs
    }

    /// Big-endian bytes without leading zeros.
    static func bytes(_ number: Limbs) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(number.count * 8)
        for limb in number.reversed() {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: limb >> UInt64(shift)))
            }
        }
        return Array(bytes.drop { $0 == 0 })
    }

    static func product(_ left: Limbs, _ right: Limbs) -> Limbs {
        var result = Limbs(repeating: 0, count: left.count + right.count)
        for (i, a) in left.enumerated() {
            var carry: UInt64 = 0
            for (j, b) in right.enumerated() {
                let (high, low) = multiplyAdd(a, b, result[i + j], carry)
                result[i + j] = low
                carry = high
            }
            result[i + right.count] = carry
        }
        return result
    }

    /// `left - right`, where that is not negative.
    static func difference(_ left: Limbs, _ right: Limbs) -> Limbs {
        var result = left
        var borrow: UInt64 = 0
        for index in result.indices {
            let taken = index < right.count ? right[index] : 0
            let (first, under1) = result[index].subtractingReportingOverflow(taken)
            let (second, under2) = first.subtractingReportingOverflow(borrow)
            result[index] = second
            borrow = under1 || under2 ? 1 : 0
        }
        return result
    }

    static func remainder(_ number: Limbs, _ divisor: UInt64) -> UInt64 {
        number.reversed().reduce(0) { divisor.dividingFullWidth(($0, $1)).remainder }
    }

    static func isLess(_ left: Limbs, _ right: Limbs) -> Bool {
        for index in left.indices.reversed() where left[index] != right[index] { return left[index] < right[index] }
        return false
    }

    /// The inverse of a small odd prime modulo a number that it does not divide.
    ///
    /// `1 + k·modulus` is divisible by the prime for one `k` below it, and the quotient is the inverse.
    static func inverse(ofPrime prime: UInt64, modulo modulus: Limbs) -> Limbs {
        let rest = remainder(modulus, prime)
        let factor = prime - power(rest, prime - 2, modulo: prime)
        var sum = product(modulus, [factor])
        for index in sum.indices {
            sum[index] &+= 1
            if sum[index] != 0 { break }
        }
        var quotient = sum
        var carry: UInt64 = 0
        for index in sum.indices.reversed() {
            (quotient[index], carry) = prime.dividingFullWidth((carry, sum[index]))
        }
        return Array(quotient.prefix(modulus.count))
    }

    private static func power(_ base: UInt64, _ exponent: UInt64, modulo modulus: UInt64) -> UInt64 {
        var result: UInt64 = 1
        var square = base % modulus
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = result * square % modulus }
            square = square * square % modulus
            rest >>= 1
        }
        return result
    }

    /// `a·b + c + d`, which two limbs always hold.
    @inline(__always)
    static func multiplyAdd(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) -> (high: UInt64, low: UInt64) {
        var (high, low) = a.multipliedFullWidth(by: b)
        var overflow: Bool
        (low, overflow) = low.addingReportingOverflow(c)
        if overflow { high &+= 1 }
        (low, overflow) = low.addingReportingOverflow(d)
        if overflow { high &+= 1 }
        return (high, low)
    }
}
