import CloudState
import ServiceModel

/// DescribeAutoScalingGroups and DescribeAutoScalingInstances.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html>
enum GroupViews {
    static let operations: [String: Handler] = [
        "DescribeAutoScalingGroups": .read(describe),
        "DescribeAutoScalingInstances": .read(describeInstances),
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = Set(input.strings("AutoScalingGroupNames"))
        let filters = try Filters(input, allowed: ["tag-key", "tag-value"], allowsTagColon: true)
        let groups = context.autoScaling.groups.filter { group in
            (names.isEmpty || names.contains(group.name) || names.contains(group.arn))
                && filters.matches { name in
                    switch name {
                    case "tag-key": group.tags.map(\.key)
                    case "tag-value": group.tags.map(\.value)
                    default: group.tags.filter { "tag:\($0.key)" == name }.map(\.value)
                    }
                }
        }
        let withInstances = input.boolean("IncludeInstances") ?? true
        let (page, token) = try Paging.page(groups, input, usual: 50, most: 100)
        let current = context
        return Response([
            "AutoScalingGroups": .list(page) { view($0, withInstances: withInstances, current) }, "NextToken": token,
        ])
    }

    static func describeInstances(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let ids = Set(input.strings("InstanceIds"))
        guard ids.count <= 50 else {
            throw AutoScalingError.validation("The number of instance IDs must not be more than 50.")
        }
        var all: [Value] = []
        for group in context.autoScaling.groups {
            for member in group.members where ids.isEmpty || ids.contains(member.instanceID) {
                var fields = instance(member).fields ?? Fields()
                fields["AutoScalingGroupName"] = .string(group.name)
                // This operation spells health in capitals.
                fields["HealthStatus"] = member.isHealthy ? "HEALTHY" : "UNHEALTHY"
                all.append(.structure(fields))
            }
        }
        let (page, token) = try Paging.page(all, input, usual: 50, most: 50)
        return Response(["AutoScalingInstances": .list(page), "NextToken": token])
    }

    static func template(_ reference: AutoScalingGroup.TemplateReference) -> Value {
        [
            "LaunchTemplateId": .string(reference.id), "LaunchTemplateName": .string(reference.name),
            "Version": .optional(reference.version),
        ]
    }

    static func instance(_ member: GroupMember) -> Value {
        [
            "InstanceId": .string(member.instanceID), "InstanceType": .string(member.type),
            "AvailabilityZone": .string(member.zone), "LifecycleState": .string(member.state.rawValue),
            "HealthStatus": member.isHealthy ? "Healthy" : "Unhealthy",
            "LaunchConfigurationName": .optional(member.configuration),
            "LaunchTemplate": member.template.map(template), "ProtectedFromScaleIn": .boolean(member.isProtected),
            "WeightedCapacity": member.showsWeight ? .string("\(member.weight)") : nil,
        ]
    }

    static func tag(_ tag: AutoScalingGroup.Tag, _ group: AutoScalingGroup) -> Value {
        [
            "ResourceId": .string(group.name), "ResourceType": "auto-scaling-group", "Key": .string(tag.key),
            "Value": .string(tag.value), "PropagateAtLaunch": .boolean(tag.propagates),
        ]
    }

    private static func view(_ group: AutoScalingGroup, withInstances: Bool, _ context: CallContext) -> Value {
        var fields = Fields()
        fields["AutoScalingGroupName"] = .string(group.name)
        fields["AutoScalingGroupARN"] = .string(group.arn)
        switch group.source {
        case .configuration(let name): fields["LaunchConfigurationName"] = .string(name)
        case .template(let reference): fields["LaunchTemplate"] = template(reference)
        case .mixed(_, let policy): fields["MixedInstancesPolicy"] = .structure(policy)
        }
        fields["MinSize"] = .integer(group.minimum)
        fields["MaxSize"] = .integer(group.maximum)
        fields["DesiredCapacity"] = .integer(group.desired)
        fields["DefaultCooldown"] = .integer(group.cooldown)
        fields["AvailabilityZones"] = .strings(group.zones)
        let facts = RegionFacts.named(context.region)
        fields["AvailabilityZoneIds"] = .strings(
            group.zones.compactMap { name in facts?.zones.first { $0.name == name }?.id })
        fields["LoadBalancerNames"] = []
        fields["TargetGroupARNs"] = .strings(group.targetGroups)
        fields["HealthCheckType"] = .string(group.healthCheckType)
        fields["HealthCheckGracePeriod"] = .integer(group.gracePeriod)
        fields["Instances"] = withInstances ? .list(group.members, instance) : []
        fields["CreatedTime"] = .timestamp(group.created)
        fields["SuspendedProcesses"] = .list(group.suspended) { process in
            [
                "ProcessName": .string(process.name),
                "SuspensionReason": .string("User suspended at \(process.since.iso8601Seconds)"),
            ]
        }
        if let placement = group.placementGroup, !placement.isEmpty { fields["PlacementGroup"] = .string(placement) }
        fields["VPCZoneIdentifier"] = .string(group.subnets.joined(separator: ","))
        fields["EnabledMetrics"] = .list(group.enabledMetrics) { ["Metric": .string($0), "Granularity": "1Minute"] }
        fields["Status"] = group.isDeleting ? "Delete in progress" : nil
        fields["Tags"] = .list(group.tags) { tag($0, group) }
        fields["TerminationPolicies"] = .strings(group.terminationPolicies)
        fields["NewInstancesProtectedFromScaleIn"] = .boolean(group.protectsNewInstances)
        fields["ServiceLinkedRoleARN"] = .string(group.serviceLinkedRole)
        fields["MaxInstanceLifetime"] = group.maximumLifetime.map(Value.integer)
        fields["DefaultInstanceWarmup"] = group.instanceWarmup.map(Value.integer)
        fields["WarmPoolConfiguration"] = group.warmPool.map(Value.structure)
        fields["WarmPoolSize"] = group.warmPool == nil ? nil : 0
        fields["TrafficSources"] = .list(group.targetGroups) { ["Identifier": .string($0), "Type": "elbv2"] }
        fields["DeletionProtection"] = .string(group.deletionProtection)
        fields["CapacityReservationSpecification"] = ["CapacityReservationPreference": "default"]
        fields["AvailabilityZoneDistribution"] = ["CapacityDistributionStrategy": "balanced-best-effort"]
        fields["AvailabilityZoneImpairmentPolicy"] = [
            "ZonalShiftEnabled": false, "ImpairedZoneHealthCheckBehavior": "IgnoreUnhealthy",
        ]
        for field in group.more.fields { fields[field.name] = field.value }
        return .structure(fields)
    }
}
