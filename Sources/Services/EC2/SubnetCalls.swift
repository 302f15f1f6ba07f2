import CloudState
import ServiceModel

/// Subnets: making, describing and deleting them, and their attributes.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html>
enum SubnetCalls {
    static let operations: [String: Handler] = [
        "CreateSubnet": .write(create),
        "CreateDefaultSubnet": .write(createDefault),
        "DeleteSubnet": .write(delete),
        "DescribeSubnets": .read(describe),
        "ModifySubnetAttribute": .write(modifyAttribute),
    ]

    static let subnets = Listing<Subnet>(
        kind: .subnet, table: { $0.subnets }, ids: "SubnetIds", tags: { $0.tags },
        filters: [
            "subnet-id": { subnet, _ in [subnet.id] },
            "subnet-arn": { subnet, _ in [arn(subnet)] },
            "vpc-id": { subnet, _ in [subnet.vpcID] },
            "availability-zone": { subnet, _ in [subnet.zone] },
            "availabilityZone": { subnet, _ in [subnet.zone] },
            "availability-zone-id": { subnet, _ in [subnet.zoneID] },
            "availabilityZoneId": { subnet, _ in [subnet.zoneID] },
            "cidr-block": { subnet, _ in [subnet.block.description] },
            "cidr": { subnet, _ in [subnet.block.description] },
            "cidrBlock": { subnet, _ in [subnet.block.description] },
            "ipv6-cidr-block-association.ipv6-cidr-block": { subnet, _ in subnet.ipv6Blocks.map(\.block.description) },
            "ipv6-cidr-block-association.association-id": { subnet, _ in subnet.ipv6Blocks.map(\.id) },
            "ipv6-cidr-block-association.state": { subnet, _ in subnet.ipv6Blocks.map { _ in "associated" } },
            "ipv6-native": { subnet, _ in ["\(subnet.isIPv6Native)"] },
            "default-for-az": { subnet, _ in ["\(subnet.isDefaultForZone)"] },
            "defaultForAz": { subnet, _ in ["\(subnet.isDefaultForZone)"] },
            "map-public-ip-on-launch": { subnet, _ in ["\(subnet.mapsPublicIP)"] },
            "map-customer-owned-ip-on-launch": { _, _ in ["false"] },
            "assign-ipv6-address-on-creation": { subnet, _ in ["\(subnet.assignsIPv6Address)"] },
            "enable-dns64": { subnet, _ in ["\(subnet.dns64)"] },
            "private-dns-name-options-on-launch.hostname-type": { subnet, _ in [subnet.hostnameType] },
            "private-dns-name-options-on-launch.enable-resource-name-dns-a-record": { subnet, _ in
                ["\(subnet.resourceNameDNSARecord)"]
            },
            "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record": { subnet, _ in
                ["\(subnet.resourceNameDNSAAAARecord)"]
            },
            "available-ip-address-count": { subnet, _ in ["\(subnet.availableAddresses)"] },
            "outpost-arn": { _, _ in [] }, "customer-owned-ipv4-pool": { _, _ in [] },
            "enable-lni-at-device-index": { _, _ in [] },
            "owner-id": { subnet, _ in [subnet.ownerID] },
            "state": { _, _ in ["available"] },
        ])

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try subnets.page(input, context)
        return Response([
            "Subnets": .list(page.records) { view($0) }, "NextToken": .optional(page.nextToken),
        ])
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard !input.has("Ipv4IpamPoolId"), !input.has("Ipv6IpamPoolId"), !input.has("OutpostArn") else {
            throw VPCBlockCalls.noPools
        }
        let isNative = input.boolean("Ipv6Native") ?? false
        let block = try input.ipv4Block("CidrBlock")
        let ipv6Block = try input.ipv6Block("Ipv6CidrBlock")
        if isNative {
            guard block == nil else {
                throw EC2Error.invalidCombination(
                    "When specifying ipv4 parameters, cidrBlock or ipv4IpamPoolId, you cannot set ipv6Native to true.")
            }
            guard ipv6Block != nil else {
                throw ServiceError("MissingParameter", "Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided.")
            }
        } else {
            guard block != nil else {
                throw ServiceError("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
            }
        }
        let vpc = try context.ec2.vpcs.named(input.id("VpcId"), .vpc)
        let zone = try zone(input, context)
        if let block { try SubnetBlocks.check(block, vpc, context.ec2) }
        if let ipv6Block { try SubnetBlocks.check(ipv6Block, vpc, context.ec2) }
        let tags = try TagRules.specified(input, for: .subnet)
        guard context.ec2.subnets.count(where: { $0.vpcID == vpc.id }) < context.ec2.networkQuotas.subnetsPerVPC else {
            throw ServiceError("SubnetLimitExceeded", "The maximum number of subnets has been reached.")
        }
        var subnet = Subnet(
            id: context.newID("subnet"), vpcID: vpc.id, ownerID: context.accountID, zone: zone.name, zoneID: zone.id,
            block: block ?? IPv4Block(base: IPv4Address(bits: 0), prefixLength: 32))
        subnet.isIPv6Native = isNative
        subnet.assignsIPv6Address = isNative
        // <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-naming.html>
        if isNative { subnet.hostnameType = "resource-name" }
        subnet.tags = tags
        if let ipv6Block {
            subnet.ipv6Blocks = [
                Subnet.IPv6Association(id: context.newID("subnet-cidr-assoc"), block: ipv6Block)
            ]
        }
        let region = context.region
        context.changeEC2 { $0.insertSubnet(subnet, region: region, ids: &$1) }
        return Response(["Subnet": view(subnet)])
    }

    /// The zone that a request names, or one that depends on how many subnets there are, as AWS chooses any.
    private static func zone(_ input: Input, _ context: CallContext) throws(ServiceError) -> RegionFacts.Zone {
        let zones = Zones.usable(context)
        if let name = input.string("AvailabilityZone"), !name.isEmpty {
            guard let zone = zones.first(where: { $0.name == name }) else {
                throw unknownZone(name, "availabilityZone", zones.map(\.name))
            }
            return zone
        }
        if let id = input.string("AvailabilityZoneId"), !id.isEmpty {
            guard let zone = zones.first(where: { $0.id == id }) else {
                throw unknownZone(id, "availabilityZoneId", zones.map(\.id))
            }
            return zone
        }
        let ordinary = RegionFacts.named(context.region)?.zones ?? []
        guard !ordinary.isEmpty else { throw unknownZone("", "availabilityZone", []) }
        return ordinary[context.ec2.subnets.count % ordinary.count]
    }

    private static func unknownZone(_ value: String, _ parameter: String, _ zones: [String]) -> ServiceError {
        EC2Error.invalidParameter(
            "Value (\(value.prefix(256))) for parameter \(parameter) is invalid. Subnets can currently only be created in the following availability zones: \(zones.joined(separator: ", "))."
        )
    }

    static func createDefault(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard input.has("AvailabilityZone") || input.has("AvailabilityZoneId") else {
            throw EC2Error.missingParameter("availabilityZone")
        }
        let zone = try zone(input, context)
        guard let vpc = context.ec2.defaultVPC else {
            throw ServiceError(
                "DefaultVpcDoesNotExist",
                "No default VPC exists for this account in this region. Please create a default VPC first.")
        }
        let existing = context.ec2.subnets.filter { $0.vpcID == vpc.id }
        if let known = existing.first(where: { $0.zone == zone.name && $0.isDefaultForZone }) {
            throw ServiceError(
                "DefaultSubnetAlreadyExistsInAvailabilityZone",
                "'\(known.id)' is already the default subnet in \(zone.name).")
        }
        let free = (UInt32(0)..<16).lazy
            .map { IPv4Block(base: IPv4Address(bits: vpc.primaryBlock.base.bits + $0 << 12), prefixLength: 20) }
            .first { block in !existing.contains { $0.block.overlaps(block) } }
        guard let free else {
            throw ServiceError(
                "InsufficientCidrBlocks", "There is no free /20 block in the default VPC '\(vpc.id)'.")
        }
        let subnet = Subnet(
            id: context.newID("subnet"), vpcID: vpc.id, ownerID: context.accountID, zone: zone.name, zoneID: zone.id,
            block: free, isDefaultForZone: true, mapsPublicIP: true)
        let region = context.region
        context.changeEC2 { $0.insertSubnet(subnet, region: region, ids: &$1) }
        return Response(["Subnet": view(subnet)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let subnet = try context.ec2.subnets.named(input.id("SubnetId"), .subnet)
        guard !context.ec2.networkInterfaces.contains(where: { $0.subnetID == subnet.id }) else {
            throw EC2Error.dependency("subnet", subnet.id)
        }
        for table in context.ec2.routeTables where table.associations.contains(where: { $0.subnetID == subnet.id }) {
            context.ec2.routeTables.update(table.id) { $0.associations.removeAll { $0.subnetID == subnet.id } }
        }
        for acl in context.ec2.networkACLs where acl.associations.contains(where: { $0.subnetID == subnet.id }) {
            context.ec2.networkACLs.update(acl.id) { $0.associations.removeAll { $0.subnetID == subnet.id } }
        }
        context.ec2.subnets[subnet.id] = nil
        for reservation in context.ec2.subnetReservations where reservation.subnetID == subnet.id {
            context.ec2.subnetReservations[reservation.id] = nil
        }
        return .empty
    }

    /// One attribute a call, as AWS wants it.
    static func modifyAttribute(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var subnet = try context.ec2.subnets.named(input.id("SubnetId"), .subnet)
        let given = input.fields.fields.count { $0.name != "SubnetId" }
        guard given > 0 else { throw EC2Error.invalidCombination("No attributes specified.") }
        guard given == 1 else { throw EC2Error.invalidCombination("Fields for multiple attribute types specified") }
        if let maps = input.attribute("MapPublicIpOnLaunch") { subnet.mapsPublicIP = maps }
        if let assigns = input.attribute("AssignIpv6AddressOnCreation") {
            guard !assigns || !subnet.ipv6Blocks.isEmpty else {
                throw EC2Error.invalidParameter(
                    "Invalid value 'true' for assignIpv6AddressOnCreation. Subnet \(subnet.id) does not have any ipv6 CIDR block associated with it"
                )
            }
            subnet.assignsIPv6Address = assigns
        }
        if let dns64 = input.attribute("EnableDns64") { subnet.dns64 = dns64 }
        if let record = input.attribute("EnableResourceNameDnsARecordOnLaunch") {
            subnet.resourceNameDNSARecord = record
        }
        if let record = input.attribute("EnableResourceNameDnsAAAARecordOnLaunch") {
            subnet.resourceNameDNSAAAARecord = record
        }
        if let type = input.string("PrivateDnsHostnameTypeOnLaunch") {
            guard ["ip-name", "resource-name"].contains(type) else {
                throw EC2Error.invalidParameter(
                    "Value (\(type.prefix(256))) for parameter privateDnsHostnameTypeOnLaunch is invalid.")
            }
            subnet.hostnameType = type
        }
        guard !(input.attribute("MapCustomerOwnedIpOnLaunch") ?? false), !input.has("CustomerOwnedIpv4Pool"),
            !input.has("EnableLniAtDeviceIndex")
        else {
            throw EC2Error.invalidParameter("Subnet \(subnet.id) is not on an Outpost.")
        }
        context.ec2.subnets[subnet.id] = subnet
        return .empty
    }

    // MARK: View

    private static func arn(_ subnet: Subnet) -> String {
        // A zone's name is its region's and a letter, or begins with it where it is a Local Zone.
        let region = RegionFacts.all.first { subnet.zone.hasPrefix($0.name) }?.name ?? ""
        return "arn:aws:ec2:\(region):\(subnet.ownerID):subnet/\(subnet.id)"
    }

    static func view(_ subnet: Subnet) -> Value {
        [
            "AvailabilityZoneId": .string(subnet.zoneID), "MapCustomerOwnedIpOnLaunch": false,
            "OwnerId": .string(subnet.ownerID),
            "AssignIpv6AddressOnCreation": .boolean(subnet.assignsIPv6Address),
            "Ipv6CidrBlockAssociationSet": .list(subnet.ipv6Blocks) { SubnetBlocks.view($0) },
            "Tags": subnet.tags.viewIfAny, "SubnetArn": .string(arn(subnet)),
            "EnableDns64": .boolean(subnet.dns64), "Ipv6Native": .boolean(subnet.isIPv6Native),
            "PrivateDnsNameOptionsOnLaunch": [
                "HostnameType": .string(subnet.hostnameType),
                "EnableResourceNameDnsARecord": .boolean(subnet.resourceNameDNSARecord),
                "EnableResourceNameDnsAAAARecord": .boolean(subnet.resourceNameDNSAAAARecord),
            ],
            "BlockPublicAccessStates": ["InternetGatewayBlockMode": "off"], "SubnetId": .string(subnet.id),
            "State": "available", "VpcId": .string(subnet.vpcID),
            "CidrBlock": subnet.isIPv6Native ? nil : .string(subnet.block.description),
            "AvailableIpAddressCount": .integer(subnet.availableAddresses),
            "AvailabilityZone": .string(subnet.zone), "DefaultForAz": .boolean(subnet.isDefaultForZone),
            "MapPublicIpOnLaunch": .boolean(subnet.mapsPublicIP),
        ]
    }
}
