package import CloudState
import LoadBalancing
import ServiceModel

/// Plays a timeline on a copy of a world: events happen in virtual time, and between two of them a client's requests all
/// meet with the same plan.
package struct ScenarioPlayer {
    private var world: World
    private let region: String
    private let url: ClientURL
    private let start: Timestamp
    /// Requests and milliseconds: the n-th request is sent after `n * 1000 / rate`.
    private let rate: Double
    private var sent = 0
    private var plan: ClientPlan?
    /// The last plan, whose turns the next one takes over.
    private var previous: ClientPlan?
    private var evidence: ScenarioEvidence

    /// - Parameter world: stays as it is; what is played on is a copy.
    package static func play(
        _ steps: [ScenarioStep], on world: World, region: String, url: ClientURL, requestsPerSecond: Double
    ) throws -> ScenarioEvidence {
        var player = ScenarioPlayer(world, region, url, requestsPerSecond)
        for step in steps { try player.play(step) }
        player.evidence.finish(world: player.world, at: player.elapsed)
        return player.evidence
    }

    private init(_ world: World, _ region: String, _ url: ClientURL, _ rate: Double) {
        self.world = world
        // Nobody runs anything for a copy.
        self.world.runsContainers = false
        self.region = region
        self.url = url
        self.rate = max(rate, 0.001)
        start = world.now
        evidence = ScenarioEvidence(world: world)
    }

    private var elapsed: Int { world.now.milliseconds - start.milliseconds }

    private mutating func play(_ step: ScenarioStep) throws {
        var end: ScenarioStep.End?
        if let begin = step.begin {
            if step.isFault { evidence.add(fault: step.name, at: elapsed) }
            evidence.add(event: step.name, at: elapsed)
            end = try begin(&world)
            worldChanged()
        }
        guard step.lasting > .zero else { return }
        pass(step.lasting)
        if let end {
            end(&world)
            worldChanged()
            evidence.add(event: "end of \(step.name)", at: elapsed)
        }
    }

    /// After a change from outside: looks that rest wake up, what is due now happens, and the plan is no longer good.
    private mutating func worldChanged() {
        world.wake()
        world.advance(to: world.now)
        dropPlan()
    }

    private mutating func dropPlan() {
        previous = plan ?? previous
        plan = nil
    }

    /// Lets time pass, with its events and the client's requests in their order.
    private mutating func pass(_ duration: Duration) {
        let end = world.now.adding(milliseconds: duration.milliseconds)
        while world.now < end {
            let current = plan ?? ClientPlan(url, world, region: region, continuing: previous)
            plan = current
            var until = end
            if let due = world.agenda.nextDue, due < until { until = due }
            if let expires = current.expires, expires < until { until = expires }
            request(until: until)
            let isEvent = until < end || world.agenda.nextDue.map { $0 <= end } ?? false
            world.advance(to: max(until, world.now))
            if isEvent { dropPlan() }
        }
    }

    /// Sends the requests that are due before a time, by the plan that there is.
    private mutating func request(until time: Timestamp) {
        let limit = time.milliseconds - start.milliseconds
        guard var current = plan else { return }
        while true {
            let due = Int(Double(sent) * 1000 / rate)
            guard due < limit else { break }
            let answer = current.next()
            sent += 1
            if answer.isSuccess {
                evidence.add(served: answer.targetID, zone: answer.targetZone, at: due)
            } else {
                evidence.add(lost: answer.outcome.words, at: due)
            }
        }
        plan = current
    }
}

extension RoutedRequest.Outcome {
    /// For people: `504`, `timed out`.
    package var words: String {
        switch self {
        case .noSuchName: "no such host"
        case .timedOut: "timed out"
        case .refused: "refused"
        case .status(let status): "\(status)"
        }
    }
}
