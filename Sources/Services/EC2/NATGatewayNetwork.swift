import CloudState
import ServiceModel

/// What a call to CreateNatGateway asks for, checked as far as AWS checks before it answers.
struct NATGatewayRequest {
    var connectivity: NATGateway.Connectivity
    /// The primary Elastic IP and the others.
    var allocations: [ElasticIP] = []
    var privateAddress: IPv4Address?
    var secondaryAddresses: [IPv4Address] = []
    var secondaryCount = 0

    init(_ input: Input, _ context: CallContext) throws(ServiceError) {
        let type = input.string("ConnectivityType") ?? "public"
        guard let connectivity = NATGateway.Connectivity(rawValue: type) else {
            throw EC2Error.invalidParameter("Value (\(type.prefix(256))) for parameter ConnectivityType is invalid.")
        }
        self.connectivity = connectivity
        let primary = input.string("AllocationId").map { [$0] } ?? []
        let ids = primary + input.strings("SecondaryAllocationIds")
        switch connectivity {
        case .public:
            guard !primary.isEmpty else { throw EC2Error.missingParameter("AllocationId") }
            guard Set(ids).count == ids.count else {
                throw EC2Error.invalidParameter("The same allocation ID may not be specified more than once.")
            }
            for id in ids { allocations.append(try context.ec2.elasticIPs.named(id, .elasticIP)) }
        case .private:
            guard ids.isEmpty else {
                throw EC2Error.invalidCombination(
                    "The AllocationId parameter is not supported for private NAT gateways.")
            }
        }
        privateAddress = try Self.address(input.string("PrivateIpAddress"))
        for text in input.strings("SecondaryPrivateIpAddresses") {
            if let address = try Self.address(text) { secondaryAddresses.append(address) }
        }
        secondaryCount = input.integer("SecondaryPrivateIpAddressCount") ?? 0
        guard secondaryCount == 0 || secondaryAddresses.isEmpty else {
            throw EC2Error.invalidCombination(
                "The parameter SecondaryPrivateIpAddressCount cannot be used with the parameter SecondaryPrivateIpAddress"
            )
        }
        guard (0...31).contains(secondaryCount), secondaryAddresses.count <= 31, allocations.count <= 8 else {
            throw EC2Error.invalidParameter(
                "A NAT gateway may have up to 8 Elastic IP addresses and 31 secondary private addresses.")
        }
        // Each further Elastic IP needs a private address to stand for.
        if connectivity == .public, secondaryAddresses.isEmpty { secondaryCount = allocations.count - 1 }
        guard
            connectivity == .private || secondaryAddresses.isEmpty || secondaryAddresses.count == allocations.count - 1
        else {
            throw EC2Error.invalidParameter(
                "The number of secondary private addresses must be the number of secondary allocation IDs.")
        }
    }

    static func address(_ text: String?) throws(ServiceError) -> IPv4Address? {
        guard let text, !text.isEmpty else { return nil }
        guard let address = IPv4Address(text) else {
            throw EC2Error.invalidParameter(
                "Value (\(text.prefix(256))) for parameter PrivateIpAddress is invalid. Invalid IPv4 address.")
        }
        return address
    }

    /// The gateway as the answer to the call shows it: nothing is in place yet.
    func announced(_ gateway: NATGateway) -> NATGateway {
        var gateway = gateway
        gateway.addresses = allocations.enumerated().map { index, allocation in
            NATGateway.Address(allocationID: allocation.id, isPrimary: index == 0, status: .associating)
        }
        return gateway
    }

    /// What makes the gateway end as `failed` although the call succeeds.
    ///
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html>
    func failure(in subnet: Subnet, _ context: CallContext) -> NATGateway.Failure? {
        if connectivity == .public {
            guard context.ec2.internetGateways.contains(where: { $0.vpcID == subnet.vpcID }) else {
                return .init(
                    code: "Gateway.NotAttached", message: "Network \(subnet.vpcID) has no Internet gateway attached")
            }
            for allocation in allocations where context.ec2.association(of: allocation) != nil {
                return .init(
                    code: "Resource.AlreadyAssociated",
                    message: "Elastic IP address [\(allocation.id)] is already associated")
            }
        }
        guard subnet.availableAddresses > max(secondaryCount, secondaryAddresses.count) else {
            return .init(
                code: "InsufficientFreeAddressesInSubnet",
                message: "Subnet has insufficient free addresses to create this NAT gateway")
        }
        return nil
    }
}

/// The network interface of a NAT gateway, which belongs to the service.
enum NATGatewayNetwork {
    static func build(
        _ gateway: inout NATGateway, _ request: NATGatewayRequest, _ subnet: Subnet, _ context: inout CallContext
    ) throws(ServiceError) {
        var addresses = [try take(request.privateAddress, subnet.id, &context)]
        for wanted in request.secondaryAddresses { addresses.append(try take(wanted, subnet.id, &context)) }
        for _ in 0..<request.secondaryCount { addresses.append(try take(nil, subnet.id, &context)) }
        var interface = NetworkInterface(
            id: context.newID("eni"), subnetID: subnet.id, vpcID: subnet.vpcID, zone: subnet.zone,
            ownerID: context.accountID, description: "Interface for NAT Gateway \(gateway.id)",
            macAddress: LaunchNetwork.newMACAddress(&context),
            addresses: addresses.enumerated().map { .init(address: $1, isPrimary: $0 == 0) }, groupIDs: [])
        interface.interfaceType = "nat_gateway"
        interface.isRequesterManaged = true
        interface.requesterID = "amazon-aws"
        interface.sourceDestCheck = false
        // It hangs on no instance of the account's.
        interface.attachment = NetworkInterface.Attachment(
            id: context.newID("ela-attach"), instanceID: "", instanceOwnerID: "amazon-aws", deviceIndex: 1,
            attachTime: context.now, deleteOnTermination: false)
        context.ec2.networkInterfaces.insert(interface)
        gateway.networkInterfaceID = interface.id
        for (index, address) in addresses.enumerated() {
            let allocation = index < request.allocations.count ? request.allocations[index] : nil
            gateway.addresses.append(join(address, allocation, isPrimary: index == 0, interface.id, &context))
        }
    }

    /// Takes an address of the subnet as it is now.
    static func take(
        _ wanted: IPv4Address?, _ subnetID: String, _ context: inout CallContext
    ) throws(ServiceError) -> IPv4Address {
        guard let subnet = context.ec2.subnets[subnetID] else { throw EC2Error.notFound(.subnet, [subnetID]) }
        return try LaunchNetwork.takeAddress(wanted, in: subnet, &context)
    }

    /// A private address of the gateway, with the Elastic IP that stands for it outside.
    static func join(
        _ address: IPv4Address, _ allocation: ElasticIP?, isPrimary: Bool, _ interfaceID: String,
        _ context: inout CallContext
    ) -> NATGateway.Address {
        var joined = NATGateway.Address(
            allocationID: allocation?.id, isPrimary: isPrimary, status: allocation == nil ? .assigning : .associating)
        joined.privateAddress = address
        if let allocation {
            let id = context.newID("eipassoc")
            joined.associationID = id
            joined.publicAddress = allocation.address
            context.ec2.associate(
                allocation.id, with: interfaceID, privateAddress: address, associationID: id,
                ownerID: context.accountID)
        }
        return joined
    }
}
