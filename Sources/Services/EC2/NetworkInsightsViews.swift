import CloudState
import Reachability
import ServiceModel

/// Paths and explanations in the words of the API.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_PathComponent.html>,
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Explanation.html>
enum NetworkInsightsViews {
    /// `ForwardPathComponents` and `ReturnPathComponents` of a path that was found, `Explanations` of one that was not.
    static func result(_ analysis: PathAnalysis, _ context: CallContext) -> Value {
        // The internet itself is no component; its gateway is.
        let shown = { (components: [PathComponent]) in components.filter { $0.kind != .internet } }
        if analysis.isReachable {
            return [
                "ForwardPathComponents": components(shown(analysis.forward), context),
                "ReturnPathComponents": components(shown(analysis.back), context),
            ]
        }
        return ["Explanations": .list(analysis.explanations) { explanation($0, context) }]
    }

    private static func components(_ components: [PathComponent], _ context: CallContext) -> Value {
        .list(components.enumerated().map { component($0.element, number: $0.offset + 1, context) })
    }

    private static func component(_ component: PathComponent, number: Int, _ context: CallContext) -> Value {
        var fields: Value = [
            "SequenceNumber": .integer(number), "Component": resource(component.id, context),
            "Subnet": component.subnetID.map { resource($0, context) },
            "Vpc": component.vpcID.map { resource($0, context) },
        ]
        switch component.kind {
        case .securityGroup(_, let rule):
            fields.set("SecurityGroupRule", self.rule(rule))
            fields.set("AttachedTo", component.attachedTo.map { resource($0, context) })
        case .networkACL(_, let entry): fields.set("AclRule", self.entry(entry))
        case .routeTable(_, let route):
            fields.set("RouteTableRoute", self.route(route))
            fields.set("AttachedTo", component.subnetID.map { resource($0, context) })
        case .interface:
            fields.set("AttachedTo", component.attachedTo.map { resource($0, context) })
            fields.set(number == 1 ? "OutboundHeader" : "InboundHeader", header(component.header))
        case .internetGateway, .natGateway, .peering, .internet: fields.set("OutboundHeader", header(component.header))
        }
        return fields
    }

    private static func explanation(_ explanation: PathExplanation, _ context: CallContext) -> Value {
        var fields: Value = [
            "ExplanationCode": .string(explanation.code.rawValue),
            "Direction": .optional(explanation.direction?.rawValue),
            "Subnet": explanation.subnetID.map { resource($0, context) },
            "Vpc": explanation.vpcID.map { resource($0, context) },
            "NetworkInterface": explanation.interfaceID.map { resource($0, context) },
            "State": .optional(explanation.state),
        ]
        let id = explanation.componentID
        switch id.prefix(while: { $0 != "-" }) {
        case "acl":
            fields.set("Acl", resource(id, context))
            fields.set("AclRule", explanation.aclEntry.map(entry))
        case "sg": fields.set("SecurityGroups", .list(explanation.groupIDs) { resource($0, context) })
        case "rtb":
            fields.set("RouteTable", resource(id, context))
            fields.set("RouteTableRoute", explanation.route.map(route))
        case "igw": fields.set("InternetGateway", resource(id, context))
        case "nat": fields.set("NatGateway", resource(id, context))
        case "pcx": fields.set("VpcPeeringConnection", resource(id, context))
        case "vpc" where explanation.vpcID == id: break
        default:
            if arnType(id) != nil { fields.set("Component", resource(id, context)) }
        }
        return fields
    }

    // MARK: Parts

    private static func resource(_ id: String, _ context: CallContext) -> Value {
        let tags = TagCalls.tags(of: id, in: context.ec2)
        return [
            "Id": .string(id),
            "Arn": .optional(arnType(id).map { NetworkInsightsPathCalls.arn($0, id, context) }),
            "Name": .optional(context.ec2.securityGroups[id]?.name ?? tags["Name"]),
        ]
    }

    private static let types: [Substring: String] = [
        "acl": "network-acl", "eni": "network-interface", "i": "instance", "igw": "internet-gateway",
        "nat": "natgateway",
        "pcx": "vpc-peering-connection", "rtb": "route-table", "sg": "security-group", "subnet": "subnet", "vpc": "vpc",
        "vpce": "vpc-endpoint",
    ]

    private static func arnType(_ id: String) -> String? { types[id.prefix { $0 != "-" }] }

    private static func header(_ header: PacketHeader) -> Value {
        [
            "DestinationAddresses": [.string("\(header.destination)/32")],
            "DestinationPortRanges": [range(header.destinationPorts)],
            "Protocol": .string("\(header.ipProtocol.number)"), "SourceAddresses": [.string("\(header.source)/32")],
            "SourcePortRanges": [range(header.sourcePorts)],
        ]
    }

    private static func range(_ ports: ClosedRange<Int>) -> Value {
        ["From": .integer(ports.lowerBound), "To": .integer(ports.upperBound)]
    }

    private static func range(_ from: Int?, _ to: Int?) -> Value? {
        guard let from, let to, from >= 0 else { return nil }
        return ["From": .integer(from), "To": .integer(to)]
    }

    private static func protocolName(_ text: String) -> String {
        ["-1": "all", "6": "tcp", "17": "udp", "1": "icmp"][text] ?? text
    }

    private static func entry(_ entry: NetworkACL.Entry) -> Value {
        [
            "Cidr": .optional(entry.ipv4Block?.description ?? entry.ipv6Block), "Egress": .boolean(entry.isEgress),
            "PortRange": range(entry.fromPort, entry.toPort), "Protocol": .string(protocolName(entry.ipProtocol)),
            "RuleAction": .string(entry.allows ? "allow" : "deny"), "RuleNumber": .integer(entry.number),
        ]
    }

    private static func rule(_ rule: SecurityGroupRule) -> Value {
        var fields: Value = [
            "Direction": .string(rule.isEgress ? "egress" : "ingress"), "PortRange": range(rule.fromPort, rule.toPort),
            "Protocol": .string(protocolName(rule.ipProtocol)),
        ]
        switch rule.peer {
        case .ipv4(let block): fields.set("Cidr", .string(block.description))
        case .ipv6(let block): fields.set("Cidr", .string(block))
        case .group(let id, _): fields.set("SecurityGroupId", .string(id))
        case .prefixList(let id): fields.set("PrefixListId", .string(id))
        }
        return fields
    }

    private static func route(_ route: RouteTable.Route) -> Value {
        var fields: Value = ["Origin": .string(route.origin.lowercased()), "State": "active"]
        fields.set(
            route.destination.hasPrefix("pl-") ? "DestinationPrefixListId" : "DestinationCidr",
            .string(route.destination))
        switch route.target {
        case .local: fields.set("GatewayId", "local")
        case .gateway(let id), .vpcEndpoint(let id): fields.set("GatewayId", .string(id))
        case .natGateway(let id): fields.set("NatGatewayId", .string(id))
        case .networkInterface(let id): fields.set("NetworkInterfaceId", .string(id))
        case .instance(let id, let interface):
            fields.set("InstanceId", .string(id))
            fields.set("NetworkInterfaceId", .string(interface))
        case .vpcPeering(let id): fields.set("VpcPeeringConnectionId", .string(id))
        case .egressOnlyGateway(let id): fields.set("EgressOnlyInternetGatewayId", .string(id))
        case .transitGateway(let id): fields.set("TransitGatewayId", .string(id))
        case .carrierGateway(let id): fields.set("CarrierGatewayId", .string(id))
        case .localGateway(let id): fields.set("LocalGatewayId", .string(id))
        case .coreNetwork(let arn): fields.set("CoreNetworkArn", .string(arn))
        }
        return fields
    }
}

extension Value {
    /// Sets a member of a structure; nil takes it away.
    mutating func set(_ name: String, _ value: Self?) {
        guard case .structure(var fields) = self else { return }
        fields[name] = value
        self = .structure(fields)
    }
}
