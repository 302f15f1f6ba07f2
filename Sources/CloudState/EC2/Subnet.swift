package import HashTreeCollections

/// A range of a VPC's addresses in one Availability Zone.
package struct Subnet: ResourceRecord {
    package var id: String
    package var vpcID: String
    package var ownerID: String
    package var zone: String
    package var zoneID: String
    package var block: IPv4Block
    package var isDefaultForZone: Bool
    package var mapsPublicIP: Bool
    /// A /64 of one of the VPC's IPv6 blocks; there may be several.
    package var ipv6Blocks: [IPv6Association] = []
    /// Without IPv4: `block` is empty of addresses and not shown.
    package var isIPv6Native = false
    package var assignsIPv6Address = false
    package var dns64 = false
    /// `ip-name` or `resource-name`.
    package var hostnameType = "ip-name"
    package var resourceNameDNSARecord = false
    package var resourceNameDNSAAAARecord = false
    package var tags = Tags()
    /// Ranges that no address is taken of unless it is named: see `SubnetReservation`.
    package var reservedBlocks: [ReservedBlock] = []
    /// Addresses that network interfaces hold.
    package private(set) var used: TreeSet<UInt32> = []

    package struct IPv6Association: Sendable, Equatable {
        package var id: String
        package var block: IPv6Block

        package init(id: String, block: IPv6Block) {
            self.id = id
            self.block = block
        }
    }

    package struct ReservedBlock: Sendable, Equatable {
        package var block: IPv4Block
        /// Whether prefixes are taken of it, and not single addresses that somebody names.
        package var isForPrefixes: Bool

        package init(block: IPv4Block, isForPrefixes: Bool) {
            self.block = block
            self.isForPrefixes = isForPrefixes
        }
    }

    package init(
        id: String, vpcID: String, ownerID: String, zone: String, zoneID: String, block: IPv4Block,
        isDefaultForZone: Bool = false, mapsPublicIP: Bool = false
    ) {
        self.id = id
        self.vpcID = vpcID
        self.ownerID = ownerID
        self.zone = zone
        self.zoneID = zoneID
        self.block = block
        self.isDefaultForZone = isDefaultForZone
        self.mapsPublicIP = mapsPublicIP
    }

    /// AWS keeps the first four addresses and the last one of every subnet.
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>
    package static let reservedAddresses = 5

    package var availableAddresses: Int { Swift.max(0, block.count - Self.reservedAddresses - used.count) }

    /// Whether an interface may have that address: in the range, not kept by AWS, not taken.
    package func isAssignable(_ address: IPv4Address) -> Bool {
        block.contains(address) && !isReserved(address) && !used.contains(address.bits)
    }

    package func isReserved(_ address: IPv4Address) -> Bool {
        address.bits - block.base.bits < 4 || address == block.last
    }

    /// An address of the subnet's IPv6 block whose host part is those bits; nil where it has no such block. With 64 bits
    /// of a well-mixed generator no two are alike.
    package func ipv6Address(_ bits: UInt64) -> IPv6Address? {
        // The first four addresses and the last one are AWS's.
        ipv6Blocks.first.map {
            IPv6Address(high: $0.block.base.high, low: bits < 4 || bits == ~0 ? bits ^ 0xA5A5 : bits)
        }
    }

    package mutating func take(_ address: IPv4Address) { used.insert(address.bits) }

    package mutating func release(_ address: IPv4Address) { used.remove(address.bits) }

    /// Takes a free address, the search beginning at a place that the bits decide; nil when the subnet is full.
    package mutating func takeFree(_ bits: UInt64) -> IPv4Address? {
        guard availableAddresses > 0 else { return nil }
        let usable = UInt64(block.count - Self.reservedAddresses)
        var offset = bits % usable
        for _ in 0..<usable {
            let address = IPv4Address(bits: block.base.bits + 4 + UInt32(offset))
            if !used.contains(address.bits), !reservedBlocks.contains(where: { $0.block.contains(address) }) {
                used.insert(address.bits)
                return address
            }
            offset = (offset + 1) % usable
        }
        return nil
    }

    /// How long prefixes are that interfaces have.
    package static let prefixLength = 28

    /// Whether nobody has an address of a prefix.
    package func isFree(_ prefix: IPv4Block) -> Bool {
        guard block.contains(prefix) else { return false }
        return (0..<UInt32(prefix.count)).allSatisfy { isAssignable(IPv4Address(bits: prefix.base.bits + $0)) }
    }

    package mutating func take(_ prefix: IPv4Block) {
        for offset in 0..<UInt32(prefix.count) { used.insert(prefix.base.bits + offset) }
    }

    package mutating func release(_ prefix: IPv4Block) {
        for offset in 0..<UInt32(prefix.count) { used.remove(prefix.base.bits + offset) }
    }

    /// Takes a free prefix, of what is reserved for prefixes where there is such a part; nil when there is none left.
    package mutating func takeFreePrefix() -> IPv4Block? {
        guard block.prefixLength <= Self.prefixLength else { return nil }
        let forPrefixes = reservedBlocks.filter(\.isForPrefixes).map(\.block)
        for isReserved in [true, false] where !isReserved || !forPrefixes.isEmpty {
            for index in 0..<(UInt32(block.count) / 16) {
                let base = IPv4Address(bits: block.base.bits + index * 16)
                let prefix = IPv4Block(base: base, prefixLength: Self.prefixLength)
                let reserved = reservedBlocks.first { $0.block.overlaps(prefix) }
                guard isReserved ? reserved?.isForPrefixes ?? false : reserved == nil, isFree(prefix) else { continue }
                take(prefix)
                return prefix
            }
        }
        return nil
    }
}
