import CloudState
import ServiceModel

/// Load balancers.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html>
enum LoadBalancerCalls {
    static let operations: [String: Handler] = [
        "CreateLoadBalancer": .write(create),
        "DeleteLoadBalancer": .write(delete),
        "DescribeLoadBalancers": .read(describe),
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let arns = input.strings("LoadBalancerArns")
        let names = input.strings("Names")
        var balancers: [LoadBalancer] = []
        if !arns.isEmpty {
            for arn in arns { balancers.append(try ELBNamed.loadBalancer(arn, context)) }
        } else if !names.isEmpty {
            let missing = names.filter { name in !context.elb.loadBalancers.contains { $0.name == name } }
            guard missing.isEmpty else {
                throw ServiceError(
                    "LoadBalancerNotFound", "Load balancers '[\(missing.joined(separator: ", "))]' not found")
            }
            balancers = context.elb.loadBalancers.filter { names.contains($0.name) }
        } else {
            balancers = Array(context.elb.loadBalancers)
        }
        return try ELBPage(balancers, input).response("LoadBalancers") { view($0) }
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try ELBNamed.newName(input.string("Name") ?? "", "load balancer")
        let kind = LoadBalancer.Kind(rawValue: input.string("Type") ?? "application") ?? .application
        guard kind != .gateway || !input.has("Scheme") else {
            throw ELBError.validation("Scheme is not supported for load balancers with type 'gateway'")
        }
        guard !input.has("CustomerOwnedIpv4Pool"), !input.has("IpamPools") else {
            throw ELBError.notEmulated("Address pools of load balancers")
        }
        let isInternetFacing = kind != .gateway && (input.string("Scheme") ?? "internet-facing") == "internet-facing"
        let tags = try ELBTagged.given(input)
        let placement = try Placement(input, kind, isInternetFacing: isInternetFacing, context)
        let groups = try groupIDs(input, kind, vpcID: placement.vpcID, context)
        let addresses = try IPAddressTypes.checked(
            input.string("IpAddressType") ?? "ipv4", kind, isInternetFacing: isInternetFacing, placement.sites)
        if let known = context.elb.loadBalancers.first(where: { $0.name == name }) {
            guard known.kind == kind, known.isInternetFacing == isInternetFacing, known.ipAddressType == addresses,
                Set(known.groupIDs) == Set(groups),
                Set(known.zones.map(\.subnetID)) == Set(placement.sites.map(\.subnet.id))
            else {
                throw ServiceError(
                    "DuplicateLoadBalancerName",
                    "A load balancer with the same name '\(name)' exists, but with different settings")
            }
            return Response(["LoadBalancers": [view(known)]])
        }
        try checkQuota(kind, context)
        var balancer = LoadBalancer(
            id: context.newELBARN("loadbalancer/\(kind.arnWord)/\(name)"), name: name, kind: kind,
            isInternetFacing: isInternetFacing, vpcID: placement.vpcID, createdTime: context.now, dnsName: "",
            zones: [],
            groupIDs: groups, attributes: AttributeRules.list(AttributeRules.loadBalancer(kind)))
        balancer.dnsName = DNSNames.newName(balancer, &context)
        balancer.ipAddressType = addresses
        balancer.sourceNATPrefixes = kind == .network ? input.string("EnablePrefixForIpv6SourceNat") ?? "off" : nil
        balancer.tags = tags
        for site in placement.sites { balancer.zones.append(try site.build(for: balancer, &context)) }
        context.elb.loadBalancers.insert(balancer)
        context.world.schedule(
            .loadBalancer(arn: balancer.id, region: context.region, .active), after: Timings.loadBalancerCreate)
        return Response(["LoadBalancers": [view(balancer)]])
    }

    /// The security groups that a request names; an Application Load Balancer gets the VPC's default group without.
    static func groupIDs(
        _ input: Input, _ kind: LoadBalancer.Kind, vpcID: String, _ context: CallContext
    ) throws(ServiceError) -> [String] {
        let ids = input.strings("SecurityGroups")
        guard kind != .gateway || ids.isEmpty else {
            throw ELBError.validation("Security groups are not supported for load balancers with type 'gateway'")
        }
        for id in ids {
            guard let group = context.ec2.securityGroups[id] else {
                throw ServiceError("InvalidSecurityGroup", "Security group '\(id.prefix(64))' does not exist")
            }
            guard group.vpcID == vpcID else {
                throw ELBError.configuration("One or more security groups are invalid")
            }
        }
        guard Set(ids).count == ids.count else {
            throw ELBError.validation("The same security group cannot be specified more than once")
        }
        if ids.isEmpty, kind == .application {
            return context.ec2.securityGroups.filter { $0.vpcID == vpcID && $0.isDefault }.map(\.id)
        }
        return ids
    }

    private static func checkQuota(_ kind: LoadBalancer.Kind, _ context: CallContext) throws(ServiceError) {
        let limit = kind == .gateway ? 100 : 50
        guard context.elb.loadBalancers.count(where: { $0.kind == kind }) < limit else {
            throw ServiceError(
                "TooManyLoadBalancers", "You have reached the limit on the number of load balancers: \(limit)")
        }
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let arn = input.string("LoadBalancerArn") ?? ""
        let balancer: LoadBalancer
        do {
            balancer = try ELBNamed.loadBalancer(arn, context)
        } catch {
            // Deleting what is not there succeeds.
            guard error.code == "LoadBalancerNotFound" else { throw error }
            return .empty
        }
        guard !balancer.attributes.isOn("deletion_protection.enabled") else {
            throw ELBError.notPermitted(
                "Load balancer '\(arn)' cannot be deleted because deletion protection is enabled")
        }
        let user = context.elb.targetGroups.first { $0.kind == .alb && $0.targets.contains { $0.id == arn } }
        if let user {
            throw ServiceError(
                "ResourceInUse", "Load balancer '\(arn)' is currently in use as a target of target group '\(user.id)'")
        }
        for listener in context.elb.listeners(of: arn) { ListenerCalls.remove(listener, &context) }
        context.elb.loadBalancers.remove(arn)
        context.world.schedule(
            .loadBalancer(arn: arn, region: context.region, .interfacesDeleted(balancer.zones.map(\.interfaceID))),
            after: Timings.loadBalancerDelete)
        return .empty
    }

    static func view(_ balancer: LoadBalancer) -> Value {
        let isGateway = balancer.kind == .gateway
        return [
            "LoadBalancerArn": .string(balancer.id),
            "DNSName": balancer.dnsName.isEmpty ? nil : .string(balancer.dnsName),
            "CanonicalHostedZoneId": .optional(DNSNames.hostedZone(balancer)),
            "CreatedTime": .timestamp(balancer.createdTime), "LoadBalancerName": .string(balancer.name),
            "Scheme": isGateway ? nil : .string(balancer.isInternetFacing ? "internet-facing" : "internal"),
            "VpcId": .string(balancer.vpcID), "State": ["Code": .string(balancer.state.rawValue)],
            "Type": .string(balancer.kind.rawValue), "AvailabilityZones": zones(balancer),
            "SecurityGroups": isGateway || balancer.groupIDs.isEmpty ? nil : .strings(balancer.groupIDs),
            "IpAddressType": .string(balancer.ipAddressType),
            "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": .optional(balancer.enforcesGroupsOnPrivateLink),
            "EnablePrefixForIpv6SourceNat": .optional(balancer.sourceNATPrefixes),
        ]
    }

    static func zones(_ balancer: LoadBalancer) -> Value {
        .list(balancer.zones) { zone in
            var addresses: Value = []
            if zone.allocationID != nil || zone.choseAddress || zone.ipv6Address != nil {
                addresses = [
                    [
                        "IpAddress": zone.allocationID == nil ? nil : .optional(zone.publicAddress?.description),
                        "AllocationId": .optional(zone.allocationID),
                        "PrivateIPv4Address": zone.choseAddress ? .string(zone.privateAddress.description) : nil,
                        "IPv6Address": .optional(zone.ipv6Address),
                    ]
                ]
            }
            return [
                "ZoneName": .string(zone.zone), "SubnetId": .string(zone.subnetID), "LoadBalancerAddresses": addresses,
            ]
        }
    }
}
