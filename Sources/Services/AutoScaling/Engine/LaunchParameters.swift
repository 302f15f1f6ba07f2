import CloudState
import ServiceModel

/// What a group asks RunInstances for.
enum LaunchParameters {
    static func template(of source: AutoScalingGroup.Source) -> AutoScalingGroup.TemplateReference? {
        switch source {
        case .configuration: nil
        case .template(let reference), .mixed(let reference, _): reference
        }
    }

    /// The number that a reference's version stands for now.
    static func version(of reference: AutoScalingGroup.TemplateReference, _ context: CallContext) -> Int? {
        guard let template = context.ec2.launchTemplates[reference.id] else { return nil }
        switch reference.version ?? "$Default" {
        case "$Default": return template.defaultVersion
        case "$Latest": return template.latestVersion
        case let text: return Int(text)
        }
    }

    static func data(of reference: AutoScalingGroup.TemplateReference, _ context: CallContext) -> Fields? {
        guard let number = version(of: reference, context) else { return nil }
        return context.ec2.launchTemplates[reference.id]?.version(number)?.data
    }

    /// The instance type that a source names.
    static func type(of source: AutoScalingGroup.Source, _ context: CallContext) -> String {
        switch source {
        case .configuration(let name):
            context.autoScaling.launchConfigurations[name]?.members["InstanceType"]?.text ?? ""
        case .template(let reference), .mixed(let reference, _):
            data(of: reference, context)?["InstanceType"]?.text ?? ""
        }
    }

    static func request(
        _ group: AutoScalingGroup, _ candidate: MixedInstances.Candidate, zone: String, subnet: String?, count: Int,
        isSpot: Bool, _ context: CallContext
    ) -> Fields {
        var fields = Fields()
        switch group.source {
        case .configuration(let name):
            fields = configured(context.autoScaling.launchConfigurations[name]?.members ?? Fields())
        case .template(let reference), .mixed(let reference, _):
            let reference = candidate.template ?? reference
            fields["LaunchTemplate"] = [
                "LaunchTemplateId": .string(reference.id), "Version": .string(reference.version ?? "$Default"),
            ]
            if let interfaces = data(of: reference, context)?["NetworkInterfaces"]?.elements, !interfaces.isEmpty {
                fields["NetworkInterfaces"] = .list(interfaces)
            }
        }
        if let type = candidate.type { fields["InstanceType"] = .string(type) }
        fields["MinCount"] = 1
        fields["MaxCount"] = .integer(min(count, 1000))
        // The group says where, also where the template or configuration describes the interface.
        if let interfaces = fields["NetworkInterfaces"]?.elements {
            fields["NetworkInterfaces"] = .list(interfaces) { interface in
                var members = interface.fields ?? Fields()
                members["SubnetId"] = .optional(subnet)
                return .structure(members)
            }
        } else if let subnet {
            fields["SubnetId"] = .string(subnet)
        } else {
            fields["Placement"] = ["AvailabilityZone": .string(zone)]
        }
        if let placement = group.placementGroup, !placement.isEmpty {
            var members = fields["Placement"]?.fields ?? Fields()
            members["GroupName"] = .string(placement)
            fields["Placement"] = .structure(members)
        }
        if isSpot {
            var options = Fields()
            if let price = candidate.spotPrice, !price.isEmpty { options["MaxPrice"] = .string(price) }
            fields["InstanceMarketOptions"] = ["MarketType": "spot", "SpotOptions": .structure(options)]
        }
        return fields
    }

    /// A launch configuration in RunInstances' terms.
    private static func configured(_ members: Fields) -> Fields {
        var fields = Fields()
        for name in [
            "ImageId", "InstanceType", "KeyName", "UserData", "KernelId", "RamdiskId", "BlockDeviceMappings",
            "MetadataOptions",
        ] {
            if let value = members[name], value != .string(""), value != .list([]) { fields[name] = value }
        }
        if members["EbsOptimized"] == .boolean(true) { fields["EbsOptimized"] = true }
        if let monitoring = members["InstanceMonitoring"] { fields["Monitoring"] = monitoring }
        if let profile = members["IamInstanceProfile"]?.text, !profile.isEmpty {
            fields["IamInstanceProfile"] =
                profile.hasPrefix("arn:") ? ["Arn": .string(profile)] : ["Name": .string(profile)]
        }
        if let tenancy = members["PlacementTenancy"]?.text { fields["Placement"] = ["Tenancy": .string(tenancy)] }
        if let price = members["SpotPrice"]?.text {
            fields["InstanceMarketOptions"] = ["MarketType": "spot", "SpotOptions": ["MaxPrice": .string(price)]]
        }
        let groups = members["SecurityGroups"]?.elements?.compactMap(\.text) ?? []
        if let isPublic = members["AssociatePublicIpAddress"] {
            fields["NetworkInterfaces"] = [
                [
                    "DeviceIndex": 0, "AssociatePublicIpAddress": isPublic, "DeleteOnTermination": true,
                    "Groups": groups.isEmpty ? nil : .strings(groups),
                ]
            ]
        } else if !groups.isEmpty {
            fields["SecurityGroupIds"] = .strings(groups.filter { $0.hasPrefix("sg-") })
            let names = groups.filter { !$0.hasPrefix("sg-") }
            if !names.isEmpty { fields["SecurityGroups"] = .strings(names) }
        }
        return fields
    }
}
