import CloudState

/// Where route tables send packets.
struct Routing {
    let network: NetworkRecords

    /// The route that a packet to an address takes: the longest prefix, whatever state its target is in; at the same
    /// length a static route before one that was propagated.
    ///
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html>
    func route(in table: RouteTable, to address: IPv4Address) -> RouteTable.Route? {
        var best: (route: RouteTable.Route, length: Int)?
        for route in table.routes {
            guard let length = length(of: route.destination, containing: address) else { continue }
            let isBetter =
                best.map { best in
                    length > best.length
                        || length == best.length && best.route.origin == Self.propagated
                            && route.origin != Self.propagated
                } ?? true
            if isBetter { best = (route, length) }
        }
        return best?.route
    }

    private static let propagated = "EnableVgwRoutePropagation"

    /// The prefix length by which a destination matches; nil where it does not.
    private func length(of destination: String, containing address: IPv4Address) -> Int? {
        if destination.hasPrefix("pl-") {
            return network.ec2.prefixLists[destination]?.entries.compactMap { IPv4Block($0.block) }
                .filter { $0.contains(address) }.map(\.prefixLength).max()
        }
        guard let block = IPv4Block(destination), block.contains(address) else { return nil }
        return block.prefixLength
    }

    /// The interface that has a private address in a VPC.
    func interface(inVPC vpcID: String, having address: IPv4Address, guess: NetworkInterface?) -> NetworkInterface? {
        if let guess, guess.vpcID == vpcID, guess.addresses.contains(where: { $0.address == address }) { return guess }
        return network.ec2.networkInterface(havingPrivate: address, in: vpcID)
    }

    /// The interface that has a public address.
    func interface(havingPublic address: IPv4Address, guess: NetworkInterface?) -> NetworkInterface? {
        if let guess, guess.privateAddress(behind: address) != nil { return guess }
        return network.ec2.networkInterfaces.first { $0.privateAddress(behind: address) != nil }
    }

    func internetGateway(ofVPC id: String) -> InternetGateway? { network.ec2.internetGateways.first { $0.vpcID == id } }
}

extension NetworkInterface {
    /// The private address that a public one stands for.
    func privateAddress(behind address: IPv4Address) -> IPv4Address? {
        addresses.first { $0.association?.address == address }?.address
    }

    /// The public address of a private one.
    func publicAddress(of address: IPv4Address) -> IPv4Address? {
        addresses.first { $0.address == address }?.association?.address
    }

    /// Its first public address.
    var anyPublicAddress: IPv4Address? { addresses.lazy.compactMap { $0.association?.address }.first }
}

extension VPC {
    func contains(_ address: IPv4Address) -> Bool { blocks.contains { $0.block.contains(address) } }
}
