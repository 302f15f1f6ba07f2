import CloudState
import ScalingPolicies
import ServiceModel

/// What Auto Scaling does by itself.
///
/// A request schedules a step; a step lets what is under way go on, and brings the capacity to what is desired. A look
/// is taken every half minute while anything changes: it finds instances that are not healthy and zones out of balance.
enum Engine {
    /// Between two looks at a group.
    static let lookPeriod = Duration.seconds(30)
    /// How long a failed launch in a zone is not tried again.
    static let retry = Duration.seconds(60)
    /// How long a status check fails before the group takes it seriously.
    static let statusCheckPatience = Duration.seconds(120)

    static func handle(_ context: inout CallContext, _ event: ServiceEvent) {
        guard case .autoScaling(let event) = event else { return }
        switch event {
        case .look(let name): look(name, &context)
        case .expiry(let name):
            context.autoScaling.groups.update(name) { $0.nextExpiry = nil }
            look(name, &context)
        case .step(let name): step(name, &context)
        case .hookTimeout(let name, let instanceID, let token):
            Hooks.timeOut(name, instanceID, token, &context)
        case .scheduledAction(let group, let name, let version):
            ScheduleRun.run("\(group)/\(name)", version, &context)
        case .refresh(let group, let id): RefreshRun.run(id, group, &context)
        }
    }

    /// Lets a group be seen to very soon.
    static func requestStep(
        _ group: inout AutoScalingGroup, after delay: Duration = .seconds(1), _ context: inout CallContext
    ) {
        let due = context.now.adding(milliseconds: delay.milliseconds)
        if let next = group.nextStep, next <= due, next >= context.now { return }
        group.nextStep = due
        context.world.schedule(.event(.autoScaling(.step(group: group.name)), region: context.region), after: delay)
    }

    private static func step(_ name: String, _ context: inout CallContext) {
        guard var group = context.autoScaling.groups[name] else { return }
        if let next = group.nextStep, next <= context.now { group.nextStep = nil }
        let before = group
        progress(&group, &context)
        reconcile(&group, &context)
        if group.isDeleting, group.members.isEmpty {
            remove(group, &context)
        } else {
            context.autoScaling.groups[name] = group
        }
        if group.members != before.members { context.world.wake() }
    }

    private static func look(_ name: String, _ context: inout CallContext) {
        guard var group = context.autoScaling.groups[name] else { return }
        // A look that something has woken beside the one that is due anyway.
        if let next = group.nextLook, next > context.now { return }
        group.nextLook = nil
        let before = group
        let event = ServiceEvent.autoScaling(.look(group: name))
        let isWaiting = Health.check(&group, &context)
        Health.replace(&group, &context)
        Balance.rebalance(&group, &context)
        reconcile(&group, &context)
        let waitsForZone = group.zoneFailures.contains { $0.retryAt > context.now } && !group.isDeleting
        let goesOn = isWaiting || waitsForZone || group.members != before.members
        if goesOn {
            group.nextLook = context.now.adding(milliseconds: lookPeriod.milliseconds)
            context.world.schedule(.event(event, region: context.region), after: lookPeriod)
        }
        if let expiry = Health.nextExpiry(group), expiry > context.now, group.nextExpiry.map({ expiry < $0 }) ?? true {
            group.nextExpiry = expiry
            context.world.schedule(
                .event(.autoScaling(.expiry(group: name)), region: context.region),
                after: .milliseconds(expiry.milliseconds - context.now.milliseconds))
        }
        context.autoScaling.groups[name] = group
        if group.members != before.members { context.world.wake() }
        if !goesOn { context.world.rest(event, region: context.region, period: lookPeriod) }
    }

    /// Brings the number of instances to what is desired.
    static func reconcile(_ group: inout AutoScalingGroup, _ context: inout CallContext) {
        let wanted = group.isDeleting ? 0 : group.desired
        let capacity = group.capacity
        if capacity < wanted, !group.isDeleting, !group.isSuspended("Launch") {
            Launching.launch(wanted - capacity, &group, reason: Launching.reason(group, context), &context)
        } else if capacity > wanted, !group.isSuspended("Terminate") || group.isDeleting {
            Termination.shrink(to: wanted, &group, &context)
        }
        if group.capacity == wanted { group.cause = "" }
    }

    /// Lets what is under way go on, each member as far as it can.
    static func progress(_ group: inout AutoScalingGroup, _ context: inout CallContext) {
        for index in group.members.indices where group.members[index].state.isArriving {
            Arrival.advance(index, &group, &context)
        }
        Arrival.register(&group, &context)
        for index in group.members.indices where group.members[index].state.isLeaving {
            Termination.advance(index, &group, &context)
        }
        group.members.removeAll { Termination.isOver($0, context) }
        if group.isRebalancing, !group.members.contains(where: { $0.state.isArriving }) { group.isRebalancing = false }
    }

    /// A group that is gone takes its policies, schedules and refreshes with it.
    static func remove(_ group: AutoScalingGroup, _ context: inout CallContext) {
        let name = group.name
        for policy in context.autoScaling.policies where policy.group == name {
            TrackingAlarms.delete(of: policy, &context)
            context.autoScaling.policies.remove(policy.id)
        }
        for action in context.autoScaling.scheduledActions where action.group == name {
            context.autoScaling.scheduledActions.remove(action.id)
        }
        for refresh in context.autoScaling.refreshes where refresh.group == name {
            context.autoScaling.refreshes.remove(refresh.id)
        }
        context.autoScaling.groups.remove(name)
    }

    /// Whether a waiting client would see something happen when the event comes.
    static func isAwaited(_ world: World, _ event: ServiceEvent, _ region: String) -> Bool {
        guard case .autoScaling(let event) = event,
            let state = world.regions.first(where: { $0.name == region })
        else { return false }
        switch event {
        case .step(let name): return state.autoScaling.groups[name] != nil
        case .refresh: return true
        case .hookTimeout, .scheduledAction, .expiry: return false
        case .look(let name):
            guard let group = state.autoScaling.groups[name] else { return false }
            return Health.hasWork(group, state, world)
        }
    }
}
