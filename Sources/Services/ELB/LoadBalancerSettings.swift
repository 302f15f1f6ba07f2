import CloudState
import LoadBalancing
import ServiceModel

/// Changing a load balancer's subnets, security groups and type of addresses.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html>
enum LoadBalancerSettings {
    static let operations: [String: Handler] = [
        "SetIpAddressType": .write(setIPAddressType),
        "SetSecurityGroups": .write(setSecurityGroups),
        "SetSubnets": .write(setSubnets),
    ]

    static func setSecurityGroups(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var balancer = try ELBNamed.loadBalancer(input.string("LoadBalancerArn"), context)
        guard balancer.kind != .network || !balancer.groupIDs.isEmpty else {
            throw ELBError.configuration(
                "You cannot set security groups on a network load balancer that was created without security groups")
        }
        guard balancer.kind == .gateway || !input.strings("SecurityGroups").isEmpty else {
            throw ELBError.validation("At least one security group must be specified")
        }
        balancer.groupIDs = try LoadBalancerCalls.groupIDs(input, balancer.kind, vpcID: balancer.vpcID, context)
        if let enforced = input.string("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic") {
            guard balancer.kind == .network else {
                throw ELBError.configuration(
                    "Enforcing inbound rules on PrivateLink traffic is only supported for load balancers with type 'network'"
                )
            }
            balancer.enforcesGroupsOnPrivateLink = enforced
        }
        context.elb.loadBalancers[balancer.id] = balancer
        for zone in balancer.zones {
            context.ec2.networkInterfaces.update(zone.interfaceID) { $0.groupIDs = balancer.groupIDs }
        }
        return Response([
            "SecurityGroupIds": .strings(balancer.groupIDs),
            "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": .optional(balancer.enforcesGroupsOnPrivateLink),
        ])
    }

    static func setSubnets(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var balancer = try ELBNamed.loadBalancer(input.string("LoadBalancerArn"), context)
        let placement = try Placement(
            input, balancer.kind, isInternetFacing: balancer.isInternetFacing, existing: balancer.zones, context)
        guard placement.vpcID == balancer.vpcID else {
            throw ELBError.configuration("All subnets must belong to the VPC of the load balancer: '\(balancer.vpcID)'")
        }
        balancer.ipAddressType = try IPAddressTypes.checked(
            input.string("IpAddressType") ?? balancer.ipAddressType, balancer.kind,
            isInternetFacing: balancer.isInternetFacing, placement.sites)
        if let prefixes = input.string("EnablePrefixForIpv6SourceNat") { balancer.sourceNATPrefixes = prefixes }
        var zones: [LoadBalancer.Zone] = []
        for site in placement.sites {
            let kept = balancer.zones.first { zone in
                zone.subnetID == site.subnet.id && (site.allocation == nil || site.allocation?.id == zone.allocationID)
            }
            if let kept { zones.append(kept) } else { zones.append(try site.build(for: balancer, &context)) }
        }
        let left = balancer.zones.filter { old in !zones.contains { $0.interfaceID == old.interfaceID } }
        balancer.zones = zones
        context.elb.loadBalancers[balancer.id] = balancer
        if !left.isEmpty {
            context.world.schedule(
                .loadBalancer(
                    arn: balancer.id, region: context.region, .interfacesDeleted(left.map(\.interfaceID))),
                after: Timings.loadBalancerDelete)
        }
        for group in context.elb.targetGroups(of: balancer.id) {
            HealthRound.start(&context.world, targetGroup: group, region: context.region)
        }
        return Response([
            "AvailabilityZones": LoadBalancerCalls.zones(balancer), "IpAddressType": .string(balancer.ipAddressType),
            "EnablePrefixForIpv6SourceNat": .optional(balancer.sourceNATPrefixes),
        ])
    }

    static func setIPAddressType(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var balancer = try ELBNamed.loadBalancer(input.string("LoadBalancerArn"), context)
        let sites = balancer.zones.compactMap { zone in
            context.ec2.subnets[zone.subnetID].map {
                Placement.Site(subnet: $0, isInternetFacing: balancer.isInternetFacing)
            }
        }
        balancer.ipAddressType = try IPAddressTypes.checked(
            input.string("IpAddressType") ?? "ipv4", balancer.kind, isInternetFacing: balancer.isInternetFacing, sites)
        context.elb.loadBalancers[balancer.id] = balancer
        return Response(["IpAddressType": .string(balancer.ipAddressType)])
    }
}
