import CloudState
import Reachability
import ServiceModel
import Testing

/// Paths between VPCs, through appliances, and where faults cut them.
struct PeeringTests {
    private static func peered() throws -> Network {
        var network = try Network()
        try network.addVPC("vpc-b", "10.1.0.0/16")
        try network.addVPC("vpc-c", "10.2.0.0/16")
        for (id, one, other) in [("pcx-ab", "vpc-a", "vpc-b"), ("pcx-bc", "vpc-b", "vpc-c")] {
            network.ec2.vpcPeerings.insert(
                VPCPeering(
                    id: id, requester: .init(vpcID: one, ownerID: "1", region: "us-east-1"),
                    accepter: .init(vpcID: other, ownerID: "1", region: "us-east-1"), status: .active, actor: "1",
                    expirationTime: network.start))
        }
        try network.addSubnet(
            "subnet-a", "10.0.1.0/24",
            routes: ["10.1.0.0/16": .vpcPeering(id: "pcx-ab"), "10.2.0.0/16": .vpcPeering(id: "pcx-ab")])
        try network.addSubnet(
            "subnet-b", "10.1.1.0/24", vpc: "vpc-b",
            routes: ["10.0.0.0/16": .vpcPeering(id: "pcx-ab"), "10.2.0.0/16": .vpcPeering(id: "pcx-bc")])
        try network.addSubnet(
            "subnet-c", "10.2.1.0/24", vpc: "vpc-c", routes: ["10.1.0.0/16": .vpcPeering(id: "pcx-bc")])
        try network.addGroup("sg-a", "out -1 0 0.0.0.0/0")
        try network.addGroup("sg-b", vpc: "vpc-b", "in tcp 80 sg-a")
        try network.addGroup("sg-c", vpc: "vpc-c", "in tcp 80 0.0.0.0/0")
        try network.addInstance("i-a", "subnet-a", "10.0.1.10", groups: ["sg-a"])
        try network.addInstance("i-b", "subnet-b", "10.1.1.10", groups: ["sg-b"])
        try network.addInstance("i-c", "subnet-c", "10.2.1.10", groups: ["sg-c"])
        return network
    }

    @Test func `a peering connection with routes on both sides joins two VPCs, groups included`() throws {
        var network = try Self.peered()
        let analysis = network.analyze(.instance(id: "i-a"), .instance(id: "i-b"))
        #expect(analysis.isReachable)
        #expect(analysis.forward.contains { $0.kind == .peering(id: "pcx-ab") })
        network.ec2.routeTables.update("rtb-subnet-b") { $0.routes.removeAll { $0.destination == "10.0.0.0/16" } }
        let oneSided = network.analyze(.instance(id: "i-a"), .instance(id: "i-b"))
        #expect(oneSided.decider?.code == .noRoute)
        #expect(oneSided.decider?.isReturn == true)
    }

    @Test func `peering is not transitive`() throws {
        let analysis = try Self.peered().analyze(.instance(id: "i-a"), .instance(id: "i-c"))
        #expect(analysis.decider?.code == .peeringAddress)
    }

    @Test func `a peering connection that was not accepted carries nothing`() throws {
        var network = try Self.peered()
        network.ec2.vpcPeerings.update("pcx-ab") { $0.status = .pendingAcceptance }
        #expect(network.analyze(.instance(id: "i-a"), .instance(id: "i-b")).decider?.code == .badStateRoute)
    }

    @Test func `a NAT instance forwards once its check is off`() throws {
        var network = try Network()
        try network.addSubnet("subnet-pub", "10.0.1.0/24", routes: ["0.0.0.0/0": .gateway(id: "igw-a")])
        try network.addGroup("sg-nat", "in -1 0 10.0.0.0/16", "out -1 0 0.0.0.0/0")
        try network.addInstance("i-nat", "subnet-pub", "10.0.1.5", public: "52.0.0.5", groups: ["sg-nat"])
        try network.addSubnet(
            "subnet-priv", "10.0.2.0/24", routes: ["0.0.0.0/0": .instance(id: "i-nat", networkInterfaceID: "eni-nat")])
        try network.addInstance("i-app", "subnet-priv", "10.0.2.10", groups: ["sg-nat"])
        let checked = network.analyze(.instance(id: "i-app"), .internet)
        #expect(checked.decider?.code == .sourceDestinationCheck)
        network.ec2.networkInterfaces.update("eni-nat") { $0.sourceDestCheck = false }
        let forwarded = network.analyze(.instance(id: "i-app"), .internet)
        #expect(forwarded.isReachable)
        #expect(forwarded.forward.last?.header.source == IPv4Address("52.0.0.5"))
    }

    @Test func `routes that lead in a circle end`() throws {
        var network = try Network()
        try network.addGroup("sg", "in -1 0 0.0.0.0/0", "out -1 0 0.0.0.0/0")
        try network.addSubnet("subnet-1", "10.0.1.0/24", routes: ["0.0.0.0/0": .networkInterface(id: "eni-2")])
        try network.addSubnet("subnet-2", "10.0.2.0/24", routes: ["0.0.0.0/0": .networkInterface(id: "eni-1")])
        try network.addInstance("i-1", "subnet-1", "10.0.1.10", groups: ["sg"])
        try network.addInstance("i-2", "subnet-2", "10.0.2.10", groups: ["sg"])
        for id in ["eni-1", "eni-2"] { network.ec2.networkInterfaces.update(id) { $0.sourceDestCheck = false } }
        #expect(network.analyze(.instance(id: "i-1"), .internet).decider?.code == .noPath)
    }

    @Test func `an outage of a zone cuts its subnets off, and the configuration stays as it was`() throws {
        var world = World(seed: "t", epoch: Timestamp(milliseconds: 0))
        let region = world.regionIndex("us-east-1")
        var network = try Network()
        try network.addSubnet("subnet-1", "10.0.1.0/24", routes: ["0.0.0.0/0": .gateway(id: "igw-a")])
        try network.addGroup("sg", "in tcp 80 0.0.0.0/0", "out -1 0 0.0.0.0/0")
        try network.addInstance("i-1", "subnet-1", "10.0.1.10", public: "52.0.0.1", groups: ["sg"])
        world.regions[region].ec2 = network.ec2
        let query = ReachabilityQuery(from: .internet, to: .instance(id: "i-1"), port: 80)
        #expect(PathAnalyzer(world, region: "us-east-1").reaches(query))
        let fault = world.startFault(.zoneOutage(zone: "us-east-1a"), region: "us-east-1")
        let cut = PathAnalyzer(world, region: "us-east-1").analyze(query)
        #expect(cut.decider?.code == .badState)
        #expect(cut.decider?.state == "down with us-east-1a")
        #expect(PathAnalyzer(world.regions[region].ec2).reaches(query))
        world.stopFault(fault)
        world.startFault(.networkDisruption(subnets: ["subnet-1"], scope: .all), region: "us-east-1")
        #expect(PathAnalyzer(world, region: "us-east-1").analyze(query).decider?.componentID == "subnet-1")
    }
}
