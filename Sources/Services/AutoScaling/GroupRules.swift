import CloudState
import ServiceModel

/// What a request says about a group, held against the rules.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html>
enum GroupRules {
    /// The zones and subnets of a request; nil where it names none.
    static func place(
        _ input: Input, _ context: CallContext
    ) throws(ServiceError) -> (zones: [String], subnets: [String])? {
        let wantedZones = input.strings("AvailabilityZones")
        let facts = RegionFacts.named(context.region)
        let byID = input.strings("AvailabilityZoneIds").compactMap { id in facts?.zones.first { $0.id == id }?.name }
        let zones = wantedZones + byID
        let text = input.string("VPCZoneIdentifier") ?? ""
        let ids = text.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
        guard !ids.isEmpty else {
            guard !zones.isEmpty else { return nil }
            for zone in zones {
                guard facts?.zones.contains(where: { $0.name == zone }) ?? false else {
                    throw AutoScalingError.validation("Invalid availability zones: [\(zone.prefix(64))]")
                }
                guard context.ec2.subnets.contains(where: { $0.zone == zone && $0.isDefaultForZone }) else {
                    throw AutoScalingError.validation("No default subnet for availability zone: '\(zone)'.")
                }
            }
            return (unique(zones), [])
        }
        var found: [Subnet] = []
        for id in ids {
            guard let subnet = context.ec2.subnets[id] else {
                throw AutoScalingError.validation("The subnet ID '\(id.prefix(64))' does not exist")
            }
            if !found.contains(where: { $0.id == id }) { found.append(subnet) }
        }
        guard Set(found.map(\.vpcID)).count == 1 else {
            throw AutoScalingError.validation("The subnets must belong to the same VPC.")
        }
        let own = unique(found.map(\.zone))
        guard zones.isEmpty || Set(zones) == Set(own) else {
            throw AutoScalingError.validation(
                "The availability zones of the specified subnets and the Auto Scaling group do not match")
        }
        return (own, found.map(\.id))
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    /// What instances are to be launched from; nil where the request does not say.
    static func source(
        _ input: Input, _ context: CallContext
    ) throws(ServiceError) -> AutoScalingGroup.Source? {
        let given = ["LaunchConfigurationName", "LaunchTemplate", "MixedInstancesPolicy"].filter { input.has($0) }
        guard given.count <= 1 else {
            throw AutoScalingError.validation(
                "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter."
            )
        }
        if let name = input.string("LaunchConfigurationName") {
            guard context.autoScaling.launchConfigurations[name] != nil else {
                throw AutoScalingError.validation(
                    "Launch configuration name not found - Launch configuration \(name.prefix(256)) not found")
            }
            return .configuration(name)
        }
        if let specification = input.structure("LaunchTemplate") {
            return .template(try template(specification, context))
        }
        guard let policy = input.structure("MixedInstancesPolicy") else { return nil }
        return try mixed(policy, context)
    }

    /// A launch template specification with both id and name.
    static func template(
        _ input: Input, _ context: CallContext
    ) throws(ServiceError) -> AutoScalingGroup.TemplateReference {
        let template: LaunchTemplate?
        switch (input.string("LaunchTemplateId"), input.string("LaunchTemplateName")) {
        case (let id?, nil): template = context.ec2.launchTemplates[id]
        case (nil, let name?): template = context.ec2.launchTemplates.first { $0.name == name }
        case (let id?, let name?):
            template = context.ec2.launchTemplates[id].flatMap { $0.name == name ? $0 : nil }
        case (nil, nil):
            throw AutoScalingError.validation(
                "Valid requests must contain either launchTemplateId or LaunchTemplateName")
        }
        guard let template else {
            let what =
                input.string("LaunchTemplateId").map { "template ID \($0.prefix(64))" }
                ?? "template name \((input.string("LaunchTemplateName") ?? "").prefix(128))"
            throw AutoScalingError.validation(
                "You must use a valid fully-formed launch template. The specified launch template, with \(what), does not exist."
            )
        }
        let version = input.string("Version").flatMap { $0.isEmpty ? nil : $0 }
        let reference = AutoScalingGroup.TemplateReference(id: template.id, name: template.name, version: version)
        guard LaunchParameters.data(of: reference, context) != nil else {
            throw AutoScalingError.validation(
                "You must use a valid fully-formed launch template. Could not find launch template version \((version ?? "").prefix(64)) for the launch template with ID \(template.id)."
            )
        }
        return reference
    }

    static func mixed(_ policy: Input, _ context: CallContext) throws(ServiceError) -> AutoScalingGroup.Source {
        guard let template = policy.structure("LaunchTemplate"),
            let specification = template.structure("LaunchTemplateSpecification")
        else {
            throw AutoScalingError.validation(
                "The mixed instances policy must include a launch template specification.")
        }
        let reference = try Self.template(specification, context)
        var overrides: [Value] = []
        for override in template.structures("Overrides") {
            guard override.structure("InstanceRequirements") == nil else {
                throw ServiceError(
                    "ValidationError", "Attribute-based instance type selection is not emulated here.",
                    isNotEmulated: true)
            }
            if let weight = override.string("WeightedCapacity") {
                guard let number = Int(weight), (1...999).contains(number) else {
                    throw AutoScalingError.validation(
                        "Invalid WeightedCapacity '\(weight.prefix(16))'. It must be an integer between 1 and 999.")
                }
            }
            var fields = override.fields
            if let specification = override.structure("LaunchTemplateSpecification") {
                fields["LaunchTemplateSpecification"] = GroupViews.template(try Self.template(specification, context))
            }
            overrides.append(.structure(fields))
        }
        let weighted = overrides.filter { $0["WeightedCapacity"] != nil }.count
        guard weighted == 0 || weighted == overrides.count else {
            throw AutoScalingError.validation(
                "You must specify a weight for all of the instance types in the overrides, or for none of them.")
        }
        let given = policy.structure("InstancesDistribution")
        let strategy = given?.string("SpotAllocationStrategy") ?? "lowest-price"
        let percentage = given?.integer("OnDemandPercentageAboveBaseCapacity") ?? 100
        guard (0...100).contains(percentage) else {
            throw AutoScalingError.validation(
                "OnDemandPercentageAboveBaseCapacity must be between 0 and 100.")
        }
        let distribution: Value = [
            "OnDemandAllocationStrategy": .string(given?.string("OnDemandAllocationStrategy") ?? "prioritized"),
            "OnDemandBaseCapacity": .integer(max(0, given?.integer("OnDemandBaseCapacity") ?? 0)),
            "OnDemandPercentageAboveBaseCapacity": .integer(percentage),
            "SpotAllocationStrategy": .string(strategy),
            "SpotInstancePools": strategy == "lowest-price" ? .integer(given?.integer("SpotInstancePools") ?? 2) : nil,
            "SpotMaxPrice": .optional(given?.string("SpotMaxPrice")),
        ]
        var launch = Fields()
        launch["LaunchTemplateSpecification"] = GroupViews.template(reference)
        launch["Overrides"] = .list(overrides)
        var shown = Fields()
        shown["LaunchTemplate"] = .structure(launch)
        shown["InstancesDistribution"] = distribution
        return .mixed(reference, policy: shown)
    }

    /// Tries a launch on a draft that is thrown away, so that a template with which nothing can be launched is refused
    /// at once. What is only a matter of capacity is no reason.
    static func probe(_ group: AutoScalingGroup, _ context: CallContext) throws(ServiceError) {
        guard case .configuration = group.source else {
            guard let zone = group.zones.first else { return }
            let candidate = MixedInstances.purchases(1, in: group, context).first?.candidates.first ?? .init()
            let parameters = LaunchParameters.request(
                group, candidate, zone: zone, subnet: Balance.subnet(in: zone, group, context), count: 1, isSpot: false,
                context)
            var draft = context
            do throws(ServiceError) {
                _ = try draft.call("ec2", "RunInstances", .structure(parameters))
            } catch {
                let passing = [
                    "InsufficientInstanceCapacity", "VcpuLimitExceeded", "InsufficientFreeAddressesInSubnet",
                    "Unsupported",
                ]
                guard !passing.contains(error.code), !error.isNotEmulated else { return }
                throw AutoScalingError.validation("You must use a valid fully-formed launch template. \(error.message)")
            }
            return
        }
    }

    static func checkBounds(minimum: Int, maximum: Int, desired: Int) throws(ServiceError) {
        guard minimum >= 0, maximum >= 0 else {
            throw AutoScalingError.validation("Min and max sizes must not be negative.")
        }
        guard minimum <= maximum else {
            throw AutoScalingError.validation(
                "Max bound, \(maximum), must be greater than or equal to min bound, \(minimum)")
        }
        guard maximum <= 10_000 else {
            throw AutoScalingError.validation("Max bound, \(maximum), must be less than or equal to 10000")
        }
        guard (minimum...maximum).contains(desired) else {
            throw AutoScalingError.validation(
                "Desired capacity:\(desired) must be between the specified min size:\(minimum) and max size:\(maximum)")
        }
    }

    /// The settings that a create and an update request have in common.
    static func apply(_ input: Input, to group: inout AutoScalingGroup) throws(ServiceError) {
        group.cooldown = input.integer("DefaultCooldown") ?? group.cooldown
        if let type = input.string("HealthCheckType"), !type.isEmpty {
            let kinds = type.split(separator: ",").map { $0.filter { $0 != " " } }
            guard kinds.allSatisfy({ ["EC2", "ELB", "EBS", "VPC_LATTICE"].contains($0) }) else {
                throw AutoScalingError.validation(
                    "Invalid health check type \(type.prefix(64)). Valid types are: EC2, ELB, EBS, VPC_LATTICE")
            }
            group.healthCheckType = type
        }
        if let period = input.integer("HealthCheckGracePeriod") {
            guard period >= 0 else { throw AutoScalingError.validation("HealthCheckGracePeriod must not be negative.") }
            group.gracePeriod = period
        }
        group.placementGroup = input.string("PlacementGroup") ?? group.placementGroup
        let policies = input.strings("TerminationPolicies")
        if !policies.isEmpty {
            for policy in policies where !TerminationPolicy.names.contains(policy) {
                guard policy.hasPrefix("arn:") else {
                    throw AutoScalingError.validation("Invalid termination policy: \(policy.prefix(128))")
                }
                throw ServiceError(
                    "ValidationError", "Custom termination policies with Lambda are not emulated here.",
                    isNotEmulated: true)
            }
            group.terminationPolicies = policies
        }
        group.protectsNewInstances = input.boolean("NewInstancesProtectedFromScaleIn") ?? group.protectsNewInstances
        group.serviceLinkedRole = input.string("ServiceLinkedRoleARN") ?? group.serviceLinkedRole
        if let warmup = input.integer("DefaultInstanceWarmup") { group.instanceWarmup = warmup < 0 ? nil : warmup }
        if let lifetime = input.integer("MaxInstanceLifetime") {
            guard lifetime == 0 || (86_400...31_536_000).contains(lifetime) else {
                throw AutoScalingError.validation(
                    "Max instance lifetime must be 0, or between 86400 and 31536000 seconds.")
            }
            group.maximumLifetime = lifetime == 0 ? nil : lifetime
        }
        group.deletionProtection = input.string("DeletionProtection") ?? group.deletionProtection
        for name in [
            "CapacityRebalance", "Context", "DesiredCapacityType", "InstanceMaintenancePolicy",
            "AvailabilityZoneDistribution", "AvailabilityZoneImpairmentPolicy", "CapacityReservationSpecification",
            "InstanceLifecyclePolicy",
        ] {
            guard let value = input[name] else { continue }
            if name == "InstanceMaintenancePolicy", value["MinHealthyPercentage"] == .integer(-1) {
                group.more[name] = nil
            } else {
                group.more[name] = value
            }
        }
    }
}
