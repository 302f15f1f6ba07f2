package import ServiceModel

/// An Elastic IP address: a public IPv4 address that the account keeps until it releases it.
package struct ElasticIP: ResourceRecord {
    /// The allocation's id.
    package var id: String
    package var address: IPv4Address
    package var networkBorderGroup: String
    /// The interface that it was last associated with. Whether it still is, the interface says:
    /// `EC2State.association(of:)`.
    package var networkInterfaceID: String?
    /// The name that a reverse lookup gives, with its closing dot.
    package var pointerRecord: String?
    package var allocationTime = Timestamp(milliseconds: 0)
    package var tags = Tags()

    package init(id: String, address: IPv4Address, networkBorderGroup: String) {
        self.id = id
        self.address = address
        self.networkBorderGroup = networkBorderGroup
    }
}

extension EC2State {
    /// Where an Elastic IP is in use: an interface and one of its private addresses.
    package struct ElasticIPAssociation: Sendable, Equatable {
        package var id: String
        package var interface: NetworkInterface
        package var privateAddress: IPv4Address
    }

    /// The association of an Elastic IP; nil where it has none. An interface that is deleted takes the association with
    /// it.
    package func association(of elasticIP: ElasticIP) -> ElasticIPAssociation? {
        guard let interface = elasticIP.networkInterfaceID.flatMap({ networkInterfaces[$0] }) else { return nil }
        for address in interface.addresses where address.association?.allocationID == elasticIP.id {
            return ElasticIPAssociation(
                id: address.association?.associationID ?? "", interface: interface, privateAddress: address.address)
        }
        return nil
    }

    /// Gives an interface's private address that Elastic IP in place of whatever public address it had.
    package mutating func associate(
        _ allocationID: String, with interfaceID: String, privateAddress: IPv4Address, associationID: String,
        ownerID: String
    ) {
        guard let elasticIP = elasticIPs[allocationID] else { return }
        disassociate(allocationID)
        elasticIPs.update(allocationID) { $0.networkInterfaceID = interfaceID }
        networkInterfaces.update(interfaceID) { interface in
            for index in interface.addresses.indices where interface.addresses[index].address == privateAddress {
                interface.addresses[index].association = NetworkInterface.PublicAddress(
                    address: elasticIP.address, ownerID: ownerID, allocationID: allocationID,
                    associationID: associationID)
            }
        }
    }

    /// Takes an Elastic IP from whatever it is associated with.
    package mutating func disassociate(_ allocationID: String) {
        guard let elasticIP = elasticIPs[allocationID], let interfaceID = elasticIP.networkInterfaceID else { return }
        networkInterfaces.update(interfaceID) { interface in
            for index in interface.addresses.indices
            where interface.addresses[index].association?.allocationID == allocationID {
                interface.addresses[index].association = nil
            }
        }
        elasticIPs.update(allocationID) { $0.networkInterfaceID = nil }
    }
}
