import CloudState
import JSONValue
import ServiceModel

/// What groups tell the default event bus.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html>
enum GroupEvents {
    /// Tells that an instance has come into a group or left it.
    static func announce(
        _ kind: String, _ member: GroupMember, _ group: AutoScalingGroup, _ context: inout CallContext
    ) {
        guard context.world.hasListeners(context.region) else { return }
        let arrives = kind.contains("Launch")
        var detail = activity(member.activityID, group, context)
        detail.set("EC2InstanceId", to: .string(member.instanceID))
        detail.set("Origin", to: arrives ? "EC2" : "AutoScalingGroup")
        detail.set("Destination", to: arrives ? "AutoScalingGroup" : "EC2")
        context.world.announce(
            "aws.autoscaling", kind, .object(detail), resources: [group.arn, instance(member.instanceID, context)],
            region: context.region)
    }

    /// Tells that an instance could not be launched.
    static func announceFailure(_ id: String, _ group: AutoScalingGroup, _ context: inout CallContext) {
        guard context.world.hasListeners(context.region) else { return }
        var detail = activity(id, group, context)
        detail.set("Origin", to: "EC2")
        detail.set("Destination", to: "AutoScalingGroup")
        context.world.announce(
            "aws.autoscaling", "EC2 Instance Launch Unsuccessful", .object(detail), resources: [group.arn],
            region: context.region)
    }

    /// Tells that an instance waits for the answer to a lifecycle hook.
    static func announce(
        _ hook: LifecycleHook, _ token: String, _ instanceID: String, _ group: AutoScalingGroup,
        _ context: inout CallContext
    ) {
        guard context.world.hasListeners(context.region) else { return }
        let arrives = hook.transition == .launching
        var detail: JSONObject = [
            "LifecycleActionToken": .string(token), "AutoScalingGroupName": .string(group.name),
            "LifecycleHookName": .string(hook.name), "EC2InstanceId": .string(instanceID),
            "LifecycleTransition": .string(hook.transition.rawValue),
        ]
        if let data = hook.metadata { detail.set("NotificationMetadata", to: .string(data)) }
        detail.set("Origin", to: arrives ? "EC2" : "AutoScalingGroup")
        detail.set("Destination", to: arrives ? "AutoScalingGroup" : "EC2")
        context.world.announce(
            "aws.autoscaling", "EC2 Instance-\(arrives ? "launch" : "terminate") Lifecycle Action", .object(detail),
            resources: [group.arn], region: context.region)
    }

    private static func instance(_ id: String, _ context: CallContext) -> String {
        "arn:aws:ec2:\(context.region):\(context.accountID):instance/\(id)"
    }

    private static func activity(
        _ id: String, _ group: AutoScalingGroup, _ context: CallContext
    ) -> JSONObject {
        var detail: JSONObject = ["AutoScalingGroupName": .string(group.name), "ActivityId": .string(id)]
        guard let activity = context.autoScaling.activities[id] else { return detail }
        detail.set("RequestId", to: .string(id))
        detail.set("Description", to: .string(activity.description))
        detail.set("Cause", to: .string(activity.cause))
        detail.set("StatusCode", to: activity.status == "Failed" ? "Failed" : "InProgress")
        detail.set("StatusMessage", to: .string(activity.message ?? ""))
        detail.set("StartTime", to: .string(activity.start.iso8601))
        detail.set("EndTime", to: .string((activity.end ?? context.now).iso8601))
        detail.set("Details", to: (try? JSON.parse(activity.details)) ?? .object([:]))
        return detail
    }
}
