/// A part of a subnet that AWS assigns no address of by itself.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-cidr-reservation.html>
package struct SubnetReservation: ResourceRecord {
    package enum Block: Sendable, Equatable {
        case ipv4(IPv4Block)
        case ipv6(IPv6Block)

        package var description: String {
            switch self {
            case .ipv4(let block): block.description
            case .ipv6(let block): block.description
            }
        }
    }

    package var id: String
    package var subnetID: String
    package var block: Block
    /// `prefix` or `explicit`.
    package var type: String
    package var description: String?
    package var tags = Tags()

    package init(id: String, subnetID: String, block: Block, type: String, description: String?) {
        self.id = id
        self.subnetID = subnetID
        self.block = block
        self.type = type
        self.description = description
    }
}
