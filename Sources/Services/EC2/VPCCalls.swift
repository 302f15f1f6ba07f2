import CloudState
import ServiceModel

/// DescribeVpcs and DescribeSubnets.
enum VPCCalls {
    static let operations: [String: Handler] = [
        "DescribeVpcs": .read(describeVPCs),
        "DescribeSubnets": .read(describeSubnets),
    ]

    static let vpcs = Listing<VPC>(
        kind: .vpc, table: { $0.vpcs }, ids: "VpcIds", tags: { $0.tags },
        filters: [
            "vpc-id": { vpc, _ in [vpc.id] },
            "cidr": { vpc, _ in [vpc.primaryBlock.description] },
            "cidr-block-association.cidr-block": { vpc, _ in vpc.blocks.map(\.block.description) },
            "cidr-block-association.association-id": { vpc, _ in vpc.blocks.map(\.id) },
            "cidr-block-association.state": { vpc, _ in vpc.blocks.map { _ in "associated" } },
            "dhcp-options-id": { vpc, _ in [vpc.dhcpOptionsID] },
            "is-default": { vpc, _ in ["\(vpc.isDefault)"] },
            "isDefault": { vpc, _ in ["\(vpc.isDefault)"] },
            "owner-id": { vpc, _ in [vpc.ownerID] },
            "state": { _, _ in ["available"] },
        ])

    static let subnets = Listing<Subnet>(
        kind: .subnet, table: { $0.subnets }, ids: "SubnetIds", tags: { $0.tags },
        filters: [
            "subnet-id": { subnet, _ in [subnet.id] },
            "vpc-id": { subnet, _ in [subnet.vpcID] },
            "availability-zone": { subnet, _ in [subnet.zone] },
            "availabilityZone": { subnet, _ in [subnet.zone] },
            "availability-zone-id": { subnet, _ in [subnet.zoneID] },
            "availabilityZoneId": { subnet, _ in [subnet.zoneID] },
            "cidr-block": { subnet, _ in [subnet.block.description] },
            "cidr": { subnet, _ in [subnet.block.description] },
            "cidrBlock": { subnet, _ in [subnet.block.description] },
            "default-for-az": { subnet, _ in ["\(subnet.isDefaultForZone)"] },
            "defaultForAz": { subnet, _ in ["\(subnet.isDefaultForZone)"] },
            "map-public-ip-on-launch": { subnet, _ in ["\(subnet.mapsPublicIP)"] },
            "available-ip-address-count": { subnet, _ in ["\(subnet.availableAddresses)"] },
            "owner-id": { subnet, _ in [subnet.ownerID] },
            "state": { _, _ in ["available"] },
        ])

    static func describeVPCs(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try vpcs.page(input, context)
        return Response(["Vpcs": .list(page.records, view), "NextToken": .optional(page.nextToken)])
    }

    static func describeSubnets(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try subnets.page(input, context)
        let region = context.region
        return Response([
            "Subnets": .list(page.records) { view($0, region) }, "NextToken": .optional(page.nextToken),
        ])
    }

    static func view(_ vpc: VPC) -> Value {
        [
            "OwnerId": .string(vpc.ownerID), "InstanceTenancy": .string(vpc.tenancy),
            "CidrBlockAssociationSet": .list(vpc.blocks) {
                [
                    "AssociationId": .string($0.id), "CidrBlock": .string($0.block.description),
                    "CidrBlockState": ["State": "associated"],
                ]
            },
            "IsDefault": .boolean(vpc.isDefault), "Tags": vpc.tags.viewIfAny,
            "BlockPublicAccessStates": ["InternetGatewayBlockMode": "off"], "VpcId": .string(vpc.id),
            "State": "available", "CidrBlock": .string(vpc.primaryBlock.description),
            "DhcpOptionsId": .string(vpc.dhcpOptionsID),
        ]
    }

    static func view(_ subnet: Subnet, _ region: String) -> Value {
        [
            "AvailabilityZoneId": .string(subnet.zoneID), "MapCustomerOwnedIpOnLaunch": false,
            "OwnerId": .string(subnet.ownerID), "AssignIpv6AddressOnCreation": false,
            "Ipv6CidrBlockAssociationSet": [], "Tags": subnet.tags.viewIfAny,
            "SubnetArn": .string("arn:aws:ec2:\(region):\(subnet.ownerID):subnet/\(subnet.id)"),
            "EnableDns64": false, "Ipv6Native": false,
            "PrivateDnsNameOptionsOnLaunch": [
                "HostnameType": "ip-name", "EnableResourceNameDnsARecord": false,
                "EnableResourceNameDnsAAAARecord": false,
            ],
            "BlockPublicAccessStates": ["InternetGatewayBlockMode": "off"], "SubnetId": .string(subnet.id),
            "State": "available", "VpcId": .string(subnet.vpcID), "CidrBlock": .string(subnet.block.description),
            "AvailableIpAddressCount": .integer(subnet.availableAddresses),
            "AvailabilityZone": .string(subnet.zone), "DefaultForAz": .boolean(subnet.isDefaultForZone),
            "MapPublicIpOnLaunch": .boolean(subnet.mapsPublicIP),
        ]
    }
}
