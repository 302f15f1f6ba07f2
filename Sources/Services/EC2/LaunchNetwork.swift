import CloudState
import ServiceModel

/// Where a launch goes: the subnet, and the security groups of interfaces that do not name their own.
struct LaunchSite {
    var subnet: Subnet
    var groupIDs: [String]

    init(_ launch: InstanceLaunch, _ context: CallContext) throws(ServiceError) {
        let wanted =
            launch.subnetID
            ?? launch.interfaces.first { $0.deviceIndex == 0 }.flatMap { request in
                request.subnetID ?? request.existingID.flatMap { context.ec2.networkInterfaces[$0]?.subnetID }
            }
        if let wanted {
            try ResourceKind.subnet.check(wanted)
            guard let found = context.ec2.subnets[wanted] else { throw EC2Error.notFound(.subnet, [wanted]) }
            if let zone = launch.zone, zone != found.zone {
                throw EC2Error.invalidParameter(
                    "The availability zone '\(zone.prefix(64))' does not match the subnet '\(found.id)' availability zone '\(found.zone)'"
                )
            }
            subnet = found
            try Self.checkOffer(launch.type, found.zone, context, zoneWasChosen: true)
        } else {
            subnet = try Self.defaultSubnet(launch, context)
        }
        groupIDs = try Self.groups(launch, vpcID: subnet.vpcID, context)
    }

    /// The default subnet of the zone asked for, or of the first zone that offers the type.
    private static func defaultSubnet(_ launch: InstanceLaunch, _ context: CallContext) throws(ServiceError) -> Subnet {
        if let zone = launch.zone {
            guard RegionFacts.named(context.region)?.zones.contains(where: { $0.name == zone }) ?? false else {
                throw EC2Error.invalidParameter("Invalid availability zone: [\(zone.prefix(64))]")
            }
            try checkOffer(launch.type, zone, context, zoneWasChosen: true)
        }
        guard let vpc = context.ec2.defaultVPC else {
            throw ServiceError(
                "VPCIdNotSpecified",
                "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.")
        }
        let candidates = context.ec2.subnets.filter { $0.vpcID == vpc.id && $0.isDefaultForZone }
        let region = context.region
        let fitting = candidates.filter { subnet in
            guard launch.zone == nil || launch.zone == subnet.zone else { return false }
            return subnet.zone.last.map { launch.type.isOffered(in: region, zoneLetter: $0) } ?? false
        }
        guard !fitting.isEmpty else {
            if let zone = launch.zone {
                throw ServiceError("MissingInput", "No default subnet for availability zone: '\(zone)'.")
            }
            guard !candidates.isEmpty else {
                throw ServiceError(
                    "MissingInput", "No subnets found for the default VPC '\(vpc.id)'. Please specify a subnet.")
            }
            throw ServiceError(
                "Unsupported",
                "The requested configuration is currently not supported. Please check the documentation for supported configurations."
            )
        }
        // Who names no zone gets one that has the type to give; who names one hears of it later.
        let capacity = context.world.capacity
        let able = fitting.first { capacity.has(launch.type.name, region: region, zone: $0.zone) }
        guard let subnet = able ?? (launch.zone == nil ? nil : fitting.first) else {
            guard launch.spot == nil else { throw LaunchCapacity.noSpotCapacity }
            throw LaunchCapacity.insufficient(
                "We currently do not have sufficient \(launch.type.name) capacity in zones with support for '\(launch.image.rootVolumeType)' volumes. Our system will be working on provisioning additional capacity."
            )
        }
        return subnet
    }

    private static func checkOffer(
        _ type: InstanceType, _ zone: String, _ context: CallContext, zoneWasChosen: Bool
    ) throws(ServiceError) {
        guard let letter = zone.last, !type.isOffered(in: context.region, zoneLetter: letter) else { return }
        let offering = (RegionFacts.named(context.region)?.zones ?? []).map(\.name).filter { name in
            name.last.map { type.isOffered(in: context.region, zoneLetter: $0) } ?? false
        }
        guard !offering.isEmpty else {
            throw ServiceError(
                "Unsupported",
                "The requested configuration is currently not supported. Please check the documentation for supported configurations."
            )
        }
        throw ServiceError(
            "Unsupported",
            "Your requested instance type (\(type.name)) is not supported in your requested Availability Zone (\(zone)). Please retry your request by not specifying an Availability Zone or choosing \(offering.joined(separator: ", "))."
        )
    }

    private static func groups(
        _ launch: InstanceLaunch, vpcID: String, _ context: CallContext
    ) throws(ServiceError) -> [String] {
        var ids = try checkedGroups(launch.groupIDs, vpcID: vpcID, context)
        for name in launch.groupNames {
            guard launch.subnetID == nil, context.ec2.vpcs[vpcID]?.isDefault ?? false else {
                throw EC2Error.invalidCombination(
                    "The parameter groupName cannot be used with the parameter subnet")
            }
            guard let group = context.ec2.securityGroups.first(where: { $0.name == name && $0.vpcID == vpcID }) else {
                throw ServiceError(
                    "InvalidGroup.NotFound",
                    "The security group '\(name.prefix(256))' does not exist in default VPC '\(vpcID)'")
            }
            ids.append(group.id)
        }
        if ids.isEmpty, let group = context.ec2.securityGroups.first(where: { $0.vpcID == vpcID && $0.isDefault }) {
            ids = [group.id]
        }
        return ids
    }

    /// Groups by id that must exist and belong to the VPC.
    static func checkedGroups(
        _ ids: [String], vpcID: String, _ context: CallContext
    ) throws(ServiceError) -> [String] {
        for id in ids {
            try ResourceKind.securityGroup.check(id)
            guard let group = context.ec2.securityGroups[id] else { throw EC2Error.notFound(.securityGroup, [id]) }
            guard group.vpcID == vpcID else {
                throw ServiceError(
                    "InvalidParameter", "Security group \(id) and subnet belong to different networks.")
            }
        }
        guard Set(ids).count == ids.count else {
            throw EC2Error.invalidParameter("The same security group may not be specified more than once.")
        }
        return ids
    }
}

/// The network interfaces of an instance at launch.
enum LaunchNetwork {
    static func attachInterfaces(
        to instance: inout Instance, _ launch: InstanceLaunch, _ site: LaunchSite, _ context: inout CallContext
    ) throws(ServiceError) {
        let requests = launch.interfaces.isEmpty ? [InterfaceRequest(launch, site)] : launch.interfaces
        for request in requests.sorted(by: { $0.deviceIndex < $1.deviceIndex }) {
            if let existing = request.existingID {
                try attachExisting(existing, request, to: instance, &context)
                instance.networkInterfaceIDs.append(existing)
                continue
            }
            let subnetID = request.subnetID ?? site.subnet.id
            try ResourceKind.subnet.check(subnetID)
            guard let subnet = context.ec2.subnets[subnetID] else { throw EC2Error.notFound(.subnet, [subnetID]) }
            guard subnet.zone == instance.zone else {
                throw EC2Error.invalidParameter(
                    "The subnet '\(subnetID)' is not in the same availability zone as the instance.")
            }
            var request = request
            if request.groupIDs.isEmpty {
                request.groupIDs = site.groupIDs
            } else if request.groupIDs != site.groupIDs || subnetID != site.subnet.id {
                // Those of the whole launch were checked for its subnet.
                request.groupIDs = try LaunchSite.checkedGroups(request.groupIDs, vpcID: subnet.vpcID, context)
            }
            let id =
                try subnet.isIPv6Native
                ? makeIPv6Only(request, in: subnet, launch, for: instance, &context)
                : make(request, in: subnet, launch.interfaceTags, for: instance, &context)
            instance.networkInterfaceIDs.append(id)
        }
    }

    private static func attachExisting(
        _ id: String, _ request: InterfaceRequest, to instance: Instance, _ context: inout CallContext
    ) throws(ServiceError) {
        try ResourceKind.networkInterface.check(id)
        guard let interface = context.ec2.networkInterfaces[id] else {
            throw EC2Error.notFound(.networkInterface, [id])
        }
        guard interface.attachment == nil else {
            throw ServiceError("InvalidNetworkInterface.InUse", "Interface: [\(id)] in use.")
        }
        let attachment = attachment(to: instance, request, &context)
        context.ec2.networkInterfaces.update(id) { $0.attachment = attachment }
    }

    private static func attachment(
        to instance: Instance, _ request: InterfaceRequest, _ context: inout CallContext
    ) -> NetworkInterface.Attachment {
        var attachment = NetworkInterface.Attachment(
            id: context.newID("eni-attach"), instanceID: instance.id, instanceOwnerID: instance.ownerID,
            deviceIndex: request.deviceIndex, attachTime: context.now,
            deleteOnTermination: request.deleteOnTermination)
        attachment.networkCardIndex = request.networkCardIndex
        return attachment
    }

    private static func make(
        _ request: InterfaceRequest, in subnet: Subnet, _ tags: Tags, for instance: Instance,
        _ context: inout CallContext
    ) throws(ServiceError) -> String {
        var subnet = subnet
        var addresses = [
            NetworkInterface.PrivateAddress(
                address: try takeAddress(request.address, of: &subnet, &context), isPrimary: true)
        ]
        let secondary: [IPv4Address?] =
            request.secondaryAddresses + Array(repeating: nil, count: request.secondaryCount)
        for wanted in secondary {
            addresses.append(
                NetworkInterface.PrivateAddress(
                    address: try takeAddress(wanted, of: &subnet, &context), isPrimary: false))
        }
        context.ec2.subnets[subnet.id] = subnet
        var interface = interface(request, in: subnet, tags, for: instance, &context)
        interface.addresses = addresses
        interface.borrowsPublicAddress =
            request.associatesPublicAddress ?? (request.deviceIndex == 0 && subnet.mapsPublicIP)
        if interface.borrowsPublicAddress { interface.addresses[0].association = borrowedAddress(&context) }
        interface.ipv6Addresses = try IPv6Addresses.take(
            request.ipv6Addresses, count: request.ipv6Count ?? (subnet.assignsIPv6Address ? 1 : 0), for: interface,
            &context)
        _ = try request.prefixes?.take(for: &interface, &context)
        context.ec2.networkInterfaces.insert(interface)
        return interface.id
    }

    /// In a subnet without IPv4 an interface has one IPv6 address at least.
    ///
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html>
    private static func makeIPv6Only(
        _ request: InterfaceRequest, in subnet: Subnet, _ launch: InstanceLaunch, for instance: Instance,
        _ context: inout CallContext
    ) throws(ServiceError) -> String {
        guard launch.type.hypervisor == "nitro" else {
            throw ServiceError(
                "Unsupported",
                "The instance type \(launch.type.name) is not supported in IPv6-only subnets: only instances built on the Nitro System are."
            )
        }
        guard request.address == nil, request.addressCount == 1, !(request.associatesPublicAddress ?? false) else {
            throw EC2Error.invalidCombination(
                "IPv4 addresses cannot be assigned in the IPv6-only subnet '\(subnet.id)'.")
        }
        var interface = interface(request, in: subnet, launch.interfaceTags, for: instance, &context)
        interface.ipv6Addresses = try IPv6Addresses.take(
            request.ipv6Addresses, count: max(1, request.ipv6Count ?? 1), for: interface, &context)
        context.ec2.networkInterfaces.insert(interface)
        return interface.id
    }

    /// An interface that has no addresses yet.
    private static func interface(
        _ request: InterfaceRequest, in subnet: Subnet, _ tags: Tags, for instance: Instance,
        _ context: inout CallContext
    ) -> NetworkInterface {
        var interface = NetworkInterface(
            id: context.newID("eni"), subnetID: subnet.id, vpcID: subnet.vpcID, zone: subnet.zone,
            ownerID: context.accountID, description: request.description, macAddress: newMACAddress(&context),
            addresses: [], groupIDs: request.groupIDs)
        interface.tags = tags
        interface.interfaceType = request.type
        interface.attachment = attachment(to: instance, request, &context)
        return interface
    }

    /// Takes an address of the subnet: the one asked for, or a free one.
    static func takeAddress(
        _ wanted: IPv4Address?, in subnet: Subnet, _ context: inout CallContext
    ) throws(ServiceError) -> IPv4Address {
        var subnet = subnet
        let address = try takeAddress(wanted, of: &subnet, &context)
        context.ec2.subnets[subnet.id] = subnet
        return address
    }

    private static func takeAddress(
        _ wanted: IPv4Address?, of subnet: inout Subnet, _ context: inout CallContext
    ) throws(ServiceError) -> IPv4Address {
        if let wanted {
            guard subnet.block.contains(wanted) else {
                throw EC2Error.invalidParameter("Address \(wanted) does not fall within the subnet's address range")
            }
            guard !subnet.isReserved(wanted) else {
                throw EC2Error.invalidParameter("Address \(wanted) is in subnet's reserved address range")
            }
            guard subnet.isAssignable(wanted) else {
                throw ServiceError("InvalidIPAddress.InUse", "Address \(wanted) is in use.")
            }
            subnet.take(wanted)
            return wanted
        }
        guard let free = subnet.takeFree(context.world.ids.bits("\(context.region)/private-address")) else {
            throw ServiceError(
                "InsufficientFreeAddressesInSubnet",
                "The specified subnet does not have enough free addresses to satisfy the request.")
        }
        return free
    }

    /// A public address that AWS lends until the instance stops.
    static func borrowedAddress(_ context: inout CallContext) -> NetworkInterface.PublicAddress {
        NetworkInterface.PublicAddress(address: newPublicAddress(&context), ownerID: "amazon")
    }

    static func newPublicAddress(_ context: inout CallContext) -> IPv4Address { context.newPublicAddress() }

    static func newMACAddress(_ context: inout CallContext) -> String { context.newMACAddress() }
}
