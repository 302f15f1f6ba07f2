import CloudState
import ServiceModel

/// An instance refresh on its way: a batch out, its replacements in service and warm, the next batch.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html>
enum RefreshRun {
    /// Without progress for so long a refresh fails.
    private static let patience = Duration.seconds(3600)

    static func schedule(_ refresh: InstanceRefresh, after delay: Duration, _ context: inout CallContext) {
        context.world.schedule(
            .event(.autoScaling(.refresh(group: refresh.group, id: refresh.id)), region: context.region), after: delay)
    }

    /// The instances that a refresh replaces: all, or with `SkipMatching` those of another template or version.
    static func instances(
        toReplaceIn group: AutoScalingGroup, _ refresh: InstanceRefresh, _ context: CallContext
    ) -> [String] {
        let current = LaunchParameters.template(of: group.source)
        let version = current.flatMap { LaunchParameters.version(of: $0, context) }.map { "\($0)" }
        let skips = refresh.preferences["SkipMatching"] == .boolean(true)
        let ignoresProtected = refresh.preferences["ScaleInProtectedInstances"]?.text == "Ignore"
        return group.members.filter { member in
            guard member.state.countsAsCapacity, !(member.isProtected && ignoresProtected) else { return false }
            return
                !(skips && current != nil && member.template?.id == current?.id && member.template?.version == version)
        }.map(\.instanceID)
    }

    static func run(_ id: String, _ groupName: String, _ context: inout CallContext) {
        guard var refresh = context.autoScaling.refreshes[id], refresh.isActive,
            var group = context.autoScaling.groups[groupName]
        else { return }
        if refresh.status == "Cancelling" {
            end(&refresh, "Cancelled", &context)
            return
        }
        if refresh.status == "Pending" { refresh.status = "InProgress" }
        if group.isSuspended("InstanceRefresh") {
            wait(&refresh, "The process InstanceRefresh is suspended.", .seconds(60), &context)
            return
        }
        let present = Set(group.members.filter(\.state.countsAsCapacity).map(\.instanceID))
        refresh.remaining.removeAll { !present.contains($0) }
        let isWhole =
            group.capacity >= group.desired
            && group.members.allSatisfy { $0.state == .inService || $0.state == .standby }
        guard isWhole else {
            wait(&refresh, "Waiting for instances to be in service before continuing.", .seconds(10), &context)
            return
        }
        if let until = warmUntil(group, refresh), until > context.now {
            let pause = Duration.milliseconds(until.milliseconds - context.now.milliseconds)
            wait(&refresh, "Waiting for instances to warm up before continuing.", pause, &context)
            return
        }
        if let pause = checkpoint(&refresh) {
            wait(&refresh, "Waiting for a checkpoint to complete before continuing.", pause, &context)
            return
        }
        guard !refresh.remaining.isEmpty else {
            end(&refresh, refresh.status == "RollbackInProgress" ? "RollbackSuccessful" : "Successful", &context)
            return
        }
        replace(&refresh, &group, &context)
    }

    /// Takes out as many as may be missing.
    private static func replace(
        _ refresh: inout InstanceRefresh, _ group: inout AutoScalingGroup, _ context: inout CallContext
    ) {
        let percentage = integer(refresh.preferences["MinHealthyPercentage"]) ?? 90
        let most = integer(refresh.preferences["MaxHealthyPercentage"]) ?? 100
        let spare = max(0, group.desired * (100 - percentage) / 100)
        let batch = max(1, spare)
        let refreshesProtected = refresh.preferences["ScaleInProtectedInstances"]?.text == "Refresh"
        let remaining = Set(refresh.remaining)
        let candidates = group.members.indices.filter {
            remaining.contains(group.members[$0].instanceID) && (refreshesProtected || !group.members[$0].isProtected)
        }
        guard !candidates.isEmpty else {
            wait(&refresh, "Waiting for instances that are protected from scale in.", .seconds(60), &context)
            return
        }
        if percentage >= 100 || spare == 0 && most > 100 {
            // The replacements come first; when they are in service the group gives up as many of the old.
            let surplus = max(1, group.desired * (most - 100) / 100)
            let before = group.capacity
            group.isRebalancing = true
            // Each in the zone of the one that it replaces.
            for zone in candidates.prefix(surplus).map({ group.members[$0].zone }) {
                Launching.launch(1, &group, reason: .refresh, only: [zone], &context)
            }
            if group.capacity == before { group.isRebalancing = false }
            context.autoScaling.groups.insert(group)
            wait(&refresh, "Waiting for instances to be in service before continuing.", .seconds(10), &context)
            context.world.wake()
            return
        }
        for index in candidates.prefix(batch) {
            let cause = Activities.sentence(
                "an instance was taken out of service in response to an instance refresh.", context)
            refresh.remaining.removeAll { $0 == group.members[index].instanceID }
            Termination.begin(index, cause: cause, &group, &context)
        }
        Engine.requestStep(&group, &context)
        context.autoScaling.groups.insert(group)
        wait(&refresh, nil, .seconds(10), &context)
        context.world.wake()
    }

    /// When the newest instance of the refresh is warm.
    private static func warmUntil(_ group: AutoScalingGroup, _ refresh: InstanceRefresh) -> Timestamp? {
        let warmup = integer(refresh.preferences["InstanceWarmup"]).flatMap { $0 < 0 ? nil : $0 }
        let seconds = warmup ?? group.instanceWarmup ?? group.gracePeriod
        return group.members.filter { $0.launched >= refresh.start }.compactMap(\.inServiceSince).max()?
            .adding(seconds: seconds)
    }

    /// How long to wait at a checkpoint that has just been reached.
    private static func checkpoint(_ refresh: inout InstanceRefresh) -> Duration? {
        let percentages = refresh.preferences["CheckpointPercentages"]?.elements?.compactMap(integer) ?? []
        guard refresh.checkpoints < percentages.count, refresh.total > 0, !refresh.remaining.isEmpty else { return nil }
        let done = 100 * (refresh.total - refresh.remaining.count) / refresh.total
        guard done >= percentages[refresh.checkpoints] else { return nil }
        refresh.checkpoints += 1
        return .seconds(max(1, integer(refresh.preferences["CheckpointDelay"]) ?? 3600))
    }

    private static func wait(
        _ refresh: inout InstanceRefresh, _ reason: String?, _ pause: Duration, _ context: inout CallContext
    ) {
        let done = refresh.total - refresh.remaining.count
        if refresh.progress.map({ done > $0.replaced }) ?? true {
            refresh.progress = .init(replaced: done, since: context.now)
        }
        if let since = refresh.progress?.since,
            context.now.milliseconds - since.milliseconds > patience.milliseconds + pause.milliseconds
        {
            refresh.reason = "Failed to make progress for an hour. \(reason ?? "")"
            end(&refresh, refresh.status == "RollbackInProgress" ? "RollbackFailed" : "Failed", &context)
            return
        }
        refresh.reason = reason
        context.autoScaling.refreshes.insert(refresh)
        schedule(refresh, after: pause, &context)
    }

    private static func end(_ refresh: inout InstanceRefresh, _ status: String, _ context: inout CallContext) {
        refresh.status = status
        refresh.end = context.now
        if status == "Successful" || status == "RollbackSuccessful" { refresh.reason = nil }
        context.autoScaling.refreshes.insert(refresh)
        context.world.wake()
    }

    private static func integer(_ value: Value?) -> Int? {
        guard case .integer(let number)? = value else { return nil }
        return number
    }
}
