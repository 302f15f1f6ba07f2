package import ServiceModel

/// A task: containers that run together.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html>
package struct ContainerTask: ResourceRecord {
    package enum Status: String, Sendable, Comparable {
        case provisioning = "PROVISIONING"
        case pending = "PENDING"
        case activating = "ACTIVATING"
        case running = "RUNNING"
        case deactivating = "DEACTIVATING"
        case stopping = "STOPPING"
        case deprovisioning = "DEPROVISIONING"
        case stopped = "STOPPED"

        private var rank: Int {
            switch self {
            case .provisioning: 0
            case .pending: 1
            case .activating: 2
            case .running: 3
            case .deactivating: 4
            case .stopping: 5
            case .deprovisioning: 6
            case .stopped: 7
            }
        }

        package static func < (left: Status, right: Status) -> Bool { left.rank < right.rank }
    }

    /// The network interface of a task in `awsvpc` mode.
    package struct Attachment: Sendable, Equatable {
        package var id: String
        /// `PRECREATED`, `ATTACHED` or `DELETED`.
        package var status = "PRECREATED"
        package var subnetID: String
        package var interfaceID: String?
        package var macAddress: String?
        package var privateAddress: IPv4Address?

        package init(id: String, subnetID: String) {
            self.id = id
            self.subnetID = subnetID
        }
    }

    /// A port of the host that leads to one of a container.
    package struct Binding: Sendable, Equatable {
        package var container: String
        package var port: Int
        package var hostPort: Int
        package var isUDP: Bool

        package init(container: String, port: Int, hostPort: Int, isUDP: Bool) {
            self.container = container
            self.port = port
            self.hostPort = hostPort
            self.isUDP = isUDP
        }
    }

    package var id: String
    package var arn: String
    package var clusterName: String
    package var definitionID: String
    package var definitionARN: String
    /// `family:NAME` or `service:NAME`.
    package var group: String
    package var startedBy: String?
    /// `FARGATE` or `EC2`; nil where a capacity provider was asked for.
    package var launchType: String
    package var capacityProvider: String?
    package var platformVersion: String?
    package var status: Status
    /// `RUNNING` or `STOPPED`.
    package var desiredStatus = "RUNNING"
    package var cpu: String?
    package var memory: String?
    package var overrides: Value
    package var attachment: Attachment?
    package var securityGroupIDs: [String] = []
    package var assignsPublicAddress = false
    package var zone: String
    package var containerInstanceID: String?
    package var bindings: [Binding] = []
    /// The service's id and the id of its deployment.
    package var serviceID: String?
    package var deploymentID: String?
    package var enablesExecute = false
    package var protectedUntil: Timestamp?
    package var tags: Tags
    package var version = 1
    package var created: Timestamp
    package var connected: Timestamp?
    package var pullStarted: Timestamp?
    package var pullStopped: Timestamp?
    package var started: Timestamp?
    package var stopping: Timestamp?
    package var executionStopped: Timestamp?
    package var stopped: Timestamp?
    package var stopCode: String?
    package var stoppedReason: String?
    /// Why containers did not start; nil where they did.
    package var containerReason: String?
    /// Its containers by name, where they are processes; nil for a task that is modelled.
    package var runs: [String: ContainerRun]?
    /// What they answer on their ports.
    package var answers: [TaskAnswer] = []

    package init(
        id: String, arn: String, clusterName: String, definition: TaskDefinition, group: String, launchType: String,
        status: Status, overrides: Value, zone: String, tags: Tags, created: Timestamp
    ) {
        self.id = id
        self.arn = arn
        self.clusterName = clusterName
        definitionID = definition.id
        definitionARN = definition.arn
        self.group = group
        self.launchType = launchType
        self.status = status
        self.overrides = overrides
        self.zone = zone
        self.tags = tags
        self.created = created
    }

    /// Whether it holds its place: it is there and is not to go.
    package var isWanted: Bool { desiredStatus == "RUNNING" && status < .deactivating }
}

extension ECSState {
    /// The definition of the container behind a port: of a task's own interface, or of a host's.
    ///
    /// - Returns: the container definition and the port within the container; nil where nothing is mapped to it.
    package func container(interface: String, port: Int) -> (definition: Fields, port: Int)? {
        for task in tasks where task.attachment?.interfaceID == interface && task.status == .running {
            guard let definition = taskDefinitions[task.definitionID],
                let mapping = definition.ports.first(where: { $0.port == port && !$0.isUDP }),
                let container = definition.containers.first(where: { $0["name"]?.text == mapping.container })
            else { continue }
            return (container, port)
        }
        return nil
    }

    /// As `container(interface:port:)`, by a port of an EC2 instance.
    package func container(instance: String, port: Int) -> (definition: Fields, port: Int)? {
        guard let host = containerInstances.first(where: { $0.instanceID == instance }) else { return nil }
        for task in tasks where task.containerInstanceID == host.id && task.status == .running {
            guard let binding = task.bindings.first(where: { $0.hostPort == port && !$0.isUDP }),
                let container = taskDefinitions[task.definitionID]?.containers
                    .first(where: { $0["name"]?.text == binding.container })
            else { continue }
            return (container, binding.port)
        }
        return nil
    }

    /// The task that runs as processes behind an interface of its own, and the port within; nil where none does.
    package func process(interface: String, port: Int) -> (task: ContainerTask, port: Int)? {
        tasks.first { $0.runs != nil && $0.attachment?.interfaceID == interface && $0.status == .running }
            .map { ($0, port) }
    }

    /// As `process(interface:port:)`, by a port of an EC2 instance.
    package func process(instance: String, port: Int) -> (task: ContainerTask, port: Int)? {
        guard let host = containerInstances.first(where: { $0.instanceID == instance }) else { return nil }
        for task in tasks where task.runs != nil && task.containerInstanceID == host.id && task.status == .running {
            guard let binding = task.bindings.first(where: { $0.hostPort == port && !$0.isUDP }) else { continue }
            return (task, binding.port)
        }
        return nil
    }
}
