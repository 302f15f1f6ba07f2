/// A virtual private cloud.
package struct VPC: ResourceRecord {
    package var id: String
    package var ownerID: String
    /// The primary block and those added later.
    package var blocks: [Association]
    /// Blocks that Amazon provided, each a /56.
    package var ipv6Blocks: [IPv6Association] = []
    package var isDefault: Bool
    package var dhcpOptionsID: String
    package var tenancy = "default"
    package var dnsSupport = true
    package var dnsHostnames: Bool
    package var networkAddressUsageMetrics = false
    package var tags = Tags()

    package struct Association: Sendable, Equatable {
        package var id: String
        package var block: IPv4Block

        package init(id: String, block: IPv4Block) {
            self.id = id
            self.block = block
        }
    }

    package struct IPv6Association: Sendable, Equatable {
        package var id: String
        package var block: IPv6Block
        /// Where AWS announces the addresses: the region, or a group of Local Zones.
        package var networkBorderGroup: String

        package init(id: String, block: IPv6Block, networkBorderGroup: String) {
            self.id = id
            self.block = block
            self.networkBorderGroup = networkBorderGroup
        }
    }

    package init(
        id: String, ownerID: String, blocks: [Association], isDefault: Bool, dhcpOptionsID: String, dnsHostnames: Bool
    ) {
        self.id = id
        self.ownerID = ownerID
        self.blocks = blocks
        self.isDefault = isDefault
        self.dhcpOptionsID = dhcpOptionsID
        self.dnsHostnames = dnsHostnames
    }

    package var primaryBlock: IPv4Block {
        blocks.first?.block ?? IPv4Block(base: IPv4Address(bits: 0), prefixLength: 0)
    }
}
