import CloudState
import LoadBalancing
import ServiceModel

/// Tasks as targets of load balancers.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html>
enum Targets {
    /// What a task is in the target group of a service: an id and a port.
    static func target(_ task: ContainerTask, _ balancer: Value) -> (id: String, port: Int)? {
        let name = balancer["containerName"]?.text
        guard let port = balancer["containerPort"]?.number else { return nil }
        if let address = task.attachment?.privateAddress { return (address.description, port) }
        let binding = task.bindings.first { $0.container == name && $0.port == port }
        return binding.map { ($0.container, $0.hostPort) }
    }

    static func register(_ task: ContainerTask, of service: ContainerService, _ context: inout CallContext) {
        each(task, service, &context, "RegisterTargets", "registered ")
    }

    static func deregister(_ task: ContainerTask, of service: ContainerService, _ context: inout CallContext) {
        Scheduler.note(counting: "has begun draining connections on ", " tasks.", service.id, &context)
        each(task, service, &context, "DeregisterTargets", "deregistered ")
    }

    private static func each(
        _ task: ContainerTask, _ service: ContainerService, _ context: inout CallContext, _ operation: String,
        _ words: String
    ) {
        for balancer in service.loadBalancers(of: task) {
            guard let arn = balancer["targetGroupArn"]?.text, let target = place(task, balancer, context.ecs) else {
                continue
            }
            let done = try? context.call(
                "elasticloadbalancing", operation,
                [
                    "TargetGroupArn": .string(arn),
                    "Targets": [["Id": .string(target.id), "Port": .integer(target.port)]],
                ])
            if done != nil {
                Scheduler.note(counting: words, " targets in (target-group \(arn))", service.id, &context)
            }
        }
    }

    /// As `target`, with the host's instance where the ports are the host's.
    static func place(_ task: ContainerTask, _ balancer: Value, _ state: ECSState) -> (id: String, port: Int)? {
        guard var target = target(task, balancer) else { return nil }
        if task.attachment == nil {
            guard let host = task.containerInstanceID.flatMap({ state.containerInstances[$0] }) else { return nil }
            target.id = host.instanceID
        }
        return target
    }

    /// The worst of what the load balancers say of a task; nil where they say nothing.
    static func health(
        _ task: ContainerTask, _ service: ContainerService, _ region: Region, _ world: World
    ) -> (state: TargetHealth.State, reason: String?, group: String, port: Int)? {
        var worst: (state: TargetHealth.State, reason: String?, group: String, port: Int)?
        for balancer in service.loadBalancers(of: task) {
            guard let arn = balancer["targetGroupArn"]?.text, let group = region.elb.targetGroups[arn],
                let place = place(task, balancer, region.ecs),
                let target = group.targets.first(where: {
                    $0.id == place.id && ($0.port ?? group.port) == place.port
                })
            else { continue }
            let health = TargetHealth(target, in: group, world, region: region.name)
            if worst == nil || health.state != .healthy {
                worst = (health.state, health.description, arn, place.port)
            }
        }
        return worst
    }
}
