import CloudState
import ServiceModel

/// The record of what groups do, in AWS's words.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scaling-activities.html>
enum Activities {
    /// `At 2026-11-23T18:00:57Z ` and what happened.
    static func sentence(_ text: String, _ context: CallContext) -> String {
        "At \(context.now.iso8601Seconds) \(text)"
    }

    /// Joins sentences as AWS does, with two blanks.
    static func cause(_ sentences: String...) -> String {
        sentences.filter { !$0.isEmpty }.joined(separator: "  ")
    }

    /// Opens an activity and gives its id.
    static func open(
        _ description: String, _ cause: String, _ group: AutoScalingGroup, zone: String, subnet: String?,
        status: String = "InProgress", progress: Int = 0, _ context: inout CallContext
    ) -> String {
        let id = context.world.ids.uuid("\(context.region)/autoscaling/activity")
        let place = subnet.map { "\"Subnet ID\":\"\($0)\"," } ?? ""
        context.autoScaling.activities.insert(
            ScalingActivity(
                id: id, group: group, description: description, cause: cause, start: context.now, status: status,
                progress: progress, details: "{\(place)\"Availability Zone\":\"\(zone)\"}"))
        return id
    }

    static func finish(
        _ id: String, _ context: inout CallContext, status: String = "Successful", message: String? = nil
    ) {
        let now = context.now
        context.autoScaling.activities.update(id) { activity in
            guard activity.end == nil else { return }
            activity.status = status
            activity.message = message ?? (status == "Successful" ? nil : activity.message)
            activity.progress = 100
            activity.end = now
        }
    }

    static func update(_ id: String, status: String, progress: Int, _ context: inout CallContext) {
        context.autoScaling.activities.update(id) { activity in
            guard activity.end == nil else { return }
            activity.status = status
            activity.progress = progress
        }
    }

    /// An activity that failed at once.
    static func fail(
        _ description: String, _ cause: String, _ message: String, _ group: AutoScalingGroup, zone: String,
        subnet: String?, _ context: inout CallContext
    ) {
        let id = open(
            "\(description).  Status Reason: \(message)", cause, group, zone: zone, subnet: subnet, &context)
        finish(id, &context, status: "Failed", message: message)
        GroupEvents.announceFailure(id, group, &context)
    }

    static func view(_ activity: ScalingActivity, _ context: CallContext) -> Value {
        let exists = context.autoScaling.groups[activity.group].map { $0.arn == activity.groupARN } ?? false
        return [
            "ActivityId": .string(activity.id), "AutoScalingGroupName": .string(activity.group),
            "Description": .string(activity.description), "Cause": .string(activity.cause),
            "StartTime": .timestamp(activity.start), "EndTime": activity.end.map(Value.timestamp),
            "StatusCode": .string(activity.status), "StatusMessage": .optional(activity.message),
            "Progress": .integer(activity.progress), "Details": .string(activity.details),
            "AutoScalingGroupState": exists ? nil : "Deleted", "AutoScalingGroupARN": .string(activity.groupARN),
        ]
    }
}
