import EmulatorCore
import GradeModel
import ServiceModel

extension Topology {
    /// What there is in a region now, as the API shows it.
    init(_ emulator: Emulator, region: String) throws(ServiceError) {
        func all(_ operation: String, _ list: String) throws(ServiceError) -> [Value] {
            try emulator.call("ec2", operation, region: region)[list]?.elements ?? []
        }
        let subnets = try all("DescribeSubnets", "Subnets")
        let routes = RouteTables(try all("DescribeRouteTables", "RouteTables"))
        let instances = try all("DescribeInstances", "Reservations").flatMap { $0["Instances"]?.elements ?? [] }
        var inside: [String: [TopologyResource]] = [:]
        for instance in instances {
            guard let subnet = instance["SubnetId"]?.text else { continue }
            inside[subnet, default: []].append(TopologyResource(instance: instance))
        }
        for gateway in try all("DescribeNatGateways", "NatGateways") {
            guard let subnet = gateway["SubnetId"]?.text, gateway["State"]?.text != "deleted" else { continue }
            inside[subnet, default: []].append(TopologyResource(natGateway: gateway))
        }
        let gateways = try all("DescribeInternetGateways", "InternetGateways")
        let vpcs = try all("DescribeVpcs", "Vpcs").map { vpc in
            let id = vpc["VpcId"]?.text ?? ""
            let own = subnets.filter { $0["VpcId"]?.text == id }
            let zones = Set(own.compactMap { $0["AvailabilityZone"]?.text }).sorted()
            return TopologyNetwork(
                id: id, name: vpc.name, cidr: vpc["CidrBlock"]?.text ?? "", isDefault: vpc["IsDefault"] == true,
                zones: zones.map { zone in
                    let boxes = own.filter { $0["AvailabilityZone"]?.text == zone }.map { subnet in
                        let id = subnet["SubnetId"]?.text ?? ""
                        return TopologySubnet(
                            id: id, name: subnet.name, cidr: subnet["CidrBlock"]?.text ?? "",
                            isPublic: routes.leadOut(subnet: id, vpc: vpc["VpcId"]?.text ?? ""),
                            resources: (inside[id] ?? []).sorted())
                    }
                    return TopologyZone(name: zone, subnets: boxes.sorted { ($0.name, $0.cidr) < ($1.name, $1.cidr) })
                },
                resources: gateways.filter { gateway in
                    gateway["Attachments"]?.elements?.contains { $0["VpcId"]?.text == id } ?? false
                }.map { TopologyResource(internetGateway: $0) })
        }
        self.init(
            region: region,
            vpcs: vpcs.sorted { ($0.isDefault ? 1 : 0, $0.name, $0.cidr) < ($1.isDefault ? 1 : 0, $1.name, $1.cidr) })
    }
}

/// Which subnets have a route to an internet gateway.
private struct RouteTables {
    /// By subnet, and the main ones by VPC.
    private var bySubnet: [String: Bool] = [:]
    private var byNetwork: [String: Bool] = [:]

    init(_ tables: [Value]) {
        for table in tables {
            let leadsOut = table["Routes"]?.elements?.contains { route in
                route["State"]?.text == "active" && route["GatewayId"]?.text?.hasPrefix("igw-") == true
            }
            for association in table["Associations"]?.elements ?? [] {
                if let subnet = association["SubnetId"]?.text { bySubnet[subnet] = leadsOut }
                if association["Main"] == true, let vpc = table["VpcId"]?.text { byNetwork[vpc] = leadsOut }
            }
        }
    }

    func leadOut(subnet: String, vpc: String) -> Bool { bySubnet[subnet] ?? byNetwork[vpc] ?? false }
}

extension TopologyResource {
    fileprivate init(instance: Value) {
        let groups = instance["SecurityGroups"]?.elements?.compactMap { $0["GroupName"]?.text } ?? []
        self.init(
            id: instance["InstanceId"]?.text ?? "", kind: "instance", name: instance.name,
            state: instance["State"]?["Name"]?.text ?? "",
            facts: Self.facts([
                ("type", instance["InstanceType"]?.text), ("private address", instance["PrivateIpAddress"]?.text),
                ("public address", instance["PublicIpAddress"]?.text),
                ("security groups", groups.isEmpty ? nil : groups.sorted().joined(separator: ", ")),
            ]))
    }

    fileprivate init(natGateway gateway: Value) {
        let addresses = gateway["NatGatewayAddresses"]?.elements?.compactMap { $0["PublicIp"]?.text } ?? []
        self.init(
            id: gateway["NatGatewayId"]?.text ?? "", kind: "NAT gateway", name: gateway.name,
            state: gateway["State"]?.text ?? "",
            facts: Self.facts([("public address", addresses.first)]))
    }

    fileprivate init(internetGateway gateway: Value) {
        self.init(
            id: gateway["InternetGatewayId"]?.text ?? "", kind: "internet gateway", name: gateway.name,
            state: gateway["Attachments"]?.elements?.first?["State"]?.text ?? "")
    }

    private static func facts(_ pairs: [(String, String?)]) -> [TopologyFact] {
        pairs.compactMap { name, value in value.map { TopologyFact(name, $0) } }
    }
}

extension [TopologyResource] {
    /// In an order that does not depend on random ids, as far as anything else tells them apart.
    fileprivate func sorted() -> [TopologyResource] {
        sorted { left, right in
            (left.kind, left.name, left.facts.map(\.value).joined(separator: " "), left.id)
                < (right.kind, right.name, right.facts.map(\.value).joined(separator: " "), right.id)
        }
    }
}

extension Value {
    /// The `Name` tag, or empty.
    fileprivate var name: String {
        self["Tags"]?.elements?.first { $0["Key"]?.text == "Name" }?["Value"]?.text ?? ""
    }
}
