import CloudState
import ScalingPolicies
import ServiceModel

/// What a policy makes of a group's desired capacity.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html>
enum PolicyExecution {
    static func execute(
        _ policy: ScalingPolicy, metric: Double?, threshold: Double?, honoursCooldown: Bool,
        _ context: inout CallContext
    ) throws(ServiceError) {
        guard var group = context.autoScaling.groups[policy.group], policy.isEnabled, !group.isDeleting else { return }
        let alarm = context.invokedBy == "cloudwatch.amazonaws.com" ? firingAlarm(policy, context) : nil
        if context.invokedBy != nil, group.isSuspended("AlarmNotification") { return }
        let wanted: Int
        switch policy.kind {
        case .simple:
            if honoursCooldown, let until = group.cooldownUntil, until > context.now {
                throw AutoScalingError.activityInProgress(
                    "The policy \(policy.name) was not executed: a cooldown period is in progress for the group.")
            }
            if honoursCooldown, isBusy(group) {
                throw AutoScalingError.activityInProgress(
                    "The policy \(policy.name) was not executed: a scaling activity is in progress for the group.")
            }
            wanted = StepAdjustment.adjusted(
                group.desired, policy.adjustmentType ?? "", policy.adjustment ?? 0, policy.minimumMagnitude)
        case .step:
            guard let metric, let threshold else {
                throw AutoScalingError.validation(
                    "MetricValue and BreachThreshold are required for policy type StepScaling")
            }
            guard let step = StepAdjustment.step(for: metric - threshold, policy.steps) else { return }
            wanted = warmed(group, policy, context) { base in
                StepAdjustment.adjusted(base, policy.adjustmentType ?? "", step.adjustment, policy.minimumMagnitude)
            }
        case .targetTracking:
            guard let metric else {
                throw AutoScalingError.validation(
                    "ExecutePolicy is not supported for policy type TargetTrackingScaling")
            }
            wanted = warmed(group, policy, context) { _ in TargetTracking.capacity(group, metric, policy) }
        case .predictive:
            throw AutoScalingError.validation("ExecutePolicy is not supported for policy type PredictiveScaling")
        }
        let desired = min(max(wanted, group.minimum), group.maximum)
        guard desired != group.desired else { return }
        let what =
            alarm.map { "a monitor alarm \($0) in state ALARM triggered policy \(policy.name)" }
            ?? "a user request executed policy \(policy.name)"
        group.cause = Activities.sentence(
            "\(what) changing the desired capacity from \(group.desired) to \(desired).", context)
        group.desired = desired
        if policy.kind == .simple {
            group.cooldownUntil = context.now.adding(seconds: policy.cooldown ?? group.cooldown)
        }
        Engine.requestStep(&group, &context)
        context.autoScaling.groups.insert(group)
    }

    /// Whether instances come or go: a simple policy waits until they have, and for its cooldown after that.
    private static func isBusy(_ group: AutoScalingGroup) -> Bool {
        group.members.contains { $0.state.isArriving || $0.state.isLeaving }
            || group.capacity != group.desired && group.nextStep != nil
    }

    private static func firingAlarm(_ policy: ScalingPolicy, _ context: CallContext) -> String? {
        context.cloudWatch.alarms.first { $0.state == .alarm && $0.alarmActions.contains(policy.arn) }?.name
    }

    /// While instances warm up they count as capacity that is on its way: an alarm that still rings asks for the
    /// difference only, and nothing is taken out.
    private static func warmed(
        _ group: AutoScalingGroup, _ policy: ScalingPolicy, _ context: CallContext, _ change: (Int) -> Int
    ) -> Int {
        let seconds = policy.warmup ?? group.instanceWarmup ?? 300
        let warming = group.members.reduce(0) { sum, member in
            guard member.state.countsAsCapacity else { return sum }
            let isWarm = member.inServiceSince.map { context.now >= $0.adding(seconds: seconds) } ?? false
            return isWarm ? sum : sum + member.weight
        }
        // What was there before the last change is warm; a group that is new altogether counts as a whole.
        let lacking = max(0, group.desired - group.capacity)
        let warm = group.desired - warming - lacking
        guard warm > 0 else {
            return warming + lacking > 0 ? max(group.desired, change(group.desired)) : change(group.desired)
        }
        let wanted = change(warm)
        guard warming + lacking > 0 else { return wanted }
        return max(group.desired, wanted)
    }
}
