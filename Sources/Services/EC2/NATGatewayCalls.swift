import CloudState
import ServiceModel

/// NAT gateways.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html>
enum NATGatewayCalls {
    static let operations: [String: Handler] = [
        "CreateNatGateway": .write(create),
        "DeleteNatGateway": .write(delete),
        "DescribeNatGateways": .read(describe),
    ]

    static let gateways = Listing<NATGateway>(
        kind: .natGateway, table: { $0.natGateways }, ids: "NatGatewayIds", tags: { $0.tags },
        filters: [
            "nat-gateway-id": { gateway, _ in [gateway.id] },
            "state": { gateway, _ in [gateway.state.rawValue] },
            "subnet-id": { gateway, _ in [gateway.subnetID] },
            "vpc-id": { gateway, _ in [gateway.vpcID] },
            "connectivity-type": { gateway, _ in [gateway.connectivity.rawValue] },
        ], filterParameter: "Filter")

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        for id in input.strings("NatGatewayIds") { _ = try named(id, context) }
        let page = try gateways.page(input, context)
        return Response([
            "NatGateways": .list(page.records) { view($0) }, "NextToken": .optional(page.nextToken),
        ])
    }

    /// The gateway of that id; NAT gateways have error codes of their own.
    static func named(_ id: String, _ context: CallContext) throws(ServiceError) -> NATGateway {
        guard ResourceKind.natGateway.accepts(id) else {
            throw ServiceError("NatGatewayMalformed", "The NAT gateway ID '\(id.prefix(256))' is malformed")
        }
        guard let gateway = context.ec2.natGateways[id] else {
            throw ServiceError("NatGatewayNotFound", "NAT gateway \(id) was not found")
        }
        return gateway
    }

    // MARK: Creating

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let token = input.string("ClientToken") ?? ""
        if let known = try Idempotency.known("CreateNatGateway", token, input, context),
            let gateway = context.ec2.natGateways[known]
        {
            return Response(["NatGateway": view(gateway), "ClientToken": .optional(input.string("ClientToken"))])
        }
        guard (input.string("AvailabilityMode") ?? "zonal") == "zonal" else {
            throw ServiceError(
                "UnsupportedOperation", "Regional NAT gateways are not emulated here.", isNotEmulated: true)
        }
        guard let subnetID = input.string("SubnetId"), !subnetID.isEmpty else {
            throw EC2Error.missingParameter("SubnetId")
        }
        let request = try NATGatewayRequest(input, context)
        let subnet = try context.ec2.subnets.named(subnetID, .subnet)
        let tags = try TagRules.specified(input, for: .natGateway)
        let neighbours = context.ec2.natGateways.count {
            $0.isInService && context.ec2.subnets[$0.subnetID]?.zone == subnet.zone
        }
        let limit = context.ec2.networkQuotas.natGatewaysPerZone
        guard neighbours < limit else {
            throw ServiceError(
                "NatGatewayLimitExceeded", "Performing this operation would exceed the limit of \(limit) NAT gateways")
        }
        var gateway = NATGateway(
            id: context.newID("nat"), vpcID: subnet.vpcID, subnetID: subnet.id, connectivity: request.connectivity,
            createTime: context.now)
        gateway.tags = tags
        let answer = view(request.announced(gateway))
        if let failure = request.failure(in: subnet, context) {
            gateway.failure = failure
            gateway.addresses = request.announced(gateway).addresses
        } else {
            try NATGatewayNetwork.build(&gateway, request, subnet, &context)
        }
        context.ec2.natGateways.insert(gateway)
        context.world.schedule(
            .natGateway(id: gateway.id, region: context.region, .ready), after: Timings.natGatewayCreate)
        Idempotency.remember("CreateNatGateway", token, input, gateway.id, &context)
        return Response(["NatGateway": answer, "ClientToken": .optional(input.string("ClientToken"))])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let gateway = try named(input.id("NatGatewayId"), context)
        guard gateway.state != .deleted else {
            throw ServiceError("NatGatewayNotFound", "NAT gateway \(gateway.id) was not found")
        }
        if gateway.state != .deleting {
            context.ec2.natGateways.update(gateway.id) { $0.state = .deleting }
            context.world.schedule(
                .natGateway(id: gateway.id, region: context.region, .deleted), after: Timings.natGatewayDelete)
        }
        return Response(["NatGatewayId": .string(gateway.id)])
    }

    // MARK: View

    static func view(_ gateway: NATGateway) -> Value {
        [
            "CreateTime": .timestamp(gateway.createTime), "DeleteTime": gateway.deleteTime.map { .timestamp($0) },
            "FailureCode": gateway.state == .failed ? .optional(gateway.failure?.code) : nil,
            "FailureMessage": gateway.state == .failed ? .optional(gateway.failure?.message) : nil,
            "NatGatewayAddresses": .list(gateway.addresses) { view($0, gateway) },
            "NatGatewayId": .string(gateway.id), "State": .string(gateway.state.rawValue),
            "SubnetId": .string(gateway.subnetID), "VpcId": .string(gateway.vpcID), "Tags": gateway.tags.viewIfAny,
            "ConnectivityType": .string(gateway.connectivity.rawValue), "AvailabilityMode": "zonal",
        ]
    }

    static func view(_ address: NATGateway.Address, _ gateway: NATGateway) -> Value {
        [
            "AllocationId": .optional(address.allocationID),
            "NetworkInterfaceId": address.privateAddress == nil ? nil : .optional(gateway.networkInterfaceID),
            "PrivateIp": .optional(address.privateAddress?.description),
            "PublicIp": .optional(address.publicAddress?.description),
            "AssociationId": .optional(address.associationID), "IsPrimary": .boolean(address.isPrimary),
            "Status": .string(address.status.rawValue),
        ]
    }
}
