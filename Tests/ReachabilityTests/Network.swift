import CloudState
import Reachability
import ServiceModel
import Testing

/// A network built record by record: a VPC of 10.0.0.0/16 with an internet gateway, and what a test adds.
struct Network {
    var ec2 = EC2State()
    let start = Timestamp(milliseconds: 0)
    private var count = 0

    init() throws {
        try addVPC("vpc-a", "10.0.0.0/16")
        ec2.internetGateways.insert(InternetGateway(id: "igw-a", ownerID: "1", vpcID: "vpc-a"))
    }

    static func block(_ text: String) throws -> IPv4Block { try #require(IPv4Block(text)) }
    static func address(_ text: String) throws -> IPv4Address { try #require(IPv4Address(text)) }

    mutating func addVPC(_ id: String, _ block: String) throws {
        ec2.vpcs.insert(
            VPC(
                id: id, ownerID: "1", blocks: [.init(id: "a-\(id)", block: try Self.block(block))], isDefault: false,
                dhcpOptionsID: "dopt", dnsHostnames: true))
        var table = RouteTable(
            id: "rtb-\(id)", vpcID: id, ownerID: "1",
            routes: [.init(destination: block, target: .local, origin: "CreateRouteTable")])
        table.associations = [.init(id: "main-\(id)")]
        ec2.routeTables.insert(table)
        ec2.networkACLs.insert(
            NetworkACL(
                id: "acl-\(id)", vpcID: id, ownerID: "1", isDefault: true,
                entries: [true, false].flatMap { out in
                    [
                        NetworkACL.Entry(
                            number: 100, isEgress: out, allows: true, ipProtocol: "-1", ipv4Block: .everywhere),
                        NetworkACL.Entry(
                            number: NetworkACL.lastRule, isEgress: out, allows: false, ipProtocol: "-1",
                            ipv4Block: .everywhere),
                    ]
                }))
    }

    /// Adds a subnet with a route table of its own: `routes` beside the local one.
    mutating func addSubnet(
        _ id: String, _ block: String, vpc: String = "vpc-a", zone: String = "us-east-1a",
        routes: KeyValuePairs<String, RouteTable.Route.Target> = [:]
    ) throws {
        ec2.subnets.insert(
            Subnet(id: id, vpcID: vpc, ownerID: "1", zone: zone, zoneID: zone, block: try Self.block(block)))
        ec2.networkACLs.update("acl-\(vpc)") { $0.associations.append(.init(id: "x-\(id)", subnetID: id)) }
        var table = RouteTable(
            id: "rtb-\(id)", vpcID: vpc, ownerID: "1", routes: ec2.routeTables["rtb-\(vpc)"]?.routes ?? [])
        for route in routes {
            table.routes.append(.init(destination: route.key, target: route.value, origin: "CreateRoute"))
        }
        table.associations = [.init(id: "rtbassoc-\(id)", subnetID: id)]
        ec2.routeTables.insert(table)
    }

    /// Adds a group whose rules are written `in tcp 80 0.0.0.0/0` or `out -1 0 sg-other`.
    mutating func addGroup(_ id: String, vpc: String = "vpc-a", _ rules: String...) throws {
        var group = SecurityGroup(id: id, name: id, description: "", vpcID: vpc, ownerID: "1")
        for rule in rules {
            let words = rule.split(separator: " ").map(String.init)
            let peer: SecurityGroupRule.Peer =
                words[3].hasPrefix("sg-")
                ? .group(id: words[3], ownerID: "1")
                : words[3].hasPrefix("pl-") ? .prefixList(id: words[3]) : .ipv4(try Self.block(words[3]))
            let port = words[1] == "-1" ? nil : Int(words[2])
            count += 1
            group.rules.append(
                SecurityGroupRule(
                    id: "sgr-\(count)", isEgress: words[0] == "out", ipProtocol: words[1], fromPort: port, toPort: port,
                    peer: peer))
        }
        ec2.securityGroups.insert(group)
    }

    /// Adds a running instance with one interface, `eni-` and the rest of its id.
    mutating func addInstance(
        _ id: String, _ subnetID: String, _ address: String, public publicAddress: String? = nil, groups: [String]
    ) throws {
        let subnet = try #require(ec2.subnets[subnetID])
        var instance = Instance(
            id: id, reservationID: "r", ownerID: "1", imageID: "ami", type: "t3.micro", architecture: "x86_64",
            platformDetails: "Linux/UNIX", usageOperation: "RunInstances", rootDeviceName: "/dev/xvda", launchIndex: 0,
            zone: subnet.zone, vpcID: subnet.vpcID, subnetID: subnetID, launchTime: start)
        let interfaceID = "eni-" + id.dropFirst(2)
        instance.networkInterfaceIDs = [interfaceID]
        instance.enter(.pending, at: start)
        instance.enter(.running, at: start)
        instance.runningSince = start
        ec2.instances.insert(instance)
        var own = NetworkInterface.PrivateAddress(address: try Self.address(address), isPrimary: true)
        if let publicAddress {
            own.association = .init(address: try Self.address(publicAddress), ownerID: "amazon")
        }
        var interface = NetworkInterface(
            id: interfaceID, subnetID: subnetID, vpcID: subnet.vpcID, zone: subnet.zone, ownerID: "1", description: "",
            macAddress: "", addresses: [own], groupIDs: groups)
        interface.attachment = .init(
            id: "attach", instanceID: id, instanceOwnerID: "1", deviceIndex: 0, attachTime: start,
            deleteOnTermination: true)
        ec2.networkInterfaces.insert(interface)
    }

    /// Adds a public NAT gateway that is available.
    mutating func addNAT(_ id: String, _ subnetID: String, _ address: String, public publicAddress: String) throws {
        let subnet = try #require(ec2.subnets[subnetID])
        var gateway = NATGateway(
            id: id, vpcID: subnet.vpcID, subnetID: subnetID, connectivity: .public, createTime: start)
        gateway.state = .available
        gateway.networkInterfaceID = "eni-\(id)"
        ec2.natGateways.insert(gateway)
        let own = NetworkInterface.PrivateAddress(
            address: try Self.address(address), isPrimary: true,
            association: .init(address: try Self.address(publicAddress), ownerID: "1"))
        var interface = NetworkInterface(
            id: "eni-\(id)", subnetID: subnetID, vpcID: subnet.vpcID, zone: subnet.zone, ownerID: "1", description: "",
            macAddress: "", addresses: [own], groupIDs: [])
        interface.isRequesterManaged = true
        ec2.networkInterfaces.insert(interface)
    }

    mutating func addRule(
        acl: String, _ number: Int, out: Bool, allows: Bool, _ block: String, ports: ClosedRange<Int>? = nil
    ) throws {
        let entry = NetworkACL.Entry(
            number: number, isEgress: out, allows: allows, ipProtocol: ports == nil ? "-1" : "6",
            ipv4Block: try Self.block(block), fromPort: ports?.lowerBound, toPort: ports?.upperBound)
        ec2.networkACLs.update(acl) { $0.entries.append(entry) }
    }

    mutating func removeRule(acl: String, _ number: Int, out: Bool) {
        ec2.networkACLs.update(acl) { $0.entries.removeAll { $0.number == number && $0.isEgress == out } }
    }

    func analyze(
        _ source: ReachabilityEndpoint, _ destination: ReachabilityEndpoint, _ ipProtocol: TransportProtocol = .tcp,
        port: Int = 80
    ) -> PathAnalysis {
        PathAnalyzer(ec2).analyze(ReachabilityQuery(from: source, to: destination, ipProtocol, port: port))
    }
}
