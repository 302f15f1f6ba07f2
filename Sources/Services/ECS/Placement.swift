import CloudState
import ServiceModel

/// Which container instance a task is placed on.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html>
enum Placement {
    /// Holds constraints and strategy against what AWS takes.
    static func check(_ plan: TaskPlan, _ cluster: ContainerCluster, _ context: CallContext) throws(ServiceError) {
        guard plan.constraints.count <= 10, plan.strategy.count <= 5 else {
            throw ECSError.parameter("At most 10 placement constraints and 5 placement strategies are allowed.")
        }
        for constraint in plan.constraints {
            guard constraint["type"]?.text == "memberOf" else {
                guard constraint["expression"] == nil else {
                    throw ECSError.parameter("distinctInstance expression should not be specified.")
                }
                continue
            }
            guard let text = constraint["expression"]?.text, ClusterQuery(text) != nil else {
                throw ECSError.parameter("Invalid placement constraint expression.")
            }
        }
        for item in plan.strategy {
            let field = item["field"]?.text ?? ""
            switch item["type"]?.text {
            case "binpack":
                guard ["cpu", "memory"].contains(field.lowercased()) else {
                    throw ECSError.parameter("binpack field '\(field.prefix(64))' is invalid.")
                }
            case "spread":
                guard field == "instanceId" || field == "host" || field.hasPrefix("attribute:") else {
                    throw ECSError.parameter("spread field '\(field.prefix(64))' is invalid.")
                }
            default:
                guard item["field"] == nil || field.isEmpty else {
                    throw ECSError.parameter("random strategy should not have a field specified.")
                }
            }
        }
    }

    /// Ports that the host's own programs listen on.
    static let reservedPorts: Set<Int> = [22, 2375, 2376, 51678, 51679]

    /// What a host has to give.
    struct Load {
        var cpu: Int
        var memory: Int
        /// Of tasks; few a host, and a host is looked at more often than it gets one.
        private var bound: [Int] = []

        var ports: Set<Int> { Placement.reservedPorts.union(bound) }

        func has(port: Int) -> Bool { bound.contains(port) || Placement.reservedPorts.contains(port) }

        init(cpu: Int, memory: Int) {
            self.cpu = cpu
            self.memory = memory
        }

        init(_ host: ContainerInstance, _ state: ECSState) {
            self.init(cpu: host.cpu, memory: host.memory)
            for task in state.tasks where task.containerInstanceID == host.id && task.status != .stopped { take(task) }
        }

        mutating func take(_ task: borrowing ContainerTask) {
            if let own = task.cpu, let number = Int(own) { cpu -= number }
            if let own = task.memory, let number = Int(own) { memory -= number }
            for binding in task.bindings { bound.append(binding.hostPort) }
        }
    }
}
