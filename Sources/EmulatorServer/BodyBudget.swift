import Synchronization

/// The bytes of requests' bodies, or of long answers, that a listener holds at the moment, and how many it may. One
/// client could otherwise fill the grader's memory with as many half-sent bodies as it may have connections.
final class BodyBudget: Sendable {
    private let held = Mutex(0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Takes so many more bytes; false, and none are taken, where there are not so many left.
    func take(_ count: Int) -> Bool {
        held.withLock { held in
            guard count <= limit - held else { return false }
            held += count
            return true
        }
    }

    func giveBack(_ count: Int) { held.withLock { $0 -= count } }
}
