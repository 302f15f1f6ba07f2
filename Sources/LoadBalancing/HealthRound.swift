package import CloudState
import ServiceModel

/// A round of health checks of one target group, and what follows from it.
///
/// Checks go on while a target is on its way from one state to another, and rest while nothing that they would find
/// can change; `World.wake` has them taken up again one interval after a change.
package enum HealthRound {
    /// Takes the round that is due now, and puts the next one on the agenda.
    package static func run(_ world: inout World, targetGroup arn: String, region name: String) {
        let index = world.regionIndex(name)
        guard var group = world.regions[index].elb.targetGroups[arn] else { return }
        if let next = group.nextRound, next <= world.now { group.nextRound = nil }
        let region = world.regions[index]
        let view = region.elb.loadBalancers(using: arn).first.map { BalancerView($0, region, world) }
        let before = healths(group, region, world, view)
        group.targets = group.targets.compactMap { checked($0, group, region, view, world.now) }
        let changed = healths(group, region, world, view) != before
        world.regions[index].elb.targetGroups[arn] = group
        // Whoever looks at the targets' health, as an Auto Scaling group does, may now find something to do.
        if changed { world.wake() }
        schedule(&world, arn, index)
    }

    /// Begins the checks of targets that have not been checked yet, and puts the next round on the agenda: called when
    /// targets are registered or are to go, and when a group comes into use.
    package static func start(_ world: inout World, targetGroup arn: String, region name: String) {
        let index = world.regionIndex(name)
        let first = world.now.adding(milliseconds: Timings.targetRegistration.milliseconds)
        world.regions[index].elb.targetGroups.update(arn) { group in
            for place in group.targets.indices where group.targets[place].checks.isEmpty {
                group.targets[place].nextCheck = first
            }
        }
        schedule(&world, arn, index)
    }

    private static func schedule(_ world: inout World, _ arn: String, _ index: Int) {
        guard var group = world.regions[index].elb.targetGroups[arn], !group.targets.isEmpty else { return }
        let event = ServiceEvent.healthChecks(targetGroup: arn)
        let region = world.regions[index].name
        if let next = group.targets.compactMap(\.due).min(), group.nextRound.map({ next < $0 }) ?? true {
            group.nextRound = next
            world.regions[index].elb.targetGroups[arn] = group
            world.schedule(
                .event(event, region: region),
                after: .milliseconds(max(0, next.milliseconds - world.now.milliseconds)))
        }
        if group.targets.allSatisfy({ $0.drainingUntil != nil || $0.nextCheck == nil }) {
            world.rest(event, region: region, period: .seconds(group.healthCheck.interval))
        }
    }

    /// Whether checks go on that a waiting client would wait for: a target is on its way to another state.
    package static func isAwaited(_ world: World, targetGroup arn: String, region name: String) -> Bool {
        guard let region = world.regions.first(where: { $0.name == name }), let group = region.elb.targetGroups[arn]
        else { return false }
        let view = region.elb.loadBalancers(using: arn).first.map { BalancerView($0, region, world) }
        return group.targets.contains { target in
            guard target.drainingUntil == nil else { return true }
            guard let checked = checked(target, group, region, view, world.now, ignoringTimes: true) else {
                return true
            }
            return checked.nextCheck != nil || checked.observedRun != target.observedRun
                || checked.checks.map(\.verdict) != target.checks.map(\.verdict)
        }
    }

    private static func healths(
        _ group: TargetGroup, _ region: Region, _ world: World, _ view: BalancerView?
    ) -> [TargetHealth] {
        group.targets.map { TargetHealth($0, in: group, region, world, view) }
    }

    // MARK: One target

    /// A target after its check; nil when it is gone.
    private static func checked(
        _ target: Target, _ group: TargetGroup, _ region: Region, _ view: BalancerView?, _ now: Timestamp,
        ignoringTimes: Bool = false
    ) -> Target? {
        var target = target
        if let end = target.drainingUntil { return end <= now ? nil : target }
        guard let site = TargetSite(target, in: group, region), site.instance?.state != .terminated else { return nil }
        guard let view, group.healthCheck.isEnabled, view.isZoneEnabled(site), site.instance?.state != .stopped else {
            target.checks = []
            target.nextCheck = nil
            target.observedRun = nil
            return target
        }
        let run = site.instance?.runningSince
        if run != nil, target.observedRun != run {
            // Started anew, or seen for the first time: what was known of it no longer counts.
            target.checks = []
            target.observedRun = run
        }
        guard view.balancer.state == .active else {
            // Its nodes are not there yet.
            target.nextCheck = now.adding(milliseconds: group.healthCheck.interval * 1000)
            return target
        }
        if let next = target.nextCheck, next > now, !ignoringTimes { return target }
        check(&target, site, group, view, now)
        return target
    }

    private static func check(
        _ target: inout Target, _ site: TargetSite, _ group: TargetGroup, _ view: BalancerView, _ now: Timestamp
    ) {
        var isSettled = site.instance?.state != .pending
        let nodes = view.nodes(for: site, group)
        target.checks.removeAll { check in !nodes.contains { $0.zone == check.zone } }
        for node in nodes where view.isUp(node) {
            let failure = view.checkFailure(target, site, group, from: node)
            let place = target.checks.firstIndex { $0.zone == node.zone } ?? target.checks.endIndex
            if place == target.checks.endIndex { target.checks.append(Target.NodeCheck(zone: node.zone)) }
            target.checks[place].take(failure, group.healthCheck)
            if !target.checks[place].agrees(with: failure) { isSettled = false }
        }
        // A server that is still being set up comes by itself, without a change that anybody would see.
        if let start = site.instance?.runningSince, target.checks.contains(where: { $0.verdict != .healthy }),
            start.adding(milliseconds: Timings.userData.milliseconds) > now
        {
            isSettled = false
        }
        target.nextCheck = isSettled ? nil : now.adding(milliseconds: group.healthCheck.interval * 1000)
    }
}

extension Target {
    /// When something happens to it next.
    fileprivate var due: Timestamp? { drainingUntil ?? nextCheck }
}

extension Target.NodeCheck {
    /// Counts a check. The first that passes makes a new target healthy; after that the thresholds decide.
    ///
    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>
    fileprivate mutating func take(_ failure: CheckFailure?, _ check: TargetGroup.HealthCheck) {
        guard let failure else {
            failures = 0
            successes = min(successes + 1, check.healthyThreshold)
            if verdict == .checking || successes >= check.healthyThreshold { verdict = .healthy }
            return
        }
        successes = 0
        failures = min(failures + 1, check.unhealthyThreshold)
        if failures >= check.unhealthyThreshold { verdict = .unhealthy(failure) }
    }

    /// Whether more checks with that result would change nothing.
    fileprivate func agrees(with failure: CheckFailure?) -> Bool {
        switch (verdict, failure) {
        case (.healthy, nil): true
        case (.unhealthy(let known), let failure?): known == failure
        default: false
        }
    }
}
