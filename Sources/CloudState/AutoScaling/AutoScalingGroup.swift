package import ServiceModel

/// An Auto Scaling group: how many instances there are to be, of what and where, and those that there are.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-groups.html>
package struct AutoScalingGroup: ResourceRecord {
    /// What instances are launched from.
    package enum Source: Sendable, Equatable {
        case configuration(String)
        case template(TemplateReference)
        /// The launch template and the members of `MixedInstancesPolicy` as they are shown.
        case mixed(TemplateReference, policy: Fields)
    }

    /// A launch template and which version of it.
    package struct TemplateReference: Sendable, Equatable {
        package var id: String
        package var name: String
        /// A number, `$Latest` or `$Default`; nil where the request named none, which means the default one.
        package var version: String?

        package init(id: String, name: String, version: String?) {
            self.id = id
            self.name = name
            self.version = version
        }
    }

    package struct Tag: Sendable, Equatable {
        package var key: String
        package var value: String
        package var propagates: Bool

        package init(key: String, value: String, propagates: Bool) {
            self.key = key
            self.value = value
            self.propagates = propagates
        }
    }

    package struct SuspendedProcess: Sendable, Equatable {
        package var name: String
        package var since: Timestamp

        package init(name: String, since: Timestamp) {
            self.name = name
            self.since = since
        }
    }

    package struct Notification: Sendable, Equatable {
        package var topicARN: String
        package var type: String

        package init(topicARN: String, type: String) {
            self.topicARN = topicARN
            self.type = type
        }
    }

    /// A zone in which a launch has failed, and when it is tried again.
    package struct ZoneFailure: Sendable, Equatable {
        package var zone: String
        package var retryAt: Timestamp

        package init(zone: String, retryAt: Timestamp) {
            self.zone = zone
            self.retryAt = retryAt
        }
    }

    package var name: String
    package var arn: String
    package var created: Timestamp
    package var source: Source
    package var minimum: Int
    package var maximum: Int
    package var desired: Int
    package var cooldown = 300
    /// Where no subnets are given, instances go to the zones' default subnets.
    package var zones: [String]
    package var subnets: [String] = []
    package var healthCheckType = "EC2"
    /// Seconds after `InService` in which a failed health check is no reason to replace an instance.
    package var gracePeriod = 0
    package var targetGroups: [String] = []
    package var placementGroup: String?
    package var terminationPolicies = ["Default"]
    package var protectsNewInstances = false
    package var serviceLinkedRole: String
    package var instanceWarmup: Int?
    package var maximumLifetime: Int?
    package var deletionProtection = "none"
    /// Members of the group that are shown as they were given and decide nothing here.
    package var more = Fields()
    package var warmPool: Fields?
    package var tags: [Tag] = []
    package var enabledMetrics: [String] = []
    package var suspended: [SuspendedProcess] = []
    package var hooks: [LifecycleHook] = []
    package var notifications: [Notification] = []
    package var members: [GroupMember] = []
    /// Set while the group goes away: no more launches.
    package var isDeleting = false

    // What it is at.
    /// Why the desired capacity last changed: the first sentence of the next activities' cause.
    package var cause = ""
    package var cooldownUntil: Timestamp?
    package var zoneFailures: [ZoneFailure] = []
    /// When something that is under way is looked at next.
    package var nextStep: Timestamp?
    /// When the next look is taken; nil while looks rest.
    package var nextLook: Timestamp?
    /// When an instance reaches the maximum lifetime, as it is on the agenda.
    package var nextExpiry: Timestamp?
    /// Whether there are more instances than wanted for a while, so that zones come into balance.
    package var isRebalancing = false

    package var id: String { name }

    package init(
        name: String, arn: String, created: Timestamp, source: Source, minimum: Int, maximum: Int, desired: Int,
        zones: [String], serviceLinkedRole: String
    ) {
        self.name = name
        self.arn = arn
        self.created = created
        self.source = source
        self.minimum = minimum
        self.maximum = maximum
        self.desired = desired
        self.zones = zones
        self.serviceLinkedRole = serviceLinkedRole
    }

    package func isSuspended(_ process: String) -> Bool { suspended.contains { $0.name == process } }

    /// The capacity that counts towards the desired one: what is neither leaving nor standing by.
    package var capacity: Int { members.reduce(0) { $0 + ($1.state.countsAsCapacity ? $1.weight : 0) } }

    package func member(_ instanceID: String) -> GroupMember? { members.first { $0.instanceID == instanceID } }

    package func hooks(for transition: LifecycleHook.Transition) -> [LifecycleHook] {
        hooks.filter { $0.transition == transition }
    }
}
