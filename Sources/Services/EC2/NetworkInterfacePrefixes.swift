import CloudState
import ServiceModel

/// Prefixes that a request wants for a network interface: by name, or a number of any.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-prefix-eni.html>
struct PrefixRequest {
    var ipv4: [IPv4Block] = []
    var ipv4Count = 0
    var ipv6: [IPv6Block] = []
    var ipv6Count = 0

    /// Of a request that makes an interface: there each prefix is a structure.
    init(making input: Input) throws(ServiceError) {
        try self.init(
            ipv4: input.structures("Ipv4Prefixes").compactMap { $0.string("Ipv4Prefix") },
            ipv4Count: input.integer("Ipv4PrefixCount"),
            ipv6: input.structures("Ipv6Prefixes").compactMap { $0.string("Ipv6Prefix") },
            ipv6Count: input.integer("Ipv6PrefixCount"))
    }

    init(ipv4: [String], ipv4Count: Int?, ipv6: [String], ipv6Count: Int?) throws(ServiceError) {
        guard ipv4.isEmpty || ipv4Count == nil, ipv6.isEmpty || ipv6Count == nil else {
            throw EC2Error.invalidCombination("You may specify a prefix count or specific prefixes, but not both.")
        }
        self.ipv4Count = ipv4Count ?? 0
        self.ipv6Count = ipv6Count ?? 0
        guard (0...50).contains(self.ipv4Count), (0...50).contains(self.ipv6Count), ipv4.count <= 50, ipv6.count <= 50
        else { throw AddressRequest.limit }
        for text in ipv4 {
            guard let block = IPv4Block(text), block.prefixLength == Subnet.prefixLength else {
                throw EC2Error.invalidParameter("Invalid IPv4 prefix: \(text.prefix(128)). It must be a /28.")
            }
            self.ipv4.append(block)
        }
        for text in ipv6 {
            guard let block = IPv6Block(text), block.prefixLength == 80 else {
                throw EC2Error.invalidParameter("Invalid IPv6 prefix: \(text.prefix(128)). It must be a /80.")
            }
            self.ipv6.append(block)
        }
    }

    /// How many places of the interface they need.
    var count: Int { ipv4.count + ipv4Count }

    private static let insufficient = ServiceError(
        "InsufficientCidrBlocks",
        "The specified subnet does not have enough free cidr blocks to satisfy the request.")

    /// Takes them of the interface's subnet, without writing the interface back.
    func take(
        for interface: inout NetworkInterface, _ context: inout CallContext
    ) throws(ServiceError) -> (ipv4: [IPv4Block], ipv6: [IPv6Block]) {
        guard count + ipv6.count + ipv6Count > 0 else { return ([], []) }
        guard var subnet = context.ec2.subnets[interface.subnetID] else {
            throw EC2Error.notFound(.subnet, [interface.subnetID])
        }
        var taken: (ipv4: [IPv4Block], ipv6: [IPv6Block]) = ([], [])
        for prefix in ipv4 {
            guard subnet.block.contains(prefix) else {
                throw EC2Error.invalidParameter("Prefix \(prefix) does not fall within the subnet's address range")
            }
            guard subnet.isFree(prefix) else {
                throw ServiceError("InvalidIPAddress.InUse", "Prefix \(prefix) is in use.")
            }
            subnet.take(prefix)
            taken.ipv4.append(prefix)
        }
        for _ in 0..<ipv4Count {
            guard let prefix = subnet.takeFreePrefix() else { throw Self.insufficient }
            taken.ipv4.append(prefix)
        }
        context.ec2.subnets[subnet.id] = subnet
        taken.ipv6 = try takeIPv6(in: subnet, &context)
        interface.ipv4Prefixes += taken.ipv4
        interface.ipv6Prefixes += taken.ipv6
        return taken
    }

    private func takeIPv6(in subnet: Subnet, _ context: inout CallContext) throws(ServiceError) -> [IPv6Block] {
        guard !ipv6.isEmpty || ipv6Count > 0 else { return [] }
        guard let block = subnet.ipv6Blocks.first?.block else {
            throw EC2Error.invalidParameter("The subnet '\(subnet.id)' does not have an IPv6 CIDR block.")
        }
        var used = Set(context.ec2.networkInterfaces.filter { $0.subnetID == subnet.id }.flatMap(\.ipv6Prefixes))
        var taken: [IPv6Block] = []
        for prefix in ipv6 {
            guard block.contains(prefix) else {
                throw EC2Error.invalidParameter("Prefix \(prefix) does not fall within the subnet's IPv6 address range")
            }
            guard used.insert(prefix).inserted else {
                throw ServiceError("InvalidIPAddress.InUse", "Prefix \(prefix) is in use.")
            }
            taken.append(prefix)
        }
        guard used.count + ipv6Count < 60_000 else { throw Self.insufficient }
        while taken.count < ipv6.count + ipv6Count {
            let bits = context.world.ids.bits("\(context.region)/ipv6-prefix") & 0xFFFF
            let prefix = IPv6Block(base: IPv6Address(high: block.base.high, low: bits << 48), prefixLength: 80)
            if used.insert(prefix).inserted { taken.append(prefix) }
        }
        return taken
    }
}

extension NetworkInterface {
    var ipv4PrefixViews: Value? {
        ipv4Prefixes.isEmpty ? nil : .list(ipv4Prefixes) { ["Ipv4Prefix": .string($0.description)] }
    }

    var ipv6PrefixViews: Value? {
        ipv6Prefixes.isEmpty ? nil : .list(ipv6Prefixes) { ["Ipv6Prefix": .string($0.description)] }
    }
}
