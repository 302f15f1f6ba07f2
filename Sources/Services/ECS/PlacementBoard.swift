import CloudState
import ServiceModel

/// A cluster's container instances and what they have left, while tasks are placed on them one after the other.
struct PlacementBoard {
    /// A container instance at that moment.
    struct Host {
        var instance: ContainerInstance
        var load: Placement.Load
        /// Whether tasks may be placed on it.
        var isOpen: Bool
        /// How many tasks that are to stay it has, by group.
        var groups: [String: Int] = [:]
    }

    private(set) var hosts: [Host] = []
    private var places: [String: Int] = [:]
    /// For an attribute, which hosts are alike: numbers in place of the attribute's values.
    private var alike: [String: [Int]] = [:]

    /// Looks at every task once.
    init(_ cluster: ContainerCluster, _ context: CallContext) {
        for instance in context.ecs.containerInstances where instance.clusterName == cluster.id {
            places[instance.id] = hosts.count
            hosts.append(
                Host(instance: instance, load: Placement.Load(instance), isOpen: instance.status == "ACTIVE"))
        }
        for task in context.ecs.tasks where task.status != .stopped { add(task) }
    }

    /// Takes note of a task that has found its place.
    mutating func add(_ task: ContainerTask) {
        guard let place = task.containerInstanceID.flatMap({ places[$0] }) else { return }
        hosts[place].load.add(task)
        if task.isWanted { hosts[place].groups[task.group, default: 0] += 1 }
    }

    func load(of instance: ContainerInstance) -> Placement.Load {
        places[instance.id].map { hosts[$0].load } ?? Placement.Load(instance)
    }

    /// For each host the number of its kind, where an attribute makes the kinds.
    mutating func kinds(by attribute: String) -> [Int] {
        if let known = alike[attribute] { return known }
        var numbers: [String: Int] = [:]
        let kinds = hosts.map { host -> Int in
            let value = host.instance.attribute(attribute) ?? ""
            let number = numbers[value] ?? numbers.count
            numbers[value] = number
            return number
        }
        alike[attribute] = kinds
        return kinds
    }
}
