import CloudState
import ServiceModel

/// The hosts of a cluster with what is free on them, and where the tasks of a group are: worked out once for any number of
/// tasks that are placed one after the other.
struct PlacementBoard {
    private struct Slot {
        let host: ContainerInstance
        var load: Placement.Load
        var groupTasks = 0
        /// For each part of the strategy that spreads, the place of the host's value in `spreads`.
        var buckets: [Int] = []
    }

    private let group: String
    private let definition: TaskDefinition
    private let ports: [(container: String, port: Int, hostPort: Int, isUDP: Bool)]
    private let cpu: Int
    private let memory: Int
    private let isDistinct: Bool
    private let queries: [ClusterQuery]
    private let strategy: [Part]
    private var slots: [Slot] = []
    /// Tasks of the group by the value of what is spread over, for each such part of the strategy.
    private var spreads: [[Int]] = []
    /// Tasks of the group by subnet.
    private var subnets: [String: Int] = [:]

    private enum Part {
        case cpu, memory, random
        /// With the place in `spreads`.
        case spread(Int)
    }

    init(_ plan: TaskPlan, in cluster: ContainerCluster, _ context: CallContext) {
        group = plan.group
        definition = plan.definition
        ports = definition.networkMode == "awsvpc" ? [] : definition.ports
        cpu = plan.overrides["cpu"]?.text.flatMap { Int($0) } ?? definition.reservedCPU
        memory = plan.overrides["memory"]?.text.flatMap { Int($0) } ?? definition.reservedMemory
        let own = definition.content["placementConstraints"]?.elements?.compactMap(\.fields) ?? []
        let constraints = plan.constraints + own
        isDistinct = constraints.contains { $0["type"]?.text == "distinctInstance" }
        queries = constraints.compactMap { $0["expression"]?.text.flatMap(ClusterQuery.init) }
        var names: [String?] = []
        strategy = plan.strategy.map { item in
            let field = item["field"]?.text ?? ""
            switch item["type"]?.text {
            case "binpack": return field.lowercased() == "cpu" ? .cpu : .memory
            case "spread":
                names.append(field.hasPrefix("attribute:") ? String(field.dropFirst(10)) : nil)
                return .spread(names.count - 1)
            default: return .random
            }
        }
        if plan.launchType == "EC2" { addHosts(plan, cluster, names, context) }
        countTasks(context.ecs)
    }

    private mutating func addHosts(
        _ plan: TaskPlan, _ cluster: ContainerCluster, _ names: [String?], _ context: CallContext
    ) {
        var known: [[String: Int]] = names.map { _ in [:] }
        for host in context.ecs.containerInstances {
            guard host.clusterName == cluster.id, host.status == "ACTIVE", plan.instances?.contains(host.id) ?? true
            else { continue }
            var slot = Slot(host: host, load: Placement.Load(host))
            for (place, name) in names.enumerated() {
                let value = name.map { host.attribute($0) ?? "" } ?? host.instanceID
                let bucket = known[place][value] ?? known[place].count
                known[place][value] = bucket
                slot.buckets.append(bucket)
            }
            slots.append(slot)
        }
        spreads = known.map { Array(repeating: 0, count: $0.count) }
    }

    private mutating func countTasks(_ state: ECSState) {
        let places = Dictionary(slots.enumerated().map { ($1.host.id, $0) }) { first, _ in first }
        state.tasks.forEachInPlace { task in
            guard task.status != .stopped else { return }
            let isOfGroup = task.group == group && task.isWanted
            if isOfGroup, let subnet = task.attachment?.subnetID { subnets[subnet, default: 0] += 1 }
            guard let host = task.containerInstanceID, let place = places[host] else { return }
            slots[place].load.take(task)
            if isOfGroup { note(place) }
        }
    }

    /// Counts a task of the group on a host.
    private mutating func note(_ place: Int) {
        slots[place].groupTasks += 1
        for (spread, bucket) in slots[place].buckets.enumerated() { spreads[spread][bucket] += 1 }
    }

    /// Takes note of a task that was started where `choose` has said.
    mutating func add(_ task: ContainerTask, at place: Int?) {
        if let subnet = task.attachment?.subnetID { subnets[subnet, default: 0] += 1 }
        guard let place else { return }
        slots[place].load.take(task)
        note(place)
    }

    // MARK: Choosing

    /// The host for the next task, and its place on the board.
    func choose(_ context: CallContext) -> Result<(host: ContainerInstance, place: Int), PlacementFailure> {
        guard !slots.isEmpty else {
            return .failure(PlacementFailure(reasons: [(nil, "No Container Instances were found in your cluster.")]))
        }
        var fitting: [Int] = []
        for place in slots.indices where obstacle(place, context) == nil { fitting.append(place) }
        guard !fitting.isEmpty else {
            return .failure(
                PlacementFailure(
                    reasons: slots.indices.compactMap { place in
                        obstacle(place, context).map { (slots[place].host.arn, $0) }
                    }))
        }
        let place = pick(fitting)
        return .success((slots[place].host, place))
    }

    private func obstacle(_ place: Int, _ context: CallContext) -> String? {
        guard slots[place].host.isConnected else { return "AGENT" }
        if slots[place].load.cpu < cpu { return "RESOURCE:CPU" }
        if slots[place].load.memory < memory { return "RESOURCE:MEMORY" }
        for mapping in ports {
            let port = definition.networkMode == "host" ? mapping.port : mapping.hostPort
            if port != 0, slots[place].load.has(port: port) { return "RESOURCE:PORTS" }
        }
        if isDistinct, slots[place].groupTasks > 0 { return "distinctInstance placement constraint unsatisfied." }
        for query in queries where !query.matches(slots[place].host, context.ecs) {
            return "MemberOf placement constraint unsatisfied."
        }
        return nil
    }

    /// Each part of the strategy narrows down what the one before has left.
    private func pick(_ fitting: [Int]) -> Int {
        var left = fitting
        func keepLeast(_ measure: (Int) -> Int) {
            guard left.count > 1, let least = left.lazy.map(measure).min() else { return }
            left.removeAll { measure($0) != least }
        }
        for part in strategy {
            switch part {
            case .cpu: keepLeast { slots[$0].load.cpu }
            case .memory: keepLeast { slots[$0].load.memory }
            case .spread(let spread): keepLeast { spreads[spread][slots[$0].buckets[spread]] }
            case .random: break
            }
        }
        // Without more to go by, the host with the fewest tasks of the group.
        keepLeast { slots[$0].groupTasks }
        return left.first ?? 0
    }

    /// The ports of a host that lead to a task's containers; where none is named, one of the ephemeral ones.
    func bindings(at place: Int) -> [ContainerTask.Binding] {
        var taken = slots[place].load.ports
        return ports.map { mapping in
            var port = definition.networkMode == "host" ? mapping.port : mapping.hostPort
            if port == 0 { port = (32768...60999).first { !taken.contains($0) } ?? 0 }
            taken.insert(port)
            return .init(container: mapping.container, port: mapping.port, hostPort: port, isUDP: mapping.isUDP)
        }
    }

    /// Tasks of a group are spread over the zones of the subnets; on a host, the host's zone decides.
    func subnet(_ network: Network, _ host: ContainerInstance?, _ context: CallContext) -> String {
        let candidates = network.subnetIDs.filter { id in
            host.map { $0.zone == context.ec2.subnets[id]?.zone } ?? true
        }
        return candidates.min { subnets[$0, default: 0] < subnets[$1, default: 0] } ?? network.subnetIDs.first ?? ""
    }
}
