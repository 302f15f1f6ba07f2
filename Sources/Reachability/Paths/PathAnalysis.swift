package import CloudState

/// What a packet says of itself at one place of its path.
package struct PacketHeader: Sendable, Hashable {
    package var source: IPv4Address
    package var destination: IPv4Address
    package var ipProtocol: TransportProtocol
    /// The ports that the packet may come from: a client takes one of its ephemeral ports.
    package var sourcePorts: ClosedRange<Int>
    package var destinationPorts: ClosedRange<Int>

    /// The header of the answer.
    package var reversed: PacketHeader {
        PacketHeader(
            source: destination, destination: source, ipProtocol: ipProtocol, sourcePorts: destinationPorts,
            destinationPorts: sourcePorts)
    }
}

/// Seen from the subnet or the interface that a rule belongs to.
package enum TrafficDirection: String, Sendable, Hashable { case ingress, egress }

/// One station of a packet.
package struct PathComponent: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case internet
        case internetGateway(id: String)
        case natGateway(id: String)
        case peering(id: String)
        case interface(id: String, instanceID: String?)
        /// A security group, and the rule that lets the packet through.
        case securityGroup(id: String, rule: SecurityGroupRule)
        /// A network ACL, and the rule that lets the packet through.
        case networkACL(id: String, entry: NetworkACL.Entry)
        case routeTable(id: String, route: RouteTable.Route)
    }

    package var kind: Kind
    package var subnetID: String?
    package var vpcID: String?
    package var header: PacketHeader
    /// The component that this one belongs to: an interface's security groups, for instance.
    package var attachedTo: String?

    package init(
        _ kind: Kind, subnetID: String? = nil, vpcID: String? = nil, header: PacketHeader, attachedTo: String? = nil
    ) {
        self.kind = kind
        self.subnetID = subnetID
        self.vpcID = vpcID
        self.header = header
        self.attachedTo = attachedTo
    }

    /// The resource's id; `internet` for the world outside.
    package var id: String {
        switch kind {
        case .internet: "internet"
        case .internetGateway(let id), .natGateway(let id), .peering(let id), .interface(let id, _),
            .securityGroup(let id, _), .networkACL(let id, _), .routeTable(let id, _):
            id
        }
    }
}

/// The answer to a `ReachabilityQuery`: the verdict and what it rests on.
package struct PathAnalysis: Sendable, Equatable {
    package var query: ReachabilityQuery
    /// The way there, as far as the packet comes.
    package var forward: [PathComponent]
    /// The way back of the answer; empty where nothing comes to the destination.
    package var back: [PathComponent]
    /// Why there is no connection, the first cause first; empty when there is one.
    package var explanations: [PathExplanation]

    package var isReachable: Bool { explanations.isEmpty }

    /// What decides: the first cause. Nil when the destination is reachable.
    package var decider: PathExplanation? { explanations.first }

    /// The way as one line, for instance `internet → igw-… → acl-… → sg-… → eni-…`.
    package var line: String {
        var ids: [String] = []
        for component in forward where ids.last != component.id { ids.append(component.id) }
        return ids.joined(separator: " → ")
    }
}
