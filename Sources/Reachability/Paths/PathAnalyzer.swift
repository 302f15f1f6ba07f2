package import CloudState

/// Decides whether one end of a region's network can open a connection to another, and says what decides it.
///
/// A pure function of EC2's records, in the manner of VPC Reachability Analyzer: configuration counts, nothing is sent.
/// IPv4 only, as there; both ends in one region.
///
/// <https://docs.aws.amazon.com/vpc/latest/reachability/how-reachability-analyzer-works.html>
package struct PathAnalyzer: Sendable {
    let network: NetworkRecords
    /// What is broken at the moment, and in which region this is.
    let faults: Faults
    let region: String

    /// The network as it is configured, whatever is broken: what VPC Reachability Analyzer judges.
    package init(_ ec2: EC2State) {
        network = NetworkRecords(ec2)
        faults = Faults()
        region = ""
    }

    /// The network of one region of a world as it is, with the faults that are in force; an empty one where the world has
    /// no such region.
    package init(_ world: World, region: String) {
        network = NetworkRecords(world.regions.first { $0.name == region }?.ec2 ?? EC2State())
        faults = world.faults
        self.region = region
    }

    /// Answers one question.
    package func analyze(_ query: ReachabilityQuery) -> PathAnalysis {
        let candidates = destinations(query)
        guard !candidates.isEmpty else { return blocked(query, missing(query.destination)) }
        var first: PathAnalysis?
        for destination in candidates {
            for source in sources(query, to: destination) {
                let analysis = analyze(query, source, destination)
                if analysis.isReachable { return analysis }
                first = first ?? analysis
            }
        }
        return first ?? blocked(query, missing(query.source))
    }

    /// Whether a connection can be opened.
    package func reaches(_ query: ReachabilityQuery) -> Bool { analyze(query).isReachable }

    // MARK: Ends

    /// Where a packet starts: an interface, or a host outside.
    private enum Source {
        case interface(NetworkInterface)
        case outside(IPv4Address, gatewayID: String?)

        var isOutside: Bool { if case .outside = self { true } else { false } }
    }

    /// Where a packet is to arrive.
    private enum Destination {
        case interface(NetworkInterface, IPv4Address?)
        case outside(IPv4Address, gatewayID: String?)
        /// A private address that nothing in sight has.
        case nowhere(IPv4Address)

        var interface: NetworkInterface? {
            if case .interface(let interface, _) = self { interface } else { nil }
        }
    }

    private func sources(_ query: ReachabilityQuery, to destination: Destination) -> [Source] {
        switch query.source {
        case .internet: return [.outside(InternetProbe.address, gatewayID: nil)]
        case .internetGateway(let id):
            guard network.ec2.internetGateways[id] != nil else { return [] }
            return [.outside(query.sourceAddress ?? InternetProbe.address, gatewayID: id)]
        case .interface(let id): return network.ec2.networkInterfaces[id].map { [.interface($0)] } ?? []
        case .instance(let id): return interfaces(ofInstance: id).map { .interface($0) }
        case .address(let address):
            if let interface = holder(of: address) { return [.interface(interface)] }
            return [.outside(address, gatewayID: nil)]
        }
    }

    private func destinations(_ query: ReachabilityQuery) -> [Destination] {
        let wanted = query.destinationAddress
        switch query.destination {
        case .internet: return [.outside(wanted ?? InternetProbe.address, gatewayID: nil)]
        case .internetGateway(let id):
            guard network.ec2.internetGateways[id] != nil else { return [] }
            return [.outside(wanted ?? InternetProbe.address, gatewayID: id)]
        case .interface(let id): return network.ec2.networkInterfaces[id].map { [.interface($0, wanted)] } ?? []
        case .instance(let id): return interfaces(ofInstance: id).map { .interface($0, wanted) }
        case .address(let address):
            if let interface = holder(of: address) { return [.interface(interface, address)] }
            return [address.isPublic ? .outside(address, gatewayID: nil) : .nowhere(address)]
        }
    }

    private func interfaces(ofInstance id: String) -> [NetworkInterface] {
        (network.ec2.instances[id]?.networkInterfaceIDs ?? []).compactMap { network.ec2.networkInterfaces[$0] }
    }

    private func holder(of address: IPv4Address) -> NetworkInterface? {
        network.ec2.networkInterfaces.first { interface in
            interface.addresses.contains { $0.address == address || $0.association?.address == address }
        }
    }

    // MARK: One pair of ends

    private func analyze(_ query: ReachabilityQuery, _ source: Source, _ destination: Destination) -> PathAnalysis {
        var walk = PathWalk(
            network: network, header: header(query, source, destination), target: destination.interface)
        if !faults.isEmpty { walk.disturbance = Disturbance(faults: faults, region: region) }
        do throws(PathWalk.DeadEnd) {
            switch source {
            case .interface(let interface):
                try walk.leave(interface)
                check(exit: destination, of: &walk)
            case .outside(let address, let gatewayID):
                try comeIn(address, gatewayID, destination, &walk)
            }
        } catch {
            return PathAnalysis(query: query, forward: walk.forward, back: [], explanations: walk.explanations)
        }
        walk.meetFaults()
        let answer = walk.answer()
        return PathAnalysis(
            query: query, forward: walk.forward, back: answer.back,
            explanations: walk.explanations + answer.explanations)
    }

    private func comeIn(
        _ address: IPv4Address, _ gatewayID: String?, _ destination: Destination, _ walk: inout PathWalk
    ) throws(PathWalk.DeadEnd) {
        guard destination.interface != nil else {
            throw walk.stop(PathExplanation(.noPath, "\(walk.header.destination)"))
        }
        if gatewayID == nil { walk.forward.append(PathComponent(.internet, header: walk.header)) }
        try walk.enter(by: gatewayID)
    }

    /// A way to the internet has to lead through the gateway that was asked for.
    private func check(exit destination: Destination, of walk: inout PathWalk) {
        guard case .outside(_, let wanted?) = destination else { return }
        let used = walk.forward.contains { $0.kind == .internetGateway(id: wanted) }
        if !used { walk.add(PathExplanation(.noPath, wanted, .egress)) }
    }

    private func header(_ query: ReachabilityQuery, _ source: Source, _ destination: Destination) -> PacketHeader {
        var from = query.sourceAddress
        var ports = EphemeralPorts.client
        switch source {
        case .interface(let interface):
            from = from ?? interface.primary?.address
            ports = interface.isRequesterManaged ? EphemeralPorts.gateway : EphemeralPorts.instance
        case .outside(let address, _): from = from ?? address
        }
        let to: IPv4Address?
        switch destination {
        case .outside(let address, _), .nowhere(let address): to = address
        case .interface(let interface, let wanted):
            let own = source.isOutside ? interface.anyPublicAddress : nil
            to = wanted ?? own ?? interface.primary?.address
        }
        let unset = IPv4Address(bits: 0)
        let port = query.ipProtocol == .icmp ? 0 : min(max(query.port, 0), 65_535)
        return PacketHeader(
            source: from ?? unset, destination: to ?? unset, ipProtocol: query.ipProtocol,
            sourcePorts: query.ipProtocol == .icmp ? 0...0 : ports, destinationPorts: port...port)
    }

    // MARK: Without a way

    private func blocked(_ query: ReachabilityQuery, _ explanation: PathExplanation) -> PathAnalysis {
        PathAnalysis(query: query, forward: [], back: [], explanations: [explanation])
    }

    private func missing(_ endpoint: ReachabilityEndpoint) -> PathExplanation {
        switch endpoint {
        case .instance(let id) where network.ec2.instances[id] != nil: PathExplanation(.unassociated, id)
        case .instance(let id), .interface(let id), .internetGateway(let id):
            PathExplanation(.noSourceOrDestination, id)
        case .internet: PathExplanation(.noSourceOrDestination, "internet")
        case .address(let address): PathExplanation(.noSourceOrDestination, "\(address)")
        }
    }
}
