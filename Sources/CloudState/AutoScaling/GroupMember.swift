package import ServiceModel

/// An instance in an Auto Scaling group.
package struct GroupMember: Sendable, Equatable {
    /// The instance lifecycle, without warm pools.
    ///
    /// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html>
    package enum State: String, Sendable {
        case pending = "Pending"
        case pendingWait = "Pending:Wait"
        case pendingProceed = "Pending:Proceed"
        case inService = "InService"
        case terminating = "Terminating"
        case terminatingWait = "Terminating:Wait"
        case terminatingProceed = "Terminating:Proceed"
        case standby = "Standby"

        package var countsAsCapacity: Bool {
            switch self {
            case .pending, .pendingWait, .pendingProceed, .inService: true
            case .terminating, .terminatingWait, .terminatingProceed, .standby: false
            }
        }

        package var isLeaving: Bool { self == .terminating || self == .terminatingWait || self == .terminatingProceed }
        package var isArriving: Bool { self == .pending || self == .pendingWait || self == .pendingProceed }
    }

    /// Why it does not pass its health check.
    package enum Failure: Sendable, Equatable {
        case terminatedOrStopped, statusCheck, loadBalancer, user, lifetime
    }

    /// A lifecycle action that waits for an answer.
    package struct PendingAction: Sendable, Equatable {
        package var hook: String
        package var token: String
        package var deadline: Timestamp

        package init(hook: String, token: String, deadline: Timestamp) {
            self.hook = hook
            self.token = token
            self.deadline = deadline
        }
    }

    package var instanceID: String
    package var zone: String
    package var type: String
    package var imageID: String
    package var configuration: String?
    package var template: AutoScalingGroup.TemplateReference?
    package var weight: Int
    package var showsWeight: Bool
    package var isSpot = false
    package var state: State = .pending
    package var isHealthy = true
    package var failure: Failure?
    package var isProtected: Bool
    package var launched: Timestamp
    package var inServiceSince: Timestamp?
    package var actions: [PendingAction] = []
    /// The activity that brings it in or takes it out.
    package var activityID: String
    /// Whether its termination has been asked for, after hooks and draining.
    package var isTerminationRequested = false
    /// Whether its target groups are still to be told that it is in service.
    package var isUnregistered = false
    /// Since when its balancers drain it.
    package var drainingSince: Timestamp?

    package init(
        instanceID: String, zone: String, type: String, imageID: String, weight: Int, showsWeight: Bool = false,
        isProtected: Bool, launched: Timestamp, activityID: String
    ) {
        self.instanceID = instanceID
        self.zone = zone
        self.type = type
        self.imageID = imageID
        self.weight = weight
        self.showsWeight = showsWeight
        self.isProtected = isProtected
        self.launched = launched
        self.activityID = activityID
    }
}

/// A lifecycle hook: instances wait for an answer when they come or go.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html>
package struct LifecycleHook: Sendable, Equatable {
    package enum Transition: String, Sendable, CaseIterable {
        case launching = "autoscaling:EC2_INSTANCE_LAUNCHING"
        case terminating = "autoscaling:EC2_INSTANCE_TERMINATING"
    }

    package var name: String
    package var transition: Transition
    package var target: String?
    package var role: String?
    package var metadata: String?
    /// Seconds.
    package var heartbeat = 3600
    package var defaultResult = "ABANDON"

    package init(name: String, transition: Transition) {
        self.name = name
        self.transition = transition
    }

    /// The longest that an instance may be kept waiting: 48 hours or 100 heartbeats, whichever is less.
    package var globalTimeout: Int { min(172_800, 100 * heartbeat) }
}
