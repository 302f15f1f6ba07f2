import CloudState
import ServiceModel

/// Whether a group's instances are healthy, and what comes of those that are not.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html>
enum Health {
    /// Marks the members that fail a health check. True where one is about to: its failure is not old enough yet.
    static func check(_ group: inout AutoScalingGroup, _ context: inout CallContext) -> Bool {
        guard !group.isSuspended("HealthCheck") else { return false }
        var isWaiting = false
        var states: [[String: String]] = []
        if group.healthCheckType.contains("ELB") {
            states = group.targetGroups.map { Balancers.health(in: $0, &context) }
        }
        for index in group.members.indices
        where group.members[index].state == .inService && group.members[index].isHealthy {
            let member = group.members[index]
            var failure = instanceFailure(member, group, context.ec2, context.world, context.region, &isWaiting)
            if failure == nil, !isInGrace(member, group, context.now),
                states.contains(where: { $0[member.instanceID] == "unhealthy" })
            {
                failure = .loadBalancer
            } else if failure == nil, isInGrace(member, group, context.now),
                states.contains(where: { $0[member.instanceID] == "unhealthy" || $0[member.instanceID] == "initial" })
            {
                isWaiting = true
            }
            if let limit = group.maximumLifetime, limit > 0, failure == nil {
                let age = (context.now.milliseconds - member.launched.milliseconds) / 1000
                if age >= limit { failure = .lifetime }
            }
            guard let failure else { continue }
            group.members[index].isHealthy = false
            group.members[index].failure = failure
        }
        return isWaiting
    }

    /// What EC2 says about an instance. A stopped instance fails whatever its age; a failed status check counts only
    /// after the grace period, and when it lasts.
    private static func instanceFailure(
        _ member: GroupMember, _ group: AutoScalingGroup, _ ec2: EC2State, _ world: World, _ region: String,
        _ isWaiting: inout Bool
    ) -> GroupMember.Failure? {
        guard let instance = ec2.instances[member.instanceID], instance.state == .running || instance.state == .pending
        else { return .terminatedOrStopped }
        guard let fault = world.faults.failure(of: instance, region: region) else { return nil }
        let age = world.now.milliseconds - fault.since.milliseconds
        guard age >= Engine.statusCheckPatience.milliseconds, !isInGrace(member, group, world.now) else {
            isWaiting = true
            return nil
        }
        return .statusCheck
    }

    private static func isInGrace(_ member: GroupMember, _ group: AutoScalingGroup, _ now: Timestamp) -> Bool {
        guard let since = member.inServiceSince else { return true }
        return now < since.adding(seconds: group.gracePeriod)
    }

    /// Takes out the members that are not healthy; the reconciliation after it launches others in their place.
    static func replace(_ group: inout AutoScalingGroup, _ context: inout CallContext) {
        guard !group.isDeleting, !group.isSuspended("ReplaceUnhealthy"), !group.isSuspended("Terminate") else { return }
        for index in group.members.indices
        where group.members[index].state == .inService && !group.members[index].isHealthy {
            let reason =
                switch group.members[index].failure {
                case .statusCheck: "in response to an EC2 instance status checks failure."
                case .loadBalancer: "in response to an ELB system health check failure."
                case .user: "in response to a user health-check."
                case .lifetime:
                    "in response to the instance having exceeded the maximum instance lifetime of the group."
                case .terminatedOrStopped, nil:
                    "in response to an EC2 health check indicating it has been terminated or stopped."
                }
            let cause = Activities.sentence("an instance was taken out of service \(reason)", context)
            Termination.begin(index, cause: cause, &group, &context)
        }
    }

    /// When the next member has reached the group's maximum instance lifetime.
    static func nextExpiry(_ group: AutoScalingGroup) -> Timestamp? {
        guard let limit = group.maximumLifetime, limit > 0 else { return nil }
        return group.members.filter { $0.state == .inService }.map { $0.launched.adding(seconds: limit) }.min()
    }

    /// Whether the next look would find something to do: what a client that waits is waiting for.
    static func hasWork(_ group: AutoScalingGroup, _ state: Region, _ world: World) -> Bool {
        if group.isDeleting { return false }
        let isRetrying = group.zoneFailures.contains { $0.retryAt > world.now }
        if group.capacity != group.desired, !isRetrying, !group.isSuspended("Launch") { return true }
        guard !group.isSuspended("HealthCheck") else { return false }
        for member in group.members where member.state == .inService {
            if !member.isHealthy { return !group.isSuspended("ReplaceUnhealthy") }
            guard let instance = state.ec2.instances[member.instanceID],
                instance.state == .running || instance.state == .pending
            else { return true }
            if world.faults.failure(of: instance, region: state.name) != nil { return true }
        }
        return group.healthCheckType.contains("ELB") && !group.targetGroups.isEmpty && !isRetrying
            || Balance.isUneven(group, world) && !group.isSuspended("AZRebalance")
    }
}
