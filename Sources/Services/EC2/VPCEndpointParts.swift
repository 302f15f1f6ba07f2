import CloudState
import ServiceModel

/// What an endpoint puts into a VPC: routes of a gateway endpoint, interfaces of an interface endpoint.
enum VPCEndpointParts {
    /// Puts the route to a gateway endpoint's prefix list into route tables.
    static func addRoutes(
        _ ids: [String], to endpoint: inout VPCEndpoint, _ context: inout CallContext
    ) throws(ServiceError) {
        guard !ids.isEmpty else { return }
        guard let list = AWSPrefixList.all(in: context.region).first(where: { $0.name == endpoint.serviceName }) else {
            throw ServiceError("InvalidParameter", "Route table IDs are only supported for Gateway type VPC Endpoint.")
        }
        for id in ids {
            try ResourceKind.routeTable.check(id)
            guard let table = context.ec2.routeTables[id] else { throw EC2Error.notFound(.routeTable, [id]) }
            guard table.vpcID == endpoint.vpcID else {
                throw ServiceError(
                    "InvalidParameter", "Route table \(id) and VPC endpoint belong to different networks.")
            }
            guard !table.routes.contains(where: { $0.destination == list.id }) else {
                throw ServiceError(
                    "RouteAlreadyExists",
                    "route table \(id) already has a route with destination-prefix-list-id \(list.id)")
            }
            context.ec2.routeTables.update(id) {
                $0.routes.append(
                    RouteTable.Route(destination: list.id, target: .gateway(id: endpoint.id), origin: "CreateRoute"))
            }
            endpoint.routeTableIDs.append(id)
        }
    }

    static func removeRoutes(_ ids: [String], from endpoint: inout VPCEndpoint, _ context: inout CallContext) {
        let target = RouteTable.Route.Target.gateway(id: endpoint.id)
        for id in ids { context.ec2.routeTables.update(id) { $0.routes.removeAll { $0.target == target } } }
        endpoint.routeTableIDs.removeAll(where: ids.contains)
    }

    /// Puts an interface of the endpoint into subnets, one a zone.
    static func addSubnets(
        _ ids: [String], to endpoint: inout VPCEndpoint, _ context: inout CallContext
    ) throws(ServiceError) {
        for id in ids {
            try ResourceKind.subnet.check(id)
            guard let subnet = context.ec2.subnets[id] else { throw EC2Error.notFound(.subnet, [id]) }
            guard subnet.vpcID == endpoint.vpcID else {
                throw ServiceError("InvalidParameter", "Subnet \(id) and VPC endpoint belong to different networks.")
            }
            let zones = endpoint.subnetIDs.compactMap { context.ec2.subnets[$0]?.zone }
            guard !zones.contains(subnet.zone) else {
                throw ServiceError(
                    "DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone of \(id)")
            }
            let address = try LaunchNetwork.takeAddress(nil, in: subnet, &context)
            var interface = NetworkInterface(
                id: context.newID("eni"), subnetID: id, vpcID: subnet.vpcID, zone: subnet.zone,
                ownerID: context.accountID, description: "VPC Endpoint Interface \(endpoint.id)",
                macAddress: LaunchNetwork.newMACAddress(&context),
                addresses: [NetworkInterface.PrivateAddress(address: address, isPrimary: true)],
                groupIDs: endpoint.groupIDs)
            interface.interfaceType = "vpc_endpoint"
            interface.isRequesterManaged = true
            interface.requesterID = "727180483921"
            interface.attachment = NetworkInterface.Attachment(
                id: context.newID("ela-attach"), instanceID: "", instanceOwnerID: "amazon-aws", deviceIndex: 1,
                attachTime: context.now, deleteOnTermination: false)
            context.ec2.networkInterfaces.insert(interface)
            endpoint.subnetIDs.append(id)
            endpoint.networkInterfaceIDs.append(interface.id)
        }
    }

    static func removeSubnets(_ ids: [String], from endpoint: inout VPCEndpoint, _ context: inout CallContext) {
        for interface in endpoint.networkInterfaceIDs {
            guard let record = context.ec2.networkInterfaces[interface], ids.contains(record.subnetID) else { continue }
            context.ec2.deleteNetworkInterface(interface)
            endpoint.networkInterfaceIDs.removeAll { $0 == interface }
        }
        endpoint.subnetIDs.removeAll(where: ids.contains)
    }

    static func view(_ endpoint: VPCEndpoint, _ context: CallContext) -> Value {
        let isInterface = endpoint.type == "Interface"
        return [
            "VpcEndpointId": .string(endpoint.id), "VpcEndpointType": .string(endpoint.type),
            "VpcId": .string(endpoint.vpcID), "ServiceName": .string(endpoint.serviceName),
            "ServiceRegion": .string(context.region), "State": .string(endpoint.state.rawValue),
            "PolicyDocument": .string(endpoint.policy), "RouteTableIds": .strings(endpoint.routeTableIDs),
            "SubnetIds": .strings(endpoint.subnetIDs),
            "Groups": InstanceViews.groupViews(endpoint.groupIDs, context.ec2),
            "IpAddressType": .string(endpoint.addressType),
            "DnsOptions": isInterface ? ["DnsRecordIpType": .string(endpoint.dnsRecordType)] : nil,
            "PrivateDnsEnabled": .boolean(endpoint.hasPrivateDNS), "RequesterManaged": false,
            "NetworkInterfaceIds": .strings(endpoint.networkInterfaceIDs),
            "DnsEntries": isInterface ? names(endpoint, context) : [],
            "CreationTimestamp": .timestamp(endpoint.creationTime), "Tags": endpoint.tags.view,
            "OwnerId": .string(endpoint.ownerID),
        ]
    }

    /// The endpoint's name, one for each zone, and the service's own name where private DNS is on.
    private static func names(_ endpoint: VPCEndpoint, _ context: CallContext) -> Value {
        let service = EndpointService.all(in: context.region).first {
            $0.name == endpoint.serviceName && $0.type == endpoint.type
        }
        let suffix = IDGenerator.hexadecimal(IDGenerator.mix(IDGenerator.hash(endpoint.id, 0xCBF2_9CE4_8422_2325)))
            .prefix(8)
        let host = "\(endpoint.id)-\(suffix)"
        let domain = "\(service?.shortName ?? "").\(context.region).vpce.amazonaws.com"
        var names = ["\(host).\(domain)"]
        names += endpoint.subnetIDs.compactMap { context.ec2.subnets[$0]?.zone }.map { "\(host)-\($0).\(domain)" }
        var views: [Value] = names.map {
            ["DnsName": .string($0), "HostedZoneId": .string(zone("Z7HUB22UULQXV", context))]
        }
        if endpoint.hasPrivateDNS, let name = service?.privateName {
            views.append(["DnsName": .string(name), "HostedZoneId": .string(zone(endpoint.id, context))])
        }
        return .list(views)
    }

    /// A hosted zone's id: us-east-1's is known, the others are of its form.
    private static func zone(_ name: String, _ context: CallContext) -> String {
        if context.region == "us-east-1", name.hasPrefix("Z") { return name }
        let bits = IDGenerator.mix(IDGenerator.hash("\(context.region)/\(name)", 0xCBF2_9CE4_8422_2325))
        return "Z" + IDGenerator.hexadecimal(bits).uppercased()
    }
}
