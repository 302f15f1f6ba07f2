package import CloudState

/// One end of a connection.
package enum ReachabilityEndpoint: Sendable, Hashable {
    /// Some host of the internet, `InternetProbe.address`.
    case internet
    /// The internet by way of one gateway.
    case internetGateway(id: String)
    /// An address: of an interface in the region, or of a host outside it.
    case address(IPv4Address)
    /// A network interface, for instance one of a load balancer.
    case interface(id: String)
    /// An instance, by whichever of its interfaces serves.
    case instance(id: String)
}

/// The protocols that a question may be about.
package enum TransportProtocol: String, Sendable, Hashable, CaseIterable {
    case tcp, udp
    /// An echo request and its reply.
    case icmp

    /// IANA's number.
    package var number: Int {
        switch self {
        case .tcp: 6
        case .udp: 17
        case .icmp: 1
        }
    }
}

/// Whether one end can open a connection to the other.
package struct ReachabilityQuery: Sendable, Hashable {
    package var source: ReachabilityEndpoint
    package var destination: ReachabilityEndpoint
    package var ipProtocol: TransportProtocol
    /// The destination's port; without meaning for ICMP.
    package var port: Int
    /// The source address of the packets, where it is not the source's own: a Network Load Balancer that preserves the
    /// client's address.
    package var sourceAddress: IPv4Address?
    /// Which of the destination's addresses is meant; by default a public one from outside, the primary private one
    /// from inside.
    package var destinationAddress: IPv4Address?

    package init(
        from source: ReachabilityEndpoint, to destination: ReachabilityEndpoint,
        _ ipProtocol: TransportProtocol = .tcp, port: Int = 0, sourceAddress: IPv4Address? = nil,
        destinationAddress: IPv4Address? = nil
    ) {
        self.source = source
        self.destination = destination
        self.ipProtocol = ipProtocol
        self.port = port
        self.sourceAddress = sourceAddress
        self.destinationAddress = destinationAddress
    }
}

/// Hosts of the internet that stand for all of them.
package enum InternetProbe {
    /// A host that nobody has a rule for: not one of the documentation's blocks, which exercises use as "the office".
    package static let address = IPv4Address(bits: 145 << 24 | 18 << 16 | 64 << 8 | 7)

    /// One host of every /5 that holds public unicast addresses: whatever rule lets in a good part of the internet
    /// lets in one of them.
    package static let panel: [IPv4Address] = (0..<28).compactMap { index in
        // 0.0.0.0/8, 10/8 and 127/8 are avoided by the second octet's neighbour: .3 of the /5.
        let address = IPv4Address(bits: UInt32(index) << 27 | 3 << 24 | 91 << 16 | 64 << 8 | 7)
        return address.isPublic ? address : nil
    }
}

extension IPv4Address {
    /// Whether the internet routes it: not private (RFC 1918), shared (RFC 6598), loopback, link-local, multicast or
    /// reserved.
    package var isPublic: Bool { !isPrivate && !isShared && !Self.special.contains { $0.contains(self) } }

    /// <https://www.rfc-editor.org/rfc/rfc1918>
    package var isPrivate: Bool { Self.privateBlocks.contains { $0.contains(self) } }

    /// <https://www.rfc-editor.org/rfc/rfc6598>
    package var isShared: Bool { Self.shared.contains(self) }

    private static func block(_ a: UInt32, _ b: UInt32, _ length: Int) -> IPv4Block {
        IPv4Block(base: IPv4Address(bits: a << 24 | b << 16), prefixLength: length)
    }
    private static let privateBlocks = [block(10, 0, 8), block(172, 16, 12), block(192, 168, 16)]
    private static let shared = block(100, 64, 10)
    private static let special = [block(0, 0, 8), block(127, 0, 8), block(169, 254, 16), block(224, 0, 3)]
}
