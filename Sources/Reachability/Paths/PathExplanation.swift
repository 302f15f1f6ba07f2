package import CloudState

/// Why a packet does not arrive, with the codes of VPC Reachability Analyzer.
///
/// <https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html>
package struct PathExplanation: Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case badState = "BAD_STATE"
        case componentFilter = "COMPONENT_FILTER_RESTRICTION"
        case badStateRoute = "BAD_STATE_ROUTE"
        case securityGroupRules = "ENI_SG_RULES_MISMATCH"
        case securityGroupEmpty = "SG_HAS_NO_RULES"
        case sourceDestinationCheck = "ENI_SOURCE_DEST_CHECK_RESTRICTION"
        case noPublicAddressEgress = "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"
        case noPublicAddressIngress = "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"
        case privateDestination = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"
        case sharedDestination = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS"
        case privateSource = "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS"
        case sharedSource = "IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS"
        case noPossibleDestination = "NO_POSSIBLE_DESTINATION"
        case noRoute = "NO_ROUTE_TO_DESTINATION"
        case natSource = "NGW_REQUIRES_SOURCE_IN_VPC"
        case peeringAddress = "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"
        case networkACL = "SUBNET_ACL_RESTRICTION"
        case disconnectedVPCs = "DISCONNECTED_VPCS"
        case noPath = "NO_PATH"
        case noSourceOrDestination = "NO_SOURCE_OR_DESTINATION"
        case unassociated = "UNASSOCIATED_COMPONENT"
        case unsupported = "UNSUPPORTED_COMPONENT"
    }

    package var code: Code
    /// The resource that decides, for instance a network ACL.
    package var componentID: String
    package var direction: TrafficDirection?
    /// Whether it is the answer that gets lost.
    package var isReturn = false
    package var header: PacketHeader?
    package var aclEntry: NetworkACL.Entry?
    package var route: RouteTable.Route?
    package var interfaceID: String?
    package var groupIDs: [String] = []
    package var subnetID: String?
    package var vpcID: String?
    /// The state that the component is in, where that is the cause.
    package var state: String?

    package init(_ code: Code, _ componentID: String, _ direction: TrafficDirection? = nil) {
        self.code = code
        self.componentID = componentID
        self.direction = direction
    }

    /// What is wrong, in a sentence for people.
    package var sentence: String {
        let answer = isReturn ? "The answer is lost: " : ""
        return answer + cause
    }

    private var cause: String {
        let way = direction == .egress ? "out" : "in"
        switch code {
        case .badState: return "\(componentID) is \(state ?? "not in service")."
        case .componentFilter: return "no path agrees with the filter on \(componentID)."
        case .badStateRoute:
            return
                "the route to \(route?.destination ?? "the destination") in \(componentID) leads to something that is gone."
        case .securityGroupRules, .securityGroupEmpty:
            return
                "no rule of \(groupIDs.joined(separator: ", ")) lets \(traffic) \(way) at \(interfaceID ?? componentID)."
        case .sourceDestinationCheck:
            return "\(componentID) checks source and destination, so it forwards nothing."
        case .noPublicAddressEgress:
            return
                "\(interfaceID ?? "the source") has no public address, and \(componentID) lets nothing out without one."
        case .noPublicAddressIngress:
            return "\(interfaceID ?? "the destination") has no public address that \(componentID) knows."
        case .privateDestination, .sharedDestination:
            return "\(componentID) takes no packets to private addresses such as \(destination)."
        case .privateSource, .sharedSource:
            return "\(componentID) takes no packets from private addresses."
        case .noPossibleDestination: return "nothing has the address \(destination)."
        case .noRoute: return "\(componentID) has no route to \(destination) that leads there."
        case .natSource: return "\(componentID) serves its own VPC only."
        case .peeringAddress: return "\(componentID) carries nothing to \(destination)."
        case .networkACL:
            let place = "\(direction == .egress ? "out of" : "into") \(subnetID ?? "the subnet")"
            return "\(aclRule) of \(componentID) refuses \(traffic) \(place)."
        case .disconnectedVPCs: return "the two VPCs are not connected."
        case .noPath: return "there is no way to \(componentID)."
        case .noSourceOrDestination: return "\(componentID) does not exist."
        case .unassociated: return "\(componentID) has no network interface with an IPv4 address."
        case .unsupported: return "what is behind \(componentID) is not modelled."
        }
    }

    private var destination: String { header.map { "\($0.destination)" } ?? "the destination" }

    private var aclRule: String {
        guard let number = aclEntry?.number, number < NetworkACL.lastRule else { return "the last rule (*)" }
        return "rule \(number)"
    }

    private var traffic: String {
        guard let header else { return "the packet" }
        if header.ipProtocol == .icmp { return "ICMP" }
        let ports = header.destinationPorts
        let port = ports.count == 1 ? "port \(ports.lowerBound)" : "ports \(ports.lowerBound)-\(ports.upperBound)"
        let peer = direction == .egress ? "to \(header.destination)" : "from \(header.source)"
        return "\(header.ipProtocol.rawValue.uppercased()) \(port) \(peer)"
    }
}
