import CloudState
import ServiceModel

/// VPCs: making, describing and deleting them, and their attributes.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/configure-your-vpc.html>
enum VPCCalls {
    static let operations: [String: Handler] = [
        "CreateVpc": .write(create),
        "CreateDefaultVpc": .write(createDefault),
        "DeleteVpc": .write(delete),
        "DescribeVpcs": .read(describe),
        "DescribeVpcAttribute": .read(describeAttribute),
        "ModifyVpcAttribute": .write(modifyAttribute),
        "ModifyVpcTenancy": .write(modifyTenancy),
    ]

    static let vpcs = Listing<VPC>(
        kind: .vpc, table: { $0.vpcs }, ids: "VpcIds", tags: { $0.tags },
        filters: [
            "vpc-id": { vpc, _ in [vpc.id] },
            "cidr": { vpc, _ in [vpc.primaryBlock.description] },
            "cidr-block": { vpc, _ in [vpc.primaryBlock.description] },
            "cidrBlock": { vpc, _ in [vpc.primaryBlock.description] },
            "cidr-block-association.cidr-block": { vpc, _ in vpc.blocks.map(\.block.description) },
            "cidr-block-association.association-id": { vpc, _ in vpc.blocks.map(\.id) },
            "cidr-block-association.state": { vpc, _ in vpc.blocks.map { _ in "associated" } },
            "ipv6-cidr-block-association.ipv6-cidr-block": { vpc, _ in vpc.ipv6Blocks.map(\.block.description) },
            "ipv6-cidr-block-association.ipv6-pool": { vpc, _ in vpc.ipv6Blocks.map { _ in "Amazon" } },
            "ipv6-cidr-block-association.association-id": { vpc, _ in vpc.ipv6Blocks.map(\.id) },
            "ipv6-cidr-block-association.state": { vpc, _ in vpc.ipv6Blocks.map { _ in "associated" } },
            "dhcp-options-id": { vpc, _ in [vpc.dhcpOptionsID] },
            "dhcpOptionsId": { vpc, _ in [vpc.dhcpOptionsID] },
            "is-default": { vpc, _ in ["\(vpc.isDefault)"] },
            "isDefault": { vpc, _ in ["\(vpc.isDefault)"] },
            "owner-id": { vpc, _ in [vpc.ownerID] },
            "state": { _, _ in ["available"] },
        ])

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try vpcs.page(input, context)
        return Response(["Vpcs": .list(page.records) { view($0) }, "NextToken": .optional(page.nextToken)])
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard !input.has("Ipv4IpamPoolId"), !input.has("Ipv6IpamPoolId"), !input.has("Ipv6Pool") else {
            throw VPCBlockCalls.noPools
        }
        guard let block = try input.ipv4Block("CidrBlock") else {
            throw ServiceError("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
        }
        try VPCBlockCalls.checkSize(block)
        let tenancy = input.string("InstanceTenancy") ?? "default"
        guard ["default", "dedicated", "host"].contains(tenancy) else {
            throw EC2Error.invalidParameter(
                "Value (\(tenancy.prefix(256))) for parameter instanceTenancy is invalid. Invalid tenancy.")
        }
        let wantsIPv6 = input.boolean("AmazonProvidedIpv6CidrBlock") ?? false
        let borderGroup = try VPCBlockCalls.borderGroup(input, context)
        let tags = try TagRules.specified(input, for: .vpc)
        guard context.ec2.vpcs.count < context.ec2.networkQuotas.vpcs else {
            throw ServiceError("VpcLimitExceeded", "The maximum number of VPCs has been reached.")
        }
        let region = context.region
        let account = context.accountID
        var vpc = context.changeEC2 { state, ids in
            let options = state.defaultDHCPOptions(region: region, accountID: account, ids: &ids)
            return state.createVPC(
                block, isDefault: false, dhcpOptionsID: options, region: region, accountID: account, ids: &ids)
        }
        vpc.tenancy = tenancy
        vpc.tags = tags
        context.ec2.vpcs[vpc.id] = vpc
        if wantsIPv6 {
            _ = VPCBlockCalls.addAmazonProvidedBlock(to: vpc.id, borderGroup: borderGroup, &context)
            vpc = context.ec2.vpcs[vpc.id] ?? vpc
        }
        return Response(["Vpc": view(vpc, state: "pending", ipv6State: "associating")])
    }

    static func createDefault(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard context.ec2.defaultVPC == nil else {
            throw ServiceError(
                "DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region.")
        }
        guard context.ec2.vpcs.count < context.ec2.networkQuotas.vpcs else {
            throw ServiceError("VpcLimitExceeded", "The maximum number of VPCs has been reached.")
        }
        let region = context.region
        let account = context.accountID
        let id = context.changeEC2 { $0.createDefaultVPC(region: region, accountID: account, ids: &$1) }
        return Response(["Vpc": context.ec2.vpcs[id].map { view($0, state: "pending") }])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let vpc = try context.ec2.vpcs.named(input.id("VpcId"), .vpc)
        guard !hasDependencies(vpc, context.ec2) else { throw EC2Error.dependency("vpc", vpc.id) }
        // What came with it goes with it.
        for group in context.ec2.securityGroups where group.vpcID == vpc.id {
            context.ec2.securityGroups[group.id] = nil
        }
        for table in context.ec2.routeTables where table.vpcID == vpc.id { context.ec2.routeTables[table.id] = nil }
        for acl in context.ec2.networkACLs where acl.vpcID == vpc.id { context.ec2.networkACLs[acl.id] = nil }
        context.ec2.vpcs[vpc.id] = nil
        return .empty
    }

    /// <https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html>
    private static func hasDependencies(_ vpc: VPC, _ state: EC2State) -> Bool {
        state.subnets.contains { $0.vpcID == vpc.id }
            || state.internetGateways.contains { $0.vpcID == vpc.id }
            || state.vpnGateways.contains { $0.vpcID == vpc.id }
            || state.egressOnlyInternetGateways.contains { $0.vpcID == vpc.id }
            || state.securityGroups.contains { $0.vpcID == vpc.id && !$0.isDefault }
            || state.routeTables.contains { $0.vpcID == vpc.id && !$0.isMain }
            || state.networkACLs.contains { $0.vpcID == vpc.id && !$0.isDefault }
            || state.networkInterfaces.contains { $0.vpcID == vpc.id }
            || state.vpcEndpoints.contains { $0.vpcID == vpc.id }
            || state.vpcPeerings.contains { peering in
                [.active, .pendingAcceptance, .provisioning].contains(peering.status)
                    && (peering.requester.vpcID == vpc.id || peering.accepter.vpcID == vpc.id)
            }
    }

    // MARK: Attributes

    static func describeAttribute(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let vpc = try context.ec2.vpcs.named(input.id("VpcId"), .vpc)
        let name = input.id("Attribute")
        let attribute: (member: String, value: Bool)
        switch name {
        case "enableDnsSupport": attribute = ("EnableDnsSupport", vpc.dnsSupport)
        case "enableDnsHostnames": attribute = ("EnableDnsHostnames", vpc.dnsHostnames)
        case "enableNetworkAddressUsageMetrics":
            attribute = ("EnableNetworkAddressUsageMetrics", vpc.networkAddressUsageMetrics)
        default:
            throw EC2Error.invalidParameter(
                "Value (\(name.prefix(256))) for parameter attribute is invalid. Unknown attribute.")
        }
        var fields = Fields()
        fields.append("VpcId", .string(vpc.id))
        fields.append(attribute.member, ["Value": .boolean(attribute.value)])
        return Response(.structure(fields))
    }

    static func modifyAttribute(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var vpc = try context.ec2.vpcs.named(input.id("VpcId"), .vpc)
        let support = input.attribute("EnableDnsSupport")
        let hostnames = input.attribute("EnableDnsHostnames")
        let metrics = input.attribute("EnableNetworkAddressUsageMetrics")
        let count = [support, hostnames, metrics].count { $0 != nil }
        guard count > 0 else { throw EC2Error.invalidCombination("No attributes specified.") }
        guard count == 1 else { throw EC2Error.invalidCombination("Fields for multiple attribute types specified") }
        if let support { vpc.dnsSupport = support }
        if let hostnames { vpc.dnsHostnames = hostnames }
        if let metrics { vpc.networkAddressUsageMetrics = metrics }
        context.ec2.vpcs[vpc.id] = vpc
        return .empty
    }

    /// Tenancy only ever changes from `dedicated` to `default`.
    static func modifyTenancy(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let vpc = try context.ec2.vpcs.named(input.id("VpcId"), .vpc)
        let tenancy = input.id("InstanceTenancy")
        guard tenancy == "default" else {
            throw EC2Error.invalidParameter(
                "Value (\(tenancy.prefix(256))) for parameter instanceTenancy is invalid. Only default is supported.")
        }
        context.ec2.vpcs.update(vpc.id) { $0.tenancy = tenancy }
        return Response(["ReturnValue": true])
    }

    // MARK: View

    /// A VPC as answers show it; one that was just made is still `pending`.
    static func view(_ vpc: VPC, state: String = "available", ipv6State: String = "associated") -> Value {
        [
            "OwnerId": .string(vpc.ownerID), "InstanceTenancy": .string(vpc.tenancy),
            // CreateVpc shows that there are none, DescribeVpcs leaves them out.
            "Ipv6CidrBlockAssociationSet": vpc.ipv6Blocks.isEmpty && state != "pending"
                ? nil : .list(vpc.ipv6Blocks) { VPCBlockCalls.view($0, state: ipv6State) },
            "CidrBlockAssociationSet": .list(vpc.blocks) { VPCBlockCalls.view($0) },
            "IsDefault": .boolean(vpc.isDefault), "Tags": vpc.tags.viewIfAny,
            "BlockPublicAccessStates": ["InternetGatewayBlockMode": "off"], "VpcId": .string(vpc.id),
            "State": .string(state), "CidrBlock": .string(vpc.primaryBlock.description),
            "DhcpOptionsId": .string(vpc.dhcpOptionsID),
        ]
    }
}
