import CloudState
import Reachability
import Testing

/// Laws that hold in any network: the explanation never contradicts the verdict, and what is said to decide decides.
struct RandomNetworkTests {
    /// SplitMix64, so that a failure can be repeated.
    struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private static let ports = [22, 80, 443]
    private static let blocks = ["0.0.0.0/0", "10.0.0.0/16", "145.0.0.0/8", "10.0.1.0/24", "10.0.2.0/24"]

    /// A VPC of up to four subnets with random routes, ACLs, groups and addresses.
    private static func network(_ random: inout Generator) throws -> Network {
        var network = try Network()
        let subnets = Int.random(in: 2...4, using: &random)
        for group in 0..<3 {
            try network.addGroup("sg-\(group)")
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let peer =
                    Bool.random(using: &random)
                    ? blocks.randomElement(using: &random) ?? "" : "sg-\(Int.random(in: 0..<3, using: &random))"
                let port = ports.randomElement(using: &random) ?? 80
                let rule = SecurityGroupRule(
                    id: "r", isEgress: Bool.random(using: &random),
                    ipProtocol: Bool.random(using: &random) ? "tcp" : "-1",
                    fromPort: port, toPort: port,
                    peer: peer.hasPrefix("sg-") ? .group(id: peer, ownerID: "1") : .ipv4(try Network.block(peer)))
                network.ec2.securityGroups.update("sg-\(group)") { $0.rules.append(rule) }
            }
            if Bool.random(using: &random) {
                network.ec2.securityGroups.update("sg-\(group)") {
                    $0.rules.append(
                        SecurityGroupRule(
                            id: "out", isEgress: true, ipProtocol: "-1", fromPort: nil, toPort: nil,
                            peer: .ipv4(.everywhere)))
                }
            }
        }
        for subnet in 0..<subnets {
            let routes: KeyValuePairs<String, RouteTable.Route.Target> =
                switch Int.random(in: 0..<4, using: &random) {
                case 0: [:]
                case 1: ["0.0.0.0/0": .natGateway(id: "nat")]
                default: ["0.0.0.0/0": .gateway(id: "igw-a")]
                }
            try network.addSubnet("subnet-\(subnet)", "10.0.\(subnet).0/24", routes: routes)
            for host in 1...2 {
                try network.addInstance(
                    "i-\(subnet)\(host)", "subnet-\(subnet)", "10.0.\(subnet).1\(host)",
                    public: Bool.random(using: &random) ? "52.0.\(subnet).\(host)" : nil,
                    groups: ["sg-\(Int.random(in: 0..<3, using: &random))"])
            }
        }
        try network.addNAT("nat", "subnet-0", "10.0.0.9", public: "52.0.0.9")
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            let ports = Bool.random(using: &random) ? 0...65_535 : 80...80
            try network.addRule(
                acl: "acl-vpc-a", Int.random(in: 1...120, using: &random), out: Bool.random(using: &random),
                allows: Bool.random(using: &random), blocks.randomElement(using: &random) ?? "", ports: ports)
        }
        return network
    }

    private static func question(_ network: Network, _ random: inout Generator) -> ReachabilityQuery {
        let ids = network.ec2.instances.map(\.id)
        var source = ReachabilityEndpoint.internet
        if Bool.random(using: &random), let id = ids.randomElement(using: &random) { source = .instance(id: id) }
        let outwards = source != .internet && Int.random(in: 0..<3, using: &random) == 0
        let destination =
            outwards ? ReachabilityEndpoint.internet : .instance(id: ids.randomElement(using: &random) ?? "")
        return ReachabilityQuery(
            from: source, to: destination, port: ports.randomElement(using: &random) ?? 80)
    }

    @Test(arguments: 0..<60)
    func `the path agrees with the verdict`(seed: Int) throws {
        var random = Generator(state: UInt64(seed))
        let network = try Self.network(&random)
        for _ in 0..<20 {
            let query = Self.question(network, &random)
            let analysis = PathAnalyzer(network.ec2).analyze(query)
            #expect(analysis.isReachable == (analysis.decider == nil))
            for component in analysis.forward + analysis.back {
                switch component.kind {
                case .networkACL(let id, let entry):
                    #expect(entry.allows)
                    #expect(network.ec2.networkACLs[id]?.entries.contains(entry) == true)
                case .securityGroup(let id, let rule):
                    #expect(network.ec2.securityGroups[id]?.rules.contains(rule) == true)
                case .routeTable(let id, let route):
                    #expect(network.ec2.routeTables[id]?.routes.contains(route) == true)
                default: break
                }
            }
            guard analysis.isReachable else { continue }
            let ends = analysis.forward.map(\.id)
            #expect(ends.first == Self.name(query.source) && ends.last == Self.name(query.destination))
        }
    }

    private static func name(_ endpoint: ReachabilityEndpoint) -> String {
        if case .instance(let id) = endpoint { return "eni-" + id.dropFirst(2) }
        return "internet"
    }

    /// Taking away what lets a packet through, again and again, closes the way; and the path never names what is gone.
    @Test(arguments: 0..<60)
    func `a path without the rules that it names is closed`(seed: Int) throws {
        var random = Generator(state: UInt64(seed) &* 7919)
        let original = try Self.network(&random)
        for _ in 0..<20 {
            let query = Self.question(original, &random)
            var network = original
            var analysis = PathAnalyzer(network.ec2).analyze(query)
            guard analysis.isReachable else { continue }
            var steps = 0
            while analysis.isReachable, steps < 200 {
                steps += 1
                let rules = (analysis.forward + analysis.back).filter { Self.isRule($0.kind) }
                let victim = try #require(rules.randomElement(using: &random))
                Self.remove(victim.kind, from: &network)
                let after = PathAnalyzer(network.ec2).analyze(query)
                #expect(!(after.forward + after.back).contains { $0.kind == victim.kind })
                analysis = after
            }
            #expect(!analysis.isReachable)
        }
    }

    /// Mending what is said to be wrong, again and again, opens the way; and each time something changes.
    @Test(arguments: 0..<60)
    func `mending what decides opens the way`(seed: Int) throws {
        var random = Generator(state: UInt64(seed) &* 104_729)
        let original = try Self.network(&random)
        for _ in 0..<20 {
            let query = Self.question(original, &random)
            var network = original
            var analysis = PathAnalyzer(network.ec2).analyze(query)
            var steps = 0
            while let decider = analysis.decider, steps < 60 {
                steps += 1
                try Self.mend(decider, of: &network)
                let after = PathAnalyzer(network.ec2).analyze(query)
                #expect(after.decider != decider, "\(decider.sentence) was mended and still decides")
                analysis = after
            }
            #expect(analysis.isReachable)
        }
    }

    private static func isRule(_ kind: PathComponent.Kind) -> Bool {
        switch kind {
        case .securityGroup, .networkACL: true
        case .routeTable(_, let route): route.target != .local
        default: false
        }
    }

    private static func remove(_ kind: PathComponent.Kind, from network: inout Network) {
        switch kind {
        case .securityGroup(let id, let rule):
            network.ec2.securityGroups.update(id) { $0.rules.removeAll { $0 == rule } }
        case .networkACL(let id, let entry): network.ec2.networkACLs.update(id) { $0.entries.removeAll { $0 == entry } }
        case .routeTable(let id, let route): network.ec2.routeTables.update(id) { $0.routes.removeAll { $0 == route } }
        default: break
        }
    }

    private static func mend(_ cause: PathExplanation, of network: inout Network) throws {
        switch cause.code {
        case .securityGroupRules, .securityGroupEmpty:
            network.ec2.securityGroups.update(cause.componentID) {
                $0.rules.append(
                    SecurityGroupRule(
                        id: "mended", isEgress: cause.direction == .egress, ipProtocol: "-1", fromPort: nil,
                        toPort: nil,
                        peer: .ipv4(.everywhere)))
            }
        case .networkACL:
            let entry = try #require(cause.aclEntry)
            if entry.number == NetworkACL.lastRule {
                try network.addRule(
                    acl: cause.componentID, 200, out: cause.direction == .egress, allows: true, "0.0.0.0/0")
            } else {
                network.ec2.networkACLs.update(cause.componentID) { $0.entries.removeAll { $0 == entry } }
            }
        case .noRoute:
            network.ec2.routeTables.update(cause.componentID) { table in
                table.routes.removeAll { $0.destination == "0.0.0.0/0" }
                table.routes.append(
                    .init(destination: "0.0.0.0/0", target: .gateway(id: "igw-a"), origin: "CreateRoute"))
            }
        case .noPublicAddressIngress, .noPublicAddressEgress:
            let id = try #require(cause.interfaceID)
            network.ec2.networkInterfaces.update(id) { interface in
                let bits = interface.addresses[0].address.bits
                interface.addresses[0].association = .init(
                    address: IPv4Address(bits: 52 << 24 | 99 << 16 | bits & 0xFFFF), ownerID: "amazon")
            }
        case .noPath:
            // A NAT gateway whose own subnet sends to it: the circle.
            for table in network.ec2.routeTables {
                network.ec2.routeTables.update(table.id) { table in
                    for index in table.routes.indices where table.routes[index].target == .natGateway(id: "nat") {
                        table.routes[index].target = .gateway(id: "igw-a")
                    }
                }
            }
        default: Issue.record("\(cause.code) is not expected here")
        }
    }
}
