import HashTreeCollections

/// Makes ids from the world's seed and from how many of a kind there were before: an extra volume does not renumber
/// the instances.
package struct IDGenerator: Sendable, Equatable {
    package let seed: UInt64
    private var counters: TreeDictionary<String, Int> = [:]

    package init(seed: String) {
        self.seed = Self.hash(seed, 0xCBF2_9CE4_8422_2325)
    }

    /// How many of a kind were made so far, and one more from now on.
    package mutating func ordinal(_ kind: String) -> Int {
        let value = counters[kind, default: 0]
        counters[kind] = value + 1
        return value
    }

    /// 64 bits that belong to the next of a kind.
    package mutating func bits(_ kind: String) -> UInt64 {
        let ordinal = ordinal(kind)
        return Self.mix(Self.hash(kind, seed) &+ UInt64(bitPattern: Int64(ordinal)) &* 0x9E37_79B9_7F4A_7C15)
    }

    /// An EC2-like id, `prefix-` and 17 hexadecimal digits, for instance `i-0a1b2c3d4e5f60718`.
    package mutating func resource(_ prefix: String, in region: String) -> String {
        "\(prefix)-0\(Self.hexadecimal(bits("\(region)/\(prefix)")))"
    }

    /// A random-looking UUID (version 4) for the next of a kind.
    package mutating func uuid(_ kind: String) -> String {
        Self.uuid(bits(kind), bits(kind))
    }

    /// Capital letters and digits as in access key ids and unique ids of IAM.
    package mutating func capitals(_ kind: String, count: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var text = ""
        while text.count < count {
            var bits = bits(kind)
            for _ in 0..<12 where text.count < count {
                text.append(alphabet[Int(bits & 31)])
                bits >>= 5
            }
        }
        return text
    }

    /// A UUID with the bits that RFC 9562 §5.4 fixes.
    package static func uuid(_ high: UInt64, _ low: UInt64) -> String {
        let high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = low & 0x3FFF_FFFF_FFFF_FFFF | 1 << 63
        return String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for number in 0..<32 {
                if number == 8 || number == 12 || number == 16 || number == 20 {
                    text[place] = UInt8(ascii: "-")
                    place += 1
                }
                let nibble = UInt8(truncatingIfNeeded: (number < 16 ? high : low) >> UInt64(60 - number % 16 * 4)) & 15
                text[place] = digit(nibble)
                place += 1
            }
            return place
        }
    }

    /// 16 lower-case digits.
    package static func hexadecimal(_ bits: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { text in
            for place in 0..<16 { text[place] = digit(UInt8(truncatingIfNeeded: bits >> UInt64(60 - 4 * place)) & 15) }
            return 16
        }
    }

    /// The hexadecimal digit of 0…15.
    static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x57 + nibble }

    /// Fowler–Noll–Vo 1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
    package static func hash(_ text: String, _ basis: UInt64) -> UInt64 {
        text.utf8.reduce(basis) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    /// The finaliser of SplitMix64, a bijection that spreads neighbouring numbers: https://prng.di.unimi.it/splitmix64.c
    package static func mix(_ value: UInt64) -> UInt64 {
        var bits = value
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
