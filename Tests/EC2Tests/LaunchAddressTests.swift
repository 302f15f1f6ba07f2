import EmulatorTestSupport
import Testing

/// The addresses that instances get at launch.
struct LaunchAddressTests {
    let session = EmulatorSession()
    let vpc: String
    /// The VPC's IPv6 block without its last group: `2600:1f…:xx`.
    let prefix: String

    init() {
        vpc =
            session.call("CreateVpc", ["CidrBlock": "10.0.0.0/16", "AmazonProvidedIpv6CidrBlock": "true"])
            .first("vpcId") ?? ""
        let block = session.call("DescribeVpcs", ["VpcId.1": vpc]).first("ipv6CidrBlock") ?? ""
        prefix = String(block.prefix { $0 != "/" }.dropLast(4))
    }

    private func dualStackSubnet() -> String {
        session.call(
            "CreateSubnet", ["VpcId": vpc, "CidrBlock": "10.0.1.0/24", "Ipv6CidrBlock": "\(prefix)01::/64"]
        ).first("subnetId") ?? ""
    }

    private func run(_ more: String) -> EmulatorSession.Answer { run("t3.micro", more) }

    private func run(_ type: String, _ more: String) -> EmulatorSession.Answer {
        session.send(
            "Action=RunInstances&Version=2016-11-15&ImageId=\(session.imageID)&InstanceType=\(type)"
                + "&MinCount=1&MaxCount=1&\(more)")
    }

    @Test func `an instance in a subnet without IPv4 has an IPv6 address and is named by its id`() throws {
        let subnet = try #require(
            session.call("CreateSubnet", ["VpcId": vpc, "Ipv6Native": "true", "Ipv6CidrBlock": "\(prefix)02::/64"])
                .first("subnetId"))
        let launched = run("SubnetId=\(subnet)")
        #expect(launched.status == 200, "\(launched.text)")
        let id = try #require(launched.first("instanceId"))
        let shown = session.call("DescribeInstances", ["InstanceId.1": id])
        #expect(shown.first("ipv6Address")?.hasPrefix(prefix + "02:") == true)
        #expect(shown.all("privateIpAddress").isEmpty)
        #expect(shown.all("publicIp").isEmpty)
        #expect(shown.all("privateDnsName").allSatisfy { $0 == "\(id).ec2.internal" })
        #expect(session.call("StopInstances", ["InstanceId.1": id]).status == 200)
        #expect(
            session.call("DescribeInstances", ["InstanceId.1": id]).first("ipv6Address") == shown.first("ipv6Address"))
        #expect(session.call("StartInstances", ["InstanceId.1": id]).status == 200)
        #expect(session.call("TerminateInstances", ["InstanceId.1": id]).status == 200)
        #expect(session.call("DescribeInstances", ["InstanceId.1": id]).all("networkInterfaceId").isEmpty)
        #expect(session.call("DeleteSubnet", ["SubnetId": subnet]).status == 200)
    }

    @Test func `an instance that is not of the Nitro System cannot do without IPv4`() throws {
        let subnet = try #require(
            session.call("CreateSubnet", ["VpcId": vpc, "Ipv6Native": "true", "Ipv6CidrBlock": "\(prefix)02::/64"])
                .first("subnetId"))
        #expect(run("t2.micro", "SubnetId=\(subnet)").errorCode == "Unsupported")
        #expect(run("SubnetId=\(subnet)&PrivateIpAddress=10.0.0.9").errorCode == "InvalidParameterCombination")
    }

    @Test func `IPv6 addresses are given by number or by name`() throws {
        let subnet = dualStackSubnet()
        let counted = run("SubnetId=\(subnet)&Ipv6AddressCount=2")
        #expect(Set(counted.all("ipv6Address")).count == 2, "\(counted.text)")
        let named = run("SubnetId=\(subnet)&Ipv6Address.1.Ipv6Address=\(prefix)01::99")
        #expect(named.first("ipv6Address") == "\(prefix)01::99")
        #expect(
            run("SubnetId=\(subnet)&Ipv6Address.1.Ipv6Address=\(prefix)01::99").errorCode == "InvalidIPAddress.InUse")
        #expect(
            run("SubnetId=\(subnet)&Ipv6Address.1.Ipv6Address=\(prefix)01::98&Ipv6AddressCount=1").errorCode
                == "InvalidParameterCombination")
        let interface = run(
            "NetworkInterface.1.DeviceIndex=0&NetworkInterface.1.SubnetId=\(subnet)&NetworkInterface.1.Ipv6AddressCount=1"
        )
        #expect(interface.all("ipv6Address").count == 2, "\(interface.text)")
        #expect(run("Ipv6AddressCount=1").errorCode == "InvalidParameterValue")
    }

    @Test func `an interface at launch has the secondary addresses that it names`() throws {
        let subnet = dualStackSubnet()
        let interface = "NetworkInterface.1.DeviceIndex=0&NetworkInterface.1.SubnetId=\(subnet)"
        let addresses = "&NetworkInterface.1.PrivateIpAddresses"
        let launched = run(
            interface + "\(addresses).1.PrivateIpAddress=10.0.1.10\(addresses).1.Primary=true"
                + "\(addresses).2.PrivateIpAddress=10.0.1.11\(addresses).2.Primary=false")
        #expect(launched.all("primary") == ["true", "false"], "\(launched.text)")
        #expect(Set(launched.all("privateIpAddress")) == ["10.0.1.10", "10.0.1.11"])
        let both = run(
            interface + "\(addresses).1.PrivateIpAddress=10.0.1.12&NetworkInterface.1.SecondaryPrivateIpAddressCount=1")
        #expect(both.errorCode == "InvalidParameterCombination")
    }

    @Test func `an instance takes the host names that its subnet is set to`() throws {
        let subnet = dualStackSubnet()
        session.call("ModifySubnetAttribute", ["SubnetId": subnet, "PrivateDnsHostnameTypeOnLaunch": "resource-name"])
        let launched = run("SubnetId=\(subnet)")
        let id = try #require(launched.first("instanceId"))
        #expect(launched.first("hostnameType") == "resource-name")
        #expect(launched.first("privateDnsName") == "\(id).ec2.internal")
    }
}
