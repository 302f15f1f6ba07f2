import CloudState
import ServiceModel

/// Further addresses of NAT gateways: more Elastic IPs for public ones, more private addresses for private ones.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html#nat-gateway-edit-secondary>
enum NATGatewayAddressCalls {
    static let operations: [String: Handler] = [
        "AssociateNatGatewayAddress": .write(associate),
        "DisassociateNatGatewayAddress": .write(disassociate),
        "AssignPrivateNatGatewayAddress": .write(assign),
        "UnassignPrivateNatGatewayAddress": .write(unassign),
    ]

    /// The gateway of a request, which must be available and of that kind.
    private static func gateway(
        _ input: Input, _ connectivity: NATGateway.Connectivity, _ context: CallContext
    ) throws(ServiceError) -> NATGateway {
        let gateway = try NATGatewayCalls.named(input.id("NatGatewayId"), context)
        guard gateway.state == .available else {
            throw ServiceError(
                "IncorrectState",
                "The NAT gateway \(gateway.id) is not available: its state is \(gateway.state.rawValue).")
        }
        guard gateway.connectivity == connectivity else {
            throw EC2Error.invalidParameter(
                "The NAT gateway \(gateway.id) is \(gateway.connectivity.rawValue); the operation is for \(connectivity.rawValue) NAT gateways."
            )
        }
        return gateway
    }

    private static func answer(
        _ gateway: NATGateway, _ changed: [NATGateway.Address], _ context: inout CallContext
    ) -> Response {
        context.ec2.natGateways[gateway.id] = gateway
        context.world.schedule(
            .natGateway(id: gateway.id, region: context.region, .addressesSettled), after: Timings.natGatewayAddress)
        return Response([
            "NatGatewayId": .string(gateway.id),
            "NatGatewayAddresses": .list(changed) { NATGatewayCalls.view($0, gateway) },
        ])
    }

    private static func wantedAddresses(_ input: Input) throws(ServiceError) -> [IPv4Address] {
        var addresses: [IPv4Address] = []
        for text in input.strings("PrivateIpAddresses") {
            if let address = try NATGatewayRequest.address(text) { addresses.append(address) }
        }
        return addresses
    }

    /// Takes a private address and adds it to the gateway's interface.
    private static func addAddress(
        _ wanted: IPv4Address?, _ gateway: NATGateway, _ interfaceID: String, _ context: inout CallContext
    ) throws(ServiceError) -> IPv4Address {
        let address = try NATGatewayNetwork.take(wanted, gateway.subnetID, &context)
        context.ec2.networkInterfaces.update(interfaceID) {
            $0.addresses.append(.init(address: address, isPrimary: false))
        }
        return address
    }

    static func associate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var gateway = try gateway(input, .public, context)
        var allocations: [ElasticIP] = []
        for id in input.strings("AllocationIds") {
            let allocation = try context.ec2.elasticIPs.named(id, .elasticIP)
            guard context.ec2.association(of: allocation) == nil, !allocations.contains(where: { $0.id == id }) else {
                throw ServiceError("Resource.AlreadyAssociated", "Elastic IP address [\(id)] is already associated")
            }
            allocations.append(allocation)
        }
        let wanted = try wantedAddresses(input)
        guard wanted.isEmpty || wanted.count == allocations.count else {
            throw EC2Error.invalidParameter("The number of private addresses must be the number of allocation IDs.")
        }
        guard gateway.addresses.count + allocations.count <= 8, let interface = gateway.networkInterfaceID else {
            throw EC2Error.invalidParameter("A NAT gateway may have up to 8 Elastic IP addresses.")
        }
        var added: [NATGateway.Address] = []
        for (index, allocation) in allocations.enumerated() {
            let address = try addAddress(index < wanted.count ? wanted[index] : nil, gateway, interface, &context)
            added.append(NATGatewayNetwork.join(address, allocation, isPrimary: false, interface, &context))
        }
        gateway.addresses += added
        return answer(gateway, added, &context)
    }

    static func disassociate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var gateway = try gateway(input, .public, context)
        var changed: [NATGateway.Address] = []
        for id in input.strings("AssociationIds") {
            guard let index = gateway.addresses.firstIndex(where: { $0.associationID == id }) else {
                throw EC2Error.associationNotFound(id)
            }
            guard !gateway.addresses[index].isPrimary else {
                throw EC2Error.invalidParameter("The primary address of a NAT gateway cannot be disassociated.")
            }
            gateway.addresses[index].status = .disassociating
            changed.append(gateway.addresses[index])
        }
        return answer(gateway, changed, &context)
    }

    static func assign(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var gateway = try gateway(input, .private, context)
        let wanted = try wantedAddresses(input)
        let count = input.integer("PrivateIpAddressCount")
        guard wanted.isEmpty != (count == nil) else {
            throw EC2Error.invalidCombination("Specify either PrivateIpAddress or PrivateIpAddressCount.")
        }
        let number = count ?? wanted.count
        guard number > 0, gateway.addresses.count + number <= 32, let interface = gateway.networkInterfaceID else {
            throw EC2Error.invalidParameter("A NAT gateway may have up to 31 secondary private addresses.")
        }
        var added: [NATGateway.Address] = []
        for index in 0..<number {
            let address = try addAddress(index < wanted.count ? wanted[index] : nil, gateway, interface, &context)
            added.append(NATGatewayNetwork.join(address, nil, isPrimary: false, interface, &context))
        }
        gateway.addresses += added
        return answer(gateway, added, &context)
    }

    static func unassign(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var gateway = try gateway(input, .private, context)
        var changed: [NATGateway.Address] = []
        for wanted in try wantedAddresses(input) {
            guard let index = gateway.addresses.firstIndex(where: { $0.privateAddress == wanted && !$0.isPrimary })
            else {
                throw EC2Error.invalidParameter(
                    "The address \(wanted) is no secondary address of NAT gateway \(gateway.id).")
            }
            gateway.addresses[index].status = .unassigning
            changed.append(gateway.addresses[index])
        }
        return answer(gateway, changed, &context)
    }
}
