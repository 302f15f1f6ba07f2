import CloudState
import ServiceModel

/// Internet gateways, and those that let only IPv6 out.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html>,
/// <https://docs.aws.amazon.com/vpc/latest/userguide/egress-only-internet-gateway.html>
enum InternetGatewayCalls {
    static let operations: [String: Handler] = [
        "CreateInternetGateway": .write(create),
        "AttachInternetGateway": .write(attach),
        "DetachInternetGateway": .write(detach),
        "DeleteInternetGateway": .write(delete),
        "DescribeInternetGateways": .read(describe),
        "CreateEgressOnlyInternetGateway": .write(createEgressOnly),
        "DeleteEgressOnlyInternetGateway": .write(deleteEgressOnly),
        "DescribeEgressOnlyInternetGateways": .read(describeEgressOnly),
    ]

    static let gateways = Listing<InternetGateway>(
        kind: .internetGateway, table: { $0.internetGateways }, ids: "InternetGatewayIds", tags: { $0.tags },
        filters: [
            "internet-gateway-id": { gateway, _ in [gateway.id] },
            "attachment.vpc-id": { gateway, _ in gateway.vpcID.map { [$0] } ?? [] },
            "attachment.state": { gateway, _ in gateway.vpcID.map { _ in ["available"] } ?? [] },
            "owner-id": { gateway, _ in [gateway.ownerID] },
        ])

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try gateways.page(input, context)
        return Response([
            "InternetGateways": .list(page.records, view), "NextToken": .optional(page.nextToken),
        ])
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let tags = try TagRules.specified(input, for: .internetGateway)
        guard context.ec2.internetGateways.count < context.ec2.networkQuotas.internetGateways else {
            throw ServiceError(
                "InternetGatewayLimitExceeded", "The maximum number of internet gateways has been reached.")
        }
        var gateway = InternetGateway(id: context.newID("igw"), ownerID: context.accountID)
        gateway.tags = tags
        context.ec2.internetGateways.insert(gateway)
        return Response(["InternetGateway": view(gateway)])
    }

    static func attach(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let gateway = try context.ec2.internetGateways.named(input.id("InternetGatewayId"), .internetGateway)
        let vpc = try context.ec2.vpcs.named(input.id("VpcId"), .vpc)
        if let other = gateway.vpcID {
            throw ServiceError(
                "Resource.AlreadyAssociated", "resource \(gateway.id) is already attached to network \(other)")
        }
        guard !context.ec2.internetGateways.contains(where: { $0.vpcID == vpc.id }) else {
            throw EC2Error.invalidParameter("Network \(vpc.id) already has an internet gateway attached")
        }
        context.ec2.internetGateways.update(gateway.id) { $0.vpcID = vpc.id }
        return .empty
    }

    static func detach(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let gateway = try context.ec2.internetGateways.named(input.id("InternetGatewayId"), .internetGateway)
        let id = input.id("VpcId")
        try ResourceKind.vpc.check(id)
        guard let vpc = context.ec2.vpcs[id], gateway.vpcID == id else {
            // A gateway that hangs nowhere is not attached to a VPC that is gone either.
            guard gateway.vpcID == nil || context.ec2.vpcs[id] != nil else { throw EC2Error.notFound(.vpc, [id]) }
            throw ServiceError("Gateway.NotAttached", "resource \(gateway.id) is not attached to network \(id)")
        }
        let hasPublicAddresses = context.ec2.networkInterfaces.contains { interface in
            interface.vpcID == vpc.id && interface.addresses.contains { $0.association != nil }
        }
        guard !hasPublicAddresses else {
            throw ServiceError(
                "DependencyViolation",
                "Network \(vpc.id) has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."
            )
        }
        context.ec2.internetGateways.update(gateway.id) { $0.vpcID = nil }
        // Its edge association goes with the attachment.
        for table in context.ec2.routeTables where table.associations.contains(where: { $0.gatewayID == gateway.id }) {
            context.ec2.routeTables.update(table.id) { $0.associations.removeAll { $0.gatewayID == gateway.id } }
        }
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let gateway = try context.ec2.internetGateways.named(input.id("InternetGatewayId"), .internetGateway)
        guard gateway.vpcID == nil else { throw EC2Error.dependency("internetGateway", gateway.id) }
        context.ec2.internetGateways[gateway.id] = nil
        return .empty
    }

    static func view(_ gateway: InternetGateway) -> Value {
        [
            "Attachments": .list(gateway.vpcID.map { [attachment($0, state: "available")] } ?? []),
            "InternetGatewayId": .string(gateway.id), "OwnerId": .string(gateway.ownerID),
            "Tags": gateway.tags.view,
        ]
    }

    private static func attachment(_ vpcID: String, state: String) -> Value {
        ["State": .string(state), "VpcId": .string(vpcID)]
    }

    // MARK: Egress-only

    static let egressOnly = Listing<EgressOnlyInternetGateway>(
        kind: .egressOnlyInternetGateway, table: { $0.egressOnlyInternetGateways },
        ids: "EgressOnlyInternetGatewayIds", tags: { $0.tags }, filters: [:], pageSizes: 5...255)

    static func describeEgressOnly(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try egressOnly.page(input, context)
        return Response([
            "EgressOnlyInternetGateways": .list(page.records, view), "NextToken": .optional(page.nextToken),
        ])
    }

    static func createEgressOnly(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let operation = "CreateEgressOnlyInternetGateway"
        let token = input.string("ClientToken") ?? ""
        if let known = try Idempotency.known(operation, token, input, context),
            let gateway = context.ec2.egressOnlyInternetGateways[known]
        {
            return Response([
                "ClientToken": .optional(input.string("ClientToken")), "EgressOnlyInternetGateway": view(gateway),
            ])
        }
        let vpc = try context.ec2.vpcs.named(input.id("VpcId"), .vpc)
        let tags = try TagRules.specified(input, for: .egressOnlyInternetGateway)
        guard context.ec2.egressOnlyInternetGateways.count < context.ec2.networkQuotas.egressOnlyInternetGateways else {
            throw ServiceError(
                "EgressOnlyInternetGatewayLimitExceeded",
                "The maximum number of egress-only internet gateways has been reached.")
        }
        var gateway = EgressOnlyInternetGateway(id: context.newID("eigw"), vpcID: vpc.id)
        gateway.tags = tags
        context.ec2.egressOnlyInternetGateways.insert(gateway)
        Idempotency.remember(operation, token, input, gateway.id, &context)
        return Response([
            "ClientToken": .optional(input.string("ClientToken")), "EgressOnlyInternetGateway": view(gateway),
        ])
    }

    static func deleteEgressOnly(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.id("EgressOnlyInternetGatewayId")
        let gateway = try context.ec2.egressOnlyInternetGateways.named(id, .egressOnlyInternetGateway)
        context.ec2.egressOnlyInternetGateways[gateway.id] = nil
        return Response(["ReturnCode": true])
    }

    private static func view(_ gateway: EgressOnlyInternetGateway) -> Value {
        [
            "Attachments": [attachment(gateway.vpcID, state: "attached")],
            "EgressOnlyInternetGatewayId": .string(gateway.id), "Tags": gateway.tags.view,
        ]
    }
}
