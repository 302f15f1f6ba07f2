package import CloudState
import LoadBalancing
import PolicyEngine
import ServiceModel

/// Elastic Load Balancing v2: Application, Network and Gateway Load Balancers.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html>
package enum ELBService {
    package static let definition = ServiceDefinition(
        signingNames: ["elasticloadbalancing"], model: { .elb },
        operations: groups.merged,
        authorization: Authorization(vendor: "elasticloadbalancing", permissions: permissions),
        reactions: ServiceReactions(
            handle: { context, event in
                guard case .healthChecks(let group) = event else { return }
                HealthRound.run(&context.world, targetGroup: group, region: context.region)
            },
            isAwaited: { world, event, region in
                guard case .healthChecks(let group) = event else { return false }
                return HealthRound.isAwaited(world, targetGroup: group, region: region)
            }))

    /// One line a group, so that groups can be added side by side.
    package static let groups: [[String: Handler]] = [
        AccountLimits.operations,
        AttributeCalls.operations,
        CapacityCalls.operations,
        CertificateCalls.operations,
        ListenerCalls.operations,
        LoadBalancerCalls.operations,
        LoadBalancerSettings.operations,
        RuleCalls.operations,
        SSLPolicyCalls.operations,
        TagCalls.operations,
        TargetCalls.operations,
        TargetGroupCalls.operations,
    ]

    /// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html>
    @Sendable private static func permissions(
        _ operation: String, _ input: Input, _ context: CallContext
    ) -> [Permission] {
        guard !operation.hasPrefix("Describe") else { return Permission.anything }
        let root = "arn:aws:elasticloadbalancing:\(context.region):\(context.accountID)"
        var conditions = ConditionContext()
        if input.shape.member("Tags") != nil {
            let tags = input.structures("Tags")
            for tag in tags { conditions.set("aws:RequestTag/\(tag.string("Key") ?? "")", tag.string("Value") ?? "") }
            if !tags.isEmpty { conditions["aws:TagKeys"] = tags.compactMap { $0.string("Key") } }
        }
        func permission(_ arn: String) -> Permission {
            var conditions = conditions
            for tag in (ELBTagged.tags(of: arn, context) ?? Tags()).tags {
                conditions.set("aws:ResourceTag/\(tag.key)", tag.value)
                conditions.set("elasticloadbalancing:ResourceTag/\(tag.key)", tag.value)
            }
            return Permission(arn, context: conditions)
        }
        switch operation {
        case "CreateLoadBalancer":
            let kind = LoadBalancer.Kind(rawValue: input.string("Type") ?? "application") ?? .application
            return [permission("\(root):loadbalancer/\(kind.arnWord)/\(input.string("Name") ?? "")/*")]
        case "CreateTargetGroup":
            return [permission("\(root):targetgroup/\(input.string("Name") ?? "")/*")]
        default: break
        }
        for name in ["LoadBalancerArn", "ListenerArn", "RuleArn", "TargetGroupArn"]
        where input.shape.member(name) != nil {
            if let arn = input.string(name) { return [permission(arn)] }
        }
        if input.shape.member("ResourceArns") != nil { return input.strings("ResourceArns").map(permission) }
        if input.shape.member("RulePriorities") != nil {
            return input.structures("RulePriorities").compactMap { $0.string("RuleArn") }.map(permission)
        }
        return [Permission("*", context: conditions)]
    }
}
