/// A network ACL: numbered, stateless rules for the subnets that it is associated with.
package struct NetworkACL: ResourceRecord {
    package struct Entry: Sendable, Equatable {
        package var number: Int
        package var isEgress: Bool
        package var allows: Bool
        /// A protocol number as text, or `-1` for all.
        package var ipProtocol: String
        /// One of the two blocks is set.
        package var ipv4Block: IPv4Block?
        package var ipv6Block: String?
        package var fromPort: Int?
        package var toPort: Int?
        package var icmpType: Int?
        package var icmpCode: Int?

        package init(
            number: Int, isEgress: Bool, allows: Bool, ipProtocol: String, ipv4Block: IPv4Block? = nil,
            ipv6Block: String? = nil, fromPort: Int? = nil, toPort: Int? = nil, icmpType: Int? = nil,
            icmpCode: Int? = nil
        ) {
            self.number = number
            self.isEgress = isEgress
            self.allows = allows
            self.ipProtocol = ipProtocol
            self.ipv4Block = ipv4Block
            self.ipv6Block = ipv6Block
            self.fromPort = fromPort
            self.toPort = toPort
            self.icmpType = icmpType
            self.icmpCode = icmpCode
        }
    }

    package struct Association: Sendable, Equatable {
        package var id: String
        package var subnetID: String

        package init(id: String, subnetID: String) {
            self.id = id
            self.subnetID = subnetID
        }
    }

    /// The number of the rule that refuses what no other rule matched; it cannot be removed.
    package static let lastRule = 32_767

    package var id: String
    package var vpcID: String
    package var ownerID: String
    package var isDefault: Bool
    package var entries: [Entry]
    package var associations: [Association] = []
    package var tags = Tags()

    package init(id: String, vpcID: String, ownerID: String, isDefault: Bool, entries: [Entry]) {
        self.id = id
        self.vpcID = vpcID
        self.ownerID = ownerID
        self.isDefault = isDefault
        self.entries = entries
    }
}
