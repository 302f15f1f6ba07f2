import CloudState

/// What lies at the borders of a VPC.
extension PathWalk {
    // MARK: Internet gateways

    mutating func internetGateway(_ id: String, _ hop: Hop) throws(DeadEnd) {
        depart(hop, to: nil)
        // Virtual private gateways have no records.
        guard network.ec2.internetGateways[id] != nil else { throw stop(PathExplanation(.unsupported, id, .egress)) }
        if header.destination.isPrivate { throw stop(at(id, .privateDestination, hop)) }
        if header.destination.isShared { throw stop(at(id, .sharedDestination, hop)) }
        guard let address = hop.interface.publicAddress(of: header.source), isInUse(hop.interface) else {
            throw stop(at(id, .noPublicAddressEgress, hop))
        }
        crossings.append(.out(subnetID: hop.interface.subnetID, gatewayID: id, header: header))
        header.source = address
        sourceGroups = []
        forward.append(PathComponent(.internetGateway(id: id), vpcID: hop.interface.vpcID, header: header))
        if target != nil { try enter(by: nil) } else { forward.append(PathComponent(.internet, header: header)) }
    }

    private func at(_ id: String, _ code: PathExplanation.Code, _ hop: Hop) -> PathExplanation {
        var explanation = PathExplanation(code, id, .egress)
        explanation.interfaceID = hop.interface.id
        explanation.vpcID = hop.interface.vpcID
        return explanation
    }

    /// Brings a packet from the internet to the interface that its public destination address stands for.
    ///
    /// - Parameter gatewayID: the gateway that it has to come by; nil for the VPC's.
    mutating func enter(by gatewayID: String?) throws(DeadEnd) {
        guard let target else { return }
        guard let gateway = routing.internetGateway(ofVPC: target.vpcID),
            gatewayID == nil || gatewayID == gateway.id
        else {
            var explanation = PathExplanation(.noPath, target.id, .ingress)
            explanation.vpcID = target.vpcID
            throw stop(explanation)
        }
        if header.source.isPrivate { throw stop(PathExplanation(.privateSource, gateway.id, .ingress)) }
        if header.source.isShared { throw stop(PathExplanation(.sharedSource, gateway.id, .ingress)) }
        forward.append(PathComponent(.internetGateway(id: gateway.id), vpcID: target.vpcID, header: header))
        guard let address = target.privateAddress(behind: header.destination), isInUse(target) else {
            var explanation = PathExplanation(.noPublicAddressIngress, gateway.id, .ingress)
            explanation.interfaceID = target.id
            explanation.vpcID = target.vpcID
            throw stop(explanation)
        }
        header.destination = address
        try edgeRoute(gateway, target)
        crossings.append(.entered(subnetID: target.subnetID, gatewayID: gateway.id, header: header))
        deliver(to: target, from: nil)
    }

    /// The gateway's own route table, where it has one: what it does not hand over directly goes to an appliance first.
    ///
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/gateway-route-tables.html>
    private mutating func edgeRoute(_ gateway: InternetGateway, _ target: NetworkInterface) throws(DeadEnd) {
        let table = network.ec2.routeTables.first { table in table.associations.contains { $0.gatewayID == gateway.id }
        }
        guard let table, let route = routing.route(in: table, to: header.destination) else { return }
        forward.append(
            PathComponent(.routeTable(id: table.id, route: route), vpcID: target.vpcID, header: header))
        if route.target == .local { return }
        guard case .networkInterface(let id) = route.target, let box = network.ec2.networkInterfaces[id],
            network.ec2.isActive(route, in: target.vpcID)
        else {
            var explanation = PathExplanation(.badStateRoute, table.id, .ingress)
            explanation.route = route
            throw stop(explanation)
        }
        try pass(box, from: nil)
    }

    /// An interface that hangs on nothing has no use for a public address; those of AWS's services hang on no instance.
    private func isInUse(_ interface: NetworkInterface) -> Bool {
        interface.attachment != nil || interface.isRequesterManaged
    }

    // MARK: NAT gateways

    mutating func natGateway(_ id: String, _ hop: Hop) throws(DeadEnd) {
        guard let gateway = network.ec2.natGateways[id],
            let interface = gateway.networkInterfaceID.flatMap({ network.ec2.networkInterfaces[$0] })
        else {
            depart(hop, to: nil)
            throw stop(PathExplanation(.badState, id))
        }
        depart(hop, to: gateway.subnetID)
        guard gateway.state == .available else {
            var explanation = PathExplanation(.badState, id)
            explanation.state = gateway.state.rawValue
            throw stop(explanation)
        }
        guard network.ec2.vpcs[gateway.vpcID]?.contains(header.source) ?? false else {
            throw stop(PathExplanation(.natSource, id, .ingress))
        }
        crossings.append(
            .inside(from: hop.interface.subnetID, to: gateway.subnetID, peering: nil, header: header))
        if gateway.subnetID != hop.interface.subnetID { filter(subnet: gateway.subnetID, .ingress) }
        if let own = interface.primary?.address { header.source = own }
        header.sourcePorts = EphemeralPorts.gateway
        sourceGroups = []
        forward.append(
            PathComponent(
                .natGateway(id: id), subnetID: gateway.subnetID, vpcID: gateway.vpcID, header: header,
                attachedTo: interface.id))
        try route(from: interface)
    }

    // MARK: Peering connections

    mutating func peering(_ id: String, _ hop: Hop) throws(DeadEnd) {
        let near = hop.interface.vpcID
        guard let peering = network.ec2.vpcPeerings[id] else {
            depart(hop, to: nil)
            throw stop(PathExplanation(.badState, id))
        }
        let far = peering.requester.vpcID == near ? peering.accepter.vpcID : peering.requester.vpcID
        depart(hop, to: nil)
        guard let vpc = network.ec2.vpcs[far] else {
            // The other VPC is in another region or account.
            throw stop(PathExplanation(.noPossibleDestination, id, .egress))
        }
        // What comes from elsewhere does not pass: a peering connection joins two VPCs and no third one.
        guard vpc.contains(header.destination), network.ec2.vpcs[near]?.contains(header.source) ?? false else {
            throw stop(PathExplanation(.peeringAddress, id, .egress))
        }
        forward.append(PathComponent(.peering(id: id), vpcID: far, header: header))
        guard let found = routing.interface(inVPC: far, having: header.destination, guess: target) else {
            throw stop(PathExplanation(.noPossibleDestination, far, .ingress))
        }
        crossings.append(.inside(from: hop.interface.subnetID, to: found.subnetID, peering: id, header: header))
        deliver(to: found, from: hop.interface.subnetID)
    }

    // MARK: Appliances

    /// An instance that forwards: its source/destination check has to be off.
    mutating func appliance(_ id: String, _ hop: Hop) throws(DeadEnd) {
        guard let box = network.ec2.networkInterfaces[id] else {
            depart(hop, to: nil)
            throw stop(PathExplanation(.badState, id))
        }
        depart(hop, to: box.subnetID)
        crossings.append(.inside(from: hop.interface.subnetID, to: box.subnetID, peering: nil, header: header))
        try pass(box, from: hop.interface.subnetID)
        // A NAT instance: towards the internet it puts its own address in.
        if let table = network.ec2.routeTable(ofSubnet: box.subnetID),
            case .gateway = routing.route(in: table, to: header.destination)?.target, let own = box.primary?.address
        {
            header.source = own
        }
        try route(from: box)
    }

    /// Lets the packet through an appliance's interface.
    private mutating func pass(_ box: NetworkInterface, from subnetID: String?) throws(DeadEnd) {
        if subnetID != box.subnetID { filter(subnet: box.subnetID, .ingress) }
        filter(box, .ingress)
        note(.interface(id: box.id, instanceID: box.attachment?.instanceID), box)
        check(stateOf: box)
        if box.sourceDestCheck { throw stop(PathExplanation(.sourceDestinationCheck, box.id, .ingress)) }
        sourceGroups = []
        filter(box, .egress)
    }
}

/// The ports that clients open their connections from.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html>
package enum EphemeralPorts {
    /// Linux and everything newer than it: what any host of the internet may use.
    package static let client = 32_768...65_535
    /// Amazon Linux's own range.
    package static let instance = 32_768...60_999
    /// NAT gateways and load balancers.
    package static let gateway = 1024...65_535
}
