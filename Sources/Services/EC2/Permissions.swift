import CloudState
import ServiceModel

/// The IP permissions of security groups: read from requests as rules, and rules shown as permissions.
enum Permissions {
    private static let protocolNames = ["6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"]

    /// The rules that a request describes, by `IpPermissions` or by the older flat parameters. Their ids are empty.
    static func rules(
        _ input: Input, group: SecurityGroup, egress: Bool, _ context: CallContext
    ) throws(ServiceError) -> [SecurityGroupRule] {
        let permissions = input.structures("IpPermissions")
        guard permissions.isEmpty else {
            var rules: [SecurityGroupRule] = []
            for permission in permissions { rules += try self.rules(permission, group, egress, context) }
            return rules
        }
        guard let name = input.string("IpProtocol") else {
            if input.has("CidrIp") || input.has("FromPort") {
                throw EC2Error.invalidParameter(
                    "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.")
            }
            return []
        }
        let ports = try ports(name, input.integer("FromPort"), input.integer("ToPort"))
        if let source = input.string("CidrIp") {
            return [try rule(ports, egress, .ipv4(block(source)), nil)]
        }
        if let source = input.string("SourceSecurityGroupName") {
            let vpcID = context.ec2.defaultVPC?.id
            guard let peer = context.ec2.securityGroups.first(where: { $0.name == source && $0.vpcID == vpcID }) else {
                throw EC2Error.notFound(.securityGroup, [source])
            }
            return [try rule(ports, egress, .group(id: peer.id, ownerID: peer.ownerID), nil)]
        }
        throw EC2Error.invalidParameter("Invalid value 'null' for ipRanges. Must specify at least one source.")
    }

    private typealias Ports = (name: String, from: Int?, to: Int?)

    private static func rules(
        _ permission: Input, _ group: SecurityGroup, _ egress: Bool, _ context: CallContext
    ) throws(ServiceError) -> [SecurityGroupRule] {
        guard let name = permission.string("IpProtocol") else {
            throw EC2Error.invalidParameter(
                "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.")
        }
        let ports = try ports(name, permission.integer("FromPort"), permission.integer("ToPort"))
        var rules: [SecurityGroupRule] = []
        for range in permission.structures("IpRanges") {
            rules.append(
                try rule(ports, egress, .ipv4(block(range.string("CidrIp") ?? "")), range.string("Description")))
        }
        for range in permission.structures("Ipv6Ranges") {
            let block = try ipv6Block(range.string("CidrIpv6") ?? "")
            rules.append(try rule(ports, egress, .ipv6(block), range.string("Description")))
        }
        for list in permission.structures("PrefixListIds") {
            let id = list.string("PrefixListId") ?? ""
            try PrefixLists.check(id, context)
            rules.append(try rule(ports, egress, .prefixList(id: id), list.string("Description")))
        }
        for pair in permission.structures("UserIdGroupPairs") {
            let peer = try peerGroup(pair, group, context)
            rules.append(
                try rule(ports, egress, .group(id: peer.id, ownerID: peer.ownerID), pair.string("Description")))
        }
        guard !rules.isEmpty else {
            throw ServiceError(
                "MissingParameter",
                "The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId")
        }
        return rules
    }

    private static func peerGroup(
        _ pair: Input, _ group: SecurityGroup, _ context: CallContext
    ) throws(ServiceError) -> SecurityGroup {
        if let id = pair.string("GroupId"), !id.isEmpty { return try peerGroup(id, group, context) }
        let name = pair.string("GroupName") ?? ""
        guard let peer = context.ec2.securityGroups.first(where: { $0.name == name && $0.vpcID == group.vpcID }) else {
            throw EC2Error.notFound(.securityGroup, [name])
        }
        return peer
    }

    /// A group that a rule may name: of the same VPC, or of one that is peered with it.
    private static func peerGroup(
        _ id: String, _ group: SecurityGroup, _ context: CallContext
    ) throws(ServiceError) -> SecurityGroup {
        try ResourceKind.securityGroup.check(id)
        guard let peer = context.ec2.securityGroups[id] else { throw EC2Error.notFound(.securityGroup, [id]) }
        guard peer.vpcID == group.vpcID || context.ec2.arePeered(peer.vpcID, group.vpcID) else {
            throw ServiceError(
                "InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
        }
        return peer
    }

    /// The rule that ModifySecurityGroupRules puts in the place of another. Its id is empty.
    static func rule(
        _ request: Input, group: SecurityGroup, egress: Bool, _ context: CallContext
    ) throws(ServiceError) -> SecurityGroupRule {
        guard let name = request.string("IpProtocol") else {
            throw EC2Error.invalidParameter(
                "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.")
        }
        let ports = try ports(name, request.integer("FromPort"), request.integer("ToPort"))
        var peers: [SecurityGroupRule.Peer] = []
        if let text = request.string("CidrIpv4") { peers.append(.ipv4(try block(text))) }
        if let text = request.string("CidrIpv6") { peers.append(.ipv6(try ipv6Block(text))) }
        if let id = request.string("PrefixListId") {
            try PrefixLists.check(id, context)
            peers.append(.prefixList(id: id))
        }
        if let id = request.string("ReferencedGroupId") {
            let peer = try peerGroup(id, group, context)
            peers.append(.group(id: peer.id, ownerID: peer.ownerID))
        }
        guard peers.count == 1 else {
            throw ServiceError(
                "MissingParameter",
                "The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId")
        }
        return try rule(ports, egress, peers[0], request.string("Description"))
    }

    private static func rule(
        _ ports: Ports, _ egress: Bool, _ peer: SecurityGroupRule.Peer, _ description: String?
    ) throws(ServiceError) -> SecurityGroupRule {
        SecurityGroupRule(
            id: "", isEgress: egress, ipProtocol: ports.name, fromPort: ports.from, toPort: ports.to, peer: peer,
            description: try checkedDescription(description))
    }

    /// A rule's description; an empty one is none.
    static func checkedDescription(_ description: String?) throws(ServiceError) -> String? {
        guard let description, !description.isEmpty else { return nil }
        let allowed = description.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0)
                    || " ._-:/()#,@[]+=&;{}!$*".unicodeScalars.contains($0))
        }
        guard allowed, description.unicodeScalars.count <= 255 else {
            throw EC2Error.invalidParameter(
                "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
            )
        }
        return description
    }

    private static func ipv6Block(_ text: String) throws(ServiceError) -> String {
        guard let block = IPv6Block(text) else {
            throw EC2Error.invalidParameter("CIDR block \(text.prefix(256)) is malformed")
        }
        return block.description
    }

    private static func ports(_ given: String, _ from: Int?, _ to: Int?) throws(ServiceError) -> Ports {
        let name = protocolNames[given.lowercased()] ?? given.lowercased()
        let known = ["tcp", "udp", "icmp", "icmpv6", "-1"].contains(name)
        guard known || Int(name).map({ (0...255).contains($0) }) ?? false else {
            throw EC2Error.unknownProtocol(given)
        }
        switch name {
        case "tcp", "udp":
            guard let from, let to else {
                throw EC2Error.invalidParameter(
                    "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.")
            }
            // -1 for both is read as all ports.
            if from == -1, to == -1 { return (name, 0, 65_535) }
            guard (0...65_535).contains(from) else {
                throw EC2Error.invalidParameter(
                    "Invalid value '\(from)' for fromPort. Must be between 0 and 65535 (inclusive)")
            }
            guard (0...65_535).contains(to) else {
                throw EC2Error.invalidParameter(
                    "Invalid value '\(to)' for toPort. Must be between 0 and 65535 (inclusive)")
            }
            guard from <= to else {
                throw EC2Error.invalidParameter(
                    "Invalid TCP/UDP port range (\(from):\(to))")
            }
            return (name, from, to)
        case "icmp", "icmpv6":
            guard name == "icmpv6" || (from != nil && to != nil) else {
                throw EC2Error.invalidParameter(
                    "Invalid value for portRange. Must specify both from and to ports with ICMP.")
            }
            guard (-1...255).contains(from ?? -1), (-1...255).contains(to ?? -1) else {
                throw EC2Error.invalidParameter("ICMP code (\(to ?? -1)) out of range")
            }
            return (name, from ?? -1, to ?? -1)
        default:
            // All protocols, or one without ports: whatever was given does not count.
            return (name, nil, nil)
        }
    }

    private static func block(_ text: String) throws(ServiceError) -> IPv4Block {
        guard let block = IPv4Block(text) else {
            throw EC2Error.invalidParameter("CIDR block \(text.prefix(256)) is malformed")
        }
        return block
    }

    // MARK: Showing

    /// Rules gathered by protocol and ports, as the permissions of an answer.
    static func view(_ rules: [SecurityGroupRule]) -> Value {
        var order: [[SecurityGroupRule]] = []
        for rule in rules {
            let index = order.firstIndex {
                $0[0].ipProtocol == rule.ipProtocol && $0[0].fromPort == rule.fromPort && $0[0].toPort == rule.toPort
            }
            if let index { order[index].append(rule) } else { order.append([rule]) }
        }
        return .list(order) { rules in
            var ipv4: [Value] = []
            var ipv6: [Value] = []
            var lists: [Value] = []
            var pairs: [Value] = []
            for rule in rules {
                let description = Value.optional(rule.description)
                switch rule.peer {
                case .ipv4(let block):
                    ipv4.append(["CidrIp": .string(block.description), "Description": description])
                case .ipv6(let block): ipv6.append(["CidrIpv6": .string(block), "Description": description])
                case .prefixList(let id): lists.append(["PrefixListId": .string(id), "Description": description])
                case .group(let id, let owner):
                    pairs.append(["GroupId": .string(id), "UserId": .string(owner), "Description": description])
                }
            }
            return [
                "IpProtocol": .string(rules[0].ipProtocol), "FromPort": rules[0].fromPort.map(Value.integer),
                "ToPort": rules[0].toPort.map(Value.integer), "UserIdGroupPairs": .list(pairs),
                "IpRanges": .list(ipv4), "Ipv6Ranges": .list(ipv6), "PrefixListIds": .list(lists),
            ]
        }
    }

    /// `peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW`, as AWS's messages have it.
    static func describe(_ rule: SecurityGroupRule) -> String {
        let peer =
            switch rule.peer {
            case .ipv4(let block): block.description
            case .ipv6(let block): block
            case .group(let id, _): id
            case .prefixList(let id): id
            }
        let name = rule.ipProtocol == "-1" ? "ALL" : rule.ipProtocol.uppercased()
        guard let from = rule.fromPort, let to = rule.toPort else { return "peer: \(peer), \(name), ALLOW" }
        return "peer: \(peer), \(name), from port: \(from), to port: \(to), ALLOW"
    }
}
