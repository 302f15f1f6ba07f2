import CloudState
import ScalingPolicies
import ServiceModel

/// Scalable targets when something happens: bounds that change, times that come, alarms that ring.
///
/// <https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scaling-activities.html>
enum Scaling {
    /// Seconds that a policy waits after it has acted where it does not say.
    private static let cooldown = 300

    static func handle(_ context: inout CallContext, _ event: ServiceEvent) {
        guard case .applicationScaling(let event) = event else { return }
        switch event {
        case .bounds(let id): settle(id, &context)
        case .scheduledAction(let id, let version): run(id, version, &context)
        case .alarm(let arn, let alarm, let metric, let threshold):
            execute(arn, alarm, metric: metric, threshold: threshold, &context)
        }
    }

    static func isAwaited(_ world: World, _ event: ServiceEvent, _ region: String) -> Bool {
        guard case .applicationScaling(.bounds(let id)) = event else { return false }
        return world.regions.first { $0.name == region }?.applicationScaling.targets[id] != nil
    }

    /// Has a target's capacity brought within its bounds in a moment.
    static func settleSoon(_ target: ScalableTarget, _ context: inout CallContext) {
        context.world.schedule(
            .event(.applicationScaling(.bounds(target: target.id)), region: context.region), after: .seconds(1))
    }

    private static func settle(_ id: String, _ context: inout CallContext) {
        guard let target = context.applicationScaling.targets[id],
            let current = ScalableResource(target)?.capacity(context)
        else { return }
        if current < target.minimum {
            set(target.minimum, target, cause: "minimum capacity was set to \(target.minimum)", &context)
        } else if current > target.maximum {
            set(target.maximum, target, cause: "maximum capacity was set to \(target.maximum)", &context)
        }
    }

    private static func note(
        _ target: ScalableTarget, _ description: String, _ cause: String, _ message: String,
        status: String = "Successful", _ context: inout CallContext
    ) {
        var activity = ScalingActivity(
            id: context.world.ids.uuid("\(context.region)/application-autoscaling/activity"), target: target,
            description: description, cause: cause, message: message, now: context.now)
        activity.status = status
        context.applicationScaling.activities.insert(activity)
    }

    /// Sets a capacity, and takes the activity down. Whether it could be set.
    @discardableResult
    private static func set(
        _ count: Int, _ target: ScalableTarget, cause: String, _ context: inout CallContext
    ) -> Bool {
        guard let resource = ScalableResource(target) else { return false }
        let description = "Setting \(resource.noun) to \(count)."
        let before = context.world
        do throws(ServiceError) {
            try resource.set(count, &context)
        } catch {
            context.world = before
            note(
                target, description, cause, "Failed to set \(resource.noun) to \(count). Reason: \(error.message)",
                status: "Failed", &context)
            return false
        }
        note(
            target, description, cause,
            "Successfully set \(resource.noun) to \(count). Change successfully fulfilled by \(target.namespace).",
            &context)
        context.world.wake()
        return true
    }

    // MARK: Scheduled actions

    private static func run(_ id: String, _ version: Int, _ context: inout CallContext) {
        guard var action = context.applicationScaling.scheduledActions[id], action.version == version,
            var target = context.applicationScaling.targets[action.group]
        else { return }
        if !target.suspendsSchedules {
            let minimum = action.minimum ?? min(target.minimum, action.maximum ?? target.minimum)
            let maximum = max(action.maximum ?? target.maximum, minimum)
            var parts: [String] = []
            if action.minimum != nil { parts.append("min capacity to \(minimum)") }
            if action.maximum != nil { parts.append("max capacity to \(maximum)") }
            target.minimum = minimum
            target.maximum = maximum
            context.applicationScaling.targets.insert(target)
            let words = parts.joined(separator: " and ")
            note(
                target, "Setting \(words)", "scheduled action name \(action.name) was triggered",
                "Successfully set \(words)", &context)
            settle(target.id, &context)
        }
        action.next = ScheduledActionCalls.next(action, after: context.now, context)
        context.applicationScaling.scheduledActions.insert(action)
        ScheduledActionCalls.schedule(action, &context)
        context.world.wake()
    }

    // MARK: Policies

    private static func execute(
        _ arn: String, _ alarm: String, metric: Double, threshold: Double, _ context: inout CallContext
    ) {
        guard let policy = context.applicationScaling.policies.first(where: { $0.arn == arn }),
            var target = context.applicationScaling.targets[policy.group],
            let current = ScalableResource(target)?.capacity(context)
        else { return }
        // What was added within the cooldown is part of what is asked for now.
        let base = target.scaleOutCooldown.flatMap { $0.until > context.now ? $0.base : nil }
        func bounded(_ wanted: Int) -> Int { min(max(wanted, target.minimum), target.maximum) }
        let desired: Int
        switch policy.kind {
        case .step:
            guard let step = StepAdjustment.step(for: metric - threshold, policy.steps) else { return }
            func adjusted(_ count: Int) -> Int {
                StepAdjustment.adjusted(
                    count, policy.adjustmentType ?? "", step.adjustment, policy.minimumMagnitude)
            }
            let wanted = adjusted(current)
            desired = bounded(wanted > current ? adjusted(base ?? current) : wanted)
            // A scale-out that is already on its way is not taken back by the alarm that asked for it.
            if wanted > current, desired <= current { return }
        case .targetTracking:
            let wanted = TrackingAlarms.capacity(current, desired: current, metric, policy)
            guard wanted > current || allowScaleIn(policy, context) else { return }
            if wanted > current, base != nil { return }
            desired = bounded(wanted)
        case .simple, .predictive: return
        }
        guard desired != current else { return }
        let isOut = desired > current
        if isOut ? target.suspendsScaleOut : target.suspendsScaleIn { return }
        if !isOut, base != nil || target.scaleInCooldown.map({ $0 > context.now }) ?? false { return }
        let cause = "monitor alarm \(alarm) in state ALARM triggered policy \(policy.name)"
        guard set(desired, target, cause: cause, &context) else { return }
        let until = context.now.adding(seconds: min(max(0, seconds(policy, isOut: isOut)), 604_800))
        if isOut {
            target.scaleOutCooldown = .init(until: until, base: base ?? current)
            target.scaleInCooldown = nil
        } else {
            target.scaleInCooldown = until
        }
        context.applicationScaling.targets.insert(target)
    }

    private static func seconds(_ policy: ScalingPolicy, isOut: Bool) -> Int {
        guard policy.kind == .targetTracking else { return policy.cooldown ?? cooldown }
        return policy.configuration?[isOut ? "ScaleOutCooldown" : "ScaleInCooldown"]?.number ?? cooldown
    }

    /// Capacity is taken away only when all policies that track a metric and may do so want it.
    private static func allowScaleIn(_ policy: ScalingPolicy, _ context: CallContext) -> Bool {
        context.applicationScaling.policies.allSatisfy { other in
            guard other.group == policy.group, other.id != policy.id, other.kind == .targetTracking,
                !other.disablesScaleIn, let low = other.alarms.last
            else { return true }
            return context.cloudWatch.alarms[low]?.state == .alarm
        }
    }
}
