import CloudState
import ServiceModel

/// The CIDR blocks of subnets: what they may be, and IPv6 blocks that come and go.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>
enum SubnetBlocks {
    static let operations: [String: Handler] = [
        "AssociateSubnetCidrBlock": .write(associate),
        "DisassociateSubnetCidrBlock": .write(disassociate),
    ]

    private static func outOfRange(_ block: String) -> ServiceError {
        ServiceError("InvalidSubnet.Range", "The CIDR '\(block)' is invalid.")
    }

    private static func conflict(_ block: String) -> ServiceError {
        ServiceError("InvalidSubnet.Conflict", "The CIDR '\(block)' conflicts with another subnet")
    }

    /// A subnet's block is a /16 to /28 of one of the VPC's blocks, and overlaps no other subnet's.
    static func check(_ block: IPv4Block, _ vpc: VPC, _ state: EC2State) throws(ServiceError) {
        guard (16...28).contains(block.prefixLength), vpc.blocks.contains(where: { $0.block.contains(block) }) else {
            throw outOfRange(block.description)
        }
        let overlaps = state.subnets.contains {
            $0.vpcID == vpc.id && !$0.isIPv6Native && $0.block.overlaps(block)
        }
        guard !overlaps else { throw conflict(block.description) }
    }

    /// An IPv6 block is a /44 to /64, in steps of four, of one of the VPC's.
    static func check(_ block: IPv6Block, _ vpc: VPC, _ state: EC2State) throws(ServiceError) {
        guard (44...64).contains(block.prefixLength), block.prefixLength.isMultiple(of: 4),
            vpc.ipv6Blocks.contains(where: { $0.block.contains(block) })
        else { throw outOfRange(block.description) }
        let overlaps = state.subnets.contains { subnet in
            subnet.vpcID == vpc.id && subnet.ipv6Blocks.contains { $0.block.overlaps(block) }
        }
        guard !overlaps else { throw conflict(block.description) }
    }

    static func associate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let subnet = try context.ec2.subnets.named(input.id("SubnetId"), .subnet)
        guard !input.has("Ipv6IpamPoolId") else { throw VPCBlockCalls.noPools }
        guard let block = try input.ipv6Block("Ipv6CidrBlock") else {
            throw ServiceError("MissingParameter", "Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided.")
        }
        let vpc = try context.ec2.vpcs.named(subnet.vpcID, .vpc)
        guard subnet.ipv6Blocks.isEmpty else {
            throw ServiceError(
                "SubnetCidrLimitExceeded", "This subnet '\(subnet.id)' has met its maximum number of allowed CIDRs: 1")
        }
        try check(block, vpc, context.ec2)
        let association = Subnet.IPv6Association(id: context.newID("subnet-cidr-assoc"), block: block)
        context.ec2.subnets.update(subnet.id) { $0.ipv6Blocks.append(association) }
        return Response([
            "Ipv6CidrBlockAssociation": view(association, state: "associating"), "SubnetId": .string(subnet.id),
        ])
    }

    static func disassociate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.id("AssociationId")
        guard let subnet = context.ec2.subnets.first(where: { $0.ipv6Blocks.contains { $0.id == id } }),
            let association = subnet.ipv6Blocks.first(where: { $0.id == id })
        else {
            throw ServiceError(
                "InvalidSubnetCidrBlockAssociationID.NotFound",
                "The subnet CIDR block with association ID \(id.prefix(256)) does not exist")
        }
        let isUsed = context.ec2.networkInterfaces.contains { interface in
            interface.subnetID == subnet.id
                && interface.ipv6Addresses.contains { IPv6Address($0).map(association.block.contains) ?? false }
        }
        guard !isUsed, !subnet.isIPv6Native else {
            throw ServiceError(
                "InvalidCidrBlock.InUse",
                "The subnet \(subnet.id) currently has network interfaces with addresses in \(association.block)")
        }
        context.ec2.subnets.update(subnet.id) { record in
            record.ipv6Blocks.removeAll { $0.id == id }
            if record.ipv6Blocks.isEmpty { record.assignsIPv6Address = false }
        }
        return Response([
            "Ipv6CidrBlockAssociation": view(association, state: "disassociating"), "SubnetId": .string(subnet.id),
        ])
    }

    static func view(_ association: Subnet.IPv6Association, state: String = "associated") -> Value {
        [
            "AssociationId": .string(association.id), "Ipv6CidrBlock": .string(association.block.description),
            "Ipv6CidrBlockState": ["State": .string(state)], "Ipv6AddressAttribute": "public", "IpSource": "amazon",
        ]
    }
}
