import CloudState
import ServiceModel

/// Instances on their way out of a group: drained by the load balancers, waiting for hooks, terminated.
enum Termination {
    /// Takes out what is too much, chosen by the group's termination policies.
    static func shrink(to wanted: Int, _ group: inout AutoScalingGroup, _ context: inout CallContext) {
        // Until the instances that balance the zones are in service, there may be too many.
        guard !group.isRebalancing || group.isDeleting else { return }
        let start = group.capacity
        let cause = Activities.cause(
            group.cause,
            Activities.sentence(
                "an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from \(start) to \(wanted).",
                context))
        while group.capacity > wanted {
            guard let index = TerminationPolicy.next(group, context) else { return }
            // With weights, taking one more may be too much.
            guard group.capacity - group.members[index].weight >= wanted else { return }
            let id = group.members[index].instanceID
            let selection = Activities.sentence("instance \(id) was selected for termination.", context)
            begin(index, cause: Activities.cause(cause, selection), &group, &context)
        }
    }

    /// Begins to take a member out.
    static func begin(_ index: Int, cause: String, _ group: inout AutoScalingGroup, _ context: inout CallContext) {
        let member = group.members[index]
        guard !member.state.isLeaving else { return }
        if member.state.isArriving {
            Activities.finish(member.activityID, &context, status: "Cancelled")
        }
        let subnet = context.ec2.instances[member.instanceID]?.subnetID
        group.members[index].activityID = Activities.open(
            "Terminating EC2 instance: \(member.instanceID)", cause, group, zone: member.zone, subnet: subnet, &context)
        group.members[index].state = .terminating
        group.members[index].actions = []
        if member.state == .inService, !group.targetGroups.isEmpty {
            for arn in group.targetGroups { Balancers.deregister([member.instanceID], from: arn, &context) }
            group.members[index].drainingSince = context.now
        }
        advance(index, &group, &context)
    }

    /// Lets a leaving member go on as far as it can.
    static func advance(_ index: Int, _ group: inout AutoScalingGroup, _ context: inout CallContext) {
        let member = group.members[index]
        let state = context.ec2.instances[member.instanceID]?.state ?? .terminated
        guard !member.isTerminationRequested else {
            if !isOver(member, context) {
                Engine.requestStep(&group, after: .seconds(2), &context)
            } else {
                Activities.finish(member.activityID, &context)
                GroupEvents.announce("EC2 Instance Terminate Successful", member, group, &context)
            }
            return
        }
        if member.state == .terminating {
            if member.drainingSince != nil, isDraining(member, group, &context) {
                Activities.update(member.activityID, status: "WaitingForELBConnectionDraining", progress: 20, &context)
                Engine.requestStep(&group, after: .seconds(10), &context)
                return
            }
            group.members[index].drainingSince = nil
            let hooks = group.hooks(for: .terminating)
            if !hooks.isEmpty, !group.isDeleting, state != .terminated {
                group.members[index].state = .terminatingWait
                Hooks.begin(hooks, index, &group, &context)
                return
            }
        }
        guard group.members[index].state != .terminatingWait else { return }
        terminate(index, &group, &context)
    }

    private static func terminate(_ index: Int, _ group: inout AutoScalingGroup, _ context: inout CallContext) {
        let id = group.members[index].instanceID
        group.members[index].state = .terminating
        group.members[index].isTerminationRequested = true
        Activities.update(group.members[index].activityID, status: "InProgress", progress: 50, &context)
        if let state = context.ec2.instances[id]?.state, state != .terminated, state != .shuttingDown {
            // Protection against termination by API does not hold Auto Scaling back.
            context.ec2.instances.update(id) { $0.terminationProtection = false }
            _ = try? context.call("ec2", "TerminateInstances", ["InstanceIds": [.string(id)]])
        }
        let delay =
            isOver(group.members[index], context) ? Duration.seconds(1) : Timings.instanceTerminate + .seconds(1)
        Engine.requestStep(&group, after: delay, &context)
    }

    private static func isDraining(
        _ member: GroupMember, _ group: AutoScalingGroup, _ context: inout CallContext
    ) -> Bool {
        for arn in group.targetGroups where Balancers.health(in: arn, &context)[member.instanceID] == "draining" {
            return true
        }
        return false
    }

    /// Whether a member's instance is gone for good.
    static func isOver(_ member: GroupMember, _ context: CallContext) -> Bool {
        guard member.state.isLeaving, member.isTerminationRequested else { return false }
        return (context.ec2.instances[member.instanceID]?.state ?? .terminated) == .terminated
    }
}
