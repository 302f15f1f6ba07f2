import CloudState

/// Follows a packet from component to component, and notes what stops it.
///
/// A filter that refuses is noted and the walk goes on, so that all filters in the way are named; where there is no way
/// on, it ends.
struct PathWalk {
    /// There is no way on from here.
    struct DeadEnd: Error {}

    /// A border of a subnet that the packet crossed, for the way back of the answer. Headers are those of the packet on
    /// its way there.
    enum Crossing {
        /// Within a VPC, or through a peering connection, whose answer needs a route back.
        case inside(from: String, to: String, peering: String?, header: PacketHeader)
        /// Out by an internet gateway, with the private source address.
        case out(subnetID: String, gatewayID: String, header: PacketHeader)
        /// In by an internet gateway, with the private destination address.
        case entered(subnetID: String, gatewayID: String, header: PacketHeader)
    }

    /// How often a packet may be handed on.
    private static let maximumHops = 8

    let network: NetworkRecords
    /// The interface that the packet is for; nil where it is for the internet.
    let target: NetworkInterface?
    var header: PacketHeader
    var forward: [PathComponent] = []
    var crossings: [Crossing] = []
    var explanations: [PathExplanation] = []
    /// The groups of the interface that the source address belongs to; lost where the address is translated.
    var sourceGroups: [String] = []
    private var hops = 0
    /// What is broken; nil where nothing is.
    var disturbance: Disturbance?

    var filtering: Filtering { Filtering(network: network) }
    var routing: Routing { Routing(network: network) }

    init(network: NetworkRecords, header: PacketHeader, target: NetworkInterface?) {
        self.network = network
        self.header = header
        self.target = target
    }

    // MARK: From an interface

    /// Sends the packet from an interface.
    mutating func leave(_ interface: NetworkInterface) throws(DeadEnd) {
        note(.interface(id: interface.id, instanceID: interface.attachment?.instanceID), interface)
        check(stateOf: interface)
        sourceGroups = interface.groupIDs
        filter(interface, .egress)
        try route(from: interface)
    }

    /// Lets the subnet's route table decide where a packet of that interface goes.
    mutating func route(from interface: NetworkInterface) throws(DeadEnd) {
        hops += 1
        guard hops <= Self.maximumHops else { throw stop(PathExplanation(.noPath, "\(header.destination)")) }
        guard let table = network.ec2.routeTable(ofSubnet: interface.subnetID) else {
            throw stop(PathExplanation(.noRoute, interface.subnetID, .egress))
        }
        guard let route = routing.route(in: table, to: header.destination) else {
            var explanation = PathExplanation(.noRoute, table.id, .egress)
            explanation.subnetID = interface.subnetID
            explanation.vpcID = interface.vpcID
            throw stop(explanation)
        }
        guard network.ec2.isActive(route, in: interface.vpcID) else {
            var explanation = PathExplanation(.badStateRoute, table.id, .egress)
            explanation.route = route
            explanation.subnetID = interface.subnetID
            throw stop(explanation)
        }
        let hop = Hop(interface: interface, table: table, route: route)
        switch route.target {
        case .local: try local(hop)
        case .gateway(let id): try internetGateway(id, hop)
        case .natGateway(let id): try natGateway(id, hop)
        case .vpcPeering(let id): try peering(id, hop)
        case .networkInterface(let id), .instance(_, let id): try appliance(id, hop)
        case .egressOnlyGateway(let id), .transitGateway(let id), .vpcEndpoint(let id), .carrierGateway(let id),
            .localGateway(let id), .coreNetwork(let id):
            depart(hop, to: nil)
            throw stop(PathExplanation(.unsupported, id, .egress))
        }
    }

    /// A packet about to leave an interface's subnet.
    struct Hop {
        var interface: NetworkInterface
        var table: RouteTable
        var route: RouteTable.Route
    }

    /// Notes the border and the route; within one subnet there is no border.
    mutating func depart(_ hop: Hop, to subnetID: String?) {
        if subnetID != hop.interface.subnetID { filter(subnet: hop.interface.subnetID, .egress) }
        forward.append(
            PathComponent(
                .routeTable(id: hop.table.id, route: hop.route), subnetID: hop.interface.subnetID,
                vpcID: hop.interface.vpcID, header: header))
    }

    private mutating func local(_ hop: Hop) throws(DeadEnd) {
        let found = routing.interface(inVPC: hop.interface.vpcID, having: header.destination, guess: target)
        depart(hop, to: found?.subnetID)
        guard let found else {
            var explanation = PathExplanation(.noPossibleDestination, hop.interface.vpcID, .egress)
            explanation.vpcID = hop.interface.vpcID
            throw stop(explanation)
        }
        crossings.append(.inside(from: hop.interface.subnetID, to: found.subnetID, peering: nil, header: header))
        deliver(to: found, from: hop.interface.subnetID)
    }

    // MARK: To an interface

    /// Hands the packet to the interface that it is for.
    mutating func deliver(to interface: NetworkInterface, from subnetID: String?) {
        if subnetID != interface.subnetID { filter(subnet: interface.subnetID, .ingress) }
        filter(interface, .ingress)
        note(.interface(id: interface.id, instanceID: interface.attachment?.instanceID), interface)
        check(stateOf: interface)
    }

    // MARK: Filters

    /// Applies an interface's security groups.
    mutating func filter(_ interface: NetworkInterface, _ direction: TrafficDirection) {
        // Interfaces without groups are those of NAT gateways and of balancers that have none.
        guard !interface.groupIDs.isEmpty else { return }
        let peer = direction == .ingress ? sourceGroups : destinationGroups(seenFrom: interface)
        let hit = filtering.groupRule(interface.groupIDs, direction, header, peerGroups: peer)
        if let hit {
            forward.append(
                PathComponent(
                    .securityGroup(id: hit.groupID, rule: hit.rule), subnetID: interface.subnetID,
                    vpcID: interface.vpcID, header: header, attachedTo: interface.id))
            return
        }
        let isEmpty = !filtering.hasRules(interface.groupIDs, direction)
        var explanation = PathExplanation(
            isEmpty ? .securityGroupEmpty : .securityGroupRules, interface.groupIDs[0], direction)
        explanation.groupIDs = interface.groupIDs
        explanation.interfaceID = interface.id
        explanation.subnetID = interface.subnetID
        explanation.vpcID = interface.vpcID
        add(explanation)
    }

    /// The groups behind the destination address, where that is a private one near enough to be known.
    private func destinationGroups(seenFrom interface: NetworkInterface) -> [String] {
        guard let target, target.addresses.contains(where: { $0.address == header.destination }),
            target.vpcID == interface.vpcID || network.ec2.arePeered(target.vpcID, interface.vpcID)
        else { return [] }
        return target.groupIDs
    }

    /// Applies a subnet's network ACL.
    mutating func filter(subnet id: String, _ direction: TrafficDirection) {
        guard let acl = filtering.networkACL(ofSubnet: id) else { return }
        let verdict = filtering.verdict(acl, direction, header, isReturn: false)
        if verdict.allows, let entry = verdict.entry {
            forward.append(
                PathComponent(.networkACL(id: acl.id, entry: entry), subnetID: id, vpcID: acl.vpcID, header: header))
        } else {
            add(Self.refusal(acl, direction, verdict.entry, subnet: id))
        }
    }

    static func refusal(
        _ acl: NetworkACL, _ direction: TrafficDirection, _ entry: NetworkACL.Entry?, subnet id: String
    ) -> PathExplanation {
        var explanation = PathExplanation(.networkACL, acl.id, direction)
        explanation.aclEntry = entry
        explanation.subnetID = id
        explanation.vpcID = acl.vpcID
        return explanation
    }

    /// An instance that does not run takes and sends nothing.
    mutating func check(stateOf interface: NetworkInterface) {
        guard let attachment = interface.attachment, let instance = network.ec2.instances[attachment.instanceID] else {
            return
        }
        let failure = disturbance?.failure(of: instance)
        guard instance.state != .running || failure != nil else { return }
        var explanation = PathExplanation(.badState, instance.id)
        explanation.state = instance.state == .running ? failure : instance.state.rawValue
        explanation.interfaceID = interface.id
        add(explanation)
    }

    // MARK: Notes

    mutating func note(_ kind: PathComponent.Kind, _ interface: NetworkInterface) {
        forward.append(
            PathComponent(
                kind, subnetID: interface.subnetID, vpcID: interface.vpcID, header: header,
                attachedTo: interface.attachment?.instanceID))
    }

    mutating func add(_ explanation: PathExplanation) {
        var explanation = explanation
        explanation.header = explanation.header ?? header
        explanations.append(explanation)
    }

    /// Notes why there is no way on; to be thrown.
    mutating func stop(_ explanation: PathExplanation) -> DeadEnd {
        add(explanation)
        return DeadEnd()
    }
}
