package import ServiceModel

/// Something that a group does: launching an instance, terminating one; or what was done to a scalable target.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scaling-activities.html>
package struct ScalingActivity: ResourceRecord {
    package var id: String
    package var group: String
    package var groupARN: String
    package var description: String
    package var cause: String
    package var start: Timestamp
    package var end: Timestamp?
    package var status: String
    package var message: String?
    package var progress: Int
    /// JSON text.
    package var details: String

    package init(
        id: String, group: AutoScalingGroup, description: String, cause: String, start: Timestamp, status: String,
        progress: Int, details: String
    ) {
        self.id = id
        self.group = group.name
        groupARN = group.arn
        self.description = description
        self.cause = cause
        self.start = start
        self.status = status
        self.progress = progress
        self.details = details
    }

    /// An activity of a scalable target.
    package init(
        id: String, target: ScalableTarget, description: String, cause: String, message: String, now: Timestamp
    ) {
        self.id = id
        group = target.id
        groupARN = target.arn
        self.description = description
        self.cause = cause
        self.message = message
        start = now
        end = now
        status = "Successful"
        progress = 100
        details = "{}"
    }
}

/// A launch configuration: the parameters of a launch, never changed.
package struct LaunchConfiguration: ResourceRecord {
    package var name: String
    package var arn: String
    package var created: Timestamp
    /// As they were given, with defaults.
    package var members: Fields

    package var id: String { name }

    package init(name: String, arn: String, created: Timestamp, members: Fields) {
        self.name = name
        self.arn = arn
        self.created = created
        self.members = members
    }
}

/// How the capacity of a group, or of a scalable target, follows an alarm.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html>,
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html>
package struct ScalingPolicy: ResourceRecord {
    package enum Kind: String, Sendable {
        case simple = "SimpleScaling"
        case step = "StepScaling"
        case targetTracking = "TargetTrackingScaling"
        case predictive = "PredictiveScaling"
    }

    package struct Step: Sendable, Equatable {
        package var lower: Double?
        package var upper: Double?
        package var adjustment: Int

        package init(lower: Double?, upper: Double?, adjustment: Int) {
            self.lower = lower
            self.upper = upper
            self.adjustment = adjustment
        }
    }

    /// The name of the group, or the id of the scalable target.
    package var group: String
    package var name: String
    package var arn: String
    package var kind: Kind
    /// Known of a scalable target's only.
    package var created: Timestamp?
    package var isEnabled = true
    /// `ChangeInCapacity`, `ExactCapacity` or `PercentChangeInCapacity`.
    package var adjustmentType: String?
    package var adjustment: Int?
    package var minimumMagnitude: Int?
    package var cooldown: Int?
    package var steps: [Step] = []
    package var aggregation: String?
    /// Seconds.
    package var warmup: Int?
    /// `TargetTrackingConfiguration` or `PredictiveScalingConfiguration` as it was given.
    package var configuration: Fields?
    package var target: Double?
    package var disablesScaleIn = false
    /// The alarms that target tracking made for itself: high, then low.
    package var alarms: [String] = []

    package var id: String { "\(group)/\(name)" }

    package init(group: String, name: String, arn: String, kind: Kind) {
        self.group = group
        self.name = name
        self.arn = arn
        self.kind = kind
    }
}

/// A change of the size of a group, or of the bounds of a scalable target, at a time of day or once.
package struct ScheduledAction: ResourceRecord {
    /// The name of the group, or the id of the scalable target.
    package var group: String
    package var name: String
    package var arn: String
    /// Known of a scalable target's only.
    package var created: Timestamp?
    /// When it happens next; nil once it is over.
    package var next: Timestamp?
    package var start: Timestamp?
    package var end: Timestamp?
    package var recurrence: String?
    package var timeZone: String?
    package var minimum: Int?
    package var maximum: Int?
    package var desired: Int?
    /// Guards against times that a later request has changed.
    package var version = 0

    package var id: String { "\(group)/\(name)" }

    package init(group: String, name: String, arn: String) {
        self.group = group
        self.name = name
        self.arn = arn
    }
}

/// A rolling replacement of a group's instances.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html>
package struct InstanceRefresh: ResourceRecord {
    package var id: String
    package var group: String
    package var status: String
    package var reason: String?
    package var start: Timestamp
    package var end: Timestamp?
    package var preferences: Fields
    package var desired: Fields?
    /// Instances that are still to be replaced.
    package var remaining: [String] = []
    package var total = 0
    /// What the group launched from before, for a rollback.
    package var previous: AutoScalingGroup.Source
    /// How many had been replaced when it last went on, and since when.
    package struct Progress: Sendable, Equatable {
        package var replaced: Int
        package var since: Timestamp

        package init(replaced: Int, since: Timestamp) {
            self.replaced = replaced
            self.since = since
        }
    }

    package var progress: Progress?
    /// Checkpoints that have been waited at.
    package var checkpoints = 0
    package var rollbackStart: Timestamp?
    package var rollbackReason: String?

    package var isActive: Bool {
        ["Pending", "InProgress", "Cancelling", "RollbackInProgress", "Baking"].contains(status)
    }

    package init(
        id: String, group: String, start: Timestamp, preferences: Fields, previous: AutoScalingGroup.Source
    ) {
        self.id = id
        self.group = group
        self.start = start
        self.preferences = preferences
        self.previous = previous
        status = "Pending"
    }
}
