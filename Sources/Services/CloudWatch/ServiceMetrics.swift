import CloudState
import ServiceModel

/// Metrics that AWS services publish, worked out from the state of the world: they have the value that follows from it
/// now.
///
/// Instances have no work of their own here: their CPU idles, unless a fault stresses it.
enum ServiceMetrics {
    /// What an idle instance's CPU is busy with, in per cent.
    private static let idleCPU = 0.5

    static func isService(_ metric: MetricKey) -> Bool { metric.namespace.hasPrefix("AWS/") }

    /// The value of a service's metric now; nil where it has none.
    static func value(_ metric: MetricKey, _ context: inout CallContext) -> Double? {
        switch metric.namespace {
        case "AWS/EC2": instances(metric, context)
        case "AWS/AutoScaling": groups(metric, context)
        case "AWS/ECS": services(metric, context)
        case "AWS/ApplicationELB", "AWS/NetworkELB": targets(metric, &context)
        default: nil
        }
    }

    /// What an idle instance has none of.
    private static let idleNames = [
        "NetworkIn", "NetworkOut", "NetworkPacketsIn", "NetworkPacketsOut", "EBSReadOps", "EBSWriteOps",
        "EBSReadBytes", "EBSWriteBytes", "MetadataNoToken", "StatusCheckFailed_AttachedEBS",
    ]

    /// What EC2 measures of each instance.
    static let instanceNames =
        ["CPUUtilization", "StatusCheckFailed", "StatusCheckFailed_Instance", "StatusCheckFailed_System"] + idleNames

    private static func instances(_ metric: MetricKey, _ context: CallContext) -> Double? {
        let ids: [String]
        if let id = metric["InstanceId"] {
            ids = [id]
        } else if let name = metric["AutoScalingGroupName"] {
            ids = context.autoScaling.groups[name]?.members.filter { $0.state == .inService }.map(\.instanceID) ?? []
        } else {
            return nil
        }
        let running = ids.compactMap { context.ec2.instances[$0] }.filter { $0.state == .running }
        guard !running.isEmpty else { return nil }
        let values = running.compactMap { instance -> Double? in
            let failed = context.world.faults.failedCheck(of: instance, region: context.region)
            switch metric.name {
            case "CPUUtilization":
                // A host without power reports nothing.
                guard context.world.faults.outage(zone: instance.zone, region: context.region) == nil else {
                    return nil
                }
                return context.world.faults.cpuStress(of: instance.id, region: context.region).map(Double.init)
                    ?? idleCPU
            case "StatusCheckFailed": return failed == nil ? 0 : 1
            case "StatusCheckFailed_System": return failed == .system ? 1 : 0
            case "StatusCheckFailed_Instance": return failed == .instance ? 1 : 0
            case let name where idleNames.contains(name): return 0
            default: return nil
            }
        }
        guard !values.isEmpty else { return nil }
        return values.reduce(0, +) / Double(values.count)
    }

    /// What ECS measures of each service: its tasks idle, as instances do.
    static let taskMetrics = ["CPUUtilization": idleCPU, "MemoryUtilization": 1.5]

    /// Whether a service of ECS has anything to measure.
    static func runsTasks(_ service: String, _ context: CallContext) -> Bool {
        context.ecs.tasks.contains { $0.serviceID == service && $0.status == .running }
    }

    private static func services(_ metric: MetricKey, _ context: CallContext) -> Double? {
        guard let cluster = metric["ClusterName"], let name = metric["ServiceName"],
            runsTasks("\(cluster)/\(name)", context)
        else { return nil }
        return taskMetrics[metric.name]
    }

    private static func groups(_ metric: MetricKey, _ context: CallContext) -> Double? {
        guard let name = metric["AutoScalingGroupName"], let group = context.autoScaling.groups[name],
            group.enabledMetrics.contains(metric.name)
        else { return nil }
        func count(_ states: GroupMember.State...) -> Double {
            Double(group.members.count { states.contains($0.state) })
        }
        switch metric.name {
        case "GroupMinSize": return Double(group.minimum)
        case "GroupMaxSize": return Double(group.maximum)
        case "GroupDesiredCapacity": return Double(group.desired)
        case "GroupInServiceInstances", "GroupInServiceCapacity": return count(.inService)
        case "GroupPendingInstances", "GroupPendingCapacity": return count(.pending, .pendingWait, .pendingProceed)
        case "GroupStandbyInstances", "GroupStandbyCapacity": return count(.standby)
        case "GroupTerminatingInstances", "GroupTerminatingCapacity":
            return count(.terminating, .terminatingWait, .terminatingProceed)
        case "GroupTotalInstances", "GroupTotalCapacity": return Double(group.members.count)
        default: return nil
        }
    }

    /// Healthy and unhealthy hosts of a target group, whose dimension is the end of its ARN.
    private static func targets(_ metric: MetricKey, _ context: inout CallContext) -> Double? {
        guard let group = metric["TargetGroup"],
            metric.name == "HealthyHostCount" || metric.name == "UnHealthyHostCount"
        else { return nil }
        let arn = "arn:aws:elasticloadbalancing:\(context.region):\(context.accountID):\(group)"
        let answer = try? context.call("elasticloadbalancing", "DescribeTargetHealth", ["TargetGroupArn": .string(arn)])
        guard let answer else { return nil }
        let wanted = metric.name == "HealthyHostCount" ? "healthy" : "unhealthy"
        let states =
            answer["TargetHealthDescriptions"]?.elements?.compactMap { $0["TargetHealth"]?["State"]?.text } ?? []
        return Double(states.count { $0 == wanted })
    }
}
