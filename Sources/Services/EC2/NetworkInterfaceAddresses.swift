import CloudState
import ServiceModel

/// The private IPv4 addresses that CreateNetworkInterface asks for.
struct AddressRequest {
    /// Nil stands for any.
    var primary: IPv4Address?
    var secondary: [IPv4Address] = []
    var secondaryCount = 0

    init(_ input: Input) throws(ServiceError) {
        if let text = input.string("PrivateIpAddress") { primary = try Self.address(text) }
        for entry in input.structures("PrivateIpAddresses") {
            let address = try Self.address(entry.string("PrivateIpAddress") ?? "")
            if entry.boolean("Primary") ?? false {
                guard primary == nil || primary == address else {
                    throw EC2Error.invalidCombination("Only one primary private IP address can be specified.")
                }
                primary = address
            } else {
                secondary.append(address)
            }
        }
        secondaryCount = input.integer("SecondaryPrivateIpAddressCount") ?? 0
        guard secondary.isEmpty || secondaryCount == 0 else {
            throw EC2Error.invalidCombination(
                "You may specify secondaryPrivateIpAddressCount or specific private IP addresses, but not both.")
        }
        // Without a primary among them, the first of several is it.
        if primary == nil, !secondary.isEmpty, !input.structures("PrivateIpAddresses").isEmpty {
            primary = secondary.removeFirst()
        }
        guard (0...50).contains(secondaryCount), secondary.count <= 50 else { throw Self.limit }
    }

    static func address(_ text: String) throws(ServiceError) -> IPv4Address {
        guard let address = IPv4Address(text) else {
            throw EC2Error.invalidParameter("invalid value for parameter address: \(text.prefix(256))")
        }
        return address
    }

    static var limit: ServiceError {
        ServiceError("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.")
    }

    func take(
        in subnetID: String, _ context: inout CallContext
    ) throws(ServiceError) -> [NetworkInterface.PrivateAddress] {
        var wanted: [IPv4Address?] = [primary] + secondary
        wanted += Array(repeating: nil, count: secondaryCount)
        var taken: [NetworkInterface.PrivateAddress] = []
        for address in wanted {
            guard let subnet = context.ec2.subnets[subnetID] else { throw EC2Error.notFound(.subnet, [subnetID]) }
            taken.append(
                NetworkInterface.PrivateAddress(
                    address: try LaunchNetwork.takeAddress(address, in: subnet, &context), isPrimary: taken.isEmpty))
        }
        return taken
    }
}

/// IPv6 addresses of interfaces.
enum IPv6Addresses {
    /// The addresses asked for, or as many as asked for of the subnet's block.
    static func take(
        _ wanted: [String], count: Int, for interface: NetworkInterface, _ context: inout CallContext
    ) throws(ServiceError) -> [String] {
        guard !wanted.isEmpty || count > 0 else { return [] }
        guard let subnet = context.ec2.subnets[interface.subnetID] else {
            throw EC2Error.notFound(.subnet, [interface.subnetID])
        }
        guard let block = subnet.ipv6Blocks.first?.block else {
            throw EC2Error.invalidParameter("The subnet '\(subnet.id)' does not have an IPv6 CIDR block.")
        }
        guard (0...50).contains(count), wanted.count <= 50 else {
            throw ServiceError("Ipv6AddressLimitExceeded", "Number of IPv6 addresses will exceed limit.")
        }
        // No two that the world chooses are alike, so that only those that are named may be taken already.
        var used: Set<String> =
            wanted.isEmpty
            ? [] : Set(context.ec2.networkInterfaces.filter { $0.subnetID == subnet.id }.flatMap(\.ipv6Addresses))
        var taken: [String] = []
        for text in wanted {
            guard let address = IPv6Address(text) else {
                throw EC2Error.invalidParameter("Invalid IPv6 address: \(text.prefix(128))")
            }
            guard block.contains(address) else {
                throw EC2Error.invalidParameter(
                    "Address \(address) does not fall within the subnet's IPv6 address range")
            }
            guard used.insert(address.description).inserted else {
                throw ServiceError("InvalidIPAddress.InUse", "Address \(address) is in use.")
            }
            taken.append(address.description)
        }
        if wanted.isEmpty {
            while taken.count < count {
                guard let address = subnet.ipv6Address(context.world.ids.bits("\(context.region)/ipv6-address"))
                else { break }
                if used.insert(address.description).inserted { taken.append(address.description) }
            }
        }
        return taken
    }
}

/// Assigning and unassigning addresses of network interfaces.
enum NetworkInterfaceAddresses {
    static let operations: [String: Handler] = [
        "AssignPrivateIpAddresses": .write(assign),
        "UnassignPrivateIpAddresses": .write(unassign),
        "AssignIpv6Addresses": .write(assignIPv6),
        "UnassignIpv6Addresses": .write(unassignIPv6),
    ]

    static func assign(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let interface = try NetworkInterfaceCalls.named(input, context)
        let texts = input.strings("PrivateIpAddresses")
        let count = input.integer("SecondaryPrivateIpAddressCount") ?? 0
        guard texts.isEmpty || count == 0 else {
            throw EC2Error.invalidCombination(
                "You may specify secondaryPrivateIpAddressCount or specific private IP addresses, but not both.")
        }
        let prefixes = try PrefixRequest(
            ipv4: input.strings("Ipv4Prefixes"), ipv4Count: input.integer("Ipv4PrefixCount"), ipv6: [], ipv6Count: nil)
        guard !texts.isEmpty || count > 0 || prefixes.count > 0 else {
            throw ServiceError(
                "MissingParameter",
                "Either secondaryPrivateIpAddressCount or specific private IP addresses must be specified")
        }
        guard texts.count <= 50, count <= 50,
            interface.addresses.count + interface.ipv4Prefixes.count + texts.count + count + prefixes.count
                <= limit(interface, context)
        else { throw AddressRequest.limit }
        let mayMove = input.boolean("AllowReassignment") ?? false
        var taken: [IPv4Address] = []
        for text in texts {
            let address = try AddressRequest.address(text)
            try free(address, for: interface, mayMove, &context)
            taken.append(try take(address, interface, &context))
        }
        for _ in 0..<count { taken.append(try take(nil, interface, &context)) }
        var changed = interface
        let assigned = try prefixes.take(for: &changed, &context).ipv4
        context.ec2.networkInterfaces.update(interface.id) { record in
            record.addresses += taken.map { NetworkInterface.PrivateAddress(address: $0, isPrimary: false) }
            record.ipv4Prefixes = changed.ipv4Prefixes
        }
        return Response([
            "NetworkInterfaceId": .string(interface.id),
            "AssignedPrivateIpAddresses": .list(taken) { ["PrivateIpAddress": .string($0.description)] },
            "AssignedIpv4Prefixes": assigned.isEmpty
                ? nil : .list(assigned) { ["Ipv4Prefix": .string($0.description)] },
        ])
    }

    /// How many addresses the interface may have: its instance's type decides.
    private static func limit(_ interface: NetworkInterface, _ context: CallContext) -> Int {
        guard let instance = interface.attachment.flatMap({ context.ec2.instances[$0.instanceID] }),
            let type = InstanceType.named(instance.type)
        else { return 50 }
        return type.addressesPerInterface
    }

    private static func take(
        _ address: IPv4Address?, _ interface: NetworkInterface, _ context: inout CallContext
    ) throws(ServiceError) -> IPv4Address {
        guard let subnet = context.ec2.subnets[interface.subnetID] else {
            throw EC2Error.notFound(.subnet, [interface.subnetID])
        }
        return try LaunchNetwork.takeAddress(address, in: subnet, &context)
    }

    /// Takes a secondary address away from the interface that has it, where that is allowed.
    private static func free(
        _ address: IPv4Address, for interface: NetworkInterface, _ mayMove: Bool, _ context: inout CallContext
    ) throws(ServiceError) {
        let holder = context.ec2.networkInterfaces.first { other in
            other.subnetID == interface.subnetID && other.addresses.contains { $0.address == address }
        }
        guard let holder else { return }
        let isPrimary = holder.addresses.contains { $0.address == address && $0.isPrimary }
        guard mayMove, !isPrimary else {
            throw EC2Error.invalidParameter("[\(address)] assigned, but move is not allowed.")
        }
        release([address], of: holder, &context)
    }

    private static func release(
        _ addresses: [IPv4Address], of interface: NetworkInterface, _ context: inout CallContext
    ) {
        context.ec2.networkInterfaces.update(interface.id) { record in
            record.addresses.removeAll { addresses.contains($0.address) }
        }
        context.ec2.subnets.update(interface.subnetID) { subnet in
            for address in addresses { subnet.release(address) }
        }
    }

    static func unassign(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let interface = try NetworkInterfaceCalls.named(input, context)
        var addresses: [IPv4Address] = []
        for text in input.strings("PrivateIpAddresses") { addresses.append(try AddressRequest.address(text)) }
        let prefixes = try PrefixRequest(
            ipv4: input.strings("Ipv4Prefixes"), ipv4Count: nil, ipv6: [], ipv6Count: nil
        ).ipv4
        guard !addresses.isEmpty || !prefixes.isEmpty else { throw EC2Error.missingParameter("privateIpAddress") }
        guard prefixes.allSatisfy(interface.ipv4Prefixes.contains) else {
            throw EC2Error.invalidParameter(
                "Some of [\(prefixes.map(\.description).joined(separator: ", "))] are not assigned to interface \(interface.id)"
            )
        }
        let secondary = interface.addresses.filter { !$0.isPrimary }.map(\.address)
        guard addresses.allSatisfy(secondary.contains) else {
            throw EC2Error.invalidParameter(
                "Some of [\(addresses.map(\.description).joined(separator: ", "))] are not assigned to interface \(interface.id)"
            )
        }
        release(addresses, of: interface, &context)
        context.ec2.networkInterfaces.update(interface.id) { $0.ipv4Prefixes.removeAll(where: prefixes.contains) }
        context.ec2.subnets.update(interface.subnetID) { subnet in
            for prefix in prefixes { subnet.release(prefix) }
        }
        return .empty
    }

    static func assignIPv6(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let interface = try NetworkInterfaceCalls.named(input, context)
        let wanted = input.strings("Ipv6Addresses")
        let count = input.integer("Ipv6AddressCount") ?? 0
        let prefixes = try PrefixRequest(
            ipv4: [], ipv4Count: nil, ipv6: input.strings("Ipv6Prefixes"), ipv6Count: input.integer("Ipv6PrefixCount"))
        let wantsPrefixes = !prefixes.ipv6.isEmpty || prefixes.ipv6Count > 0
        guard wanted.isEmpty != (count == 0) || wantsPrefixes && wanted.isEmpty && count == 0 else {
            throw EC2Error.invalidCombination("Either ipv6AddressCount or specific IPv6 addresses must be specified")
        }
        let taken = try IPv6Addresses.take(wanted, count: count, for: interface, &context)
        var changed = interface
        let assigned = try prefixes.take(for: &changed, &context).ipv6
        context.ec2.networkInterfaces.update(interface.id) { record in
            record.ipv6Addresses += taken
            record.ipv6Prefixes = changed.ipv6Prefixes
        }
        return Response([
            "NetworkInterfaceId": .string(interface.id), "AssignedIpv6Addresses": .strings(taken),
            "AssignedIpv6Prefixes": assigned.isEmpty ? nil : .strings(assigned.map(\.description)),
        ])
    }

    static func unassignIPv6(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let interface = try NetworkInterfaceCalls.named(input, context)
        let addresses = input.strings("Ipv6Addresses").map { IPv6Address($0)?.description ?? $0 }
        guard addresses.allSatisfy(interface.ipv6Addresses.contains) else {
            throw EC2Error.invalidParameter(
                "Some of [\(addresses.joined(separator: ", ").prefix(1024))] are not assigned to interface \(interface.id)"
            )
        }
        let prefixes = try PrefixRequest(
            ipv4: [], ipv4Count: nil, ipv6: input.strings("Ipv6Prefixes"), ipv6Count: nil
        ).ipv6
        guard prefixes.allSatisfy(interface.ipv6Prefixes.contains) else {
            throw EC2Error.invalidParameter(
                "Some of [\(prefixes.map(\.description).joined(separator: ", "))] are not assigned to interface \(interface.id)"
            )
        }
        context.ec2.networkInterfaces.update(interface.id) { record in
            record.ipv6Addresses.removeAll(where: addresses.contains)
            record.ipv6Prefixes.removeAll(where: prefixes.contains)
        }
        return Response([
            "NetworkInterfaceId": .string(interface.id), "UnassignedIpv6Addresses": .strings(addresses),
            "UnassignedIpv6Prefixes": prefixes.isEmpty ? nil : .strings(prefixes.map(\.description)),
        ])
    }
}
