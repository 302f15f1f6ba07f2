import CloudState
import ServiceModel

/// Members that wait for answers to lifecycle hooks.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html>
enum Hooks {
    /// Asks all hooks about a member.
    static func begin(
        _ hooks: [LifecycleHook], _ index: Int, _ group: inout AutoScalingGroup, _ context: inout CallContext
    ) {
        let id = group.members[index].instanceID
        for hook in hooks {
            let token = context.world.ids.uuid("\(context.region)/autoscaling/lifecycle-action")
            let deadline = context.now.adding(seconds: hook.heartbeat)
            group.members[index].actions.append(.init(hook: hook.name, token: token, deadline: deadline))
            GroupEvents.announce(hook, token, id, group, &context)
            context.world.schedule(
                .event(
                    .autoScaling(.hookTimeout(group: group.name, instanceID: id, token: token)), region: context.region),
                after: .seconds(hook.heartbeat))
        }
        Activities.update(group.members[index].activityID, status: "MidLifecycleAction", progress: 40, &context)
    }

    /// A hook's answer: the member goes on when all have answered, and at once when one has abandoned it.
    static func complete(
        _ token: String, result: String, _ index: Int, _ group: inout AutoScalingGroup, _ context: inout CallContext
    ) {
        group.members[index].actions.removeAll { $0.token == token }
        let isAbandoned = result == "ABANDON"
        guard isAbandoned || group.members[index].actions.isEmpty else { return }
        group.members[index].actions = []
        switch group.members[index].state {
        case .pendingWait where isAbandoned:
            Activities.finish(
                group.members[index].activityID, &context, status: "Cancelled",
                message:
                    "Instance failed to complete user's Lifecycle Action: Lifecycle Action with token \(token) was abandoned: Lifecycle Action Completed with ABANDON Result"
            )
            let cause = Activities.sentence(
                "an instance was taken out of service in response to a launch lifecycle action being abandoned.",
                context)
            group.members[index].state = .pendingProceed
            Termination.begin(index, cause: cause, &group, &context)
        case .pendingWait: group.members[index].state = .pendingProceed
        case .terminatingWait: group.members[index].state = .terminatingProceed
        default: return
        }
        Engine.requestStep(&group, &context)
    }

    /// A hook that was not answered by its deadline gets its default result.
    static func timeOut(_ name: String, _ instanceID: String, _ token: String, _ context: inout CallContext) {
        guard var group = context.autoScaling.groups[name],
            let index = group.members.firstIndex(where: { $0.instanceID == instanceID }),
            let action = group.members[index].actions.first(where: { $0.token == token })
        else { return }
        // A heartbeat has moved the deadline.
        guard action.deadline <= context.now else {
            context.world.schedule(
                .event(
                    .autoScaling(.hookTimeout(group: name, instanceID: instanceID, token: token)),
                    region: context.region),
                after: .milliseconds(action.deadline.milliseconds - context.now.milliseconds))
            return
        }
        let result = group.hooks.first { $0.name == action.hook }?.defaultResult ?? "ABANDON"
        complete(token, result: result, index, &group, &context)
        context.autoScaling.groups[name] = group
    }
}
