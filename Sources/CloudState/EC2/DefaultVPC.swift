extension EC2State {
    /// Makes what every region of a new account has: 172.31.0.0/16, a /20 default subnet in every zone that maps public
    /// addresses, an internet gateway with a route to it, the default security group and the default network ACL.
    ///
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html>
    @discardableResult
    package mutating func createDefaultVPC(region: String, accountID: String, ids: inout IDGenerator) -> String {
        let options = defaultDHCPOptions(region: region, accountID: accountID, ids: &ids)
        let block = IPv4Block(base: IPv4Address(bits: 0xAC1F_0000), prefixLength: 16)
        let vpc = createVPC(
            block, isDefault: true, dhcpOptionsID: options, region: region, accountID: accountID, ids: &ids)
        let gateway = InternetGateway(
            id: ids.resource("igw", in: region), ownerID: accountID, vpcID: vpc.id)
        internetGateways.insert(gateway)
        if let main = routeTables.first(where: { $0.vpcID == vpc.id && $0.isMain }) {
            routeTables.update(main.id) {
                $0.routes.append(
                    RouteTable.Route(
                        destination: "0.0.0.0/0", target: .gateway(id: gateway.id), origin: "CreateRoute"))
            }
        }
        for (index, zone) in (RegionFacts.named(region)?.zones ?? []).enumerated() {
            let base = IPv4Address(bits: block.base.bits + UInt32(index) << 12)
            insertSubnet(
                Subnet(
                    id: ids.resource("subnet", in: region), vpcID: vpc.id, ownerID: accountID, zone: zone.name,
                    zoneID: zone.id, block: IPv4Block(base: base, prefixLength: 20), isDefaultForZone: true,
                    mapsPublicIP: true),
                region: region, ids: &ids)
        }
        return vpc.id
    }

    /// The set of options that a VPC has where none was given; made when first asked for.
    package mutating func defaultDHCPOptions(region: String, accountID: String, ids: inout IDGenerator) -> String {
        let domain = RegionFacts.internalDomain(region)
        let configurations = [
            DHCPOptions.Configuration(key: "domain-name", values: [domain]),
            DHCPOptions.Configuration(key: "domain-name-servers", values: ["AmazonProvidedDNS"]),
        ]
        if let known = dhcpOptions.first(where: { $0.configurations == configurations && $0.tags.isEmpty }) {
            return known.id
        }
        let options = DHCPOptions(
            id: ids.resource("dopt", in: region), ownerID: accountID, configurations: configurations)
        dhcpOptions.insert(options)
        return options.id
    }

    /// Makes a VPC and what comes with every one: a main route table, a default security group and a default ACL.
    package mutating func createVPC(
        _ block: IPv4Block, isDefault: Bool, dhcpOptionsID: String, region: String, accountID: String,
        ids: inout IDGenerator
    ) -> VPC {
        let vpc = VPC(
            id: ids.resource("vpc", in: region), ownerID: accountID,
            blocks: [VPC.Association(id: ids.resource("vpc-cidr-assoc", in: region), block: block)],
            isDefault: isDefault, dhcpOptionsID: dhcpOptionsID, dnsHostnames: isDefault)
        vpcs.insert(vpc)

        var table = RouteTable(
            id: ids.resource("rtb", in: region), vpcID: vpc.id, ownerID: accountID,
            routes: [
                RouteTable.Route(destination: block.description, target: .local, origin: "CreateRouteTable")
            ])
        table.associations = [RouteTable.Association(id: ids.resource("rtbassoc", in: region))]
        routeTables.insert(table)

        var group = SecurityGroup(
            id: ids.resource("sg", in: region), name: "default", description: "default VPC security group",
            vpcID: vpc.id, ownerID: accountID)
        group.rules = [
            SecurityGroupRule(
                id: ids.resource("sgr", in: region), isEgress: false, ipProtocol: "-1", fromPort: nil, toPort: nil,
                peer: .group(id: group.id, ownerID: accountID)),
            SecurityGroupRule(
                id: ids.resource("sgr", in: region), isEgress: true, ipProtocol: "-1", fromPort: nil, toPort: nil,
                peer: .ipv4(.everywhere)),
        ]
        securityGroups.insert(group)

        networkACLs.insert(
            NetworkACL(
                id: ids.resource("acl", in: region), vpcID: vpc.id, ownerID: accountID, isDefault: true,
                entries: [true, false].flatMap { isEgress in
                    [
                        NetworkACL.Entry(
                            number: 100, isEgress: isEgress, allows: true, ipProtocol: "-1", ipv4Block: .everywhere),
                        NetworkACL.Entry(
                            number: NetworkACL.lastRule, isEgress: isEgress, allows: false, ipProtocol: "-1",
                            ipv4Block: .everywhere),
                    ]
                }))
        return vpc
    }

    /// Adds a subnet, which belongs to its VPC's default network ACL from the start.
    package mutating func insertSubnet(_ subnet: Subnet, region: String, ids: inout IDGenerator) {
        subnets.insert(subnet)
        guard let acl = networkACLs.first(where: { $0.vpcID == subnet.vpcID && $0.isDefault }) else { return }
        let association = ids.resource("aclassoc", in: region)
        networkACLs.update(acl.id) {
            $0.associations.append(NetworkACL.Association(id: association, subnetID: subnet.id))
        }
    }
}

extension IPv4Block {
    /// 0.0.0.0/0.
    package static let everywhere = IPv4Block(base: IPv4Address(bits: 0), prefixLength: 0)
}
