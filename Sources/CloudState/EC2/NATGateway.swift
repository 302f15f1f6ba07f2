package import ServiceModel

/// A NAT gateway: it lets instances of private subnets out, under its own addresses.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html>
package struct NATGateway: ResourceRecord {
    package enum State: String, Sendable { case pending, failed, available, deleting, deleted }

    package enum Connectivity: String, Sendable {
        /// Reaches the internet under an Elastic IP.
        case `public`
        /// Reaches other networks under its private address.
        case `private`
    }

    package struct Address: Sendable, Equatable {
        package enum Status: String, Sendable {
            case associating, assigning, succeeded, disassociating, unassigning, failed
        }

        package var allocationID: String?
        package var associationID: String?
        package var publicAddress: IPv4Address?
        package var privateAddress: IPv4Address?
        package var isPrimary: Bool
        package var status: Status

        package init(allocationID: String? = nil, isPrimary: Bool, status: Status) {
            self.allocationID = allocationID
            self.isPrimary = isPrimary
            self.status = status
        }
    }

    /// Why it came to nothing: AWS says so in the gateway's record, not in the answer to the call.
    package struct Failure: Sendable, Equatable {
        package var code: String
        package var message: String

        package init(code: String, message: String) {
            self.code = code
            self.message = message
        }
    }

    package var id: String
    package var vpcID: String
    package var subnetID: String
    package var connectivity: Connectivity
    package var state: State = .pending
    package var createTime: Timestamp
    package var deleteTime: Timestamp?
    package var networkInterfaceID: String?
    package var addresses: [Address] = []
    package var failure: Failure?
    package var tags = Tags()

    package init(id: String, vpcID: String, subnetID: String, connectivity: Connectivity, createTime: Timestamp) {
        self.id = id
        self.vpcID = vpcID
        self.subnetID = subnetID
        self.connectivity = connectivity
        self.createTime = createTime
    }

    /// Whether it forwards traffic, or will shortly.
    package var isInService: Bool { state == .available || state == .pending }
}

/// What happens to a NAT gateway by itself.
package enum NATGatewayTransition: Sendable, Equatable {
    /// `pending` → `available`, or `failed` where something was missing.
    case ready
    /// `deleting` → `deleted`.
    case deleted
    /// A deleted or failed gateway is no longer shown.
    case vanish
    /// Addresses that were on their way have arrived; those that were to go are gone.
    case addressesSettled
}

extension EC2State {
    /// Lets a transition happen, and says what it leads to.
    mutating func apply(
        _ transition: NATGatewayTransition, toNATGateway id: String, now: Timestamp
    ) -> (transition: NATGatewayTransition, after: Duration)? {
        guard var gateway = natGateways[id] else { return nil }
        switch transition {
        case .ready:
            guard gateway.state == .pending else { return nil }
            gateway.state = gateway.failure == nil ? .available : .failed
            if gateway.failure != nil { gateway.deleteTime = now }
            for index in gateway.addresses.indices {
                gateway.addresses[index].status = gateway.failure == nil ? .succeeded : .failed
            }
            natGateways[id] = gateway
            return gateway.failure == nil ? nil : (.vanish, Timings.natGatewayVanish)
        case .deleted:
            guard gateway.state == .deleting else { return nil }
            gateway.state = .deleted
            gateway.deleteTime = now
            natGateways[id] = gateway
            remember(Usage(.natGateway, from: gateway.createTime, to: now), of: id)
            if let interface = gateway.networkInterfaceID { deleteNetworkInterface(interface) }
            return (.vanish, Timings.natGatewayVanish)
        case .vanish:
            guard gateway.state == .deleted || gateway.state == .failed else { return nil }
            natGateways[id] = nil
        case .addressesSettled:
            settleAddresses(of: &gateway)
            natGateways[id] = gateway
        }
        return nil
    }

    private mutating func settleAddresses(of gateway: inout NATGateway) {
        for address in gateway.addresses where [.disassociating, .unassigning].contains(address.status) {
            if let allocation = address.allocationID { disassociate(allocation) }
            guard let gone = address.privateAddress, let interface = gateway.networkInterfaceID else { continue }
            networkInterfaces.update(interface) { $0.addresses.removeAll { $0.address == gone } }
            subnets.update(gateway.subnetID) { $0.release(gone) }
        }
        gateway.addresses.removeAll { [.disassociating, .unassigning].contains($0.status) }
        for index in gateway.addresses.indices { gateway.addresses[index].status = .succeeded }
    }
}
