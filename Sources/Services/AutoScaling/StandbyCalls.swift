import CloudState
import ServiceModel

/// Instances that are taken out of service for a while.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-enter-exit-standby.html>
enum StandbyCalls {
    static let operations: [String: Handler] = [
        "EnterStandby": .write(enter),
        "ExitStandby": .write(exit),
    ]

    static func enter(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        let places = try InstanceCalls.members(input.strings("InstanceIds"), of: group)
        let decrements = input.boolean("ShouldDecrementDesiredCapacity") ?? false
        if decrements, group.desired - places.count < group.minimum {
            throw AutoScalingError.validation(
                "AutoScalingGroup \(group.name) has min-size=\(group.minimum), max-size=\(group.maximum), and desired-size=\(group.desired). To place into standby \(places.count) instance(s), the group size must be at least \(group.minimum + places.count). Update the AutoScalingGroup sizes appropriately."
            )
        }
        for index in places where group.members[index].state != .inService {
            throw AutoScalingError.validation(
                "The instance \(group.members[index].instanceID) is not in InService.")
        }
        var activities: [Value] = []
        for index in places {
            let member = group.members[index]
            var cause = Activities.sentence(
                "instance \(member.instanceID) was moved to standby in response to a user request", context)
            if decrements {
                cause += ", shrinking the capacity from \(group.desired) to \(group.desired - 1)"
                group.desired -= 1
            }
            group.members[index].state = .standby
            for arn in group.targetGroups { Balancers.deregister([member.instanceID], from: arn, &context) }
            activities.append(
                record(
                    "Moving EC2 instance to Standby: \(member.instanceID)", cause + ".", member, group, "InProgress",
                    &context))
        }
        if !decrements {
            group.cause = Activities.sentence("instances were moved to standby in response to a user request.", context)
        }
        Engine.requestStep(&group, &context)
        context.autoScaling.groups.insert(group)
        return Response(["Activities": .list(activities)])
    }

    static func exit(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        let places = try InstanceCalls.members(input.strings("InstanceIds"), of: group)
        for index in places where group.members[index].state != .standby {
            throw AutoScalingError.validation(
                "The instance \(group.members[index].instanceID) is not in Standby.")
        }
        guard group.desired + places.count <= group.maximum else {
            throw AutoScalingError.validation(
                "AutoScalingGroup \(group.name) has min-size=\(group.minimum), max-size=\(group.maximum), and desired-size=\(group.desired). To exit standby with \(places.count) instance(s), the new desired capacity would be \(group.desired + places.count), which exceeds the maximum size. Update the AutoScalingGroup sizes appropriately."
            )
        }
        var activities: [Value] = []
        for index in places {
            let member = group.members[index]
            let cause = Activities.sentence(
                "instance \(member.instanceID) was moved out of standby in response to a user request, increasing the capacity from \(group.desired) to \(group.desired + 1).",
                context)
            group.desired += 1
            group.members[index].state = .pendingProceed
            group.members[index].isHealthy = true
            activities.append(
                record(
                    "Moving EC2 instance out of Standby: \(member.instanceID)", cause, member, group, "PreInService",
                    &context))
        }
        Engine.requestStep(&group, &context)
        context.autoScaling.groups.insert(group)
        return Response(["Activities": .list(activities)])
    }

    /// An activity that is shown as it begins and is over at once.
    private static func record(
        _ description: String, _ cause: String, _ member: GroupMember, _ group: AutoScalingGroup, _ status: String,
        _ context: inout CallContext
    ) -> Value {
        let subnet = context.ec2.instances[member.instanceID]?.subnetID
        let id = Activities.open(
            description, cause, group, zone: member.zone, subnet: subnet, status: status,
            progress: status == "PreInService" ? 30 : 50, &context)
        let view = context.autoScaling.activities[id].map { Activities.view($0, context) } ?? [:]
        Activities.finish(id, &context)
        return view
    }
}
