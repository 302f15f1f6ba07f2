import CloudState
import JSONValue
import ServiceModel

/// Gateway and interface endpoints of VPCs.
///
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/what-is-privatelink.html>
enum VPCEndpointCalls {
    static let operations: [String: Handler] = [
        "CreateVpcEndpoint": .write(create),
        "ModifyVpcEndpoint": .write(modify),
        "DeleteVpcEndpoints": .write(delete),
        "DescribeVpcEndpoints": .read(describe),
    ]

    private static let fullAccess =
        "{\"Statement\":[{\"Action\":\"*\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Resource\":\"*\"}]}"

    static func unknownService(_ name: String) -> ServiceError {
        ServiceError("InvalidServiceName", "The Vpc Endpoint Service '\(name.prefix(256))' does not exist")
    }

    // MARK: Making

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let vpcID = input.string("VpcId") ?? ""
        try ResourceKind.vpc.check(vpcID)
        guard let vpc = context.ec2.vpcs[vpcID] else { throw EC2Error.notFound(.vpc, [vpcID]) }
        let tags = try TagRules.specified(input, for: .vpcEndpoint)
        let token = input.string("ClientToken") ?? ""
        if let known = try Idempotency.known("CreateVpcEndpoint", token, input, context),
            let endpoint = context.ec2.vpcEndpoints[known]
        {
            return answer(endpoint, token, context)
        }
        let type = input.string("VpcEndpointType") ?? "Gateway"
        guard let name = input.string("ServiceName"), !name.isEmpty else {
            throw EC2Error.missingParameter("ServiceName")
        }
        let offers = EndpointService.all(in: context.region).filter { $0.name == name }
        guard !offers.isEmpty else { throw unknownService(name) }
        guard let service = offers.first(where: { $0.type == type }) else {
            throw ServiceError(
                "InvalidParameter",
                "Endpoint type (\(type.prefix(64))) does not match available service types ([\(offers.map(\.type).joined(separator: ", "))])."
            )
        }
        let isGateway = type == "Gateway"
        var endpoint = VPCEndpoint(
            id: context.newID("vpce"), type: type, vpcID: vpcID, ownerID: context.accountID, serviceName: name,
            state: isGateway ? .available : .pending, policy: try policy(input) ?? fullAccess,
            creationTime: context.now)
        endpoint.tags = tags
        if isGateway {
            guard input.strings("SubnetIds").isEmpty, input.strings("SecurityGroupIds").isEmpty else {
                throw ServiceError(
                    "InvalidParameter", "Subnets and security groups may not be specified for gateway endpoints.")
            }
            try VPCEndpointParts.addRoutes(input.strings("RouteTableIds"), to: &endpoint, &context)
        } else {
            guard input.strings("RouteTableIds").isEmpty else {
                throw ServiceError(
                    "InvalidParameter", "Route table IDs are only supported for Gateway type VPC Endpoint.")
            }
            endpoint.hasPrivateDNS = input.boolean("PrivateDnsEnabled") ?? (service.privateName != nil)
            try checkPrivateDNS(endpoint, vpc, context)
            endpoint.addressType = input.string("IpAddressType") ?? "ipv4"
            endpoint.dnsRecordType = input.structure("DnsOptions")?.string("DnsRecordIpType") ?? "ipv4"
            endpoint.groupIDs = try LaunchSite.checkedGroups(
                input.strings("SecurityGroupIds"), vpcID: vpcID, context)
            if endpoint.groupIDs.isEmpty {
                endpoint.groupIDs =
                    context.ec2.securityGroups.first { $0.vpcID == vpcID && $0.isDefault }.map { [$0.id] } ?? []
            }
            try VPCEndpointParts.addSubnets(input.strings("SubnetIds"), to: &endpoint, &context)
            context.schedule(.endpointAvailable, endpoint.id, after: Timings.interfaceEndpoint)
        }
        context.ec2.vpcEndpoints.insert(endpoint)
        Idempotency.remember("CreateVpcEndpoint", token, input, endpoint.id, &context)
        return answer(endpoint, token, context)
    }

    private static func answer(_ endpoint: VPCEndpoint, _ token: String, _ context: CallContext) -> Response {
        Response([
            "VpcEndpoint": VPCEndpointParts.view(endpoint, context),
            "ClientToken": token.isEmpty ? nil : .string(token),
        ])
    }

    private static func policy(_ input: Input) throws(ServiceError) -> String? {
        guard let text = input.string("PolicyDocument"), !text.isEmpty else { return nil }
        guard let json = try? JSON.parse(text), json["Statement"] != nil else {
            throw ServiceError("MalformedPolicyDocument", "Policy document is malformed")
        }
        return text
    }

    /// Private names need DNS in the VPC, and no other endpoint with the same ones.
    private static func checkPrivateDNS(
        _ endpoint: VPCEndpoint, _ vpc: VPC, _ context: CallContext
    ) throws(ServiceError) {
        guard endpoint.hasPrivateDNS else { return }
        guard vpc.dnsSupport, vpc.dnsHostnames else {
            throw ServiceError(
                "InvalidParameter",
                "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for \(vpc.id)"
            )
        }
        let conflict = context.ec2.vpcEndpoints.contains {
            $0.id != endpoint.id && $0.vpcID == vpc.id && $0.serviceName == endpoint.serviceName && $0.hasPrivateDNS
        }
        guard !conflict else {
            let name = EndpointService.all(in: context.region).first {
                $0.name == endpoint.serviceName && $0.type == endpoint.type
            }?.privateName
            throw ServiceError(
                "InvalidParameter",
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for \(name ?? endpoint.serviceName) in the VPC \(vpc.id)"
            )
        }
    }

    // MARK: Changing

    static func modify(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.string("VpcEndpointId") ?? ""
        try ResourceKind.vpcEndpoint.check(id)
        guard var endpoint = context.ec2.vpcEndpoints[id], endpoint.state != .deleting else {
            throw EC2Error.notFound(.vpcEndpoint, [id])
        }
        if let policy = try policy(input) { endpoint.policy = policy }
        if input.boolean("ResetPolicy") ?? false { endpoint.policy = fullAccess }
        VPCEndpointParts.removeRoutes(input.strings("RemoveRouteTableIds"), from: &endpoint, &context)
        try VPCEndpointParts.addRoutes(input.strings("AddRouteTableIds"), to: &endpoint, &context)
        VPCEndpointParts.removeSubnets(input.strings("RemoveSubnetIds"), from: &endpoint, &context)
        try VPCEndpointParts.addSubnets(input.strings("AddSubnetIds"), to: &endpoint, &context)
        let added = try LaunchSite.checkedGroups(
            input.strings("AddSecurityGroupIds"), vpcID: endpoint.vpcID, context)
        let removed = input.strings("RemoveSecurityGroupIds")
        if !added.isEmpty || !removed.isEmpty {
            endpoint.groupIDs = endpoint.groupIDs.filter { !removed.contains($0) && !added.contains($0) } + added
            guard !endpoint.groupIDs.isEmpty else {
                throw ServiceError("InvalidParameter", "An interface endpoint must have at least one security group.")
            }
            for interface in endpoint.networkInterfaceIDs {
                context.ec2.networkInterfaces.update(interface) { $0.groupIDs = endpoint.groupIDs }
            }
        }
        if let isOn = input.boolean("PrivateDnsEnabled") {
            endpoint.hasPrivateDNS = isOn
            if let vpc = context.ec2.vpcs[endpoint.vpcID] { try checkPrivateDNS(endpoint, vpc, context) }
        }
        if let type = input.string("IpAddressType") { endpoint.addressType = type }
        if let type = input.structure("DnsOptions")?.string("DnsRecordIpType") { endpoint.dnsRecordType = type }
        context.ec2.vpcEndpoints[id] = endpoint
        return Response(["Return": true])
    }

    /// Those that are not there are named in the answer; the others go.
    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var unsuccessful: [Value] = []
        for id in input.strings("VpcEndpointIds") {
            try ResourceKind.vpcEndpoint.check(id)
            guard var endpoint = context.ec2.vpcEndpoints[id], endpoint.state != .deleting else {
                let error = EC2Error.notFound(.vpcEndpoint, [id])
                unsuccessful.append([
                    "Error": ["Code": .string(error.code), "Message": .string(error.message)],
                    "ResourceId": .string(id),
                ])
                continue
            }
            VPCEndpointParts.removeRoutes(endpoint.routeTableIDs, from: &endpoint, &context)
            endpoint.state = .deleting
            context.ec2.vpcEndpoints[id] = endpoint
            context.schedule(.endpointDeleted, id, after: Timings.endpointDelete)
        }
        return Response(["Unsuccessful": .list(unsuccessful)])
    }

    // MARK: Describing

    private static let listing = Listing<VPCEndpoint>(
        kind: .vpcEndpoint, table: { $0.vpcEndpoints }, ids: "VpcEndpointIds", tags: { $0.tags },
        filters: [
            "vpc-endpoint-id": { endpoint, _ in [endpoint.id] },
            "vpc-id": { endpoint, _ in [endpoint.vpcID] },
            "service-name": { endpoint, _ in [endpoint.serviceName] },
            // `com.amazonaws.REGION.SERVICE`: other regions' services are not reached.
            "service-region": { endpoint, _ in
                endpoint.serviceName.split(separator: ".").dropFirst(2).first.map { [String($0)] } ?? []
            },
            "vpc-endpoint-state": { endpoint, _ in [endpoint.state.rawValue] },
            "vpc-endpoint-type": { endpoint, _ in [endpoint.type] },
            "ip-address-type": { endpoint, _ in [endpoint.addressType] },
        ], pageSizes: 1...1000, idsExcludePages: false)

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try listing.page(input, context)
        return Response([
            "VpcEndpoints": .list(page.records) { VPCEndpointParts.view($0, context) },
            "NextToken": .optional(page.nextToken),
        ])
    }
}
