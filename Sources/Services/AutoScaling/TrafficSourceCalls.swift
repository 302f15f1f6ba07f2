import CloudState
import ServiceModel

/// Target groups that a group's instances are registered with.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-load-balancer-asg.html>
enum TrafficSourceCalls {
    static let operations: [String: Handler] = [
        "AttachLoadBalancerTargetGroups": .write { context, input throws(ServiceError) in
            try attach(input.strings("TargetGroupARNs"), &context, input)
        },
        "AttachTrafficSources": .write { context, input throws(ServiceError) in
            try attach(targetGroups(input), &context, input)
        },
        "DescribeLoadBalancerTargetGroups": .read(describeTargetGroups),
        "DescribeLoadBalancers": .read { context, input throws(ServiceError) in
            _ = try context.group(input)
            return Response(["LoadBalancers": []])
        },
        "DescribeTrafficSources": .read(describe),
        "DetachLoadBalancerTargetGroups": .write { context, input throws(ServiceError) in
            try detach(input.strings("TargetGroupARNs"), &context, input)
        },
        "DetachTrafficSources": .write { context, input throws(ServiceError) in
            try detach(targetGroups(input), &context, input)
        },
    ]

    /// The target groups among a request's traffic sources.
    static func targetGroups(_ input: Input) throws(ServiceError) -> [String] {
        try input.structures("TrafficSources").map { source throws(ServiceError) in
            let identifier = source.string("Identifier") ?? ""
            guard source.string("Type") ?? "elbv2" == "elbv2", identifier.contains(":targetgroup/") else {
                throw ServiceError(
                    "ValidationError",
                    "Traffic sources of type '\((source.string("Type") ?? "").prefix(32))' are not emulated here.",
                    isNotEmulated: true)
            }
            return identifier
        }
    }

    /// Refuses target groups that are not there.
    static func check(_ arns: [String], _ context: inout CallContext) throws(ServiceError) {
        guard !arns.isEmpty else { return }
        do throws(ServiceError) {
            _ = try context.call("elasticloadbalancing", "DescribeTargetGroups", ["TargetGroupArns": .strings(arns)])
        } catch {
            guard !error.isNotEmulated else { throw error }
            throw AutoScalingError.validation(
                "Provided Target Groups may not be valid. Please ensure they exist and try again.")
        }
    }

    private static func attach(
        _ arns: [String], _ context: inout CallContext, _ input: Input
    ) throws(ServiceError) -> Response {
        var group = try context.group(input)
        try check(arns, &context)
        let new = arns.filter { !group.targetGroups.contains($0) }
        group.targetGroups += new
        let ids = group.members.filter { $0.state == .inService && !$0.isUnregistered }.map(\.instanceID)
        if !ids.isEmpty, !group.isSuspended("AddToLoadBalancer") {
            for arn in new { Balancers.register(ids, in: arn, &context) }
        }
        context.autoScaling.groups.insert(group)
        return .empty
    }

    private static func detach(
        _ arns: [String], _ context: inout CallContext, _ input: Input
    ) throws(ServiceError) -> Response {
        var group = try context.group(input)
        for arn in arns {
            guard group.targetGroups.contains(arn) else {
                throw AutoScalingError.validation(
                    "Trying to remove Target Groups that are not part of the group: \(arn.prefix(256))")
            }
        }
        group.targetGroups.removeAll { arns.contains($0) }
        let ids = group.members.filter { $0.state == .inService }.map(\.instanceID)
        if !ids.isEmpty { for arn in arns { Balancers.deregister(ids, from: arn, &context) } }
        context.autoScaling.groups.insert(group)
        return .empty
    }

    /// `InService` where an instance passes the target group's health check, `Added` where all are registered.
    private static func state(_ arn: String, _ group: AutoScalingGroup, _ context: inout CallContext) -> String {
        let health = Balancers.health(in: arn, &context)
        let serving = group.members.filter { $0.state == .inService }
        guard !serving.isEmpty else { return "Added" }
        if serving.contains(where: { health[$0.instanceID] == "healthy" }) { return "InService" }
        return serving.allSatisfy { health[$0.instanceID] != nil } ? "Added" : "Adding"
    }

    static func describeTargetGroups(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.group(input)
        let (page, token) = try Paging.page(group.targetGroups, input, usual: 100, most: 100)
        var views: [Value] = []
        for arn in page {
            views.append(["LoadBalancerTargetGroupARN": .string(arn), "State": .string(state(arn, group, &context))])
        }
        return Response(["LoadBalancerTargetGroups": .list(views), "NextToken": token])
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.group(input)
        let isOther = input.string("TrafficSourceType").map { $0 != "elbv2" } ?? false
        let (page, token) = try Paging.page(isOther ? [] : group.targetGroups, input, usual: 50, most: 50)
        var views: [Value] = []
        for arn in page {
            views.append([
                "TrafficSource": .string(arn), "Identifier": .string(arn), "Type": "elbv2",
                "State": .string(state(arn, group, &context)),
            ])
        }
        return Response(["TrafficSources": .list(views), "NextToken": token])
    }
}
