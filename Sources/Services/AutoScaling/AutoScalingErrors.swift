import CloudState
import ServiceModel

/// Auto Scaling's errors, with AWS's codes and messages.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html>
enum AutoScalingError {
    static func validation(_ message: String) -> ServiceError { ServiceError("ValidationError", message) }

    static func noGroup(_ name: String) -> ServiceError {
        validation("AutoScalingGroup name not found - AutoScalingGroup '\(name.prefix(256))' not found")
    }

    static func noInstance(_ id: String) -> ServiceError {
        validation("Instance Id not found - No managed instance found for instance ID: \(id.prefix(64))")
    }

    static func notInGroup(_ id: String, _ group: String) -> ServiceError {
        validation("The instance \(id.prefix(64)) is not part of Auto Scaling group \(group).")
    }

    static func alreadyExists(_ message: String) -> ServiceError { ServiceError("AlreadyExists", message) }

    static func inUse(_ message: String) -> ServiceError { ServiceError("ResourceInUse", message) }

    static func activityInProgress(_ message: String) -> ServiceError {
        ServiceError("ScalingActivityInProgress", message)
    }

    static func limit(_ message: String) -> ServiceError { ServiceError("LimitExceeded", message) }
}

extension CallContext {
    /// The group of that name; an error where there is none.
    func group(_ input: Input, _ member: String = "AutoScalingGroupName") throws(ServiceError) -> AutoScalingGroup {
        let name = input.string(member) ?? ""
        guard let group = autoScaling.groups[name] else { throw AutoScalingError.noGroup(name) }
        return group
    }

    /// `arn:aws:autoscaling:REGION:ACCOUNT:` and a resource with an id of its own.
    mutating func autoScalingARN(_ kind: String, _ path: String) -> String {
        "arn:aws:autoscaling:\(region):\(accountID):\(kind):\(world.ids.uuid("\(region)/autoscaling/\(kind)")):\(path)"
    }
}
