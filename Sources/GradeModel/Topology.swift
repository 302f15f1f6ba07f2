/// What there was in a region, as nested boxes: VPC, Availability Zone, subnet, and what runs in it.
///
/// Zones are sorted by name; all else is in an order that does not depend on random ids.
package struct Topology: Codable, Sendable, Equatable {
    package var region: String
    package var vpcs: [TopologyNetwork]

    package init(region: String, vpcs: [TopologyNetwork]) {
        self.region = region
        self.vpcs = vpcs
    }
}

/// A VPC.
package struct TopologyNetwork: Codable, Sendable, Equatable {
    package var id: String
    /// The `Name` tag, or empty.
    package var name: String
    package var cidr: String
    package var isDefault: Bool
    package var zones: [TopologyZone]
    /// What belongs to the VPC as a whole or spans its subnets: internet gateways, load balancers.
    package var resources: [TopologyResource]

    package init(
        id: String, name: String = "", cidr: String, isDefault: Bool = false, zones: [TopologyZone] = [],
        resources: [TopologyResource] = []
    ) {
        self.id = id
        self.name = name
        self.cidr = cidr
        self.isDefault = isDefault
        self.zones = zones
        self.resources = resources
    }
}

/// An Availability Zone, as far as a VPC has subnets in it.
package struct TopologyZone: Codable, Sendable, Equatable {
    package var name: String
    package var subnets: [TopologySubnet]

    package init(name: String, subnets: [TopologySubnet]) {
        self.name = name
        self.subnets = subnets
    }
}

/// A subnet.
package struct TopologySubnet: Codable, Sendable, Equatable {
    package var id: String
    package var name: String
    package var cidr: String
    /// Whether its route table leads to an internet gateway.
    package var isPublic: Bool
    package var resources: [TopologyResource]

    package init(
        id: String, name: String = "", cidr: String, isPublic: Bool = false, resources: [TopologyResource] = []
    ) {
        self.id = id
        self.name = name
        self.cidr = cidr
        self.isPublic = isPublic
        self.resources = resources
    }
}

/// An instance, a gateway, a load balancer …
package struct TopologyResource: Codable, Sendable, Equatable {
    package var id: String
    /// In words, for instance `instance`, `NAT gateway`.
    package var kind: String
    package var name: String
    /// AWS's own word, for instance `running`.
    package var state: String
    /// What else is worth showing: type, addresses, security groups.
    package var facts: [TopologyFact]

    package init(id: String, kind: String, name: String = "", state: String, facts: [TopologyFact] = []) {
        self.id = id
        self.kind = kind
        self.name = name
        self.state = state
        self.facts = facts
    }
}

/// One property of a resource.
package struct TopologyFact: Codable, Sendable, Equatable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
