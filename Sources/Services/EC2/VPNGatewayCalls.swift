import CloudState
import ServiceModel

/// Virtual private gateways, and the propagation of their routes. No VPN connection ends at them here.
///
/// <https://docs.aws.amazon.com/vpn/latest/s2svpn/how_it_works.html>
enum VPNGatewayCalls {
    static let operations: [String: Handler] = [
        "AttachVpnGateway": .write(attach),
        "CreateVpnGateway": .write(create),
        "DeleteVpnGateway": .write(delete),
        "DescribeVpnGateways": .read(describe),
        "DetachVpnGateway": .write(detach),
        "DisableVgwRoutePropagation": .write { context, input throws(ServiceError) in
            try propagate(&context, input, false)
        },
        "EnableVgwRoutePropagation": .write { context, input throws(ServiceError) in
            try propagate(&context, input, true)
        },
    ]

    private static let listing = Listing<VPNGateway>(
        kind: .vpnGateway, table: { $0.vpnGateways }, ids: "VpnGatewayIds", tags: { $0.tags },
        filters: [
            "amazon-side-asn": { gateway, _ in ["\(gateway.asn)"] },
            "attachment.state": { gateway, _ in gateway.vpcID.map { _ in ["attached"] } ?? [] },
            "attachment.vpc-id": { gateway, _ in gateway.vpcID.map { [$0] } ?? [] },
            "availability-zone": { gateway, _ in gateway.zone.map { [$0] } ?? [] },
            "state": { _, _ in ["available"] },
            "type": { _, _ in ["ipsec.1"] },
            "vpn-gateway-id": { gateway, _ in [gateway.id] },
        ], pageSizes: nil)

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try InstanceLaunch.oneOf(input.string("Type") ?? "", ["ipsec.1"], "type")
        let asn = input.integer("AmazonSideAsn") ?? 64_512
        guard (64_512...65_534).contains(asn) || (4_200_000_000...4_294_967_294).contains(asn) else {
            throw EC2Error.invalidParameter(
                "Amazon side ASN \(asn) is invalid. It must be a private ASN: 64512 to 65534 or 4200000000 to 4294967294."
            )
        }
        let zone = input.string("AvailabilityZone").flatMap { $0.isEmpty ? nil : $0 }
        if let zone {
            guard Zones.usable(context).contains(where: { $0.name == zone }) else {
                throw EC2Error.invalidParameter("Invalid availability zone: [\(zone.prefix(256))]")
            }
        }
        let tags = try TagRules.specified(input, for: .vpnGateway)
        guard context.ec2.vpnGateways.count < 5 else {
            throw ServiceError(
                "VpnGatewayLimitExceeded", "The maximum number of virtual private gateways has been reached.")
        }
        var gateway = VPNGateway(id: context.newID("vgw"), asn: asn, zone: zone)
        gateway.tags = tags
        context.ec2.vpnGateways.insert(gateway)
        return Response(["VpnGateway": view(gateway)])
    }

    static func attach(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let gateway = try context.ec2.vpnGateways.named(input.id("VpnGatewayId"), .vpnGateway)
        let vpc = try context.ec2.vpcs.named(input.id("VpcId"), .vpc)
        if let other = gateway.vpcID, other != vpc.id {
            throw ServiceError(
                "VpnGatewayAttachmentLimitExceeded",
                "The vpnGateway '\(gateway.id)' is already attached to network '\(other)'.")
        }
        guard !context.ec2.vpnGateways.contains(where: { $0.vpcID == vpc.id && $0.id != gateway.id }) else {
            throw EC2Error.invalidParameter("Network \(vpc.id) already has a virtual private gateway attached")
        }
        context.ec2.vpnGateways.update(gateway.id) { $0.vpcID = vpc.id }
        return Response(["VpcAttachment": ["State": "attaching", "VpcId": .string(vpc.id)]])
    }

    static func detach(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let gateway = try context.ec2.vpnGateways.named(input.id("VpnGatewayId"), .vpnGateway)
        let vpcID = input.id("VpcId")
        guard gateway.vpcID == vpcID else {
            throw ServiceError(
                "InvalidVpnGatewayAttachment.NotFound",
                "The attachment with vpn gateway ID '\(gateway.id)' and vpc ID '\(vpcID.prefix(64))' does not exist.")
        }
        context.ec2.vpnGateways.update(gateway.id) { $0.vpcID = nil }
        for table in context.ec2.routeTables where table.propagatingGateways.contains(gateway.id) {
            context.ec2.routeTables.update(table.id) { $0.propagatingGateways.removeAll { $0 == gateway.id } }
        }
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let gateway = try context.ec2.vpnGateways.named(input.id("VpnGatewayId"), .vpnGateway)
        guard gateway.vpcID == nil else {
            throw ServiceError("IncorrectState", "The vpnGateway '\(gateway.id)' is in use.")
        }
        context.ec2.vpnGateways[gateway.id] = nil
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try listing.page(input, context)
        return Response(["VpnGateways": .list(page.records, view)])
    }

    private static func view(_ gateway: VPNGateway) -> Value {
        [
            "AmazonSideAsn": .integer(gateway.asn), "Tags": gateway.tags.viewIfAny,
            "VpnGatewayId": .string(gateway.id), "State": "available", "Type": "ipsec.1",
            "AvailabilityZone": .optional(gateway.zone),
            "VpcAttachments": gateway.vpcID.map { [["State": "attached", "VpcId": .string($0)]] } ?? [],
        ]
    }

    // MARK: Propagation

    private static func propagate(
        _ context: inout CallContext, _ input: Input, _ isWanted: Bool
    ) throws(ServiceError) -> Response {
        let table = try context.ec2.routeTables.named(input.id("RouteTableId"), .routeTable)
        let id = input.id("GatewayId")
        guard let gateway = context.ec2.vpnGateways[id] else {
            throw ServiceError("InvalidGatewayID.NotFound", "The gateway ID '\(id.prefix(256))' does not exist")
        }
        guard gateway.vpcID == table.vpcID else {
            throw ServiceError(
                "Gateway.NotAttached", "resource \(gateway.id) is not attached to network \(table.vpcID)")
        }
        context.ec2.routeTables.update(table.id) { record in
            record.propagatingGateways.removeAll { $0 == id }
            if isWanted { record.propagatingGateways.append(id) }
        }
        return .empty
    }
}

extension ResourceKind {
    static let vpnGateway = ResourceKind(
        "vgw", type: "vpn-gateway", noun: "vpnGateway", code: "InvalidVpnGatewayID",
        malformed: "InvalidVpnGatewayId")
    static let customerGateway = ResourceKind(
        "cgw", type: "customer-gateway", noun: "customerGateway", code: "InvalidCustomerGatewayID",
        malformed: "InvalidCustomerGatewayId")
}
