package import ServiceModel

/// Something that a service does by itself when its time comes, with API calls of its own: a group that replaces an
/// instance, an alarm that looks at its metric.
package enum ServiceEvent: Sendable, Equatable {
    case autoScaling(AutoScalingEvent)
    case alarm(name: String)
    case experiment(id: String, ExperimentEvent)
    /// A round of health checks of a target group.
    case healthChecks(targetGroup: String)
    case ecs(ECSEvent)
    case lambda(LambdaEvent)
    case kinesis(KinesisEvent)
    case events(EventBridgeEvent)
    case scheduler(SchedulerEvent)
    case logs(LogsEvent)
    case sqs(SQSEvent)
    case applicationScaling(ApplicationScalingEvent)
    case cloudMap(CloudMapEvent)

    /// Whether it is a step of something that takes long and that people watch.
    var isProcess: Bool {
        guard case .autoScaling(.refresh) = self else { return false }
        return true
    }

    /// The signing name of the service that handles it.
    package var service: String {
        switch self {
        case .autoScaling: "autoscaling"
        case .alarm: "monitoring"
        case .experiment: "fis"
        case .healthChecks: "elasticloadbalancing"
        case .ecs: "ecs"
        case .lambda: "lambda"
        case .kinesis: "kinesis"
        case .events: "events"
        case .scheduler: "scheduler"
        case .logs: "logs"
        case .sqs: "sqs"
        case .applicationScaling: "application-autoscaling"
        case .cloudMap: "servicediscovery"
        }
    }
}

/// What services do by themselves: the functions that CloudState cannot know because services lie above it.
///
/// EmulatorCore gives every world the same one. It is behaviour and no state, so that worlds are equal or not whatever
/// theirs is.
package struct Automation: Sendable, Equatable {
    /// Handles an event on a draft.
    package typealias Handle = @Sendable (inout World, ServiceEvent, _ region: String) -> Void
    /// Whether a client that waits would be waiting for a periodic look: whether it would find something to do now.
    package typealias IsAwaited = @Sendable (World, ServiceEvent, _ region: String) -> Bool

    let handle: Handle
    let isAwaited: IsAwaited
    /// Whether roles that services take on may do only what their policies allow.
    package let enforcesIAM: Bool

    package init(enforcesIAM: Bool = false, handle: @escaping Handle, isAwaited: @escaping IsAwaited) {
        self.enforcesIAM = enforcesIAM
        self.handle = handle
        self.isAwaited = isAwaited
    }

    /// Nothing happens by itself.
    package static let none = Automation(handle: { _, _, _ in }, isAwaited: { _, _, _ in false })

    package static func == (left: Automation, right: Automation) -> Bool { true }
}

/// What a service adds to its operations: its part of the automation.
package struct ServiceReactions: Sendable {
    /// Handles one of the service's events.
    package let handle: @Sendable (inout CallContext, ServiceEvent) -> Void
    /// Whether a periodic look would find something to do now.
    package let isAwaited: @Sendable (World, ServiceEvent, _ region: String) -> Bool
    /// Takes note of what came of one of its effects; the result is the answer of the call that waits for it.
    package let complete: @Sendable (inout CallContext, Effect, EffectOutcome) -> Result<Fields, ServiceError>

    package init(
        handle: @escaping @Sendable (inout CallContext, ServiceEvent) -> Void,
        isAwaited: @escaping @Sendable (World, ServiceEvent, _ region: String) -> Bool = { _, _, _ in true },
        complete: @escaping @Sendable (inout CallContext, Effect, EffectOutcome) -> Result<Fields, ServiceError> = {
            _, _, _ in .success(Fields())
        }
    ) {
        self.handle = handle
        self.isAwaited = isAwaited
        self.complete = complete
    }
}

/// A look that is taken again and again, and that rests while the world stands still: a group's health check, an alarm's
/// evaluation.
///
/// A look that finds nothing to do calls `World.rest`; it is taken again one period after anything in the world has
/// changed. So years of virtual time cost nothing where nothing happens.
package struct RestingLook: Sendable, Equatable {
    package var event: ServiceEvent
    package var region: String
    package var period: Duration
}

extension World {
    /// Has a service handle an event at once: what one service tells another without an API for it, as an alarm tells a
    /// scaling policy.
    package mutating func handle(_ event: ServiceEvent, region: String) {
        let automation = automation
        automation.handle(&self, event, region)
    }

    /// Lets a periodic look rest until something changes.
    package mutating func rest(_ event: ServiceEvent, region: String, period: Duration) {
        let look = RestingLook(event: event, region: region, period: period)
        if !restingLooks.contains(look) { restingLooks.append(look) }
    }

    /// Says that something has changed: looks that rest are taken again one period from now.
    package mutating func wake() {
        announceInstances()
        guard !restingLooks.isEmpty else { return }
        let looks = restingLooks
        restingLooks = []
        for look in looks { schedule(.event(look.event, region: look.region), after: look.period) }
    }

    /// When all has settled that a waiting client would wait for; nil where it has.
    ///
    /// - Parameter includesProcesses: Also what goes on for long by itself and is looked at on its way, as an instance
    ///   refresh is.
    package func settledAt(includesProcesses: Bool) -> Timestamp? {
        agenda.lastDue { isAwaited($0, includesProcesses: includesProcesses) }
    }

    /// When the last of that happens before a moment; nil where nothing does.
    package func settledAt(before moment: Timestamp) -> Timestamp? {
        agenda.lastDue(before: moment) { isAwaited($0, includesProcesses: false) }
    }

    /// When the next step of such a process happens; nil where none is under way.
    package var nextProcessStep: Timestamp? {
        agenda.firstDue { transition in
            guard case .event(let event, _) = transition else { return false }
            return event.isProcess
        }
    }

    /// When an alarm is looked at next that nobody waits for: a group may be scaled then.
    package var nextUnawaitedAlarm: Timestamp? {
        agenda.firstDue { transition in
            guard case .event(.alarm(let name), let region) = transition else { return false }
            return !automation.isAwaited(self, .alarm(name: name), region)
        }
    }

    /// When an alarm is evaluated next whose state was set by hand; nil where there is none.
    package var nextLookAtHandSetAlarm: Timestamp? {
        agenda.firstDue { transition in
            guard case .event(.alarm(let name), let region) = transition else { return false }
            return regions.first { $0.name == region }?.cloudWatch.alarms[name]?.isSetByHand ?? false
        }
    }

    /// When a service whose tasks have failed tries again next; nil where none does.
    package var nextServiceRetry: Timestamp? {
        regions.lazy.flatMap(\.ecs.services).filter { $0.status == "ACTIVE" }
            .compactMap { $0.deployments.first?.retryAfter }.filter { $0 > now }.min()
    }

    private func isAwaited(_ transition: Transition, includesProcesses: Bool) -> Bool {
        guard case .event(let event, let region) = transition else { return transition.settles }
        guard includesProcesses || !event.isProcess else { return false }
        return automation.isAwaited(self, event, region)
    }
}
