import CloudState
package import ServiceModel

/// How virtual time moves from call to call.
package enum ClockPolicy: Sendable {
    /// A small step before each call; and the first read after a call that changed something goes straight to where
    /// everything has settled, so that waiters end at their first poll.
    case settling
    /// A small step before each call, and whatever `advance(by:)` adds.
    case stepped
    /// Follows a clock from a moment on, that many times as fast.
    case following(start: Timestamp, speed: Double, clock: @Sendable () -> Timestamp)

    /// The step before each call, in milliseconds.
    static let step = 100

    /// Moves the world's clock before a call.
    func advance(_ world: inout World, isRead: Bool, isUnsettled: Bool) {
        switch self {
        case .settling:
            world.advance(to: world.now.adding(milliseconds: Self.step))
            if isRead, isUnsettled { Self.settle(&world) }
        case .stepped:
            world.advance(to: world.now.adding(milliseconds: Self.step))
        case .following(let start, let speed, let clock):
            let elapsed = Double(clock().milliseconds - start.milliseconds) * speed
            world.advance(to: start.adding(milliseconds: Int(min(max(elapsed, 0), 1e14))))
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
