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

/// Arithmetic modulo an odd number in Montgomery's representation.
///
/// P. L. Montgomery, Modular multiplication without trial division, Math. Comp. 44 (1985); the interleaved form.
struct MontgomeryModulus {
    let modulus: Limbs
    /// The negative inverse of the modulus modulo 2^64.
    private let inverse: UInt64
    /// 1 in Montgomery's representation.
    let one: Limbs

    init(_ modulus: Limbs) {
        // Newton's iteration doubles the correct bits, beginning with three.
        var inverse = modulus[0]
        for _ in 0..<5 { inverse = inverse &* (2 &- modulus[0] &* inverse) }
        self.modulus = modulus
        self.inverse = 0 &- inverse
        var power = Limbs(repeating: 0, count: modulus.count)
        power[0] = 1
        for _ in 0..<64 * modulus.count { power = Self.doubled(power, modulo: modulus) }
        one = power
    }

    /// Twice a number below the modulus, modulo it.
    func doubled(_ number: Limbs) -> Limbs { Self.doubled(number, modulo: modulus) }

    private static func doubled(_ number: Limbs, modulo modulus: Limbs) -> Limbs {
        var result = number
        var carry: UInt64 = 0
        for index in result.indices {
            let next = result[index] >> 63
            result[index] = result[index] << 1 | carry
            carry = next
        }
        if carry == 1 || !LargeNumber.isLess(result, modulus) { result = LargeNumber.difference(result, modulus) }
        return result
    }

    /// A number in Montgomery's representation.
    func represented(_ number: Limbs) -> Limbs {
        var result = number
        for _ in 0..<64 * modulus.count { result = doubled(result) }
        return result
    }

    /// The number that a representation stands for.
    func value(_ number: Limbs) -> Limbs {
        var one = Limbs(repeating: 0, count: modulus.count)
        one[0] = 1
        return multiplied(number, one)
    }

    func multiplied(_ left: Limbs, _ right: Limbs) -> Limbs {
        let count = modulus.count
        var sum = Limbs(repeating: 0, count: count + 2)
        // Plain pointers: this is where making a key spends its time.
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                modulus.withUnsafeBufferPointer { modulus in
                    sum.withUnsafeMutableBufferPointer { sum in
                        multiply(left, right, modulus, into: sum)
                    }
                }
            }
        }
        let result = Limbs(sum.prefix(count))
        guard sum[count] == 0, LargeNumber.isLess(result, modulus) else {
            return LargeNumber.difference(result, modulus)
        }
        return result
    }

    private func multiply(
        _ left: UnsafeBufferPointer<UInt64>, _ right: UnsafeBufferPointer<UInt64>,
        _ modulus: UnsafeBufferPointer<UInt64>, into sum: UnsafeMutableBufferPointer<UInt64>
    ) {
        let count = modulus.count
        for i in 0..<count {
            let digit = left[i]
            var carry: UInt64 = 0
            for j in 0..<count { (carry, sum[j]) = LargeNumber.multiplyAdd(digit, right[j], sum[j], carry) }
            var overflow: Bool
            (sum[count], overflow) = sum[count].addingReportingOverflow(carry)
            sum[count + 1] = overflow ? 1 : 0
            let factor = sum[0] &* inverse
            (carry, _) = LargeNumber.multiplyAdd(factor, modulus[0], sum[0], 0)
            for j in 1..<count { (carry, sum[j - 1]) = LargeNumber.multiplyAdd(factor, modulus[j], sum[j], carry) }
            (sum[count - 1], overflow) = sum[count].addingReportingOverflow(carry)
            sum[count] = sum[count + 1] &+ (overflow ? 1 : 0)
        }
    }

    /// A represented number to the power of a plain one.
    func power(_ base: Limbs, _ exponent: Limbs) -> Limbs {
        let isTwo = base == doubled(one)
        var result = one
        for limb in exponent.reversed() {
            for bit in stride(from: 63, through: 0, by: -1) {
                if result != one { result = multiplied(result, result) }
                // Most tests are to base 2, where doubling does for the multiplication.
                if limb >> UInt64(bit) & 1 == 1 { result = isTwo ? doubled(result) : multiplied(result, base) }
            }
        }
        return result
    }
}
