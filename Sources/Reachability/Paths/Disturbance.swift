import CloudState

/// The faults of a region, as a packet meets them.
struct Disturbance {
    let faults: Faults
    let region: String

    /// What is wrong with an instance that runs; nil where nothing is.
    func failure(of instance: Instance) -> String? {
        guard let fault = faults.failure(of: instance, region: region) else { return nil }
        if case .zoneOutage(let zone) = fault.kind { return "down with \(zone)" }
        return "impaired"
    }
}

extension PathWalk {
    /// Notes the borders that a fault has closed, in the order in which the packet crosses them.
    mutating func meetFaults() {
        guard let disturbance else { return }
        for crossing in crossings {
            switch crossing {
            case .inside(let from, let to, _, let header):
                guard let near = network.ec2.subnets[from], let far = network.ec2.subnets[to] else { continue }
                meet(disturbance.cut(near, .subnet(far)), near, .egress, header)
                meet(disturbance.cut(far, .subnet(near)), far, .ingress, header)
            case .out(let subnetID, _, let header):
                guard let subnet = network.ec2.subnets[subnetID] else { continue }
                meet(disturbance.cut(subnet, .outside), subnet, .egress, header)
            case .entered(let subnetID, _, let header):
                guard let subnet = network.ec2.subnets[subnetID] else { continue }
                meet(disturbance.cut(subnet, .outside), subnet, .ingress, header)
            }
        }
    }

    private mutating func meet(
        _ state: String?, _ subnet: Subnet, _ direction: TrafficDirection, _ header: PacketHeader
    ) {
        guard let state else { return }
        var explanation = PathExplanation(.badState, subnet.id, direction)
        explanation.state = state
        explanation.subnetID = subnet.id
        explanation.vpcID = subnet.vpcID
        explanation.header = header
        add(explanation)
    }
}

extension Disturbance {
    /// Why traffic between a subnet and a peer is dropped; nil where it is not.
    fileprivate func cut(_ subnet: Subnet, _ peer: Faults.Peer) -> String? {
        guard let fault = faults.disruption(of: subnet, region: region, peer: peer) else { return nil }
        if case .zoneOutage(let zone) = fault.kind { return "down with \(zone)" }
        return "cut off by a disruption of the network"
    }
}
