/// A security group with its rules, one a source.
package struct SecurityGroup: ResourceRecord {
    package var id: String
    package var name: String
    package var description: String
    package var vpcID: String
    package var ownerID: String
    package var rules: [SecurityGroupRule] = []
    package var tags = Tags()

    package init(id: String, name: String, description: String, vpcID: String, ownerID: String) {
        self.id = id
        self.name = name
        self.description = description
        self.vpcID = vpcID
        self.ownerID = ownerID
    }

    package var isDefault: Bool { name == "default" }

    package func rules(egress: Bool) -> [SecurityGroupRule] { rules.filter { $0.isEgress == egress } }
}

/// One rule: a protocol, a range of ports and one peer.
package struct SecurityGroupRule: Sendable, Equatable {
    package enum Peer: Sendable, Equatable, Hashable {
        case ipv4(IPv4Block)
        /// In the form in which it was given, lower case.
        case ipv6(String)
        case group(id: String, ownerID: String)
        case prefixList(id: String)
    }

    package var id: String
    package var isEgress: Bool
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
    package var ipProtocol: String
    /// Ports, or ICMP type and code; -1 for all, nil where the protocol has none.
    package var fromPort: Int?
    package var toPort: Int?
    package var peer: Peer
    package var description: String?
    package var tags = Tags()

    package init(
        id: String, isEgress: Bool, ipProtocol: String, fromPort: Int?, toPort: Int?, peer: Peer,
        description: String? = nil
    ) {
        self.id = id
        self.isEgress = isEgress
        self.ipProtocol = ipProtocol
        self.fromPort = fromPort
        self.toPort = toPort
        self.peer = peer
        self.description = description
    }

    /// Whether two rules allow the same: that is what AWS calls a duplicate.
    package func allowsSame(as other: SecurityGroupRule) -> Bool {
        isEgress == other.isEgress && ipProtocol == other.ipProtocol && fromPort == other.fromPort
            && toPort == other.toPort && peer == other.peer
    }
}
