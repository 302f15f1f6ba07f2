package import CloudState

/// What a scenario shows: what became of the client's requests, and who served them.
package struct ScenarioEvidence: Sendable {
    /// A stretch of time in which requests met the same fate. Times are milliseconds since the beginning.
    package struct Segment: Sendable, Equatable {
        package var start: Int
        package var end: Int
        package var served: Int
        package var lost: Int
        /// How the lost ones ended, for instance `504` or `timed out`.
        package var failures: [String]
        /// The targets that served.
        package var targets: [String]
    }

    /// A fault, and how long requests went on being lost after it began.
    package struct Recovery: Sendable, Equatable {
        package var fault: String
        package var start: Int
        /// Milliseconds; nil where it did not recover.
        package var duration: Int?
    }

    package struct Target: Sendable, Equatable {
        package var id: String
        package var zone: String?
        package var served: Int
    }

    /// Something that was done, with its time.
    package struct Event: Sendable, Equatable {
        package var time: Int
        package var text: String
    }

    /// How long no request may be lost for the service to count as recovered, in milliseconds.
    package static let calm = 10_000
    private static let maximumSegments = 200

    package private(set) var requests = 0
    package private(set) var served = 0
    /// The longest time from one served request to the next, or to the beginning or the end, beyond what the client's
    /// own rate makes; in milliseconds.
    package private(set) var longestGap = 0
    package private(set) var recoveries: [Recovery] = []
    /// In the order in which they first served.
    package private(set) var targets: [Target] = []
    package private(set) var segments: [Segment] = []
    package private(set) var events: [Event] = []
    /// Milliseconds of virtual time.
    package private(set) var duration = 0
    /// The world in the end.
    package private(set) var world: World

    private var lastServed = 0
    private var lastLost: Int?

    package var lost: Int { requests - served }
    /// The share of requests that were served; nothing asked is nothing served.
    package var availability: Double { requests == 0 ? 0 : Double(served) / Double(requests) }

    init(world: World) { self.world = world }

    // MARK: While it plays

    mutating func add(event text: String, at time: Int) { events.append(Event(time: time, text: text)) }

    mutating func add(fault name: String, at time: Int) {
        settleRecovery(at: time)
        recoveries.append(Recovery(fault: name, start: time, duration: 0))
    }

    /// Notes requests of one fate: `count` of them from a time on, `interval` milliseconds apart.
    mutating func add(served target: String?, zone: String?, at time: Int) {
        requests += 1
        served += 1
        longestGap = max(longestGap, time - lastServed)
        lastServed = time
        if let place = targets.firstIndex(where: { $0.id == target }) {
            targets[place].served += 1
        } else if let target {
            targets.append(Target(id: target, zone: zone, served: 1))
        }
        extend(at: time, isServed: true, detail: target)
    }

    mutating func add(lost reason: String, at time: Int) {
        requests += 1
        lastLost = time
        if let place = recoveries.indices.last, let duration = recoveries[place].duration,
            time - (recoveries[place].start + duration) <= Self.calm
        {
            recoveries[place].duration = time - recoveries[place].start
        }
        extend(at: time, isServed: false, detail: reason)
    }

    /// Requests of a second belong together: a segment is good, bad or mixed.
    private mutating func extend(at time: Int, isServed: Bool, detail: String?) {
        let isNew =
            segments.last.map { segment in
                if time - segment.start < 1000 { return false }
                // Alike for as long as the fate stays what it was.
                return segment.served > 0 && segment.lost > 0
                    ? time - segment.start >= 10_000 : (segment.lost == 0) != isServed
            } ?? true
        if isNew, segments.count < Self.maximumSegments {
            segments.append(Segment(start: time, end: time, served: 0, lost: 0, failures: [], targets: []))
        }
        guard let last = segments.indices.last else { return }
        segments[last].end = time
        if isServed { segments[last].served += 1 } else { segments[last].lost += 1 }
        guard let detail else { return }
        if isServed {
            if !segments[last].targets.contains(detail) { segments[last].targets.append(detail) }
        } else if !segments[last].failures.contains(detail) {
            segments[last].failures.append(detail)
        }
    }

    /// A fault of which requests were lost a moment ago has not been recovered from.
    private mutating func settleRecovery(at time: Int) {
        guard let place = recoveries.indices.last, let duration = recoveries[place].duration, duration > 0 else {
            return
        }
        if time - (recoveries[place].start + duration) < Self.calm { recoveries[place].duration = nil }
    }

    mutating func finish(world: World, at time: Int) {
        settleRecovery(at: time)
        longestGap = max(longestGap, time - lastServed)
        duration = time
        self.world = world
    }
}
