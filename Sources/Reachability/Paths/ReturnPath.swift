import CloudState

/// The way back of the answer: security groups remember the connection, network ACLs and route tables do not.
extension PathWalk {
    /// Follows the answer over the borders that the packet crossed, the last one first.
    func answer() -> (back: [PathComponent], explanations: [PathExplanation]) {
        var way = Return(network: network)
        for crossing in crossings.reversed() {
            switch crossing {
            case .entered(let subnetID, let gatewayID, let header):
                way.filter(subnet: subnetID, .egress, header.reversed)
                way.route(subnetID, .gateway(id: gatewayID), header.reversed)
            case .inside(let from, let to, let peering, let header):
                if from != to { way.filter(subnet: to, .egress, header.reversed) }
                if let peering { way.route(to, .vpcPeering(id: peering), header.reversed) }
                if from != to { way.filter(subnet: from, .ingress, header.reversed) }
            case .out(let subnetID, _, let header):
                way.filter(subnet: subnetID, .ingress, header.reversed)
            }
        }
        return (way.components, way.explanations)
    }

    private struct Return {
        let network: NetworkRecords
        var components: [PathComponent] = []
        var explanations: [PathExplanation] = []

        init(network: NetworkRecords) { self.network = network }

        mutating func filter(subnet id: String, _ direction: TrafficDirection, _ header: PacketHeader) {
            let filtering = Filtering(network: network)
            guard let acl = filtering.networkACL(ofSubnet: id) else { return }
            let verdict = filtering.verdict(acl, direction, header, isReturn: true)
            if verdict.allows, let entry = verdict.entry {
                components.append(
                    PathComponent(.networkACL(id: acl.id, entry: entry), subnetID: id, vpcID: acl.vpcID, header: header)
                )
            } else {
                add(refusal(acl, direction, verdict.entry, subnet: id), header)
            }
        }

        /// The answer has to leave by the door that the packet came in by: anything else does not know the connection.
        mutating func route(_ subnetID: String, _ door: RouteTable.Route.Target, _ header: PacketHeader) {
            guard let table = network.ec2.routeTable(ofSubnet: subnetID) else { return }
            let route = Routing(network: network).route(in: table, to: header.destination)
            if let route, route.target == door, network.ec2.isActive(route, in: table.vpcID) {
                components.append(
                    PathComponent(
                        .routeTable(id: table.id, route: route), subnetID: subnetID, vpcID: table.vpcID, header: header)
                )
                return
            }
            var explanation = PathExplanation(.noRoute, table.id, .egress)
            explanation.route = route
            explanation.subnetID = subnetID
            explanation.vpcID = table.vpcID
            add(explanation, header)
        }

        private mutating func add(_ explanation: PathExplanation, _ header: PacketHeader) {
            var explanation = explanation
            explanation.isReturn = true
            explanation.header = header
            explanations.append(explanation)
        }

        private func refusal(
            _ acl: NetworkACL, _ direction: TrafficDirection, _ entry: NetworkACL.Entry?, subnet id: String
        ) -> PathExplanation {
            PathWalk.refusal(acl, direction, entry, subnet: id)
        }
    }
}
