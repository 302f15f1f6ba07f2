/// A set of CIDR blocks that routes and security group rules may name: the customer's own, with all its versions.
package struct PrefixList: ResourceRecord {
    package struct Entry: Sendable, Equatable {
        package var block: String
        package var description: String?

        package init(block: String, description: String?) {
            self.block = block
            self.description = description
        }
    }

    package var id: String
    package var name: String
    package var ownerID: String
    /// `IPv4` or `IPv6`.
    package var addressFamily: String
    package var maximumEntries: Int
    /// For instance `create-in-progress`.
    package var state: String
    /// The entries of each version, beginning with version 1.
    package var versions: [[Entry]]
    package var tags = Tags()

    package init(
        id: String, name: String, ownerID: String, addressFamily: String, maximumEntries: Int, state: String,
        entries: [Entry]
    ) {
        self.id = id
        self.name = name
        self.ownerID = ownerID
        self.addressFamily = addressFamily
        self.maximumEntries = maximumEntries
        self.state = state
        versions = [entries]
    }

    package var version: Int { versions.count }
    package var entries: [Entry] { versions.last ?? [] }
}
