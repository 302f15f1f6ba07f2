package import ServiceModel

/// Application Auto Scaling's records in one region.
///
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/Welcome.html>
package struct ApplicationScalingState: Sendable, Equatable {
    /// By `ScalableTarget.id(namespace:resource:dimension:)`.
    package var targets = ResourceTable<ScalableTarget>()
    /// Their groups are ids of targets, as those of the other two.
    package var policies = ResourceTable<ScalingPolicy>()
    package var scheduledActions = ResourceTable<ScheduledAction>()
    package var activities = ResourceTable<ScalingActivity>()

    package init() {}
}

extension CallContext {
    /// Application Auto Scaling's records in the region that was called.
    package var applicationScaling: ApplicationScalingState {
        get { world.regions[regionIndex].applicationScaling }
        _modify { yield &world.regions[regionIndex].applicationScaling }
    }
}

/// What Application Auto Scaling does by itself.
package enum ApplicationScalingEvent: Sendable, Equatable {
    /// A target's capacity is brought within its bounds.
    case bounds(target: String)
    /// The time of a scheduled action.
    case scheduledAction(id: String, version: Int)
    /// An alarm that triggers a policy rings.
    case alarm(policy: String, alarm: String, metric: Double, threshold: Double)
}

/// A number that can be scaled: the desired count of an ECS service, for instance.
package struct ScalableTarget: ResourceRecord {
    package var id: String
    package var arn: String
    /// For instance `ecs`.
    package var namespace: String
    /// For instance `service/default/web`.
    package var resource: String
    /// For instance `ecs:service:DesiredCount`.
    package var dimension: String
    package var minimum: Int
    package var maximum: Int
    package var role: String
    package var created: Timestamp
    package var suspendsScaleIn = false
    package var suspendsScaleOut = false
    package var suspendsSchedules = false
    package var tags = Tags()
    /// Until when nothing is taken away, since something was.
    package var scaleInCooldown: Timestamp?
    package var scaleOutCooldown: ScaleOut?

    /// An addition whose cooldown is not over.
    package struct ScaleOut: Sendable, Equatable {
        /// Until when what was added counts as part of the next addition.
        package var until: Timestamp
        /// The capacity before it.
        package var base: Int

        package init(until: Timestamp, base: Int) {
            self.until = until
            self.base = base
        }
    }

    package init(
        arn: String, namespace: String, resource: String, dimension: String, minimum: Int, maximum: Int, role: String,
        created: Timestamp
    ) {
        id = Self.id(namespace: namespace, resource: resource, dimension: dimension)
        self.arn = arn
        self.namespace = namespace
        self.resource = resource
        self.dimension = dimension
        self.minimum = minimum
        self.maximum = maximum
        self.role = role
        self.created = created
    }

    package static func id(namespace: String, resource: String, dimension: String) -> String {
        "\(namespace)|\(resource)|\(dimension)"
    }

    /// The three names of an id, in that order; of a target that is gone, too.
    package static func names(of id: String) -> (namespace: String, resource: String, dimension: String)? {
        let parts = id.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        return parts.count == 3 ? (parts[0], parts[1], parts[2]) : nil
    }
}
