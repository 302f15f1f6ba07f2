import CloudState
import Reachability
import ServiceModel
import Testing

/// Paths within a VPC and to the internet, and what closes them.
struct PathTests {
    /// A web server in a public subnet, and a database in a private one behind a NAT gateway.
    private static func twoTiers() throws -> Network {
        var network = try Network()
        try network.addSubnet("subnet-pub", "10.0.1.0/24", routes: ["0.0.0.0/0": .gateway(id: "igw-a")])
        try network.addSubnet(
            "subnet-priv", "10.0.2.0/24", zone: "us-east-1b", routes: ["0.0.0.0/0": .natGateway(id: "nat-a")])
        try network.addNAT("nat-a", "subnet-pub", "10.0.1.9", public: "52.0.0.9")
        try network.addGroup("sg-web", "in tcp 80 0.0.0.0/0", "out -1 0 0.0.0.0/0")
        try network.addGroup("sg-db", "in tcp 5432 sg-web", "out -1 0 0.0.0.0/0")
        try network.addInstance("i-web", "subnet-pub", "10.0.1.10", public: "52.0.0.1", groups: ["sg-web"])
        try network.addInstance("i-db", "subnet-priv", "10.0.2.10", groups: ["sg-db"])
        return network
    }

    private static func kinds(_ components: [PathComponent]) -> [String] { components.map(\.id) }

    @Test func `the internet reaches a public web server by gateway, ACL and group`() throws {
        let analysis = try Self.twoTiers().analyze(.internet, .instance(id: "i-web"))
        #expect(analysis.isReachable)
        #expect(Self.kinds(analysis.forward) == ["internet", "igw-a", "acl-vpc-a", "sg-web", "eni-web"])
        #expect(Self.kinds(analysis.back) == ["acl-vpc-a", "rtb-subnet-pub"])
        #expect(analysis.forward.last?.header.destination == IPv4Address("10.0.1.10"))
        #expect(analysis.line == "internet → igw-a → acl-vpc-a → sg-web → eni-web")
    }

    @Test func `another port is refused by the group`() throws {
        let analysis = try Self.twoTiers().analyze(.internet, .instance(id: "i-web"), port: 22)
        #expect(analysis.decider?.code == .securityGroupRules)
        #expect(analysis.decider?.direction == .ingress)
        #expect(analysis.decider?.groupIDs == ["sg-web"])
        #expect(analysis.decider?.sentence == "no rule of sg-web lets TCP port 22 from 145.18.64.7 in at eni-web.")
    }

    @Test func `without a public address nobody comes in from the internet`() throws {
        let analysis = try Self.twoTiers().analyze(.internet, .instance(id: "i-db"), port: 5432)
        #expect(analysis.decider?.code == .noPublicAddressIngress)
    }

    @Test func `a public address in a subnet without a route to the gateway loses the answer`() throws {
        var network = try Self.twoTiers()
        network.ec2.routeTables.update("rtb-subnet-pub") { $0.routes.removeLast() }
        let analysis = network.analyze(.internet, .instance(id: "i-web"))
        #expect(analysis.decider?.code == .noRoute)
        #expect(analysis.decider?.isReturn == true)
        #expect(analysis.decider?.componentID == "rtb-subnet-pub")
    }

    @Test func `a group that names another group lets its members in and nobody else`() throws {
        var network = try Self.twoTiers()
        #expect(network.analyze(.instance(id: "i-web"), .instance(id: "i-db"), port: 5432).isReachable)
        try network.addInstance("i-other", "subnet-pub", "10.0.1.11", groups: ["sg-db"])
        let other = network.analyze(.instance(id: "i-other"), .instance(id: "i-db"), port: 5432)
        #expect(other.decider?.code == .securityGroupRules)
        #expect(other.decider?.header?.source == IPv4Address("10.0.1.11"))
    }

    @Test func `a private instance gets out by a NAT gateway and under its address`() throws {
        let analysis = try Self.twoTiers().analyze(.instance(id: "i-db"), .internet, port: 443)
        #expect(analysis.isReachable)
        #expect(
            Self.kinds(analysis.forward) == [
                "eni-db", "sg-db", "acl-vpc-a", "rtb-subnet-priv", "acl-vpc-a", "nat-a", "acl-vpc-a", "rtb-subnet-pub",
                "igw-a", "internet",
            ])
        #expect(analysis.forward.last?.header.source == IPv4Address("52.0.0.9"))
    }

    @Test func `a NAT gateway in a subnet without a way out helps nobody`() throws {
        var network = try Self.twoTiers()
        network.ec2.routeTables.update("rtb-subnet-pub") { $0.routes.removeLast() }
        let analysis = network.analyze(.instance(id: "i-db"), .internet, port: 443)
        #expect(analysis.decider?.code == .noRoute)
        #expect(analysis.decider?.componentID == "rtb-subnet-pub")
    }

    @Test func `a NAT gateway that is still being made forwards nothing`() throws {
        var network = try Self.twoTiers()
        network.ec2.natGateways.update("nat-a") { $0.state = .pending }
        let analysis = network.analyze(.instance(id: "i-db"), .internet, port: 443)
        #expect(analysis.decider?.code == .badState)
        #expect(analysis.decider?.state == "pending")
    }

    @Test func `an instance without a public address does not pass an internet gateway`() throws {
        var network = try Self.twoTiers()
        network.ec2.networkInterfaces.update("eni-web") { $0.addresses[0].association = nil }
        let analysis = network.analyze(.instance(id: "i-web"), .internet)
        #expect(analysis.decider?.code == .noPublicAddressEgress)
        #expect(analysis.decider?.interfaceID == "eni-web")
    }

    @Test func `the longest prefix decides, also when it leads nowhere`() throws {
        var network = try Self.twoTiers()
        network.ec2.routeTables.update("rtb-subnet-priv") {
            $0.routes.append(
                .init(destination: "145.18.0.0/16", target: .natGateway(id: "nat-gone"), origin: "CreateRoute"))
        }
        let analysis = network.analyze(.instance(id: "i-db"), .internet, port: 443)
        #expect(analysis.decider?.code == .badStateRoute)
        #expect(analysis.decider?.route?.destination == "145.18.0.0/16")
    }

    @Test func `a network ACL is stateless: the answer needs its ephemeral ports`() throws {
        var network = try Self.twoTiers()
        network.removeRule(acl: "acl-vpc-a", 100, out: true)
        try network.addRule(acl: "acl-vpc-a", 100, out: true, allows: true, "0.0.0.0/0", ports: 80...80)
        let lost = network.analyze(.internet, .instance(id: "i-web"))
        #expect(lost.decider?.code == .networkACL)
        #expect(lost.decider?.isReturn == true)
        #expect(lost.decider?.aclEntry?.number == NetworkACL.lastRule)
        try network.addRule(acl: "acl-vpc-a", 110, out: true, allows: true, "0.0.0.0/0", ports: 1024...65_535)
        #expect(network.analyze(.internet, .instance(id: "i-web")).isReachable)
        // Too few of them are not enough.
        network.removeRule(acl: "acl-vpc-a", 110, out: true)
        try network.addRule(acl: "acl-vpc-a", 110, out: true, allows: true, "0.0.0.0/0", ports: 49_152...65_535)
        #expect(!network.analyze(.internet, .instance(id: "i-web")).isReachable)
    }

    @Test func `the lowest number that matches decides`() throws {
        var network = try Self.twoTiers()
        try network.addRule(acl: "acl-vpc-a", 90, out: false, allows: false, "145.18.64.0/24", ports: 80...80)
        let denied = network.analyze(.internet, .instance(id: "i-web"))
        #expect(denied.decider?.aclEntry?.number == 90)
        #expect(
            denied.decider?.sentence.hasPrefix("rule 90 of acl-vpc-a refuses TCP port 80 from 145.18.64.7 into") == true
        )
        try network.addRule(acl: "acl-vpc-a", 80, out: false, allows: true, "145.18.64.7/32", ports: 80...80)
        #expect(network.analyze(.internet, .instance(id: "i-web")).isReachable)
    }

    @Test func `within a subnet there is no ACL`() throws {
        var network = try Self.twoTiers()
        try network.addInstance("i-near", "subnet-pub", "10.0.1.11", groups: ["sg-web"])
        network.ec2.networkACLs.update("acl-vpc-a") { $0.entries.removeAll { $0.number == 100 } }
        #expect(network.analyze(.instance(id: "i-near"), .instance(id: "i-web")).isReachable)
        #expect(!network.analyze(.instance(id: "i-db"), .instance(id: "i-web")).isReachable)
    }

    @Test func `a stopped instance takes nothing`() throws {
        var network = try Self.twoTiers()
        network.ec2.instances.update("i-web") { $0.enter(.stopping, at: Timestamp(milliseconds: 1)) }
        let analysis = network.analyze(.internet, .instance(id: "i-web"))
        #expect(analysis.decider?.code == .badState)
        #expect(analysis.decider?.sentence == "i-web is stopping.")
    }

    @Test func `ICMP is a protocol of its own`() throws {
        var network = try Self.twoTiers()
        #expect(!network.analyze(.internet, .instance(id: "i-web"), .icmp).isReachable)
        network.ec2.securityGroups.update("sg-web") { group in
            group.rules.append(
                SecurityGroupRule(
                    id: "sgr-ping", isEgress: false, ipProtocol: "icmp", fromPort: 8, toPort: -1,
                    peer: .ipv4(.everywhere)))
        }
        #expect(network.analyze(.internet, .instance(id: "i-web"), .icmp).isReachable)
        #expect(!network.analyze(.internet, .instance(id: "i-web"), .udp).isReachable)
    }

    @Test func `a prefix list of one's own stands for its blocks`() throws {
        var network = try Self.twoTiers()
        try network.addGroup("sg-web", "in tcp 80 pl-1", "out -1 0 0.0.0.0/0")
        let query = ReachabilityQuery(
            from: .address(try Network.address("9.9.9.9")), to: .instance(id: "i-web"), port: 80)
        network.ec2.prefixLists.insert(
            PrefixList(
                id: "pl-1", name: "office", ownerID: "1", addressFamily: "IPv4", maximumEntries: 5,
                state: "create-complete",
                entries: [.init(block: "9.9.9.0/24", description: nil)]))
        #expect(PathAnalyzer(network.ec2).reaches(query))
        #expect(!network.analyze(.internet, .instance(id: "i-web")).isReachable)
    }

    @Test func `ends that do not exist are said to`() throws {
        let network = try Self.twoTiers()
        #expect(network.analyze(.internet, .instance(id: "i-none")).decider?.code == .noSourceOrDestination)
        #expect(network.analyze(.interface(id: "eni-none"), .internet).decider?.componentID == "eni-none")
        let nobody = network.analyze(.instance(id: "i-web"), .address(try Network.address("10.0.2.77")))
        #expect(nobody.decider?.code == .noPossibleDestination)
    }

    @Test func `only the gateway that was asked for counts`() throws {
        var network = try Self.twoTiers()
        network.ec2.internetGateways.insert(InternetGateway(id: "igw-b", ownerID: "1"))
        #expect(network.analyze(.internetGateway(id: "igw-a"), .instance(id: "i-web")).isReachable)
        #expect(!network.analyze(.internetGateway(id: "igw-b"), .instance(id: "i-web")).isReachable)
        #expect(network.analyze(.instance(id: "i-web"), .internetGateway(id: "igw-a")).isReachable)
        #expect(!network.analyze(.instance(id: "i-web"), .internetGateway(id: "igw-b")).isReachable)
    }

    @Test func `the panel of internet hosts has one in every eighth of the address space that is public`() {
        #expect(InternetProbe.panel.count == 28)
        #expect(InternetProbe.panel.allSatisfy { $0.isPublic })
        #expect(Set(InternetProbe.panel.map { $0.bits >> 27 }).count == 28)
    }
}
