import CloudState
import ServiceModel

/// What takes a route's packets: exactly one of many parameters.
enum RouteTarget {
    private static let parameters = [
        "GatewayId", "NatGatewayId", "NetworkInterfaceId", "InstanceId", "VpcPeeringConnectionId",
        "EgressOnlyInternetGatewayId", "TransitGatewayId", "VpcEndpointId", "CarrierGatewayId", "LocalGatewayId",
        "CoreNetworkArn", "OdbNetworkArn",
    ]

    static func read(
        _ input: Input, _ table: RouteTable, _ destination: Destination, _ context: CallContext
    ) throws(ServiceError) -> RouteTable.Route.Target {
        let given = parameters.filter { !(input.string($0) ?? "").isEmpty }
        guard let parameter = given.first else {
            throw ServiceError(
                "MissingParameter",
                "The request must contain exactly one of: \(parameters.map { $0.prefix(1).lowercased() + $0.dropFirst() }.joined(separator: ", "))"
            )
        }
        guard given.count == 1 else {
            throw EC2Error.invalidCombination(
                "The parameter \(lower(given[1])) cannot be used with the parameter \(lower(parameter))")
        }
        let id = input.id(parameter)
        switch parameter {
        case "GatewayId": return try gateway(id, table, context.ec2)
        case "NatGatewayId":
            let gateway = try context.ec2.natGateways.named(id, .natGateway)
            guard gateway.state != .deleted, gateway.state != .failed else {
                throw EC2Error.notFound(.natGateway, [id])
            }
            try check(gateway.vpcID, table, "natGateway \(id)")
            return .natGateway(id: id)
        case "NetworkInterfaceId":
            let interface = try context.ec2.networkInterfaces.named(id, .networkInterface)
            try check(interface.vpcID, table, "interface \(id)")
            return .networkInterface(id: id)
        case "InstanceId": return try instance(id, table, context.ec2)
        case "EgressOnlyInternetGatewayId":
            let gateway = try context.ec2.egressOnlyInternetGateways.named(id, .egressOnlyInternetGateway)
            try check(gateway.vpcID, table, "egress only internet gateway \(id)")
            guard destination.ipv4 == nil else {
                throw EC2Error.invalidCombination(
                    "The parameter egressOnlyInternetGatewayId cannot be used with the parameter destinationCidrBlock")
            }
            return .egressOnlyGateway(id: id)
        case "VpcPeeringConnectionId": return try peering(id, table, context.ec2)
        case "VpcEndpointId": return try endpoint(id, table, context.ec2)
        default: throw elsewhere(parameter, id)
        }
    }

    private static func lower(_ name: String) -> String { name.prefix(1).lowercased() + name.dropFirst() }

    private static func check(_ vpcID: String, _ table: RouteTable, _ what: String) throws(ServiceError) {
        guard vpcID == table.vpcID else {
            throw EC2Error.invalidParameter("route table \(table.id) and \(what) belong to different networks")
        }
    }

    private static func gateway(
        _ id: String, _ table: RouteTable, _ state: EC2State
    ) throws(ServiceError) -> RouteTable.Route.Target {
        if id == "local" {
            throw EC2Error.invalidParameter("invalid value for parameter gateway-id: \(id)")
        }
        guard id.hasPrefix("igw-") || id.hasPrefix("vgw-") else {
            throw EC2Error.invalidParameter("invalid value for parameter gateway-id: \(id.prefix(256))")
        }
        if let gateway = state.vpnGateways[id] {
            try check(gateway.vpcID ?? "", table, "network gateway \(id)")
            return .gateway(id: id)
        }
        guard let gateway = state.internetGateways[id] else {
            throw ServiceError("InvalidGatewayID.NotFound", "The gateway ID '\(id.prefix(256))' does not exist")
        }
        try check(gateway.vpcID ?? "", table, "network gateway \(id)")
        return .gateway(id: id)
    }

    private static func instance(
        _ id: String, _ table: RouteTable, _ state: EC2State
    ) throws(ServiceError) -> RouteTable.Route.Target {
        let instance = try state.instances.named(id, .instance)
        guard instance.state != .terminated, instance.state != .shuttingDown else {
            throw EC2Error.notFound(.instance, [id])
        }
        guard instance.networkInterfaceIDs.count == 1, let interface = instance.networkInterfaceIDs.first else {
            throw ServiceError(
                "InvalidInstanceID",
                "There are multiple interfaces attached to instance '\(id)'. Please specify an interface ID for the operation instead."
            )
        }
        try check(instance.vpcID, table, "interface \(interface)")
        return .instance(id: id, networkInterfaceID: interface)
    }

    /// A connection that is not accepted yet may be named: the route is a black hole until it is.
    private static func peering(
        _ id: String, _ table: RouteTable, _ state: EC2State
    ) throws(ServiceError) -> RouteTable.Route.Target {
        let peering = try state.vpcPeerings.named(id, .vpcPeering)
        guard ![.deleted, .rejected, .failed, .expired].contains(peering.status) else {
            throw EC2Error.notFound(.vpcPeering, [id])
        }
        guard peering.requester.vpcID == table.vpcID || peering.accepter.vpcID == table.vpcID else {
            throw EC2Error.invalidParameter(
                "route table \(table.id) and peering connection \(id) belong to different networks")
        }
        return .vpcPeering(id: id)
    }

    private static func endpoint(
        _ id: String, _ table: RouteTable, _ state: EC2State
    ) throws(ServiceError) -> RouteTable.Route.Target {
        let endpoint = try state.vpcEndpoints.named(id, .vpcEndpoint)
        try check(endpoint.vpcID, table, "VPC endpoint \(id)")
        guard endpoint.type == "GatewayLoadBalancer" else {
            throw EC2Error.invalidParameter("VPC endpoint \(id) is not a Gateway Load Balancer endpoint")
        }
        return .vpcEndpoint(id: id)
    }

    /// What nobody has here.
    private static func elsewhere(_ parameter: String, _ id: String) -> ServiceError {
        switch parameter {
        case "TransitGatewayId":
            ServiceError(
                "InvalidTransitGatewayID.NotFound", "The transitGateway ID '\(id.prefix(256))' does not exist.")
        case "CarrierGatewayId":
            ServiceError(
                "InvalidCarrierGatewayID.NotFound", "The carrierGateway ID '\(id.prefix(256))' does not exist")
        case "LocalGatewayId":
            ServiceError("InvalidLocalGatewayID.NotFound", "The localGateway ID '\(id.prefix(256))' does not exist")
        default:
            EC2Error.invalidParameter("Value (\(id.prefix(256))) for parameter \(lower(parameter)) is invalid.")
        }
    }
}

/// Routes as answers show them.
enum Routes {
    static func destinationView(_ route: RouteTable.Route) -> Fields {
        var fields = Fields()
        let text = Value.string(route.destination)
        if route.destination.hasPrefix("pl-") {
            fields.append("DestinationPrefixListId", text)
        } else if route.destination.contains(":") {
            fields.append("DestinationIpv6CidrBlock", text)
        } else {
            fields.append("DestinationCidrBlock", text)
        }
        return fields
    }

    static func targetView(_ route: RouteTable.Route) -> Fields {
        var fields = Fields()
        switch route.target {
        case .local: fields.append("GatewayId", "local")
        case .gateway(let id), .vpcEndpoint(let id): fields.append("GatewayId", .string(id))
        case .natGateway(let id): fields.append("NatGatewayId", .string(id))
        case .networkInterface(let id): fields.append("NetworkInterfaceId", .string(id))
        case .instance(let id, let interface):
            fields.append("InstanceId", .string(id))
            fields.append("NetworkInterfaceId", .string(interface))
        case .vpcPeering(let id): fields.append("VpcPeeringConnectionId", .string(id))
        case .egressOnlyGateway(let id): fields.append("EgressOnlyInternetGatewayId", .string(id))
        case .transitGateway(let id): fields.append("TransitGatewayId", .string(id))
        case .carrierGateway(let id): fields.append("CarrierGatewayId", .string(id))
        case .localGateway(let id): fields.append("LocalGatewayId", .string(id))
        case .coreNetwork(let arn): fields.append("CoreNetworkArn", .string(arn))
        }
        return fields
    }

    static func view(_ route: RouteTable.Route, _ table: RouteTable, _ state: EC2State) -> Value {
        var fields = destinationView(route)
        for field in targetView(route).fields { fields.append(field.name, field.value) }
        // An interface that hangs on an instance is shown with it.
        if case .networkInterface(let id) = route.target, let attachment = state.networkInterfaces[id]?.attachment,
            !attachment.instanceID.isEmpty
        {
            fields.append("InstanceId", .string(attachment.instanceID))
        }
        if fields["InstanceId"] != nil { fields.append("InstanceOwnerId", .string(table.ownerID)) }
        fields.append("Origin", .string(route.origin))
        fields.append("State", .string(state.isActive(route, in: table.vpcID) ? "active" : "blackhole"))
        return .structure(fields)
    }
}
