package import ServiceModel

/// A service: so many tasks of a definition, kept running.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html>
package struct ContainerService: ResourceRecord {
    /// A roll-out of a task definition.
    package struct Deployment: Sendable, Equatable {
        /// `ecs-svc/` and digits.
        package var id: String
        package var definitionID: String
        package var definitionARN: String
        package var isPrimary = true
        /// `IN_PROGRESS`, `COMPLETED` or `FAILED`.
        package var rollout = "IN_PROGRESS"
        package var reason: String
        package var created: Timestamp
        package var updated: Timestamp
        package var failedTasks = 0
        /// Before then nothing is tried again, since the last tries failed.
        package var retryAfter: Timestamp?
        package var launchType: String?
        package var strategy: [Value]
        package var platformVersion: String?
        package var network: Value?

        package init(
            id: String, definition: TaskDefinition, launchType: String?, strategy: [Value], platformVersion: String?,
            network: Value?, now: Timestamp
        ) {
            self.id = id
            definitionID = definition.id
            definitionARN = definition.arn
            reason = "ECS deployment \(id) in progress."
            created = now
            updated = now
            self.launchType = launchType
            self.strategy = strategy
            self.platformVersion = platformVersion
            self.network = network
        }
    }

    package struct Event: Sendable, Equatable {
        package var id: String
        package var time: Timestamp
        package var message: String

        package init(id: String, time: Timestamp, message: String) {
            self.id = id
            self.time = time
            self.message = message
        }
    }

    /// `cluster/name`.
    package var id: String
    package var name: String
    package var arn: String
    package var clusterName: String
    /// `ACTIVE`, `DRAINING` or `INACTIVE`.
    package var status = "ACTIVE"
    package var desired: Int
    package var isDaemon: Bool
    package var loadBalancers: [Value] = []
    package var registries: [Value] = []
    package var minimumHealthyPercent: Int
    package var maximumPercent: Int
    package var breaksCircuit = false
    package var rollsBack = false
    /// What was given as `deploymentConfiguration`, with defaults.
    package var deploymentConfiguration: Value
    package var controller = "ECS"
    package var placementConstraints: [Value] = []
    package var placementStrategy: [Value] = []
    package var graceSeconds: Int?
    package var role: String?
    package var managesTags = false
    package var propagatesTags: String?
    package var enablesExecute = false
    /// `ENABLED` or `DISABLED`.
    package var rebalancing = "DISABLED"
    /// Whether tasks are on their way from one Availability Zone to another.
    package var isRebalancing = false
    package var serviceConnect: Value?
    package var volumes: Value?
    package var created: Timestamp
    package var createdBy: String
    package var clientToken: String?
    /// When the scheduler is to look at it next, where it has been asked to.
    package var nextLook: Timestamp?
    /// The newest first; none where ECS does not deploy.
    package var deployments: [Deployment]
    /// What has been rolled out, the newest first, at most 100; none where ECS does not deploy.
    package private(set) var history: [ServiceDeployment] = []
    /// In the order of their creation; none where ECS deploys.
    package var taskSets: [TaskSet] = []
    /// The newest first, at most 100.
    package private(set) var events: [Event] = []
    package var tags: Tags

    package init(
        name: String, clusterName: String, arn: String, desired: Int, isDaemon: Bool, minimumHealthyPercent: Int,
        maximumPercent: Int, deploymentConfiguration: Value, deployment: Deployment?, created: Timestamp,
        createdBy: String, tags: Tags
    ) {
        id = "\(clusterName)/\(name)"
        self.name = name
        self.arn = arn
        self.clusterName = clusterName
        self.desired = desired
        self.isDaemon = isDaemon
        self.minimumHealthyPercent = minimumHealthyPercent
        self.maximumPercent = maximumPercent
        self.deploymentConfiguration = deploymentConfiguration
        deployments = deployment.map { [$0] } ?? []
        history = deployment.map { [ServiceDeployment($0, from: [])] } ?? []
        self.created = created
        self.createdBy = createdBy
        self.tags = tags
    }

    /// Puts a new deployment in front of the others.
    package mutating func begin(_ deployment: Deployment) {
        history.insert(ServiceDeployment(deployment, from: deployments.map(\.id)), at: 0)
        if history.count > 100 { history.removeLast(history.count - 100) }
        deployments.insert(deployment, at: 0)
        isRebalancing = false
    }

    /// Notes how what is being rolled out goes on.
    package mutating func updateRollout(_ change: (inout ServiceDeployment) -> Void) {
        if !history.isEmpty { change(&history[0]) }
    }

    /// Forgets what was rolled out: ECS does not deploy this service any more.
    package mutating func dropDeployments() {
        deployments = []
        history = []
    }

    /// Adds an event in front of the others, unless it says what the last one said.
    package mutating func note(_ message: String, id: String, now: Timestamp) {
        guard events.first?.message != message else { return }
        events.insert(Event(id: id, time: now, message: message), at: 0)
        if events.count > 100 { events.removeLast(events.count - 100) }
    }

    /// Notes an event with a number in it, for instance `registered 2 targets in`: what happens several times in one moment
    /// is one event.
    package mutating func note(counting before: String, _ after: String, id: String, now: Timestamp) {
        let known = events.prefix { $0.time == now }.firstIndex {
            $0.message.hasPrefix(before) && $0.message.hasSuffix(after)
        }
        if let known, let count = Int(events[known].message.dropFirst(before.count).dropLast(after.count)) {
            events[known].message = "\(before)\(count + 1)\(after)"
        } else {
            note("\(before)1\(after)", id: id, now: now)
        }
    }
}
