package import ServiceModel

/// An Application, Network or Gateway Load Balancer.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancer.html>
package struct LoadBalancer: ResourceRecord {
    package enum Kind: String, Sendable {
        case application, network, gateway

        /// The word in ARNs and in descriptions of network interfaces.
        package var arnWord: String {
            switch self {
            case .application: "app"
            case .network: "net"
            case .gateway: "gwy"
            }
        }
    }

    package enum State: String, Sendable { case provisioning, active, failed }

    /// The balancer in one Availability Zone: a subnet, and the interface and addresses that it has there.
    package struct Zone: Sendable, Equatable {
        package var zone: String
        package var subnetID: String
        package var interfaceID: String
        package var privateAddress: IPv4Address
        /// Of an internet-facing balancer.
        package var publicAddress: IPv4Address?
        /// Where the public address is an Elastic IP of the account's.
        package var allocationID: String?
        package var ipv6Address: String?
        /// Whether the private address was asked for.
        package var choseAddress = false

        package init(
            zone: String, subnetID: String, interfaceID: String, privateAddress: IPv4Address,
            publicAddress: IPv4Address? = nil, allocationID: String? = nil
        ) {
            self.zone = zone
            self.subnetID = subnetID
            self.interfaceID = interfaceID
            self.privateAddress = privateAddress
            self.publicAddress = publicAddress
            self.allocationID = allocationID
        }
    }

    /// The ARN.
    package var id: String
    package var name: String
    package var kind: Kind
    /// `internet-facing` or `internal`; a Gateway Load Balancer has none.
    package var isInternetFacing: Bool
    package var vpcID: String
    package var state: State = .provisioning
    package var createdTime: Timestamp
    /// Empty for a Gateway Load Balancer.
    package var dnsName: String
    /// In the order of the zones' names.
    package var zones: [Zone]
    package var groupIDs: [String]
    package var ipAddressType = "ipv4"
    package var attributes: AttributeList
    /// `on` or `off`, where it was set.
    package var enforcesGroupsOnPrivateLink: String?
    package var sourceNATPrefixes: String?
    /// Capacity units reserved, and since when.
    package var capacityUnits: Int?
    package var capacityChanged: Timestamp?
    package var tags = Tags()

    package init(
        id: String, name: String, kind: Kind, isInternetFacing: Bool, vpcID: String, createdTime: Timestamp,
        dnsName: String, zones: [Zone], groupIDs: [String], attributes: AttributeList
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.isInternetFacing = isInternetFacing
        self.vpcID = vpcID
        self.createdTime = createdTime
        self.dnsName = dnsName
        self.zones = zones
        self.groupIDs = groupIDs
        self.attributes = attributes
    }

    /// The last part of the ARN after `loadbalancer/`, for instance `app/web/50dc6c495c0c9188`: what listeners' ARNs and
    /// the interfaces' descriptions repeat.
    package var path: String { id.split(separator: ":", maxSplits: 5).last.map { String($0.dropFirst(13)) } ?? id }

    package func isEnabled(in zone: String) -> Bool { zones.contains { $0.zone == zone } }
}

/// Where a load balancer accepts connections.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Listener.html>
package struct Listener: ResourceRecord {
    /// The ARN.
    package var id: String
    package var loadBalancerARN: String
    /// A Gateway Load Balancer's listener has neither port nor protocol.
    package var port: Int?
    package var listenerProtocol: String?
    package var sslPolicy: String?
    /// ARNs; the first is the default one.
    package var certificates: [String] = []
    package var alpnPolicy: [String] = []
    /// As it was given, with its defaults.
    package var mutualAuthentication: Value?
    package var attributes: AttributeList
    package var tags = Tags()

    package init(
        id: String, loadBalancerARN: String, port: Int?, listenerProtocol: String?, attributes: AttributeList
    ) {
        self.id = id
        self.loadBalancerARN = loadBalancerARN
        self.port = port
        self.listenerProtocol = listenerProtocol
        self.attributes = attributes
    }
}
