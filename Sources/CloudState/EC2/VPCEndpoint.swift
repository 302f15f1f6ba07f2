package import ServiceModel

/// A private way from a VPC to a service.
package struct VPCEndpoint: ResourceRecord {
    package enum State: String, Sendable { case pending, available, deleting, deleted }

    package var id: String
    /// `Gateway`, `Interface` or `GatewayLoadBalancer`.
    package var type: String
    package var vpcID: String
    package var ownerID: String
    package var serviceName: String
    package var state: State
    package var policy: String
    package var routeTableIDs: [String] = []
    package var subnetIDs: [String] = []
    package var groupIDs: [String] = []
    package var networkInterfaceIDs: [String] = []
    package var hasPrivateDNS = false
    package var addressType = "ipv4"
    package var dnsRecordType = "ipv4"
    package var creationTime: Timestamp
    package var tags = Tags()

    package init(
        id: String, type: String, vpcID: String, ownerID: String, serviceName: String, state: State, policy: String,
        creationTime: Timestamp
    ) {
        self.id = id
        self.type = type
        self.vpcID = vpcID
        self.ownerID = ownerID
        self.serviceName = serviceName
        self.state = state
        self.policy = policy
        self.creationTime = creationTime
    }
}

/// A connection between two VPCs. Both regions hold a record of it.
package struct VPCPeering: ResourceRecord {
    package enum Status: String, Sendable {
        case initiating = "initiating-request"
        case pendingAcceptance = "pending-acceptance"
        case provisioning, active, deleting, deleted, rejected, failed, expired

        package var message: String {
            switch self {
            case .initiating: "Initiating Request to "
            case .pendingAcceptance: "Pending Acceptance by "
            case .provisioning: "Provisioning"
            case .active: "Active"
            case .deleting: "Deleting"
            case .deleted: "Deleted by "
            case .rejected: "Rejected by "
            case .failed: "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"
            case .expired: "Expired"
            }
        }
    }

    /// One of the two VPCs.
    package struct Side: Sendable, Equatable {
        package var vpcID: String
        package var ownerID: String
        package var region: String
        package var resolvesRemoteDNS = false

        package init(vpcID: String, ownerID: String, region: String) {
            self.vpcID = vpcID
            self.ownerID = ownerID
            self.region = region
        }
    }

    package var id: String
    package var requester: Side
    package var accepter: Side
    package var status: Status
    /// The account that the status's message names.
    package var actor: String
    package var expirationTime: Timestamp?
    package var tags = Tags()

    package init(
        id: String, requester: Side, accepter: Side, status: Status, actor: String, expirationTime: Timestamp
    ) {
        self.id = id
        self.requester = requester
        self.accepter = accepter
        self.status = status
        self.actor = actor
        self.expirationTime = expirationTime
    }
}

extension EC2State {
    /// Whether an active peering connection joins two VPCs.
    package func arePeered(_ first: String, _ second: String) -> Bool {
        vpcPeerings.contains { peering in
            let sides = [peering.requester.vpcID, peering.accepter.vpcID]
            return peering.status == .active && (sides == [first, second] || sides == [second, first])
        }
    }
}
