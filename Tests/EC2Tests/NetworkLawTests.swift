import CloudState
import EmulatorCore
import EmulatorTestSupport
import ServiceModel
import Testing

/// What holds for every operation, shown for the network's.
struct NetworkLawTests {
    /// A VPC of its own with one of each thing in it, by short names.
    private struct Network {
        let session: EmulatorSession
        private(set) var names: [String: String] = [:]

        init(_ session: EmulatorSession) {
            self.session = session
            names["$VPC"] = make("CreateVpc", "CidrBlock=10.0.0.0/16&AmazonProvidedIpv6CidrBlock=true", "vpcId")
            names["$SUBNET"] = make("CreateSubnet", "VpcId=$VPC&CidrBlock=10.0.0.0/24", "subnetId")
            names["$IGW"] = make("CreateInternetGateway", "", "internetGatewayId")
            names["$STRAY"] = make("CreateInternetGateway", "", "internetGatewayId")
            _ = make("AttachInternetGateway", "InternetGatewayId=$IGW&VpcId=$VPC", "return")
            names["$EIGW"] = make("CreateEgressOnlyInternetGateway", "VpcId=$VPC", "egressOnlyInternetGatewayId")
            names["$RTB"] = make("CreateRouteTable", "VpcId=$VPC", "routeTableId")
            names["$ASSOC"] = make("AssociateRouteTable", "RouteTableId=$RTB&SubnetId=$SUBNET", "associationId")
            _ = make("CreateRoute", "RouteTableId=$RTB&DestinationCidrBlock=0.0.0.0/0&GatewayId=$IGW", "return")
            names["$EIP"] = make("AllocateAddress", "", "allocationId")
            names["$NAT"] = make("CreateNatGateway", "SubnetId=$SUBNET&AllocationId=$EIP", "natGatewayId")
            names["$ACL"] = make("CreateNetworkAcl", "VpcId=$VPC", "networkAclId")
            _ = make("CreateNetworkAclEntry", entry, "return")
            names["$DOPT"] = make(
                "CreateDhcpOptions", "DhcpConfiguration.1.Key=domain-name&DhcpConfiguration.1.Value.1=example.com",
                "dhcpOptionsId")
            _ = make("AssociateDhcpOptions", "DhcpOptionsId=$DOPT&VpcId=$VPC", "return")
        }

        let entry = "NetworkAclId=$ACL&RuleNumber=100&Protocol=-1&RuleAction=allow&Egress=false&CidrBlock=0.0.0.0/0"

        private func make(_ action: String, _ body: String, _ tag: String) -> String {
            send(action, body).first(tag) ?? ""
        }

        func send(_ action: String, _ body: String) -> EmulatorSession.Answer {
            var body = body
            // Longer names first, lest one be the beginning of another.
            for (name, id) in names.sorted(by: { $0.key.count > $1.key.count }) {
                body = body.replacing(name, with: id)
            }
            return session.send("Action=\(action)&Version=2016-11-15&\(body)")
        }
    }

    static let failing: [(action: String, body: String, code: String)] = [
        ("CreateVpc", "CidrBlock=10.0.0.0/8", "InvalidVpc.Range"),
        ("CreateVpc", "CidrBlock=10.0.0.0/16&InstanceTenancy=shared", "InvalidParameterValue"),
        ("DeleteVpc", "VpcId=$VPC", "DependencyViolation"),
        ("ModifyVpcAttribute", "VpcId=$VPC", "InvalidParameterCombination"),
        ("ModifyVpcTenancy", "VpcId=$VPC&InstanceTenancy=dedicated", "InvalidParameterValue"),
        ("CreateDefaultVpc", "", "DefaultVpcAlreadyExists"),
        ("AssociateVpcCidrBlock", "VpcId=$VPC&CidrBlock=10.0.128.0/20", "InvalidVpc.Range"),
        (
            "DisassociateVpcCidrBlock", "AssociationId=vpc-cidr-assoc-12345678",
            "InvalidVpcCidrBlockAssociationID.NotFound"
        ),
        ("CreateSubnet", "VpcId=$VPC&CidrBlock=10.0.0.0/25", "InvalidSubnet.Conflict"),
        ("CreateDefaultSubnet", "AvailabilityZone=us-east-1a", "DefaultSubnetAlreadyExistsInAvailabilityZone"),
        ("DeleteSubnet", "SubnetId=$SUBNET", "DependencyViolation"),
        ("ModifySubnetAttribute", "SubnetId=$SUBNET&AssignIpv6AddressOnCreation.Value=true", "InvalidParameterValue"),
        ("AssociateSubnetCidrBlock", "SubnetId=$SUBNET&Ipv6CidrBlock=2001:db8::/64", "InvalidSubnet.Range"),
        (
            "DisassociateSubnetCidrBlock", "AssociationId=subnet-cidr-assoc-12345678",
            "InvalidSubnetCidrBlockAssociationID.NotFound"
        ),
        ("AttachInternetGateway", "InternetGatewayId=$STRAY&VpcId=$VPC", "InvalidParameterValue"),
        ("DetachInternetGateway", "InternetGatewayId=$STRAY&VpcId=$VPC", "Gateway.NotAttached"),
        ("DetachInternetGateway", "InternetGatewayId=$IGW&VpcId=$VPC", "DependencyViolation"),
        ("DeleteInternetGateway", "InternetGatewayId=$IGW", "DependencyViolation"),
        ("DeleteEgressOnlyInternetGateway", "EgressOnlyInternetGatewayId=eigw-12345678", "InvalidGatewayID.NotFound"),
        ("DeleteRouteTable", "RouteTableId=$RTB", "DependencyViolation"),
        ("AssociateRouteTable", "RouteTableId=$RTB", "MissingParameter"),
        ("DisassociateRouteTable", "AssociationId=rtbassoc-12345678", "InvalidAssociationID.NotFound"),
        (
            "ReplaceRouteTableAssociation", "AssociationId=$ASSOC&RouteTableId=rtb-12345678",
            "InvalidRouteTableID.NotFound"
        ),
        ("CreateRoute", "RouteTableId=$RTB&DestinationCidrBlock=0.0.0.0/0&GatewayId=$IGW", "RouteAlreadyExists"),
        ("CreateRoute", "RouteTableId=$RTB&DestinationCidrBlock=1.0.0.0/8&GatewayId=$STRAY", "InvalidParameterValue"),
        (
            "CreateRoute", "RouteTableId=$RTB&DestinationCidrBlock=1.0.0.0/8&EgressOnlyInternetGatewayId=$EIGW",
            "InvalidParameterCombination"
        ),
        ("ReplaceRoute", "RouteTableId=$RTB&DestinationCidrBlock=1.0.0.0/8&GatewayId=$IGW", "InvalidParameterValue"),
        ("DeleteRoute", "RouteTableId=$RTB&DestinationCidrBlock=10.0.0.0/16", "InvalidParameterValue"),
        ("AllocateAddress", "Domain=moon", "InvalidParameterValue"),
        ("ReleaseAddress", "AllocationId=$EIP", "InvalidIPAddress.InUse"),
        ("AssociateAddress", "AllocationId=$EIP&InstanceId=i-12345678", "InvalidInstanceID.NotFound"),
        ("DisassociateAddress", "AssociationId=eipassoc-12345678", "InvalidAssociationID.NotFound"),
        (
            "ModifyAddressAttribute", "AllocationId=eipalloc-12345678&DomainName=a.example",
            "InvalidAllocationID.NotFound"
        ),
        ("CreateNatGateway", "SubnetId=$SUBNET", "MissingParameter"),
        (
            "CreateNatGateway", "SubnetId=$SUBNET&ConnectivityType=private&PrivateIpAddress=10.9.9.9",
            "InvalidParameterValue"
        ),
        ("DeleteNatGateway", "NatGatewayId=nat-12345678", "NatGatewayNotFound"),
        ("AssociateNatGatewayAddress", "NatGatewayId=nat-12345678&AllocationId.1=$EIP", "NatGatewayNotFound"),
        ("DeleteNetworkAcl", "NetworkAclId=acl-12345678", "InvalidNetworkAclID.NotFound"),
        (
            "CreateNetworkAclEntry",
            "NetworkAclId=$ACL&RuleNumber=100&Protocol=-1&RuleAction=allow&Egress=false&CidrBlock=0.0.0.0/0",
            "NetworkAclEntryAlreadyExists"
        ),
        (
            "CreateNetworkAclEntry",
            "NetworkAclId=$ACL&RuleNumber=1&Protocol=6&RuleAction=allow&Egress=false&CidrBlock=0.0.0.0/0",
            "MissingParameter"
        ),
        (
            "ReplaceNetworkAclEntry",
            "NetworkAclId=$ACL&RuleNumber=7&Protocol=-1&RuleAction=allow&Egress=false&CidrBlock=0.0.0.0/0",
            "InvalidNetworkAclEntry.NotFound"
        ),
        ("DeleteNetworkAclEntry", "NetworkAclId=$ACL&RuleNumber=7&Egress=false", "InvalidNetworkAclEntry.NotFound"),
        (
            "ReplaceNetworkAclAssociation", "AssociationId=aclassoc-12345678&NetworkAclId=$ACL",
            "InvalidAssociationID.NotFound"
        ),
        ("DeleteDhcpOptions", "DhcpOptionsId=$DOPT", "DependencyViolation"),
        ("AssociateDhcpOptions", "DhcpOptionsId=dopt-12345678&VpcId=$VPC", "InvalidDhcpOptionID.NotFound"),
        (
            "CreateDhcpOptions", "DhcpConfiguration.1.Key=colour&DhcpConfiguration.1.Value.1=blue",
            "InvalidParameterValue"
        ),
        ("ModifyAvailabilityZoneGroup", "GroupName=us-east-1-moon-1&OptInStatus=opted-in", "InvalidParameterValue"),
    ]

    @Test(arguments: failing)
    func `a call that fails leaves the world as it was`(call: (action: String, body: String, code: String)) {
        let network = Network(EmulatorSession(clock: .stepped))
        let before = network.session.emulator.world
        let answer = network.send(call.action, call.body)
        #expect(answer.errorCode == call.code, "\(answer.text)")
        var later = before
        later.advance(to: network.session.emulator.world.now)
        #expect(network.session.emulator.world == later)
    }

    @Test func `replaying a network's trail gives the same world`() {
        let session = EmulatorSession()
        let network = Network(session)
        session.call("DescribeNatGateways")
        _ = network.send("ReplaceRoute", "RouteTableId=$RTB&DestinationCidrBlock=0.0.0.0/0&NatGatewayId=$NAT")
        _ = network.send("DeleteNatGateway", "NatGatewayId=$NAT")
        session.call("DescribeNatGateways")
        _ = network.send("ReleaseAddress", "AllocationId=$EIP")
        _ = network.send("DisassociateRouteTable", "AssociationId=$ASSOC")
        _ = network.send("DeleteSubnet", "SubnetId=$SUBNET")
        let trail = session.emulator.trail
        #expect(trail.records.allSatisfy { $0.error == nil })
        let start = World(seed: "test", epoch: EmulatorSession.epoch)
        #expect(start.replayed(trail.records) == session.emulator.world)
    }

    @Test func `a NAT gateway takes its time`() {
        let session = EmulatorSession(clock: .stepped)
        let network = Network(session)
        func state() -> String? { network.send("DescribeNatGateways", "NatGatewayId.1=$NAT").first("state") }
        #expect(state() == "pending")
        session.emulator.advance(milliseconds: Timings.natGatewayCreate.milliseconds)
        #expect(state() == "available")
        _ = network.send("DeleteNatGateway", "NatGatewayId=$NAT")
        #expect(state() == "deleting")
        #expect(network.send("ReleaseAddress", "AllocationId=$EIP").errorCode == "InvalidIPAddress.InUse")
        session.emulator.advance(milliseconds: Timings.natGatewayDelete.milliseconds)
        #expect(state() == "deleted")
        session.emulator.advance(milliseconds: Timings.natGatewayVanish.milliseconds)
        #expect(network.send("DescribeNatGateways", "NatGatewayId.1=$NAT").errorCode == "NatGatewayNotFound")
    }
}
