import CloudState
import ServiceModel

/// What is done to single instances of a group.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-instance-asg.html>
enum InstanceCalls {
    static let operations: [String: Handler] = [
        "AttachInstances": .write(attach),
        "DetachInstances": .write(detach),
        "SetInstanceHealth": .write(setHealth),
        "SetInstanceProtection": .write(protect),
        "TerminateInstanceInAutoScalingGroup": .write(terminate),
    ]

    /// The group that an instance is in and its place there.
    static func member(
        _ id: String, _ context: CallContext
    ) throws(ServiceError) -> (group: AutoScalingGroup, index: Int) {
        guard let group = context.autoScaling.group(ofInstance: id),
            let index = group.members.firstIndex(where: { $0.instanceID == id })
        else { throw AutoScalingError.noInstance(id) }
        return (group, index)
    }

    /// The places of instances in a group.
    static func members(_ ids: [String], of group: AutoScalingGroup) throws(ServiceError) -> [Int] {
        try ids.map { id throws(ServiceError) in
            guard let index = group.members.firstIndex(where: { $0.instanceID == id }) else {
                throw AutoScalingError.notInGroup(id, group.name)
            }
            return index
        }
    }

    static func attach(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        let ids = input.strings("InstanceIds")
        guard group.desired + ids.count <= group.maximum else {
            throw AutoScalingError.validation(
                "AutoScalingGroup \(group.name) has min-size=\(group.minimum), max-size=\(group.maximum), and desired-size=\(group.desired). To attach \(ids.count) more instances, the new desired capacity would be \(group.desired + ids.count), which exceeds the maximum size. Update the AutoScalingGroup sizes appropriately."
            )
        }
        for id in ids {
            guard let instance = context.ec2.instances[id], instance.state == .running else {
                throw AutoScalingError.validation(
                    "Invalid Instance ID(s): [\(id.prefix(64))] specified or the instance is not in the running state.")
            }
            guard context.autoScaling.group(ofInstance: id) == nil else {
                throw AutoScalingError.validation("Instance \(id) is already part of an AutoScalingGroup.")
            }
            guard group.zones.contains(instance.zone) else {
                throw AutoScalingError.validation(
                    "Instance \(id) is in an Availability Zone that is not part of the group.")
            }
            let cause = Activities.sentence("instance \(id) was attached in response to a user request.", context)
            let activity = Activities.open(
                "Attaching an existing EC2 instance: \(id)", cause, group, zone: instance.zone,
                subnet: instance.subnetID,
                progress: 50, &context)
            var member = GroupMember(
                instanceID: id, zone: instance.zone, type: instance.type, imageID: instance.imageID, weight: 1,
                isProtected: group.protectsNewInstances, launched: instance.launchTime, activityID: activity)
            if case .configuration(let name) = group.source { member.configuration = name }
            group.members.append(member)
            context.ec2.instances.update(id) { $0.tags["aws:autoscaling:groupName"] = group.name }
        }
        group.desired += ids.count
        Engine.requestStep(&group, &context)
        context.autoScaling.groups.insert(group)
        return .empty
    }

    static func detach(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        let places = try members(input.strings("InstanceIds"), of: group)
        let decrements = input.boolean("ShouldDecrementDesiredCapacity") ?? false
        if decrements, group.desired - places.count < group.minimum {
            throw AutoScalingError.validation(
                "AutoScalingGroup \(group.name) has min-size=\(group.minimum), max-size=\(group.maximum), and desired-size=\(group.desired). To detach \(places.count) instance(s), the new desired capacity would be \(group.desired - places.count), which is below the minimum size. Update the AutoScalingGroup sizes appropriately."
            )
        }
        for index in places where ![.inService, .standby].contains(group.members[index].state) {
            throw AutoScalingError.validation(
                "The instance \(group.members[index].instanceID) is not in InService or Standby.")
        }
        var activities: [Value] = []
        for index in places {
            let member = group.members[index]
            var cause = Activities.sentence(
                "instance \(member.instanceID) was detached in response to a user request", context)
            if decrements, member.state == .inService {
                cause += ", shrinking the capacity from \(group.desired) to \(group.desired - 1)"
                group.desired -= 1
            }
            let subnet = context.ec2.instances[member.instanceID]?.subnetID
            let activity = Activities.open(
                "Detaching EC2 instance: \(member.instanceID)", cause + ".", group, zone: member.zone, subnet: subnet,
                progress: 50, &context)
            for arn in group.targetGroups { Balancers.deregister([member.instanceID], from: arn, &context) }
            context.ec2.instances.update(member.instanceID) { $0.tags["aws:autoscaling:groupName"] = nil }
            if let record = context.autoScaling.activities[activity] {
                activities.append(Activities.view(record, context))
            }
            Activities.finish(activity, &context)
        }
        let gone = Set(input.strings("InstanceIds"))
        group.members.removeAll { gone.contains($0.instanceID) }
        if !decrements {
            group.cause = Activities.sentence("instances were detached in response to a user request.", context)
        }
        Engine.requestStep(&group, &context)
        context.autoScaling.groups.insert(group)
        return Response(["Activities": .list(activities)])
    }

    static func setHealth(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (group, index) = try member(input.string("InstanceId") ?? "", context)
        switch input.string("HealthStatus") {
        case "Healthy":
            group.members[index].isHealthy = true
            group.members[index].failure = nil
        case "Unhealthy":
            let since = group.members[index].inServiceSince ?? context.now
            let isInGrace = context.now < since.adding(seconds: group.gracePeriod)
            if !(isInGrace && input.boolean("ShouldRespectGracePeriod") ?? true) {
                group.members[index].isHealthy = false
                group.members[index].failure = .user
            }
        default:
            throw AutoScalingError.validation("Valid instance health states are: [Healthy, Unhealthy].")
        }
        context.autoScaling.groups.insert(group)
        return .empty
    }

    static func protect(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        for index in try members(input.strings("InstanceIds"), of: group) {
            let member = group.members[index]
            guard member.state.isArriving || member.state == .inService else {
                throw AutoScalingError.validation(
                    "The instance \(member.instanceID) is not in InService or EnteringStandby or Standby.")
            }
            group.members[index].isProtected = input.boolean("ProtectedFromScaleIn") ?? false
        }
        context.autoScaling.groups.insert(group)
        return .empty
    }

    static func terminate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.string("InstanceId") ?? ""
        var (group, index) = try member(id, context)
        guard !group.members[index].state.isLeaving else { throw AutoScalingError.noInstance(id) }
        let decrements = input.boolean("ShouldDecrementDesiredCapacity") ?? false
        var cause = Activities.sentence(
            "instance \(id) was taken out of service in response to a user request", context)
        if decrements {
            guard group.desired > group.minimum else {
                throw AutoScalingError.validation(
                    "Currently, desiredSize equals minSize (\(group.minimum)). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size."
                )
            }
            cause += ", shrinking the capacity from \(group.desired) to \(group.desired - 1)"
            group.desired -= 1
        }
        Termination.begin(index, cause: cause + ".", &group, &context)
        let activity = context.autoScaling.activities[group.members[index].activityID]
        Engine.requestStep(&group, &context)
        context.autoScaling.groups.insert(group)
        return Response(["Activity": activity.map { Activities.view($0, context) }])
    }
}
