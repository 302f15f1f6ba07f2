import CloudState
import ServiceModel

/// The hosts of a cluster with what is free on them, and where the tasks of a group are: worked out once for any number of
/// tasks that are placed one after the other.
struct PlacementBoard {
    private struct Slot {
        let hostID: String
        let isConnected: Bool
        var load: Placement.Load
        var groupTasks = 0
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
    /// The place of a host's value in `spreads`, host by host, for each part of the strategy that spreads.
    private var buckets: [Int] = []
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
        // Where nothing else is said, the tasks of a service are spread over the zones.
        let spread = Fields([
            .init(name: "type", value: "spread"), .init(name: "field", value: "attribute:ecs.availability-zone"),
        ])
        let wanted = plan.strategy.isEmpty && plan.serviceID != nil ? [spread] : plan.strategy
        strategy = wanted.map { item in
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
        let allowed = plan.instances.map(Set.init)
        var slots: [Slot] = []
        var buckets: [Int] = []
        slots.reserveCapacity(context.ecs.containerInstances.count)
        context.ecs.containerInstances.forEachInPlace { host in
            guard host.clusterName == cluster.id, host.status == "ACTIVE", allowed?.contains(host.id) ?? true
            else { return }
            slots.append(
                Slot(hostID: host.id, isConnected: host.isConnected, load: .init(cpu: host.cpu, memory: host.memory)))
            for (place, name) in names.enumerated() {
                let value = name.map { host.attribute($0) ?? "" } ?? host.instanceID
                let bucket = known[place][value] ?? known[place].count
                known[place][value] = bucket
                buckets.append(bucket)
            }
        }
        self.slots = slots
        self.buckets = buckets
        spreads = known.map { Array(repeating: 0, count: $0.count) }
    }

    private mutating func countTasks(_ state: ECSState) {
        var places: [String: Int] = [:]
        places.reserveCapacity(slots.count)
        for (place, slot) in slots.enumerated() { places[slot.hostID] = place }
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
        for spread in spreads.indices { spreads[spread][bucket(place, spread)] += 1 }
    }

    private func bucket(_ place: Int, _ spread: Int) -> Int { buckets[place * spreads.count + spread] }

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
                        obstacle(place, context).map { (host(at: place, context)?.arn, $0) }
                    }))
        }
        let place = pick(fitting)
        guard let host = host(at: place, context) else { return .failure(PlacementFailure(reasons: [])) }
        return .success((host, place))
    }

    private func host(at place: Int, _ context: CallContext) -> ContainerInstance? {
        context.ecs.containerInstances[slots[place].hostID]
    }

    private func obstacle(_ place: Int, _ context: CallContext) -> String? {
        guard slots[place].isConnected else { return "AGENT" }
        if slots[place].load.cpu < cpu { return "RESOURCE:CPU" }
        if slots[place].load.memory < memory { return "RESOURCE:MEMORY" }
        for mapping in ports {
            let port = definition.networkMode == "host" ? mapping.port : mapping.hostPort
            if port != 0, slots[place].load.has(port: port) { return "RESOURCE:PORTS" }
        }
        if isDistinct, slots[place].groupTasks > 0 { return "distinctInstance placement constraint unsatisfied." }
        guard !queries.isEmpty, let host = host(at: place, context) else { return nil }
        return queries.allSatisfy { $0.matches(host, context.ecs) } ? nil : "MemberOf placement constraint unsatisfied."
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
            case .spread(let spread): keepLeast { spreads[spread][bucket($0, spread)] }
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

    /// Tasks of a group are spread over the zones of the subnets, and in a zone over its subnets; on a host, the host's
    /// zone decides. A zone that is down gets none where there is another.
    func subnet(_ network: Network, _ host: ContainerInstance?, _ context: CallContext) -> String {
        func zone(_ id: String) -> String? { context.ec2.subnets[id]?.zone }
        let open = network.subnetIDs.filter { id in host.map { $0.zone == zone(id) } ?? true }
        let up = open.filter { id in
            zone(id).map { context.world.faults.outage(zone: $0, region: context.region) == nil } ?? true
        }
        let candidates = up.isEmpty ? open : up
        func tasks(in zone: String?) -> Int {
            network.subnetIDs.reduce(0) { $0 + (context.ec2.subnets[$1]?.zone == zone ? subnets[$1, default: 0] : 0) }
        }
        return candidates.min {
            let (first, second) = (tasks(in: zone($0)), tasks(in: zone($1)))
            return first == second ? subnets[$0, default: 0] < subnets[$1, default: 0] : first < second
        } ?? network.subnetIDs.first ?? ""
    }
}
