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
        for constraint in plan.constraints where constraint["type"]?.text == "memberOf" {
            guard let text = constraint["expression"]?.text, ClusterQuery(text) != nil else {
                throw ECSError.parameter("Invalid placement constraint expression.")
            }
        }
        for item in plan.strategy {
            let field = item["field"]?.text ?? ""
            switch item["type"]?.text {
            case "binpack":
                guard ["cpu", "memory"].contains(field.lowercased()) else {
                    throw ECSError.parameter("The field of a binpack strategy must be cpu or memory.")
                }
            case "spread":
                guard field == "instanceId" || field == "host" || field.hasPrefix("attribute:") else {
                    throw ECSError.parameter("The field of a spread strategy must be instanceId or an attribute.")
                }
            default: continue
            }
        }
    }

    /// Chooses a host of the board, which does not yet know of the task then.
    static func choose(
        _ plan: TaskPlan, on board: inout PlacementBoard, _ context: CallContext
    ) -> Result<ContainerInstance, PlacementFailure> {
        let open = board.hosts.indices.filter { place in
            let host = board.hosts[place]
            return host.isOpen && (plan.instances?.contains(host.instance.id) ?? true)
        }
        guard !open.isEmpty else {
            return .failure(PlacementFailure(reasons: [(nil, "No Container Instances were found in your cluster.")]))
        }
        let wishes = Wishes(plan)
        var fitting: [Int] = []
        var reasons: [(arn: String?, reason: String)] = []
        for place in open {
            if let reason = obstacle(plan, wishes, board.hosts[place], context) {
                reasons.append((board.hosts[place].instance.arn, reason))
            } else {
                fitting.append(place)
            }
        }
        guard !fitting.isEmpty else { return .failure(PlacementFailure(reasons: reasons)) }
        return .success(board.hosts[pick(fitting, plan, &board)].instance)
    }

    /// What a host has to give.
    struct Load {
        var cpu: Int
        var memory: Int
        var ports: Set<Int> = [22, 2375, 2376, 51678, 51679]

        /// A host without tasks.
        init(_ host: ContainerInstance) {
            cpu = host.cpu
            memory = host.memory
        }

        init(_ host: ContainerInstance, _ state: ECSState) {
            self.init(host)
            for task in state.tasks where task.containerInstanceID == host.id && task.status != .stopped { add(task) }
        }

        mutating func add(_ task: ContainerTask) {
            cpu -= task.cpu.flatMap { Int($0) } ?? 0
            memory -= task.memory.flatMap { Int($0) } ?? 0
            for binding in task.bindings { ports.insert(binding.hostPort) }
        }
    }

    /// What a plan and its definition ask of a host, read once.
    private struct Wishes {
        let cpu: Int
        let memory: Int
        /// Ports of the host.
        let ports: [Int]
        var isDistinct = false
        var queries: [ClusterQuery] = []

        init(_ plan: TaskPlan) {
            cpu = plan.definition.reservedCPU
            memory = plan.definition.reservedMemory
            let isOwn = plan.definition.networkMode == "awsvpc"
            ports = isOwn ? [] : plan.definition.ports.map(\.hostPort).filter { $0 != 0 }
            let own = plan.definition.content["placementConstraints"]?.elements?.compactMap(\.fields) ?? []
            for constraint in plan.constraints + own {
                if constraint["type"]?.text == "distinctInstance" {
                    isDistinct = true
                } else if let query = constraint["expression"]?.text.flatMap(ClusterQuery.init) {
                    queries.append(query)
                }
            }
        }
    }

    private static func obstacle(
        _ plan: TaskPlan, _ wishes: Wishes, _ host: PlacementBoard.Host, _ context: CallContext
    ) -> String? {
        guard host.instance.isConnected else { return "AGENT" }
        if host.load.cpu < wishes.cpu { return "RESOURCE:CPU" }
        if host.load.memory < wishes.memory { return "RESOURCE:MEMORY" }
        if wishes.ports.contains(where: host.load.ports.contains) { return "RESOURCE:PORTS" }
        if wishes.isDistinct, host.groups[plan.group, default: 0] > 0 {
            return "distinctInstance placement constraint unsatisfied."
        }
        guard wishes.queries.allSatisfy({ $0.matches(host.instance, context.ecs) }) else {
            return "MemberOf placement constraint unsatisfied."
        }
        return nil
    }

    /// Each part of the strategy narrows down what the one before has left.
    private static func pick(_ places: [Int], _ plan: TaskPlan, _ board: inout PlacementBoard) -> Int {
        var left = places
        let tasks = board.hosts.map { $0.groups[plan.group, default: 0] }
        func keepLeast(_ measure: (Int) -> Int) {
            guard let least = left.lazy.map(measure).min() else { return }
            left = left.filter { measure($0) == least }
        }
        for item in plan.strategy {
            let field = item["field"]?.text ?? ""
            switch item["type"]?.text {
            case "binpack":
                let isCPU = field.lowercased() == "cpu"
                keepLeast { isCPU ? board.hosts[$0].load.cpu : board.hosts[$0].load.memory }
            case "spread" where field.hasPrefix("attribute:"):
                let kinds = board.kinds(by: String(field.dropFirst(10)))
                var counts: [Int: Int] = [:]
                for place in board.hosts.indices { counts[kinds[place], default: 0] += tasks[place] }
                keepLeast { counts[kinds[$0], default: 0] }
            case "spread": keepLeast { tasks[$0] }
            default: break
            }
        }
        // Without more to go by, the host with the fewest tasks of the group.
        keepLeast { tasks[$0] }
        return left.first ?? places[0]
    }

    /// The ports of a host that lead to a task's containers; where none is named, one of the ephemeral ones.
    static func bindings(
        _ definition: TaskDefinition, _ taken: Set<Int>
    ) -> [ContainerTask.Binding] {
        var taken = taken
        return definition.ports.map { mapping in
            var port = definition.networkMode == "host" ? mapping.port : mapping.hostPort
            if port == 0 { port = (32768...60999).first { !taken.contains($0) } ?? 0 }
            taken.insert(port)
            return .init(container: mapping.container, port: mapping.port, hostPort: port, isUDP: mapping.isUDP)
        }
    }
}
