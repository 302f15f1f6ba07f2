/// Lets so many tasks work at once; the others wait for their turn in the order in which they came.
///
/// Swift Testing runs the cases of a test either one after another or all at once. Gradings keep a core busy each: one at
/// a time leaves cores idle, all at once makes programs run into their time limits.
actor Turns {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = count }

    /// Runs `work` when it is its turn.
    func take<Value: Sendable>(_ work: @Sendable () async throws -> Value) async rethrows -> Value {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
        defer { pass() }
        return try await work()
    }

    private func pass() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
