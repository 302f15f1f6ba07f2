package import ServiceModel

/// One rollout of a service, with the way back where it failed.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html>
package struct ServiceDeployment: Sendable, Equatable {
    package enum Status: String, Sendable {
        case inProgress = "IN_PROGRESS"
        case successful = "SUCCESSFUL"
        /// It failed, or was overtaken by another, and there is no way back.
        case stopped = "STOPPED"
        case rollingBack = "ROLLBACK_IN_PROGRESS"
        case rolledBack = "ROLLBACK_SUCCESSFUL"
    }

    package struct Rollback: Sendable, Equatable {
        package var reason: String
        package var started: Timestamp
        /// The id of the deployment that is gone back to.
        package var target: String
    }

    /// What was to be rolled out, as it was in the beginning.
    package let target: ContainerService.Deployment
    /// The ids of the deployments that were there.
    package let sources: [String]
    package private(set) var status = Status.inProgress
    package private(set) var reason: String?
    package private(set) var updated: Timestamp
    package private(set) var finished: Timestamp?
    package private(set) var rollback: Rollback?
    /// How many tasks had failed when the circuit breaker ended it.
    package var failures: Int?

    init(_ target: ContainerService.Deployment, from sources: [String]) {
        self.target = target
        self.sources = sources
        updated = target.created
    }

    package var isUnderWay: Bool { finished == nil }

    package mutating func complete(at now: Timestamp) {
        guard isUnderWay else { return }
        status = status == .rollingBack ? .rolledBack : .successful
        finish(now)
    }

    package mutating func stop(_ reason: String, at now: Timestamp) {
        guard isUnderWay else { return }
        status = .stopped
        self.reason = reason
        finish(now)
    }

    package mutating func rollBack(to target: String, _ reason: String, at now: Timestamp) {
        guard isUnderWay else { return }
        status = .rollingBack
        self.reason = reason
        rollback = Rollback(reason: reason, started: now, target: target)
        updated = now
    }

    private mutating func finish(_ now: Timestamp) {
        updated = now
        finished = now
    }
}
