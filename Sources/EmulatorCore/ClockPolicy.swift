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
        /// The calls that only looked, since something was changed or somebody slept.
        var looks: [(operation: String, input: Fields)] = []

        /// Who waits looks at a few things in turn.
        private static let limit = 16

        /// Whether a look is the same as one before.
        mutating func asksAgain(_ operation: String, _ input: Fields) -> Bool {
            if looks.contains(where: { $0 == (operation, input) }) { return true }
            if looks.count == Self.limit { looks.removeFirst() }
            looks.append((operation, input))
            return false
        }
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
            if hasSlept || !isRead { pace.looks = [] }
            guard isRead, let input else { return false }
            guard pace.asksAgain(operation, input) else { return false }
            guard isUnsettled else {
                Self.waitOut(operation, &world)
                return false
            }
            return Self.settleForLook(&world)
        case .settling:
            world.advance(to: world.now.adding(milliseconds: Self.step))
            guard isRead else {
                pace.looks = []
                return false
            }
            let asksAgain = input.map { pace.asksAgain(operation, $0) } ?? false
            if isUnsettled { return Self.settleForLook(&world) }
            if asksAgain { Self.waitOut(operation, &world) }
            return true
        case .stepped:
            world.advance(to: world.now.adding(milliseconds: Self.step))
            return false
        case .following(let start, let speed, let clock):
            let elapsed = Double(clock().milliseconds - start.milliseconds) * speed
            world.advance(to: start.adding(milliseconds: Int(min(max(elapsed, 0), 1e14))))
            return false
        }
    }

    /// What groups and their refreshes are looked at with.
    private static let groupLooks: Set = [
        "DescribeAutoScalingGroups", "DescribeAutoScalingInstances", "DescribeInstanceRefreshes",
        "DescribeScalingActivities", "DescribeTargetHealth",
    ]

    /// What waiters look at services and their tasks with.
    private static let serviceLooks: Set = ["DescribeServices", "DescribeTasks", "ListTasks"]

    /// Who looks at an experiment again and again waits for its end; everybody else wants to see what its faults do. Who
    /// looks at a group again sees an instance refresh one step further on; who looks at alarms again sees the end of a state
    /// that was set by hand; who looks at a service again whose tasks have failed sees what its next try brings.
    private static func waitOut(_ operation: String, _ world: inout World) {
        if operation == "GetExperiment" {
            if let next = world.agenda.nextDue { world.advance(to: next) }
        } else if groupLooks.contains(operation), let next = world.nextProcessStep {
            world.advance(to: next)
        } else if serviceLooks.contains(operation), let next = world.nextServiceRetry {
            world.advance(to: next.adding(seconds: 1))
            settle(&world, includesProcesses: false)
        } else if operation == "DescribeAlarms", let next = world.nextLookAtHandSetAlarm {
            world.advance(to: next)
        }
    }

    /// Lets everything happen that a client could be waiting for, but for what takes long by itself; and stops before an
    /// alarm is looked at, so that what a scaling policy undoes a minute later has been there to be seen. Returns whether
    /// all has settled: otherwise the next look goes on.
    private static func settleForLook(_ world: inout World) -> Bool {
        var hasMoved = false
        for _ in 0..<64 {
            guard let settled = world.settledAt(includesProcesses: false) else { return true }
            if let alarm = world.nextUnawaitedAlarm, alarm <= settled {
                guard let before = world.settledAt(before: alarm) else {
                    if hasMoved { return false }
                    // What is waited for comes after it.
                    world.advance(to: alarm)
                    continue
                }
                world.advance(to: before)
            } else {
                world.advance(to: settled)
            }
            hasMoved = true
        }
        settle(&world, includesProcesses: false)
        return true
    }

    /// Lets everything happen that a client could be waiting for.
    static func settle(_ world: inout World, includesProcesses: Bool) {
        // What settles may set off something else that takes its time; a bound keeps a cycle from going on for ever.
        for _ in 0..<64 {
            guard let time = world.settledAt(includesProcesses: includesProcesses) else { return }
            world.advance(to: time)
        }
    }
}
