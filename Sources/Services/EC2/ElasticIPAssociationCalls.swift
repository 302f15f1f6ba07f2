import CloudState
import ServiceModel

/// AssociateAddress and DisassociateAddress.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateAddress.html>
enum ElasticIPAssociationCalls {
    static let operations: [String: Handler] = [
        "AssociateAddress": .write(associate),
        "DisassociateAddress": .write(disassociate),
    ]

    static func associate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let address = try address(input, context)
        let interface = try interface(input, context)
        let privateAddress = try privateAddress(input, interface)
        try checkManaged(interface)
        guard context.ec2.internetGateways.contains(where: { $0.vpcID == interface.vpcID }) else {
            throw ServiceError(
                "Gateway.NotAttached", "Network \(interface.vpcID) is not attached to any internet gateway")
        }
        // By allocation id, reassociation is allowed unless the request says no.
        let mayMove = input.boolean("AllowReassociation") ?? true
        if let association = context.ec2.association(of: address) {
            if association.interface.id == interface.id, association.privateAddress == privateAddress {
                return Response(["AssociationId": .string(association.id)])
            }
            try checkManaged(association.interface)
            guard mayMove else {
                throw ServiceError(
                    "Resource.AlreadyAssociated",
                    "resource \(address.id) is already associated with associate-id \(association.id)")
            }
            takeAway(address, &context)
        }
        if let current = interface.addresses.first(where: { $0.address == privateAddress })?.association,
            let other = current.allocationID
        {
            guard mayMove else {
                throw ServiceError(
                    "Resource.AlreadyAssociated",
                    "resource \(interface.id) is already associated with associate-id \(current.associationID ?? "")")
            }
            context.ec2.disassociate(other)
        }
        let id = context.newID("eipassoc")
        context.ec2.associate(
            address.id, with: interface.id, privateAddress: privateAddress, associationID: id,
            ownerID: context.accountID)
        return Response(["AssociationId": .string(id)])
    }

    private static func address(_ input: Input, _ context: CallContext) throws(ServiceError) -> ElasticIP {
        let allocation = input.string("AllocationId").flatMap { $0.isEmpty ? nil : $0 }
        let publicIP = input.string("PublicIp").flatMap { $0.isEmpty ? nil : $0 }
        switch (allocation, publicIP) {
        case (let id?, nil): return try context.ec2.elasticIPs.named(id, .elasticIP)
        case (nil, let text?): return try ElasticIPCalls.named(publicIP: text, context)
        case (nil, nil):
            throw ServiceError("MissingParameter", "Either public IP or allocation id must be specified")
        default:
            throw EC2Error.invalidCombination(
                "You may specify public IP or allocation id, but not both in the same call")
        }
    }

    private static func interface(_ input: Input, _ context: CallContext) throws(ServiceError) -> NetworkInterface {
        // Where both are given the instance counts: Terraform sends the interface that its address was on before.
        if let id = input.string("NetworkInterfaceId"), !id.isEmpty, input.string("InstanceId") ?? "" == "" {
            return try context.ec2.networkInterfaces.named(id, .networkInterface)
        }
        guard let id = input.string("InstanceId"), !id.isEmpty else {
            throw ServiceError("MissingParameter", "Either instance ID or network interface id must be specified")
        }
        let instance = try context.ec2.instances.named(id, .instance)
        guard [.running, .stopping, .stopped].contains(instance.state) else {
            let word = instance.state == .pending ? "pending" : instance.state.rawValue
            throw ServiceError(
                "InvalidInstanceID", "The \(word) instance '\(id)' is not in a valid state for this operation.")
        }
        guard instance.networkInterfaceIDs.count == 1, let only = instance.networkInterfaceIDs.first else {
            throw ServiceError(
                "InvalidInstanceID",
                "There are multiple interfaces attached to instance '\(id)'. Please specify an interface ID for the operation instead."
            )
        }
        return try context.ec2.networkInterfaces.named(only, .networkInterface)
    }

    private static func privateAddress(
        _ input: Input, _ interface: NetworkInterface
    ) throws(ServiceError) -> IPv4Address {
        guard let text = input.string("PrivateIpAddress"), !text.isEmpty else {
            guard let primary = interface.primary else {
                throw EC2Error.invalidParameter("The interface '\(interface.id)' has no IPv4 address.")
            }
            return primary.address
        }
        guard let wanted = IPv4Address(text) else {
            throw EC2Error.invalidParameter(
                "Value (\(text.prefix(256))) for parameter privateIpAddress is invalid. Invalid IPv4 address.")
        }
        guard interface.addresses.contains(where: { $0.address == wanted }) else {
            throw EC2Error.invalidParameter(
                "Address \(wanted) is not assigned to interface \(interface.id).")
        }
        return wanted
    }

    /// The interfaces of NAT gateways and the like belong to the service that made them.
    private static func checkManaged(_ interface: NetworkInterface) throws(ServiceError) {
        guard !interface.isRequesterManaged else {
            throw ServiceError("AuthFailure", "You do not have permission to access the specified resource.")
        }
    }

    static func disassociate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let address: ElasticIP
        if let id = input.string("AssociationId"), !id.isEmpty {
            let state = context.ec2
            guard let found = state.elasticIPs.first(where: { state.association(of: $0)?.id == id }) else {
                throw EC2Error.associationNotFound(id)
            }
            address = found
        } else if let text = input.string("PublicIp"), !text.isEmpty {
            address = try ElasticIPCalls.named(publicIP: text, context)
        } else {
            throw ServiceError("MissingParameter", "Either public IP or association id must be specified")
        }
        if let association = context.ec2.association(of: address) {
            try checkManaged(association.interface)
            takeAway(address, &context)
        }
        return .empty
    }

    /// Takes the address from its interface. A running instance that was launched with a public address is lent another
    /// one, unless it has several interfaces.
    private static func takeAway(_ address: ElasticIP, _ context: inout CallContext) {
        guard let association = context.ec2.association(of: address) else { return }
        context.ec2.disassociate(address.id)
        guard association.interface.borrowsPublicAddress,
            association.interface.primary?.address == association.privateAddress,
            let instance = association.interface.attachment.flatMap({ context.ec2.instances[$0.instanceID] }),
            instance.state == .running || instance.state == .pending, instance.networkInterfaceIDs.count == 1
        else { return }
        let borrowed = LaunchNetwork.borrowedAddress(&context)
        context.ec2.networkInterfaces.update(association.interface.id) { interface in
            for index in interface.addresses.indices where interface.addresses[index].isPrimary {
                interface.addresses[index].association = borrowed
            }
        }
    }
}
