import CloudState
import Reachability
import ServiceModel

/// Container agents: instances of the ECS-optimised images register with the cluster that their user data names.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch_container_instance.html>
enum Agents {
    private static let period = Duration.seconds(10)

    /// Begins to look for instances: from the first cluster on.
    static func watch(_ context: inout CallContext) {
        context.world.rest(.ecs(.agents), region: context.region, period: period)
    }

    static func isAwaited(_ region: Region, _ now: Timestamp) -> Bool {
        !newcomers(region, now).isEmpty || !lost(region).isEmpty || hasComing(region, now)
    }

    static func look(_ context: inout CallContext) {
        for instance in newcomers(context.world.regions[context.regionIndex], context.now) {
            register(instance, &context)
        }
        for host in lost(context.world.regions[context.regionIndex]) { drop(host, &context) }
        refresh(&context)
        let region = context.world.regions[context.regionIndex]
        if hasComing(region, context.now) {
            context.world.schedule(.event(.ecs(.agents), region: context.region), after: period)
        } else {
            watch(&context)
        }
    }

    /// Instances that will register once they have been up for long enough.
    private static func hasComing(_ region: Region, _ now: Timestamp) -> Bool {
        let known = known(region)
        return region.ec2.instances.contains { instance in
            (instance.state == .running || instance.state == .pending) && !isUp(instance, now)
                && !known.contains(instance.id) && clusterName(of: instance, region) != nil
        }
    }

    private static func isUp(_ instance: Instance, _ now: Timestamp) -> Bool {
        guard instance.state == .running, let since = instance.runningSince else { return false }
        return since.adding(milliseconds: Timings.agentRegistration.milliseconds) <= now
    }

    /// Instances that are registered, or were and are not to be again.
    private static func known(_ region: Region) -> Set<String> {
        var known = Set(region.ecs.deregistered)
        region.ecs.containerInstances.forEachInPlace { known.insert($0.instanceID) }
        return known
    }

    private static func newcomers(_ region: Region, _ now: Timestamp) -> [Instance] {
        let analyzer = PathAnalyzer(region.ec2)
        let known = known(region)
        return region.ec2.instances.filter { instance in
            isUp(instance, now) && instance.profile != nil && !known.contains(instance.id)
                && clusterName(of: instance, region) != nil
                && analyzer.reaches(
                    ReachabilityQuery(from: .instance(id: instance.id), to: .internet, .tcp, port: 443))
        }
    }

    private static func lost(_ region: Region) -> [ContainerInstance] {
        region.ecs.containerInstances.filter { host in
            let state = region.ec2.instances[host.instanceID]?.state
            return state == nil || state == .shuttingDown || state == .terminated
        }
    }

    /// The active cluster of an instance's agent; nil where it has no agent.
    private static func clusterName(of instance: Instance, _ region: Region) -> String? {
        let image = instance.imageName ?? ""
        guard image.hasPrefix("al2023-ami-ecs-") || image.hasPrefix("amzn2-ami-ecs-") else { return nil }
        var name = "default"
        if let data = instance.userData {
            let text = Base64.decode(data).map { String(decoding: $0, as: UTF8.self) } ?? data
            for line in text.split(whereSeparator: \.isNewline) {
                guard let mark = line.firstRange(of: "ECS_CLUSTER=") else { continue }
                let rest = line[mark.upperBound...].drop { $0 == "\"" || $0 == "'" }
                name = String(rest.prefix { Names.isValid(String($0)) })
            }
        }
        return region.ecs.clusters[name]?.status == "ACTIVE" ? name : nil
    }

    private static func register(_ instance: Instance, _ context: inout CallContext) {
        guard let name = clusterName(of: instance, context.world.regions[context.regionIndex]) else { return }
        let types = try? context.call("ec2", "DescribeInstanceTypes", ["InstanceTypes": [.string(instance.type)]])
        let type = types?["InstanceTypes"]?.elements?.first
        let cores = type?["VCpuInfo"]?["DefaultVCpus"]?.number ?? 1
        let memory = type?["MemoryInfo"]?["SizeInMiB"]?.number ?? 1024
        let id = context.newECSID("container-instance")
        let host = ContainerInstance(
            id: id, arn: context.ecsARN("container-instance/\(name)/\(id)"), clusterName: name,
            instanceID: instance.id, zone: instance.zone, instanceType: instance.type, cpu: cores * 1024,
            // The kernel and the agent keep some for themselves.
            memory: memory * 94 / 100,
            attributes: [
                .init("ecs.ami-id", instance.imageID), .init("ecs.availability-zone", instance.zone),
                .init("ecs.cpu-architecture", instance.architecture), .init("ecs.instance-type", instance.type),
                .init("ecs.os-family", "LINUX"), .init("ecs.os-type", "linux"),
                .init("ecs.subnet-id", instance.subnetID), .init("ecs.vpc-id", instance.vpcID),
                .init("ecs.capability.task-eni"), .init("com.amazonaws.ecs.capability.task-iam-role"),
                .init("com.amazonaws.ecs.capability.ecr-auth"),
                .init("com.amazonaws.ecs.capability.logging-driver.awslogs"),
                .init("com.amazonaws.ecs.capability.logging-driver.json-file"),
                .init("ecs.capability.execution-role-awslogs"), .init("ecs.capability.execution-role-ecr-pull"),
                .init("ecs.capability.container-health-check"), .init("ecs.capability.container-ordering"),
            ], registered: context.now)
        context.ecs.containerInstances.insert(host)
        context.world.wake()
    }

    /// Tasks of an instance that is gone are gone, too.
    private static func drop(_ host: ContainerInstance, _ context: inout CallContext) {
        context.ecs.containerInstances.remove(host.id)
        for task in context.ecs.tasks where task.containerInstanceID == host.id && task.status != .stopped {
            TaskRun.stop(
                task.id, code: "TerminationNotice", reason: "Host EC2 (instance \(host.instanceID)) terminated.",
                &context)
        }
        context.world.wake()
    }

    /// The agent of an instance that is stopped is not connected.
    private static func refresh(_ context: inout CallContext) {
        for host in context.ecs.containerInstances {
            let isRunning = context.ec2.instances[host.instanceID]?.state == .running
            if host.isConnected != isRunning {
                context.ecs.containerInstances.update(host.id) { $0.isConnected = isRunning }
            }
        }
    }
}
