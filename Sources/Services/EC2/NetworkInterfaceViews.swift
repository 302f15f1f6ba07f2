import CloudState
import ServiceModel

/// DescribeNetworkInterfaces, and interfaces as answers show them.
enum NetworkInterfaceViews {
    static let operations: [String: Handler] = [
        "DescribeNetworkInterfaces": .read(describe)
    ]

    static let listing = Listing<NetworkInterface>(
        kind: .networkInterface, table: { $0.networkInterfaces }, ids: "NetworkInterfaceIds", tags: { $0.tags },
        filters: [ownFilters, addressFilters, attachmentFilters].reduce(into: [:]) { all, some in
            all.merge(some) { first, _ in first }
        })

    private static let ownFilters: [String: Listing<NetworkInterface>.FilterValues] = [
        "network-interface-id": { interface, _ in [interface.id] },
        "subnet-id": { interface, _ in [interface.subnetID] },
        "vpc-id": { interface, _ in [interface.vpcID] },
        "availability-zone": { interface, _ in [interface.zone] },
        "availability-zone-id": { interface, state in state.subnets[interface.subnetID].map { [$0.zoneID] } ?? [] },
        "description": { interface, _ in [interface.description] },
        "group-id": { interface, _ in interface.groupIDs },
        "group-name": { interface, state in interface.groupIDs.compactMap { state.securityGroups[$0]?.name } },
        "interface-type": { interface, _ in [interface.interfaceType] },
        "mac-address": { interface, _ in [interface.macAddress] },
        "owner-id": { interface, _ in [interface.ownerID] },
        "requester-id": { interface, _ in interface.requesterID.map { [$0] } ?? [] },
        "requester-managed": { interface, _ in ["\(interface.isRequesterManaged)"] },
        "source-dest-check": { interface, _ in ["\(interface.sourceDestCheck)"] },
        "status": { interface, _ in [status(interface)] },
        "operator.managed": { _, _ in ["false"] }, "operator.principal": { _, _ in [] },
        "private-dns-name": { interface, state in
            guard hasNames(interface, state), let address = interface.primary?.address else { return [] }
            return [InstanceViews.privateName(address, region(interface))]
        },
    ]

    private static let addressFilters: [String: Listing<NetworkInterface>.FilterValues] = [
        "addresses.private-ip-address": { interface, _ in interface.addresses.map(\.address.description) },
        "addresses.primary": { interface, _ in interface.addresses.map { "\($0.isPrimary)" } },
        "addresses.association.public-ip": { interface, _ in
            interface.addresses.compactMap { $0.association?.address.description }
        },
        "addresses.association.owner-id": { interface, _ in interface.addresses.compactMap { $0.association?.ownerID }
        },
        "association.public-ip": { interface, _ in
            interface.primary?.association.map { [$0.address.description] } ?? []
        },
        "association.public-dns-name": { interface, state in
            guard hasNames(interface, state), let address = interface.primary?.association?.address else { return [] }
            return [InstanceViews.publicName(address, region(interface))]
        },
        "association.ip-owner-id": { interface, _ in interface.primary?.association.map { [$0.ownerID] } ?? [] },
        "association.allocation-id": { interface, _ in
            interface.primary?.association?.allocationID.map { [$0] } ?? []
        },
        "association.association-id": { interface, _ in
            interface.primary?.association?.associationID.map { [$0] } ?? []
        },
        "private-ip-address": { interface, _ in interface.primary.map { [$0.address.description] } ?? [] },
        "ipv6-addresses.ipv6-address": { interface, _ in interface.ipv6Addresses },
    ]

    private static let attachmentFilters: [String: Listing<NetworkInterface>.FilterValues] = [
        "attachment.attachment-id": { interface, _ in
            (interface.attachment ?? interface.formerAttachment).map { [$0.id] } ?? []
        },
        "attachment.instance-id": { interface, _ in interface.attachment.map { [$0.instanceID] } ?? [] },
        "attachment.instance-owner-id": { interface, _ in interface.attachment.map { [$0.instanceOwnerID] } ?? [] },
        "attachment.device-index": { interface, _ in interface.attachment.map { ["\($0.deviceIndex)"] } ?? [] },
        "attachment.network-card-index": { interface, _ in
            interface.attachment.map { ["\($0.networkCardIndex)"] } ?? []
        },
        "attachment.delete-on-termination": { interface, _ in
            interface.attachment.map { ["\($0.deleteOnTermination)"] } ?? []
        },
        "attachment.attach-time": { interface, _ in interface.attachment.map { [$0.attachTime.iso8601] } ?? [] },
        "attachment.status": { interface, _ in interface.attachment.map { [status($0)] } ?? [] },
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try listing.page(input, context)
        let state = context.ec2
        let region = context.region
        let asksForAttachment = try Filter.all(input).contains { $0.name == "attachment.attachment-id" }
        return Response([
            "NetworkInterfaces": .list(page.records) { interface in
                guard asksForAttachment, interface.attachment == nil, let former = interface.formerAttachment else {
                    return view(interface, state, region)
                }
                var shown = interface
                shown.attachment = former
                guard case .structure(var fields) = view(shown, state, region),
                    case .structure(var attachment)? = fields["Attachment"]
                else { return view(interface, state, region) }
                attachment["Status"] = "detached"
                fields["Attachment"] = .structure(attachment)
                fields["Status"] = "available"
                return .structure(fields)
            },
            "NextToken": .optional(page.nextToken),
        ])
    }

    /// Whether its VPC gives names to addresses.
    private static func hasNames(_ interface: NetworkInterface, _ state: EC2State) -> Bool {
        state.vpcs[interface.vpcID]?.dnsHostnames ?? false
    }

    private static func region(_ interface: NetworkInterface) -> String { String(interface.zone.dropLast()) }

    static func status(_ interface: NetworkInterface) -> String {
        interface.attachment == nil ? "available" : "in-use"
    }

    static func status(_ attachment: NetworkInterface.Attachment) -> String {
        attachment.isDetaching ? "detaching" : attachment.isAttaching ? "attaching" : "attached"
    }

    static func view(_ interface: NetworkInterface, _ state: EC2State, _ region: String) -> Value {
        let vpc = state.vpcs[interface.vpcID]
        let hasDNSNames = vpc?.dnsHostnames ?? false
        let primary = interface.primary
        func name(_ address: IPv4Address) -> Value? {
            hasDNSNames ? .string(InstanceViews.privateName(address, region)) : nil
        }
        return [
            "Association": primary?.association.map { association($0, region, hasDNSNames) },
            "Attachment": interface.attachment.map(attachment),
            "AvailabilityZone": .string(interface.zone),
            "AvailabilityZoneId": .optional(state.subnets[interface.subnetID]?.zoneID),
            "Description": .string(interface.description),
            "Groups": InstanceViews.groupViews(interface.groupIDs, state),
            "InterfaceType": .string(interface.interfaceType),
            "Ipv6Address": .optional(interface.ipv6Addresses.first),
            "Ipv6Addresses": .list(interface.ipv6Addresses) { ["Ipv6Address": .string($0), "IsPrimaryIpv6": false] },
            "Ipv4Prefixes": interface.ipv4PrefixViews, "Ipv6Prefixes": interface.ipv6PrefixViews,
            "MacAddress": .string(interface.macAddress), "NetworkInterfaceId": .string(interface.id),
            "OwnerId": .string(interface.ownerID), "PrivateDnsName": primary.flatMap { name($0.address) },
            "PublicDnsName": hasDNSNames
                ? primary?.association.map { .string(InstanceViews.publicName($0.address, region)) } : nil,
            "PrivateIpAddress": primary.map { .string($0.address.description) },
            "PrivateIpAddresses": .list(interface.addresses) { address in
                [
                    "Association": address.association.map { association($0, region, hasDNSNames) },
                    "Primary": .boolean(address.isPrimary), "PrivateDnsName": name(address.address),
                    "PrivateIpAddress": .string(address.address.description),
                ]
            },
            "RequesterId": .optional(interface.requesterID), "RequesterManaged": .boolean(interface.isRequesterManaged),
            "SourceDestCheck": .boolean(interface.sourceDestCheck), "Status": .string(status(interface)),
            "SubnetId": .string(interface.subnetID), "TagSet": interface.tags.view, "VpcId": .string(interface.vpcID),
            "Operator": ["Managed": false],
        ]
    }

    private static func association(
        _ address: NetworkInterface.PublicAddress, _ region: String, _ hasDNSNames: Bool
    ) -> Value {
        [
            "AllocationId": .optional(address.allocationID), "AssociationId": .optional(address.associationID),
            "IpOwnerId": .string(address.ownerID),
            "PublicDnsName": .string(hasDNSNames ? InstanceViews.publicName(address.address, region) : ""),
            "PublicIp": .string(address.address.description),
        ]
    }

    static func attachment(_ attachment: NetworkInterface.Attachment) -> Value {
        [
            "AttachTime": .timestamp(attachment.attachTime), "AttachmentId": .string(attachment.id),
            "DeleteOnTermination": .boolean(attachment.deleteOnTermination),
            "DeviceIndex": .integer(attachment.deviceIndex),
            "NetworkCardIndex": .integer(attachment.networkCardIndex),
            // Interfaces of AWS's own services hang on no instance of the account.
            "InstanceId": attachment.instanceID.isEmpty ? nil : .string(attachment.instanceID),
            "InstanceOwnerId": .string(attachment.instanceOwnerID), "Status": .string(status(attachment)),
        ]
    }
}
