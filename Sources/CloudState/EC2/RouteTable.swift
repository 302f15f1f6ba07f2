/// A route table with its routes and the subnets that use it.
package struct RouteTable: ResourceRecord {
    package struct Route: Sendable, Equatable {
        package enum Target: Sendable, Equatable {
            case local
            case gateway(id: String)
            case natGateway(id: String)
            case networkInterface(id: String)
            case instance(id: String, networkInterfaceID: String)
            case vpcPeering(id: String)
            case egressOnlyGateway(id: String)
            case transitGateway(id: String)
            case vpcEndpoint(id: String)
            case carrierGateway(id: String)
            case localGateway(id: String)
            case coreNetwork(arn: String)
        }

        /// An IPv4 or IPv6 block or a prefix list's id.
        package var destination: String
        package var target: Target
        /// `CreateRouteTable`, `CreateRoute` or `EnableVgwRoutePropagation`.
        package var origin: String

        package init(destination: String, target: Target, origin: String) {
            self.destination = destination
            self.target = target
            self.origin = origin
        }
    }

    package struct Association: Sendable, Equatable {
        package var id: String
        /// Nil for the main association of the VPC.
        package var subnetID: String?
        package var gatewayID: String?

        package init(id: String, subnetID: String? = nil, gatewayID: String? = nil) {
            self.id = id
            self.subnetID = subnetID
            self.gatewayID = gatewayID
        }

        package var isMain: Bool { subnetID == nil && gatewayID == nil }
    }

    package var id: String
    package var vpcID: String
    package var ownerID: String
    package var routes: [Route]
    package var associations: [Association] = []
    /// Virtual private gateways that put what they learn into it.
    package var propagatingGateways: [String] = []
    package var tags = Tags()

    package init(id: String, vpcID: String, ownerID: String, routes: [Route]) {
        self.id = id
        self.vpcID = vpcID
        self.ownerID = ownerID
        self.routes = routes
    }

    package var isMain: Bool { associations.contains(where: \.isMain) }
}

extension EC2State {
    /// Whether a route's target can take packets. AWS calls a route whose target is gone a black hole.
    ///
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Route.html>
    package func isActive(_ route: RouteTable.Route, in vpcID: String) -> Bool {
        switch route.target {
        case .local: return true
        case .gateway(let id):
            if id.hasPrefix("vgw-") { return vpnGateways[id]?.vpcID == vpcID }
            // Other kinds of gateways have no records.
            return id.hasPrefix("igw-") ? internetGateways[id]?.vpcID == vpcID : true
        case .egressOnlyGateway(let id): return egressOnlyInternetGateways[id] != nil
        case .natGateway(let id): return natGateways[id]?.isInService ?? false
        case .networkInterface(let id), .instance(_, let id):
            guard let interface = networkInterfaces[id], let attachment = interface.attachment else { return false }
            // Interfaces of AWS's own services hang on no instance.
            guard let instance = instances[attachment.instanceID] else { return interface.isRequesterManaged }
            return instance.state == .running || instance.state == .pending
        case .vpcPeering(let id): return vpcPeerings[id]?.status == .active
        case .vpcEndpoint(let id):
            guard let state = vpcEndpoints[id]?.state else { return false }
            return state == .available || state == .pending
        case .transitGateway, .carrierGateway, .localGateway, .coreNetwork: return true
        }
    }

    /// The route table that a subnet's packets go by: its own, or the VPC's main one.
    package func routeTable(ofSubnet id: String) -> RouteTable? {
        if let table = routeTables.first(where: { $0.associations.contains { $0.subnetID == id } }) { return table }
        guard let subnet = subnets[id] else { return nil }
        return routeTables.first { $0.vpcID == subnet.vpcID && $0.isMain }
    }
}
