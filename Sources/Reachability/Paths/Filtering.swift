import CloudState

/// How security groups and network ACLs judge a packet.
struct Filtering {
    let network: NetworkRecords

    /// The rule that lets a packet through an interface's security groups; nil where none does.
    ///
    /// - Parameter peerGroups: the groups of the interface at the other end, where it is known by its own address.
    func groupRule(
        _ groupIDs: [String], _ direction: TrafficDirection, _ header: PacketHeader, peerGroups: [String]
    ) -> (groupID: String, rule: SecurityGroupRule)? {
        let peer = direction == .ingress ? header.source : header.destination
        for id in groupIDs {
            guard let group = network.ec2.securityGroups[id] else { continue }
            for rule in group.rules
            where rule.isEgress == (direction == .egress) && rule.admits(header) && admits(rule.peer, peer, peerGroups)
            {
                return (id, rule)
            }
        }
        return nil
    }

    /// Whether any of the groups has a rule in that direction at all.
    func hasRules(_ groupIDs: [String], _ direction: TrafficDirection) -> Bool {
        groupIDs.contains { id in
            network.ec2.securityGroups[id]?.rules.contains { $0.isEgress == (direction == .egress) } ?? false
        }
    }

    private func admits(_ peer: SecurityGroupRule.Peer, _ address: IPv4Address, _ groups: [String]) -> Bool {
        switch peer {
        case .ipv4(let block): block.contains(address)
        case .ipv6: false
        case .group(let id, _): groups.contains(id)
        case .prefixList(let id): contains(prefixList: id, address)
        }
    }

    /// Whether a customer's prefix list holds an address; the lists of AWS's services are not in the state.
    func contains(prefixList id: String, _ address: IPv4Address) -> Bool {
        network.ec2.prefixLists[id]?.entries.contains { IPv4Block($0.block)?.contains(address) ?? false } ?? false
    }

    /// The network ACL of a subnet.
    func networkACL(ofSubnet id: String) -> NetworkACL? {
        network.ec2.networkACLs.first { acl in acl.associations.contains { $0.subnetID == id } }
    }

    /// What a network ACL says: for each port that the packet may have the first rule that matches decides, and all of
    /// them must be allowed.
    ///
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html>
    /// - Returns: the rule that refuses, or else the first of those that allow; no rule refuses too.
    func verdict(
        _ acl: NetworkACL, _ direction: TrafficDirection, _ header: PacketHeader, isReturn: Bool
    ) -> (allows: Bool, entry: NetworkACL.Entry?) {
        let peer = direction == .ingress ? header.source : header.destination
        var open = [header.destinationPorts]
        var admitted: NetworkACL.Entry?
        for entry in acl.rules(direction) {
            guard entry.ipv4Block?.contains(peer) ?? false, entry.speaks(of: header.ipProtocol, isReturn: isReturn)
            else { continue }
            let ports = header.ipProtocol == .icmp ? 0...65_535 : entry.ports
            let hit = open.contains { $0.overlaps(ports) }
            guard hit else { continue }
            guard entry.allows else { return (false, entry) }
            admitted = admitted ?? entry
            open = open.flatMap { $0.without(ports) }
            if open.isEmpty { return (true, admitted) }
        }
        return (false, nil)
    }
}

extension NetworkACL {
    /// The rules of one direction in the order in which they count.
    fileprivate func rules(_ direction: TrafficDirection) -> [Entry] {
        let rules = entries.filter { $0.isEgress == (direction == .egress) }
        return zip(rules, rules.dropFirst()).allSatisfy { $0.number <= $1.number }
            ? rules : rules.sorted { $0.number < $1.number }
    }
}

extension NetworkACL.Entry {
    fileprivate func speaks(of ipProtocol: TransportProtocol, isReturn: Bool) -> Bool {
        if self.ipProtocol == "-1" { return true }
        guard Int(self.ipProtocol) == ipProtocol.number || self.ipProtocol == ipProtocol.rawValue else { return false }
        guard ipProtocol == .icmp else { return true }
        // An echo request is of type 8, its reply of type 0.
        return icmpType == nil || icmpType == -1 || icmpType == (isReturn ? 0 : 8)
    }

    fileprivate var ports: ClosedRange<Int> {
        guard ipProtocol != "-1", let fromPort, let toPort, fromPort <= toPort else { return 0...65_535 }
        return fromPort...toPort
    }
}

extension SecurityGroupRule {
    /// Whether protocol and ports are those of the packet. Security groups keep state, so only the way there counts.
    fileprivate func admits(_ header: PacketHeader) -> Bool {
        if ipProtocol == "-1" { return true }
        guard ipProtocol == header.ipProtocol.rawValue || Int(ipProtocol) == header.ipProtocol.number else {
            return false
        }
        if header.ipProtocol == .icmp { return fromPort == nil || fromPort == -1 || fromPort == 8 }
        guard let fromPort, let toPort, fromPort >= 0, fromPort <= toPort else { return true }
        return fromPort <= header.destinationPorts.lowerBound && header.destinationPorts.upperBound <= toPort
    }
}

extension ClosedRange<Int> {
    /// What is left of the range without another.
    fileprivate func without(_ other: ClosedRange<Int>) -> [ClosedRange<Int>] {
        guard overlaps(other) else { return [self] }
        var rest: [ClosedRange<Int>] = []
        if lowerBound < other.lowerBound { rest.append(lowerBound...other.lowerBound - 1) }
        if upperBound > other.upperBound { rest.append(other.upperBound + 1...upperBound) }
        return rest
    }
}
