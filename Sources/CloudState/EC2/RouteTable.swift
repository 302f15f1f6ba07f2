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
        /// False where the target is gone: AWS calls such a route a black hole.
        package var isActive = true

        package init(destination: String, target: Target, origin: String, isActive: Bool = true) {
            self.destination = destination
            self.target = target
            self.origin = origin
            self.isActive = isActive
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
    package var tags = Tags()

    package init(id: String, vpcID: String, ownerID: String, routes: [Route]) {
        self.id = id
        self.vpcID = vpcID
        self.ownerID = ownerID
        self.routes = routes
    }

    package var isMain: Bool { associations.contains(where: \.isMain) }
}
