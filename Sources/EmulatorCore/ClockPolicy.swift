import CloudState
package import ServiceModel

/// How virtual time moves from call to call.
package enum ClockPolicy: Sendable {
    /// A small step before each call; and the first read after a call that changed something goes straight to where
    /// everything has settled, so that waiters end at their first poll.
    case settling
    /// A small step before each call, and whatever `advance(by:)` adds.
    case stepped
    /// A small step before each call, and what the client has slept in between: the closure says how many milliseconds
    /// it slept since the beginning. A client that asks the very same again without a sleep that was seen, waits in a
    /// way of its own: then everything settles.
    case sleeping(@Sendable () -> Int)
    /// Follows a clock from a moment on, that many times as fast.
    case following(start: Timestamp, speed: Double, clock: @Sendable () -> Timestamp)

    /// The step before each call, in milliseconds.
    static let step = 100

    /// What a policy remembers from call to call.
    struct Pace {
        var sleptMilliseconds = 0
        /// The last call, if it only looked and nobody slept since.
        var lastLook: (operation: String, input: Fields)?
    }

    /// Moves the world's clock before a call. Returns whether everything has settled.
    func advance(
        _ world: inout World, _ pace: inout Pace, isRead: Bool, isUnsettled: Bool, operation: String, input: Fields?
    ) -> Bool {
        switch self {
        case .sleeping(let slept):
            let milliseconds = slept()
            let hasSlept = milliseconds > pace.sleptMilliseconds
            world.advance(
                to: world.now.adding(milliseconds: Self.step + max(0, milliseconds - pace.sleptMilliseconds)))
            pace.sleptMilliseconds = max(milliseconds, pace.sleptMilliseconds)
            guard isRead, let input else {
                pace.lastLook = nil
                return false
            }
            let asksAgain = !hasSlept && pace.lastLook.map { $0 == (operation, input) } ?? false
            pace.lastLook = (operation, input)
            guard asksAgain, isUnsettled else { return false }
            Self.settle(&world)
            return true
        case .settling:
            world.advance(to: world.now.adding(milliseconds: Self.step))
            if isRead, isUnsettled { Self.settle(&world) }
            return isRead
        case .stepped:
            world.advance(to: world.now.adding(milliseconds: Self.step))
            return false
        case .following(let start, let speed, let clock):
            let elapsed = Double(clock().milliseconds - start.milliseconds) * speed
            world.advance(to: start.adding(milliseconds: Int(min(max(elapsed, 0), 1e14))))
            return false
        }
    }

    /// Lets everything happen that a client could be waiting for.
    static func settle(_ world: inout World) {
        // What settles may set off something else that takes its time; a bound keeps a cycle from going on for ever.
        for _ in 0..<64 {
            guard let time = world.settledAt else { return }
            world.advance(to: time)
        }
    }
}
