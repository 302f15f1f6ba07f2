/// The door between a VPC and the internet.
package struct InternetGateway: ResourceRecord {
    package var id: String
    package var ownerID: String
    package var vpcID: String?
    package var tags = Tags()

    package init(id: String, ownerID: String, vpcID: String? = nil) {
        self.id = id
        self.ownerID = ownerID
        self.vpcID = vpcID
    }
}

/// The door out of a VPC for IPv6: nothing comes in that was not asked for.
package struct EgressOnlyInternetGateway: ResourceRecord {
    package var id: String
    package var vpcID: String
    package var tags = Tags()

    package init(id: String, vpcID: String) {
        self.id = id
        self.vpcID = vpcID
    }
}

/// A set of DHCP options.
package struct DHCPOptions: ResourceRecord {
    package var id: String
    package var ownerID: String
    package var configurations: [Configuration]
    package var tags = Tags()

    package struct Configuration: Sendable, Equatable {
        package var key: String
        package var values: [String]

        package init(key: String, values: [String]) {
            self.key = key
            self.values = values
        }
    }

    package init(id: String, ownerID: String, configurations: [Configuration]) {
        self.id = id
        self.ownerID = ownerID
        self.configurations = configurations
    }
}
