import Synchronization

/// How much was written, counted by several tasks.
final class ByteCounter: Sendable {
    private let sum = Atomic<Int>(0)

    var total: Int { sum.load(ordering: .relaxed) }
    func add(_ bytes: Int) { sum.wrappingAdd(bytes, ordering: .relaxed) }
}
