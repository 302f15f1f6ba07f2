import CloudState
import ServiceModel

/// CreateRoute, ReplaceRoute and DeleteRoute.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html>
enum RouteCalls {
    static let operations: [String: Handler] = [
        "CreateRoute": .write(create),
        "ReplaceRoute": .write(replace),
        "DeleteRoute": .write(delete),
    ]

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let table = try context.ec2.routeTables.named(input.id("RouteTableId"), .routeTable)
        let destination = try Destination(input, context)
        let target = try RouteTarget.read(input, table, destination, context)
        guard !table.routes.contains(where: { $0.destination == destination.text }) else {
            throw ServiceError("RouteAlreadyExists", "The route identified by \(destination.text) already exists.")
        }
        try checkSpecific(destination, target, table, context)
        let limit = context.ec2.networkQuotas.routesPerTable
        guard table.routes.count(where: { $0.target != .local }) < limit else {
            throw ServiceError("RouteLimitExceeded", "The maximum number of routes has been reached.")
        }
        let route = RouteTable.Route(destination: destination.text, target: target, origin: "CreateRoute")
        context.ec2.routeTables.update(table.id) { $0.routes.append(route) }
        return Response(["Return": true])
    }

    /// A route to a part of the VPC's own range may only bend its way over an interface.
    private static func checkSpecific(
        _ destination: Destination, _ target: RouteTable.Route.Target, _ table: RouteTable, _ context: CallContext
    ) throws(ServiceError) {
        guard let vpc = context.ec2.vpcs[table.vpcID], destination.isWithin(vpc) else { return }
        switch target {
        case .networkInterface, .instance, .natGateway, .vpcEndpoint, .local: return
        default:
            throw EC2Error.invalidParameter(
                "The destination CIDR block \(destination.text) is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance."
            )
        }
    }

    static func replace(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let table = try context.ec2.routeTables.named(input.id("RouteTableId"), .routeTable)
        let destination = try Destination(input, context)
        guard let index = table.routes.firstIndex(where: { $0.destination == destination.text }) else {
            throw ServiceError(
                "InvalidParameterValue",
                "There is no route defined for '\(destination.text)' in the route table. Use CreateRoute instead.")
        }
        let target: RouteTable.Route.Target
        if input.boolean("LocalTarget") ?? false {
            guard let vpc = context.ec2.vpcs[table.vpcID],
                context.ec2.localRoutes(of: vpc).contains(where: { $0.destination == destination.text })
            else { throw EC2Error.invalidParameter("The local target is only for routes of the VPC's CIDR blocks.") }
            target = .local
        } else {
            target = try RouteTarget.read(input, table, destination, context)
            try checkSpecific(destination, target, table, context)
        }
        context.ec2.routeTables.update(table.id) { $0.routes[index].target = target }
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let table = try context.ec2.routeTables.named(input.id("RouteTableId"), .routeTable)
        let destination = try Destination(input, context)
        guard let index = table.routes.firstIndex(where: { $0.destination == destination.text }) else {
            throw ServiceError(
                "InvalidRoute.NotFound",
                "no route with \(destination.parameter) \(destination.text) in route table \(table.id)")
        }
        if case .vpcEndpoint = table.routes[index].target, destination.parameter == "destination-prefix-list-id" {
            throw EC2Error.invalidParameter(
                "cannot remove VPC endpoint route \(destination.text) in route table \(table.id)")
        }
        guard table.routes[index].origin != "CreateRouteTable" else {
            throw EC2Error.invalidParameter("cannot remove local route \(destination.text) in route table \(table.id)")
        }
        context.ec2.routeTables.update(table.id) { $0.routes.remove(at: index) }
        return .empty
    }
}

/// Where a route leads to: exactly one of three parameters.
struct Destination {
    private(set) var text: String
    /// As error messages name it.
    private(set) var parameter: String
    private(set) var ipv4: IPv4Block?
    private(set) var ipv6: IPv6Block?

    init(_ input: Input, _ context: CallContext) throws(ServiceError) {
        let names = ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"]
        let given = names.filter { !(input.string($0) ?? "").isEmpty }
        guard !given.isEmpty else {
            throw ServiceError(
                "MissingParameter",
                "The request must contain exactly one of destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId"
            )
        }
        guard given.count == 1 else {
            throw EC2Error.invalidCombination(
                "The request must contain exactly one of destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId"
            )
        }
        // Host bits are cut off, as AWS does.
        if let block = try input.ipv4Block("DestinationCidrBlock") {
            (text, parameter, ipv4) = (block.description, "destination-cidr-block", block)
        } else if let block = try input.ipv6Block("DestinationIpv6CidrBlock") {
            (text, parameter, ipv6) = (block.description, "destination-ipv6-cidr-block", block)
        } else {
            (text, parameter) = (input.string("DestinationPrefixListId") ?? "", "destination-prefix-list-id")
            try PrefixLists.check(text, context)
        }
    }

    /// Whether it is one of the VPC's blocks, or a part of one.
    func isWithin(_ vpc: VPC) -> Bool {
        if let ipv4 { return vpc.blocks.contains { $0.block.contains(ipv4) } }
        if let ipv6 { return vpc.ipv6Blocks.contains { $0.block.contains(ipv6) } }
        return false
    }
}
