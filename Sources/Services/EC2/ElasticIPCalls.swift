import CloudState
import ServiceModel

/// Elastic IP addresses: allocating, describing and releasing them.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html>
enum ElasticIPCalls {
    static let operations: [String: Handler] = [
        "AllocateAddress": .write(allocate),
        "ReleaseAddress": .write(release),
        "DescribeAddresses": .read(describe),
        "DescribeAddressesAttribute": .read(describeAttribute),
        "ModifyAddressAttribute": .write(modifyAttribute),
        "ResetAddressAttribute": .write(resetAttribute),
    ]

    static let addresses = Listing<ElasticIP>(
        kind: .elasticIP, table: { $0.elasticIPs }, ids: "AllocationIds", tags: { $0.tags },
        filters: [
            "allocation-id": { address, _ in [address.id] },
            "public-ip": { address, _ in [address.address.description] },
            "domain": { _, _ in ["vpc"] },
            "network-border-group": { address, _ in [address.networkBorderGroup] },
            "association-id": { address, state in state.association(of: address).map { [$0.id] } ?? [] },
            "instance-id": { address, state in
                instance(state.association(of: address)).map { [$0] } ?? []
            },
            "network-interface-id": { address, state in state.association(of: address).map { [$0.interface.id] } ?? []
            },
            "network-interface-owner-id": { address, state in
                state.association(of: address).map { [$0.interface.ownerID] } ?? []
            },
            "private-ip-address": { address, state in
                state.association(of: address).map { [$0.privateAddress.description] } ?? []
            },
        ], pageSizes: nil)

    private static func instance(_ association: EC2State.ElasticIPAssociation?) -> String? {
        guard let id = association?.interface.attachment?.instanceID, !id.isEmpty else { return nil }
        return id
    }

    // MARK: Allocating

    static func allocate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard !input.has("PublicIpv4Pool"), !input.has("CustomerOwnedIpv4Pool"), !input.has("IpamPoolId") else {
            throw VPCBlockCalls.noPools
        }
        let domain = input.string("Domain") ?? "vpc"
        guard domain == "vpc" || domain == "standard" else {
            throw EC2Error.invalidParameter(
                "Value (\(domain.prefix(256))) for parameter domain is invalid. Invalid domain.")
        }
        let group = input.string("NetworkBorderGroup") ?? context.region
        guard group == context.region || context.ec2.optedInZoneGroups.contains(group) else {
            throw EC2Error.invalidParameter(
                "Value (\(group.prefix(256))) for parameter networkBorderGroup is invalid. Network border group does not exist."
            )
        }
        if let wanted = input.string("Address"), !wanted.isEmpty {
            // An address that was released can be had back for as long as nobody else has it; here nobody remembers.
            throw ServiceError(
                "InvalidAddress.NotFound", "The address '\(wanted.prefix(256))' does not belong to you.")
        }
        let tags = try TagRules.specified(input, for: .elasticIP)
        guard context.ec2.elasticIPs.count < context.ec2.networkQuotas.elasticIPs else {
            throw ServiceError("AddressLimitExceeded", "The maximum number of addresses has been reached.")
        }
        var address = ElasticIP(
            id: context.newID("eipalloc"), address: LaunchNetwork.newPublicAddress(&context), networkBorderGroup: group)
        address.tags = tags
        address.allocationTime = context.now
        context.ec2.elasticIPs.insert(address)
        return Response([
            "PublicIp": .string(address.address.description), "AllocationId": .string(address.id),
            "PublicIpv4Pool": "amazon", "NetworkBorderGroup": .string(group), "Domain": "vpc",
        ])
    }

    static func release(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let id = input.string("AllocationId"), !id.isEmpty else {
            guard let text = input.string("PublicIp"), !text.isEmpty else {
                throw ServiceError("MissingParameter", "Either public IP or allocation id must be specified")
            }
            _ = try named(publicIP: text, context)
            throw EC2Error.invalidParameter("You must specify an allocation id when releasing a VPC elastic IP address")
        }
        let address = try context.ec2.elasticIPs.named(id, .elasticIP)
        guard context.ec2.association(of: address) == nil else {
            throw ServiceError("InvalidIPAddress.InUse", "Address \(address.address) is in use.")
        }
        context.ec2.remember(Usage(.publicIPv4, from: address.allocationTime, to: context.now), of: id)
        context.ec2.elasticIPs[id] = nil
        return .empty
    }

    /// The Elastic IP with that public address, which must be the account's.
    static func named(publicIP text: String, _ context: CallContext) throws(ServiceError) -> ElasticIP {
        guard let wanted = IPv4Address(text) else {
            throw EC2Error.invalidParameter(
                "Value (\(text.prefix(256))) for parameter publicIp is invalid. Invalid IPv4 address.")
        }
        guard let found = context.ec2.elasticIPs.first(where: { $0.address == wanted }) else {
            throw ServiceError("InvalidAddress.NotFound", "Address '\(wanted)' not found.")
        }
        return found
    }

    // MARK: Describing

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var page = try addresses.page(input, context)
        let wanted = input.strings("PublicIps")
        if !wanted.isEmpty {
            var allocations: Set<String> = []
            for text in wanted { allocations.insert(try named(publicIP: text, context).id) }
            page.records = page.records.filter { allocations.contains($0.id) }
        }
        let state = context.ec2
        return Response(["Addresses": .list(page.records) { view($0, state) }])
    }

    static func view(_ address: ElasticIP, _ state: EC2State) -> Value {
        let association = state.association(of: address)
        return [
            "InstanceId": .optional(instance(association)), "PublicIp": .string(address.address.description),
            "AllocationId": .string(address.id), "AssociationId": .optional(association?.id), "Domain": "vpc",
            "NetworkInterfaceId": .optional(association?.interface.id),
            "NetworkInterfaceOwnerId": .optional(association?.interface.ownerID),
            "PrivateIpAddress": .optional(association?.privateAddress.description),
            "Tags": address.tags.viewIfAny, "PublicIpv4Pool": "amazon",
            "NetworkBorderGroup": .string(address.networkBorderGroup),
        ]
    }

    // MARK: Reverse DNS

    static let attributes = Listing<ElasticIP>(
        kind: .elasticIP, table: { $0.elasticIPs }, ids: "AllocationIds", tags: { $0.tags }, filters: [:],
        pageSizes: 1...1000, idsExcludePages: false, hasFilters: false)

    static func describeAttribute(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try attributes.page(input, context)
        // Those without a name of their own have nothing to show.
        let named = page.records.filter { $0.pointerRecord != nil }
        return Response(["Addresses": .list(named, attributeView), "NextToken": .optional(page.nextToken)])
    }

    static func modifyAttribute(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var address = try context.ec2.elasticIPs.named(input.id("AllocationId"), .elasticIP)
        guard let name = input.string("DomainName"), !name.isEmpty else {
            throw EC2Error.missingParameter("DomainName")
        }
        address.pointerRecord = name.hasSuffix(".") ? name : name + "."
        context.ec2.elasticIPs[address.id] = address
        return Response(["Address": attributeView(address)])
    }

    static func resetAttribute(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var address = try context.ec2.elasticIPs.named(input.id("AllocationId"), .elasticIP)
        guard input.id("Attribute") == "domain-name" else {
            throw EC2Error.invalidParameter(
                "Value (\(input.id("Attribute").prefix(256))) for parameter attribute is invalid.")
        }
        address.pointerRecord = nil
        context.ec2.elasticIPs[address.id] = address
        return Response(["Address": attributeView(address)])
    }

    private static func attributeView(_ address: ElasticIP) -> Value {
        [
            "PublicIp": .string(address.address.description), "AllocationId": .string(address.id),
            "PtrRecord": .optional(address.pointerRecord),
        ]
    }
}
