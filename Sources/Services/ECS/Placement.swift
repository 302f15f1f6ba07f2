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

    static func choose(
        _ plan: TaskPlan, in cluster: ContainerCluster, _ context: CallContext
    ) -> Result<ContainerInstance, PlacementFailure> {
        let hosts = context.ecs.containerInstances.filter { host in
            host.clusterName == cluster.id && host.status == "ACTIVE" && (plan.instances?.contains(host.id) ?? true)
        }
        guard !hosts.isEmpty else {
            return .failure(PlacementFailure(reasons: [(nil, "No Container Instances were found in your cluster.")]))
        }
        let loads = Dictionary(hosts.map { ($0.id, Load($0, context.ecs)) }) { first, _ in first }
        var fitting: [ContainerInstance] = []
        var reasons: [(arn: String?, reason: String)] = []
        for host in hosts {
            guard let load = loads[host.id] else { continue }
            if let reason = obstacle(plan, host, load, context) {
                reasons.append((host.arn, reason))
            } else {
                fitting.append(host)
            }
        }
        guard !fitting.isEmpty else { return .failure(PlacementFailure(reasons: reasons)) }
        return .success(pick(fitting, plan, loads, context))
    }

    /// What a host has to give.
    struct Load {
        var cpu: Int
        var memory: Int
        var ports: Set<Int>

        init(_ host: ContainerInstance, _ state: ECSState) {
            cpu = host.cpu
            memory = host.memory
            ports = [22, 2375, 2376, 51678, 51679]
            for task in state.tasks where task.containerInstanceID == host.id && task.status != .stopped {
                cpu -= task.cpu.flatMap { Int($0) } ?? 0
                memory -= task.memory.flatMap { Int($0) } ?? 0
                for binding in task.bindings { ports.insert(binding.hostPort) }
            }
        }
    }

    private static func obstacle(
        _ plan: TaskPlan, _ host: ContainerInstance, _ load: Load, _ context: CallContext
    ) -> String? {
        guard host.isConnected else { return "AGENT" }
        let definition = plan.definition
        if load.cpu < definition.reservedCPU { return "RESOURCE:CPU" }
        if load.memory < definition.reservedMemory { return "RESOURCE:MEMORY" }
        if definition.networkMode != "awsvpc",
            definition.ports.contains(where: { $0.hostPort != 0 && load.ports.contains($0.hostPort) })
        {
            return "RESOURCE:PORTS"
        }
        let own = definition.content["placementConstraints"]?.elements?.compactMap(\.fields) ?? []
        for constraint in plan.constraints + own {
            if constraint["type"]?.text == "distinctInstance" {
                let isTaken = context.ecs.tasks.contains {
                    $0.containerInstanceID == host.id && $0.group == plan.group && $0.isWanted
                }
                if isTaken { return "distinctInstance placement constraint unsatisfied." }
            } else if let query = constraint["expression"]?.text.flatMap(ClusterQuery.init),
                !query.matches(host, context.ecs)
            {
                return "MemberOf placement constraint unsatisfied."
            }
        }
        return nil
    }

    /// Each part of the strategy narrows down what the one before has left.
    private static func pick(
        _ hosts: [ContainerInstance], _ plan: TaskPlan, _ loads: [String: Load], _ context: CallContext
    ) -> ContainerInstance {
        var left = hosts
        var groupTasks: [String: Int] = [:]
        for task in context.ecs.tasks where task.group == plan.group && task.isWanted {
            if let id = task.containerInstanceID { groupTasks[id, default: 0] += 1 }
        }
        func keepLeast(_ measure: (ContainerInstance) -> Int) {
            guard let least = left.map(measure).min() else { return }
            left = left.filter { measure($0) == least }
        }
        for item in plan.strategy {
            let field = item["field"]?.text ?? ""
            switch item["type"]?.text {
            case "binpack":
                keepLeast { host in (field.lowercased() == "cpu" ? loads[host.id]?.cpu : loads[host.id]?.memory) ?? 0 }
            case "spread":
                let name = field.hasPrefix("attribute:") ? String(field.dropFirst(10)) : nil
                func bucket(_ host: ContainerInstance) -> String {
                    name.map { host.attribute($0) ?? "" } ?? host.instanceID
                }
                var counts: [String: Int] = [:]
                for host in context.ecs.containerInstances where groupTasks[host.id] != nil {
                    counts[bucket(host), default: 0] += groupTasks[host.id] ?? 0
                }
                keepLeast { counts[bucket($0), default: 0] }
            default: break
            }
        }
        // Without more to go by, the host with the fewest tasks of the group.
        keepLeast { groupTasks[$0.id, default: 0] }
        return left.first ?? hosts[0]
    }

    /// The ports of a host that lead to a task's containers; where none is named, one of the ephemeral ones.
    static func bindings(
        _ definition: TaskDefinition, _ host: ContainerInstance, _ context: CallContext
    ) -> [ContainerTask.Binding] {
        var taken = Load(host, context.ecs).ports
        return definition.ports.map { mapping in
            var port = definition.networkMode == "host" ? mapping.port : mapping.hostPort
            if port == 0 { port = (32768...60999).first { !taken.contains($0) } ?? 0 }
            taken.insert(port)
            return .init(container: mapping.container, port: mapping.port, hostPort: port, isUDP: mapping.isUDP)
        }
    }
}
