import CloudState
import ServiceModel

/// The CIDR blocks of VPCs: secondary IPv4 blocks, and IPv6 blocks that Amazon provides.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html>
enum VPCBlockCalls {
    static let operations: [String: Handler] = [
        "AssociateVpcCidrBlock": .write(associate),
        "DisassociateVpcCidrBlock": .write(disassociate),
    ]

    /// Address pools (IPAM, bring your own addresses) are no part of what is emulated.
    static let noPools = ServiceError(
        "InvalidParameterValue", "Address pools (IPAM, bring your own IP addresses) are not emulated here.",
        isNotEmulated: true)

    /// A VPC's blocks have a netmask between /16 and /28.
    static func checkSize(_ block: IPv4Block) throws(ServiceError) {
        guard (16...28).contains(block.prefixLength) else { throw outOfRange(block.description) }
    }

    private static func outOfRange(_ block: String) -> ServiceError {
        ServiceError("InvalidVpc.Range", "The CIDR '\(block)' is invalid.")
    }

    static func borderGroup(_ input: Input, _ context: CallContext) throws(ServiceError) -> String {
        guard let group = input.string("Ipv6CidrBlockNetworkBorderGroup"), !group.isEmpty else { return context.region }
        guard group == context.region || context.ec2.optedInZoneGroups.contains(group) else {
            throw EC2Error.invalidParameter(
                "Value (\(group.prefix(256))) for parameter ipv6CidrBlockNetworkBorderGroup is invalid. Network border group does not exist."
            )
        }
        return group
    }

    static func addAmazonProvidedBlock(
        to vpcID: String, borderGroup: String, _ context: inout CallContext
    ) -> VPC.IPv6Association {
        let region = context.region
        let association = VPC.IPv6Association(
            id: context.newID("vpc-cidr-assoc"),
            block: EC2State.amazonProvidedBlock(region: region, ids: &context.world.ids),
            networkBorderGroup: borderGroup)
        context.changeEC2 { $0.add(association, toVPC: vpcID, region: region, ids: &$1) }
        return association
    }

    static func associate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let vpc = try context.ec2.vpcs.named(input.id("VpcId"), .vpc)
        guard !input.has("Ipv4IpamPoolId"), !input.has("Ipv6IpamPoolId"), !input.has("Ipv6Pool"),
            !input.has("Ipv6CidrBlock")
        else { throw noPools }
        let block = try input.ipv4Block("CidrBlock")
        let wantsIPv6 = input.boolean("AmazonProvidedIpv6CidrBlock") ?? false
        guard block != nil || wantsIPv6 else {
            throw ServiceError(
                "MissingParameter",
                "The request must contain exactly one of: cidrBlock, amazonProvidedIpv6CidrBlock, ipv6CidrBlock, ipv4IpamPoolId, ipv6IpamPoolId"
            )
        }
        guard block == nil || !wantsIPv6 else {
            throw EC2Error.invalidCombination("You can only associate one CIDR block type per request.")
        }
        if let block { return try associate(block, vpc, &context) }
        guard vpc.ipv6Blocks.count < context.ec2.networkQuotas.ipv6BlocksPerVPC else {
            throw tooMany(vpc, context.ec2.networkQuotas.ipv6BlocksPerVPC)
        }
        let borderGroup = try borderGroup(input, context)
        let association = addAmazonProvidedBlock(to: vpc.id, borderGroup: borderGroup, &context)
        return Response([
            "Ipv6CidrBlockAssociation": view(association, state: "associating"), "VpcId": .string(vpc.id),
        ])
    }

    private static func associate(
        _ block: IPv4Block, _ vpc: VPC, _ context: inout CallContext
    ) throws(ServiceError) -> Response {
        try checkSize(block)
        guard AddressRange.may(block, join: vpc.blocks.map(\.block)) else {
            throw ServiceError(
                "InvalidVpc.Range",
                "The CIDR '\(block)' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, or use a publicly-routable CIDR. For additional restrictions, see https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Subnets.html#VPC_Sizing"
            )
        }
        guard !vpc.blocks.contains(where: { $0.block.overlaps(block) }) else {
            throw ServiceError(
                "CidrConflict", "The CIDR '\(block)' conflicts with a CIDR of the network: \(vpc.id)")
        }
        guard vpc.blocks.count < context.ec2.networkQuotas.ipv4BlocksPerVPC else {
            throw tooMany(vpc, context.ec2.networkQuotas.ipv4BlocksPerVPC)
        }
        let association = VPC.Association(id: context.newID("vpc-cidr-assoc"), block: block)
        context.ec2.add(association, toVPC: vpc.id)
        return Response([
            "CidrBlockAssociation": view(association, state: "associating"), "VpcId": .string(vpc.id),
        ])
    }

    private static func tooMany(_ vpc: VPC, _ limit: Int) -> ServiceError {
        ServiceError(
            "CidrLimitExceeded", "This network '\(vpc.id)' has met its maximum number of allowed CIDRs: \(limit)")
    }

    static func disassociate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.id("AssociationId")
        let owner = context.ec2.vpcs.first { vpc in
            vpc.blocks.contains { $0.id == id } || vpc.ipv6Blocks.contains { $0.id == id }
        }
        guard let vpc = owner else {
            throw ServiceError(
                "InvalidVpcCidrBlockAssociationID.NotFound",
                "The vpc CIDR block association ID '\(id.prefix(256))' does not exist")
        }
        let subnets = context.ec2.subnets.filter { $0.vpcID == vpc.id }
        if let association = vpc.ipv6Blocks.first(where: { $0.id == id }) {
            let isUsed = subnets.contains { $0.ipv6Blocks.contains { association.block.contains($0.block) } }
            guard !isUsed else { throw inUse(vpc, association.block.description) }
            context.ec2.removeBlock(id, fromVPC: vpc.id)
            return Response([
                "Ipv6CidrBlockAssociation": view(association, state: "disassociating"), "VpcId": .string(vpc.id),
            ])
        }
        guard let association = vpc.blocks.dropFirst().first(where: { $0.id == id }) else {
            throw ServiceError(
                "OperationNotPermitted",
                "The vpc CIDR block with association ID \(id) may not be disassociated. It is the primary IPv4 CIDR block of the VPC"
            )
        }
        let isUsed = subnets.contains { !$0.isIPv6Native && association.block.contains($0.block) }
        guard !isUsed else { throw inUse(vpc, association.block.description) }
        context.ec2.removeBlock(id, fromVPC: vpc.id)
        return Response([
            "CidrBlockAssociation": view(association, state: "disassociating"), "VpcId": .string(vpc.id),
        ])
    }

    private static func inUse(_ vpc: VPC, _ block: String) -> ServiceError {
        ServiceError("InvalidCidrBlock.InUse", "The vpc \(vpc.id) currently has a subnet within CIDR block \(block)")
    }

    // MARK: Views

    static func view(_ association: VPC.Association, state: String = "associated") -> Value {
        [
            "AssociationId": .string(association.id), "CidrBlock": .string(association.block.description),
            "CidrBlockState": ["State": .string(state)],
        ]
    }

    static func view(_ association: VPC.IPv6Association, state: String = "associated") -> Value {
        [
            "AssociationId": .string(association.id), "Ipv6CidrBlock": .string(association.block.description),
            "Ipv6CidrBlockState": ["State": .string(state)],
            "NetworkBorderGroup": .string(association.networkBorderGroup), "Ipv6Pool": "Amazon",
            "Ipv6AddressAttribute": "public", "IpSource": "amazon",
        ]
    }
}

/// Which ranges of addresses may stand side by side in one VPC.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#add-cidr-block-restrictions>
enum AddressRange {
    // The private ranges of RFC 1918, and two that AWS keeps for itself.
    private static let ten = IPv4Block(base: IPv4Address(bits: 10 << 24), prefixLength: 8)
    private static let oneSevenTwo = IPv4Block(base: IPv4Address(bits: 0xAC10_0000), prefixLength: 12)
    private static let oneNineTwo = IPv4Block(base: IPv4Address(bits: 0xC0A8_0000), prefixLength: 16)
    private static let defaultVPC = IPv4Block(base: IPv4Address(bits: 0xAC1F_0000), prefixLength: 16)
    private static let benchmark = IPv4Block(base: IPv4Address(bits: 0xC613_0000), prefixLength: 16)

    /// Whether a block may be added to a VPC with those blocks.
    static func may(_ block: IPv4Block, join blocks: [IPv4Block]) -> Bool {
        guard !block.overlaps(benchmark) else { return false }
        let privateRanges = [ten, oneSevenTwo, oneNineTwo]
        guard let range = privateRanges.first(where: { $0.contains(block) }) else { return true }
        // A private block joins a primary block of its own range only; blocks of 10.0.0.0/15 keep 10.0.0.0/16 out.
        guard let primary = blocks.first, range.contains(primary) else { return false }
        if range == oneSevenTwo, defaultVPC.contains(block) { return false }
        let firstTwo = IPv4Block(base: ten.base, prefixLength: 15)
        let first = IPv4Block(base: ten.base, prefixLength: 16)
        return !(first.contains(block) && blocks.contains { firstTwo.contains($0) })
    }
}
