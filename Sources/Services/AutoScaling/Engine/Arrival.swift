import CloudState
import ServiceModel

/// Instances on their way into a group: pending, waiting for hooks, in service.
enum Arrival {
    /// Lets an arriving member go on as far as it can.
    static func advance(_ index: Int, _ group: inout AutoScalingGroup, _ context: inout CallContext) {
        let member = group.members[index]
        guard let instance = context.ec2.instances[member.instanceID], instance.state != .terminated,
            instance.state != .shuttingDown
        else {
            Activities.finish(
                member.activityID, &context, status: "Cancelled",
                message:
                    "Instance failed to complete user's Lifecycle Action or was terminated before it was in service.")
            let cause = Activities.sentence(
                "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.",
                context)
            Termination.begin(index, cause: cause, &group, &context)
            return
        }
        switch member.state {
        case .pending:
            guard instance.state == .running else {
                if instance.state == .pending { Engine.requestStep(&group, after: .seconds(2), &context) }
                return
            }
            let hooks = group.hooks(for: .launching)
            guard hooks.isEmpty else {
                group.members[index].state = .pendingWait
                Hooks.begin(hooks, index, &group, &context)
                return
            }
            enterService(index, &group, &context)
        case .pendingProceed: enterService(index, &group, &context)
        default: return
        }
    }

    private static func enterService(_ index: Int, _ group: inout AutoScalingGroup, _ context: inout CallContext) {
        group.members[index].state = .inService
        group.members[index].inServiceSince = context.now
        group.members[index].isUnregistered = true
        Activities.finish(group.members[index].activityID, &context)
        GroupEvents.announce("EC2 Instance Launch Successful", group.members[index], group, &context)
    }

    /// Registers what has newly come into service with the target groups, in one call each.
    static func register(_ group: inout AutoScalingGroup, _ context: inout CallContext) {
        let new = group.members.indices.filter {
            group.members[$0].isUnregistered && group.members[$0].state == .inService
        }
        guard !new.isEmpty, !group.isSuspended("AddToLoadBalancer") else { return }
        let ids = new.map { group.members[$0].instanceID }
        for index in new { group.members[index].isUnregistered = false }
        // Looks at the new instances' health begin.
        let look = ServiceEvent.autoScaling(.look(group: group.name))
        context.world.rest(look, region: context.region, period: Engine.lookPeriod)
        for arn in group.targetGroups { Balancers.register(ids, in: arn, &context) }
    }
}
