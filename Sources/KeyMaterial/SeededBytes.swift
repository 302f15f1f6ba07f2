import Digests

/// Bytes that follow from a seed: SHA-256 of the seed and a counter, block after block.
///
/// Keys of an emulated region are no secrets: the same calls on the same seed have to make the same keys, so that a
/// trail can be replayed.
struct SeededBytes {
    private let seed: [UInt8]
    private var counter: UInt64 = 0

    init(seed: String) { self.seed = Array(seed.utf8) }

    /// The next 32 bytes.
    mutating func block() -> [UInt8] {
        let number = (0..<8).map { UInt8(truncatingIfNeeded: counter >> UInt64(56 - 8 * $0)) }
        counter += 1
        return Digest.sha256.of(seed + number)
    }

    mutating func limbs(_ count: Int) -> Limbs {
        var limbs: Limbs = []
        while limbs.count < count {
            let bytes = block()
            for start in stride(from: 0, to: 32, by: 8) where limbs.count < count {
                limbs.append(bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) })
            }
        }
        return limbs
    }
}
