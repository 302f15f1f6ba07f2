extension EC2State {
    /// Adds an IPv4 block to a VPC: every route table of the VPC gets a local route to it.
    package mutating func add(_ association: VPC.Association, toVPC id: String) {
        vpcs.update(id) { $0.blocks.append(association) }
        addLocalRoute(association.block.description, inVPC: id)
    }

    /// Adds an IPv6 block to a VPC, and with it what lets its traffic through: local routes, rules of the network ACLs
    /// and the egress rule of the default security group.
    ///
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html>,
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html>
    package mutating func add(
        _ association: VPC.IPv6Association, toVPC id: String, region: String, ids: inout IDGenerator
    ) {
        let isFirst = vpcs[id]?.ipv6Blocks.isEmpty ?? false
        vpcs.update(id) { $0.ipv6Blocks.append(association) }
        addLocalRoute(association.block.description, inVPC: id)
        guard isFirst else { return }
        for acl in networkACLs where acl.vpcID == id {
            networkACLs.update(acl.id) { $0.allowIPv6() }
        }
        guard let group = securityGroups.first(where: { $0.vpcID == id && $0.isDefault }) else { return }
        let rule = SecurityGroupRule(
            id: ids.resource("sgr", in: region), isEgress: true, ipProtocol: "-1", fromPort: nil, toPort: nil,
            peer: .ipv6(IPv6Block.everywhere.description))
        let allowsEverythingOut = group.rules.contains { $0.isEgress && $0.peer == .ipv4(.everywhere) }
        if allowsEverythingOut, !group.rules.contains(where: { $0.allowsSame(as: rule) }) {
            securityGroups.update(group.id) { $0.rules.append(rule) }
        }
    }

    /// Takes a block from a VPC, with the local routes to it.
    package mutating func removeBlock(_ associationID: String, fromVPC id: String) {
        guard let vpc = vpcs[id] else { return }
        let gone =
            vpc.blocks.filter { $0.id == associationID }.map(\.block.description)
            + vpc.ipv6Blocks.filter { $0.id == associationID }.map(\.block.description)
        vpcs.update(id) { vpc in
            vpc.blocks.removeAll { $0.id == associationID }
            vpc.ipv6Blocks.removeAll { $0.id == associationID }
        }
        for table in routeTables where table.vpcID == id {
            routeTables.update(table.id) { table in
                table.routes.removeAll { $0.target == .local && gone.contains($0.destination) }
            }
        }
    }

    /// The local routes of a VPC's blocks: what every route table of it begins with.
    package func localRoutes(of vpc: VPC) -> [RouteTable.Route] {
        let blocks = vpc.blocks.map(\.block.description) + vpc.ipv6Blocks.map(\.block.description)
        return blocks.map { RouteTable.Route(destination: $0, target: .local, origin: "CreateRouteTable") }
    }

    private mutating func addLocalRoute(_ destination: String, inVPC id: String) {
        for table in routeTables where table.vpcID == id {
            routeTables.update(table.id) { table in
                let place = table.routes.firstIndex { $0.target != .local } ?? table.routes.count
                table.routes.insert(
                    RouteTable.Route(destination: destination, target: .local, origin: "CreateRouteTable"), at: place)
            }
        }
    }

    /// The next /56 that Amazon provides in a region; no two are alike, for multiplying by an odd number permutes.
    package static func amazonProvidedBlock(region: String, ids: inout IDGenerator) -> IPv6Block {
        let ordinal = UInt64(ids.ordinal("\(region)/ipv6-block"))
        let scattered = (ordinal &* 0x9E_3779_B1 &+ ids.seed) & 0xFF_FFFF
        let home = IDGenerator.hash(region, 0xCBF2_9CE4_8422_2325) & 0xFF
        return IPv6Block(
            base: IPv6Address(high: 0x2600_1F00_0000_0000 | home << 32 | scattered << 8, low: 0), prefixLength: 56)
    }
}

extension NetworkACL {
    /// The number of the rule that refuses the IPv6 traffic that no other rule matched.
    package static let lastIPv6Rule = 32_768

    /// Adds the last rules for IPv6; the default ACL lets everything through besides.
    package mutating func allowIPv6() {
        let everywhere = IPv6Block.everywhere.description
        for isEgress in [true, false] {
            if isDefault, !entries.contains(where: { $0.number == 101 && $0.isEgress == isEgress }) {
                entries.append(
                    Entry(number: 101, isEgress: isEgress, allows: true, ipProtocol: "-1", ipv6Block: everywhere))
            }
            entries.append(
                Entry(
                    number: Self.lastIPv6Rule, isEgress: isEgress, allows: false, ipProtocol: "-1",
                    ipv6Block: everywhere))
        }
    }

    /// The rules that every ACL ends with.
    package static func lastRules(ipv6: Bool) -> [Entry] {
        [true, false].flatMap { isEgress in
            let ipv4 = Entry(
                number: lastRule, isEgress: isEgress, allows: false, ipProtocol: "-1", ipv4Block: .everywhere)
            guard ipv6 else { return [ipv4] }
            return [
                ipv4,
                Entry(
                    number: lastIPv6Rule, isEgress: isEgress, allows: false, ipProtocol: "-1",
                    ipv6Block: IPv6Block.everywhere.description),
            ]
        }
    }
}
