import CloudState
import ServiceModel

/// Route tables and what they are associated with.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html>
enum RouteTableCalls {
    static let operations: [String: Handler] = [
        "CreateRouteTable": .write(create),
        "DeleteRouteTable": .write(delete),
        "DescribeRouteTables": .read(describe),
        "AssociateRouteTable": .write(associate),
        "DisassociateRouteTable": .write(disassociate),
        "ReplaceRouteTableAssociation": .write(replaceAssociation),
    ]

    static let tables = Listing<RouteTable>(
        kind: .routeTable, table: { $0.routeTables }, ids: "RouteTableIds", tags: { $0.tags },
        filters: [
            "route-table-id": { table, _ in [table.id] },
            "vpc-id": { table, _ in [table.vpcID] },
            "owner-id": { table, _ in [table.ownerID] },
            "association.route-table-association-id": { table, _ in table.associations.map(\.id) },
            "association.route-table-id": { table, _ in table.associations.map { _ in table.id } },
            "association.subnet-id": { table, _ in table.associations.compactMap(\.subnetID) },
            "association.gateway-id": { table, _ in table.associations.compactMap(\.gatewayID) },
            "association.main": { table, _ in
                table.associations.isEmpty ? ["false"] : table.associations.map { "\($0.isMain)" }
            },
            "route.destination-cidr-block": { table, _ in values(table, "DestinationCidrBlock") },
            "route.destination-ipv6-cidr-block": { table, _ in values(table, "DestinationIpv6CidrBlock") },
            "route.destination-prefix-list-id": { table, _ in values(table, "DestinationPrefixListId") },
            "route.gateway-id": { table, _ in values(table, "GatewayId") },
            "route.nat-gateway-id": { table, _ in values(table, "NatGatewayId") },
            "route.egress-only-internet-gateway-id": { table, _ in values(table, "EgressOnlyInternetGatewayId") },
            "route.instance-id": { table, _ in values(table, "InstanceId") },
            "route.network-interface-id": { table, _ in values(table, "NetworkInterfaceId") },
            "route.transit-gateway-id": { table, _ in values(table, "TransitGatewayId") },
            "route.vpc-peering-connection-id": { table, _ in values(table, "VpcPeeringConnectionId") },
            "route.origin": { table, _ in table.routes.map(\.origin) },
            "route.state": { table, state in
                table.routes.map { state.isActive($0, in: table.vpcID) ? "active" : "blackhole" }
            },
        ], pageSizes: 5...100)

    /// What a member of the routes' views holds.
    private static func values(_ table: RouteTable, _ member: String) -> [String] {
        table.routes.compactMap { Routes.destinationView($0)[member]?.text ?? Routes.targetView($0)[member]?.text }
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try tables.page(input, context)
        let state = context.ec2
        return Response([
            "RouteTables": .list(page.records) { view($0, state) }, "NextToken": .optional(page.nextToken),
        ])
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let token = input.string("ClientToken") ?? ""
        if let known = try Idempotency.known("CreateRouteTable", token, input, context),
            let table = context.ec2.routeTables[known]
        {
            return Response([
                "RouteTable": view(table, context.ec2), "ClientToken": .optional(input.string("ClientToken")),
            ])
        }
        let vpc = try context.ec2.vpcs.named(input.id("VpcId"), .vpc)
        let tags = try TagRules.specified(input, for: .routeTable)
        let count = context.ec2.routeTables.count { $0.vpcID == vpc.id }
        guard count < context.ec2.networkQuotas.routeTablesPerVPC else {
            throw ServiceError("RouteTableLimitExceeded", "The maximum number of route tables has been reached.")
        }
        var table = RouteTable(
            id: context.newID("rtb"), vpcID: vpc.id, ownerID: context.accountID,
            routes: context.ec2.localRoutes(of: vpc))
        table.tags = tags
        context.ec2.routeTables.insert(table)
        Idempotency.remember("CreateRouteTable", token, input, table.id, &context)
        return Response(["RouteTable": view(table, context.ec2), "ClientToken": .optional(input.string("ClientToken"))])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let table = try context.ec2.routeTables.named(input.id("RouteTableId"), .routeTable)
        guard table.associations.isEmpty else { throw EC2Error.dependency("routeTable", table.id) }
        context.ec2.routeTables[table.id] = nil
        return .empty
    }

    // MARK: Associations

    private static let associated: Value = ["State": "associated"]

    static func associate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let table = try context.ec2.routeTables.named(input.id("RouteTableId"), .routeTable)
        var association = RouteTable.Association(id: "")
        switch (input.string("SubnetId"), input.string("GatewayId")) {
        case (let id?, nil):
            let subnet = try context.ec2.subnets.named(id, .subnet)
            guard subnet.vpcID == table.vpcID else {
                throw EC2Error.invalidParameter(
                    "Route table \(table.id) and subnet \(subnet.id) belong to different networks")
            }
            association.subnetID = id
        case (nil, let id?):
            guard let gateway = context.ec2.internetGateways[id] else {
                throw ServiceError("InvalidGatewayID.NotFound", "The gateway ID '\(id.prefix(256))' does not exist")
            }
            guard gateway.vpcID == table.vpcID else {
                throw EC2Error.invalidParameter(
                    "Route table \(table.id) and network gateway \(gateway.id) belong to different networks")
            }
            association.gatewayID = id
        case (nil, nil):
            throw ServiceError("MissingParameter", "Either subnetId or gatewayId is required")
        default:
            throw EC2Error.invalidCombination("Either subnetId or gatewayId is required, but not both.")
        }
        for other in context.ec2.routeTables {
            let known = other.associations.first {
                !$0.isMain && $0.subnetID == association.subnetID && $0.gatewayID == association.gatewayID
            }
            guard let known else { continue }
            // The same association again is answered with the one there is.
            guard other.id != table.id else {
                return Response(["AssociationId": .string(known.id), "AssociationState": associated])
            }
            throw ServiceError(
                "Resource.AlreadyAssociated",
                "the specified association for route table \(table.id) conflicts with an existing association")
        }
        association.id = context.newID("rtbassoc")
        context.ec2.routeTables.update(table.id) { $0.associations.append(association) }
        return Response(["AssociationId": .string(association.id), "AssociationState": associated])
    }

    /// The table and the association of that id.
    private static func association(
        _ id: String, _ context: CallContext
    ) throws(ServiceError) -> (table: RouteTable, association: RouteTable.Association) {
        for table in context.ec2.routeTables {
            if let found = table.associations.first(where: { $0.id == id }) { return (table, found) }
        }
        throw EC2Error.associationNotFound(id)
    }

    static func disassociate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (table, association) = try association(input.id("AssociationId"), context)
        guard !association.isMain else {
            throw EC2Error.invalidParameter("cannot disassociate the main route table association \(association.id)")
        }
        context.ec2.routeTables.update(table.id) { $0.associations.removeAll { $0.id == association.id } }
        return .empty
    }

    static func replaceAssociation(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (old, association) = try association(input.id("AssociationId"), context)
        let table = try context.ec2.routeTables.named(input.id("RouteTableId"), .routeTable)
        guard table.vpcID == old.vpcID else {
            throw EC2Error.invalidParameter(
                "Route table \(table.id) and route table \(old.id) belong to different networks")
        }
        guard table.id != old.id else {
            return Response(["NewAssociationId": .string(association.id), "AssociationState": associated])
        }
        let replaced = association.id
        association.id = context.newID("rtbassoc")
        context.ec2.routeTables.update(old.id) { $0.associations.removeAll { $0.id == replaced } }
        context.ec2.routeTables.update(table.id) { $0.associations.append(association) }
        return Response(["NewAssociationId": .string(association.id), "AssociationState": associated])
    }

    // MARK: View

    static func view(_ table: RouteTable, _ state: EC2State) -> Value {
        [
            "Associations": .list(table.associations) { association in
                [
                    "Main": .boolean(association.isMain), "RouteTableAssociationId": .string(association.id),
                    "RouteTableId": .string(table.id), "SubnetId": .optional(association.subnetID),
                    "GatewayId": .optional(association.gatewayID), "AssociationState": associated,
                ]
            },
            "PropagatingVgws": .list(table.propagatingGateways) { ["GatewayId": .string($0)] },
            "RouteTableId": .string(table.id),
            "Routes": .list(table.routes) { Routes.view($0, table, state) }, "Tags": table.tags.view,
            "VpcId": .string(table.vpcID), "OwnerId": .string(table.ownerID),
        ]
    }
}
