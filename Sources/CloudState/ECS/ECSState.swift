package import ServiceModel

/// Amazon Elastic Container Service's records in one region.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/Welcome.html>
package struct ECSState: Sendable, Equatable {
    /// By name.
    package var clusters = ResourceTable<ContainerCluster>()
    /// By `family:revision`.
    package var taskDefinitions = ResourceTable<TaskDefinition>()
    /// The last revision of each family that there ever was.
    package var lastRevisions: [String: Int] = [:]
    /// By `cluster/name`.
    package var services = ResourceTable<ContainerService>()
    /// By the 32 digits of their ids.
    package var tasks = ResourceTable<ContainerTask>()
    /// By the 32 digits of their ids.
    package var containerInstances = ResourceTable<ContainerInstance>()
    /// EC2 instances that were deregistered: their agents do not register again.
    package var deregistered: Set<String> = []
    /// By name; AWS's own two are not among them.
    package var capacityProviders = ResourceTable<CapacityProvider>()
    /// What the account has set, by name.
    package var accountSettings: [String: String] = [:]

    /// The requests of RunTask that came with a client token, by cluster and token.
    package var taskRequests: [String: TaskRequest] = [:]

    package init() {}

    /// A request and what it has started.
    package struct TaskRequest: Sendable, Equatable {
        package var parameters: Fields
        package var tasks: [String]

        package init(parameters: Fields, tasks: [String]) {
            self.parameters = parameters
            self.tasks = tasks
        }
    }
}

extension CallContext {
    /// ECS's records in the region that was called.
    package var ecs: ECSState {
        get { world.regions[regionIndex].ecs }
        _modify { yield &world.regions[regionIndex].ecs }
    }
}

/// What ECS does by itself when its time comes.
package enum ECSEvent: Sendable, Equatable {
    /// A task gets to its next state, if it is still in the one that comes before.
    case task(id: String, from: ContainerTask.Status)
    /// A stopped task is no longer shown.
    case forget(task: String)
    /// The scheduler looks at a service.
    case service(id: String)
    /// Agents of instances that have come up register, those of instances that have gone are lost.
    case agents
}

/// A cluster.
package struct ContainerCluster: ResourceRecord {
    package var id: String
    package var arn: String
    /// `ACTIVE`, or `INACTIVE` once it is deleted.
    package var status = "ACTIVE"
    package var settings: [Value] = []
    package var configuration: Value?
    package var capacityProviders: [String] = []
    package var defaultStrategy: [Value] = []
    package var serviceConnectDefaults: Value?
    package var tags: Tags

    package init(name: String, arn: String, tags: Tags) {
        id = name
        self.arn = arn
        self.tags = tags
    }
}

/// A capacity provider of the account's own: an Auto Scaling group.
package struct CapacityProvider: ResourceRecord {
    package var id: String
    package var arn: String
    package var status = "ACTIVE"
    package var group: Value
    package var tags: Tags

    package init(name: String, arn: String, group: Value, tags: Tags) {
        id = name
        self.arn = arn
        self.group = group
        self.tags = tags
    }
}
