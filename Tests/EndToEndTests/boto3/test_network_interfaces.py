"""Network interfaces, endpoints, peering connections, prefix lists and flow logs."""

import unittest

from support import TestCase, client, error, error_code, image_id


class NetworkInterfaces(TestCase):
    def setUp(self):
        self.ec2 = client("ec2")
        self.subnet = self.ec2.describe_subnets(
            Filters=[{"Name": "availability-zone", "Values": ["us-east-1a"]}])["Subnets"][0]

    def make(self, **more):
        return self.ec2.create_network_interface(SubnetId=self.subnet["SubnetId"], **more)["NetworkInterface"]

    def show(self, interface):
        return self.ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"][0]

    def test_prefixes(self):
        """An interface has prefixes, which the subnet's addresses go to, until they are taken from it."""
        vpc = self.ec2.create_vpc(CidrBlock="10.70.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
        block = self.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
        subnet = self.ec2.create_subnet(VpcId=vpc, CidrBlock="10.70.0.0/26", Ipv6CidrBlock=block.replace("/56", "/64"))
        subnet = subnet["Subnet"]["SubnetId"]
        make = self.ec2.create_network_interface
        made = make(SubnetId=subnet, PrivateIpAddress="10.70.0.4", Ipv4PrefixCount=1, Ipv6PrefixCount=1)["NetworkInterface"]
        self.assertEqual(made["Ipv4Prefixes"], [{"Ipv4Prefix": "10.70.0.16/28"}])
        self.assertRegex(made["Ipv6Prefixes"][0]["Ipv6Prefix"], r"/80$")
        name = {"NetworkInterfaceId": made["NetworkInterfaceId"]}
        free = self.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["AvailableIpAddressCount"]
        self.assertEqual(free, 64 - 5 - 1 - 16)
        assigned = self.ec2.assign_private_ip_addresses(**name, Ipv4Prefixes=["10.70.0.32/28"])
        self.assertEqual(assigned["AssignedIpv4Prefixes"], [{"Ipv4Prefix": "10.70.0.32/28"}])
        self.assertEqual(
            error(self.ec2.assign_private_ip_addresses, **name, Ipv4PrefixCount=1),
            {"Code": "InsufficientCidrBlocks",
             "Message": "The specified subnet does not have enough free cidr blocks to satisfy the request."})
        self.assertEqual(error_code(make, SubnetId=subnet, PrivateIpAddress="10.70.0.33"), "InvalidIPAddress.InUse")
        self.ec2.unassign_private_ip_addresses(**name, Ipv4Prefixes=["10.70.0.32/28"])
        make(SubnetId=subnet, PrivateIpAddress="10.70.0.33")
        more = self.ec2.assign_ipv6_addresses(**name, Ipv6PrefixCount=1)["AssignedIpv6Prefixes"]
        gone = self.ec2.unassign_ipv6_addresses(**name, Ipv6Prefixes=more)["UnassignedIpv6Prefixes"]
        self.assertEqual(gone, more)
        shown = self.ec2.describe_network_interfaces(NetworkInterfaceIds=[made["NetworkInterfaceId"]])["NetworkInterfaces"][0]
        self.assertEqual((shown["Ipv4Prefixes"], shown["Ipv6Prefixes"]), (made["Ipv4Prefixes"], made["Ipv6Prefixes"]))
        self.ec2.delete_network_interface(**name)
        make(SubnetId=subnet, PrivateIpAddress="10.70.0.17")

    def test_life_of_an_interface(self):
        made = self.make(Description="second", PrivateIpAddress="172.31.0.100", TagSpecifications=[
            {"ResourceType": "network-interface", "Tags": [{"Key": "Name", "Value": "eth1"}]}])
        interface = made["NetworkInterfaceId"]
        self.assertEqual((made["Status"], made["PrivateIpAddress"]), ("pending", "172.31.0.100"))
        self.ec2.get_waiter("network_interface_available").wait(
            NetworkInterfaceIds=[interface], WaiterConfig={"Delay": 1})
        instance = self.ec2.run_instances(
            ImageId=image_id(self.ec2), InstanceType="t3.micro", MinCount=1, MaxCount=1,
            SubnetId=self.subnet["SubnetId"])["Instances"][0]["InstanceId"]
        self.ec2.describe_instances()
        attachment = self.ec2.attach_network_interface(
            NetworkInterfaceId=interface, InstanceId=instance, DeviceIndex=1)["AttachmentId"]
        shown = self.show(interface)
        self.assertEqual(
            (shown["Status"], shown["Attachment"]["Status"], shown["Attachment"]["DeviceIndex"]),
            ("in-use", "attached", 1))
        on = self.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
        self.assertEqual(len(on["NetworkInterfaces"]), 2)
        self.assertEqual(
            error(self.ec2.delete_network_interface, NetworkInterfaceId=interface),
            {"Code": "InvalidParameterValue", "Message": f"Network interface '{interface}' is currently in use."})
        third, fourth = self.make()["NetworkInterfaceId"], self.make()["NetworkInterfaceId"]
        attach = {"InstanceId": instance, "NetworkInterfaceId": third}
        self.assertEqual(
            error(self.ec2.attach_network_interface, DeviceIndex=1, **attach)["Message"],
            f"Instance '{instance}' already has an interface attached at device index '1'.")
        self.assertEqual(
            error_code(self.ec2.attach_network_interface, DeviceIndex=2, **attach), "AttachmentLimitExceeded")
        primary = on["NetworkInterfaces"][0]["Attachment"]["AttachmentId"]
        self.assertEqual(error_code(self.ec2.detach_network_interface, AttachmentId=primary), "OperationNotPermitted")
        self.ec2.modify_network_interface_attribute(
            NetworkInterfaceId=interface, Attachment={"AttachmentId": attachment, "DeleteOnTermination": True})
        self.ec2.detach_network_interface(AttachmentId=attachment)
        self.assertEqual(self.show(interface)["Status"], "available")
        for one in (interface, third, fourth):
            self.ec2.delete_network_interface(NetworkInterfaceId=one)
        self.assertEqual(
            error(self.ec2.describe_network_interfaces, NetworkInterfaceIds=[interface]),
            {"Code": "InvalidNetworkInterfaceID.NotFound",
             "Message": f"The networkInterface ID '{interface}' does not exist"})

    def test_attributes(self):
        interface = self.make()["NetworkInterfaceId"]
        vpc = self.subnet["VpcId"]
        group = self.ec2.create_security_group(GroupName="eni", Description="eni", VpcId=vpc)["GroupId"]
        change = self.ec2.modify_network_interface_attribute
        change(NetworkInterfaceId=interface, Description={"Value": "changed"})
        change(NetworkInterfaceId=interface, SourceDestCheck={"Value": False})
        change(NetworkInterfaceId=interface, Groups=[group])
        shown = self.show(interface)
        self.assertEqual(
            (shown["Description"], shown["SourceDestCheck"], shown["Groups"]),
            ("changed", False, [{"GroupId": group, "GroupName": "eni"}]))
        ask = self.ec2.describe_network_interface_attribute
        self.assertEqual(ask(NetworkInterfaceId=interface, Attribute="description")["Description"]["Value"], "changed")
        self.ec2.reset_network_interface_attribute(NetworkInterfaceId=interface, SourceDestCheck="true")
        self.assertTrue(ask(NetworkInterfaceId=interface, Attribute="sourceDestCheck")["SourceDestCheck"]["Value"])
        self.ec2.delete_network_interface(NetworkInterfaceId=interface)
        self.ec2.delete_security_group(GroupId=group)

    def test_addresses(self):
        first = self.make(SecondaryPrivateIpAddressCount=2)
        self.assertEqual([a["Primary"] for a in first["PrivateIpAddresses"]], [True, False, False])
        second = self.make()["NetworkInterfaceId"]
        secondary = first["PrivateIpAddresses"][1]["PrivateIpAddress"]
        assign = {"NetworkInterfaceId": second, "PrivateIpAddresses": [secondary]}
        self.assertEqual(
            error(self.ec2.assign_private_ip_addresses, **assign)["Message"],
            f"[{secondary}] assigned, but move is not allowed.")
        self.ec2.assign_private_ip_addresses(AllowReassignment=True, **assign)
        self.assertIn(secondary, [a["PrivateIpAddress"] for a in self.show(second)["PrivateIpAddresses"]])
        self.ec2.unassign_private_ip_addresses(**assign)
        self.assertEqual(len(self.show(second)["PrivateIpAddresses"]), 1)
        self.assertEqual(
            error_code(self.ec2.unassign_private_ip_addresses, **assign), "InvalidParameterValue")
        for used in ("172.31.0.1", "10.0.0.1", second and first["PrivateIpAddress"]):
            self.assertIn(
                error_code(self.ec2.create_network_interface, SubnetId=self.subnet["SubnetId"], PrivateIpAddress=used),
                ("InvalidParameterValue", "InvalidIPAddress.InUse"))
        for one in (first["NetworkInterfaceId"], second):
            self.ec2.delete_network_interface(NetworkInterfaceId=one)


class PrefixLists(TestCase):
    def test_versions(self):
        ec2 = client("ec2")
        made = ec2.create_managed_prefix_list(
            PrefixListName="offices", AddressFamily="IPv4", MaxEntries=3,
            Entries=[{"Cidr": "10.0.0.0/8", "Description": "hq"}])["PrefixList"]
        self.assertEqual((made["State"], made["Version"]), ("create-in-progress", 1))
        id = made["PrefixListId"]
        shown = ec2.describe_managed_prefix_lists(PrefixListIds=[id])["PrefixLists"][0]
        self.assertEqual(shown["State"], "create-complete")
        ec2.modify_managed_prefix_list(
            PrefixListId=id, CurrentVersion=1, AddEntries=[{"Cidr": "192.168.0.0/16"}])
        entries = ec2.get_managed_prefix_list_entries(PrefixListId=id)["Entries"]
        self.assertEqual(entries, [{"Cidr": "10.0.0.0/8", "Description": "hq"}, {"Cidr": "192.168.0.0/16"}])
        self.assertEqual(
            error_code(ec2.modify_managed_prefix_list, PrefixListId=id, CurrentVersion=1,
                       AddEntries=[{"Cidr": "1.0.0.0/8"}]), "PrefixListVersionMismatch")
        both = error(
            ec2.modify_managed_prefix_list, PrefixListId=id, CurrentVersion=2,
            AddEntries=[{"Cidr": "192.168.0.0/16"}], RemoveEntries=[{"Cidr": "192.168.0.0/16"}])
        self.assertEqual(
            both["Message"],
            "Request cannot contain Cidr 192.168.0.0/16 in both AddPrefixListEntries and RemovePrefixListEntries")
        self.assertEqual(
            error_code(ec2.modify_managed_prefix_list, PrefixListId=id, CurrentVersion=2,
                       AddEntries=[{"Cidr": f"{n}.0.0.0/8"} for n in range(1, 5)]), "PrefixListMaxEntriesExceeded")
        ec2.restore_managed_prefix_list_version(PrefixListId=id, CurrentVersion=2, PreviousVersion=1)
        self.assertEqual(len(ec2.get_managed_prefix_list_entries(PrefixListId=id)["Entries"]), 1)
        group = ec2.create_security_group(GroupName="pl", Description="pl")["GroupId"]
        rule = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
            {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": id}]}])["SecurityGroupRules"][0]
        self.assertEqual(error_code(ec2.delete_managed_prefix_list, PrefixListId=id), "DependencyViolation")
        ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
        ec2.delete_managed_prefix_list(PrefixListId=id)
        self.assertEqual(
            error_code(ec2.describe_managed_prefix_lists, PrefixListIds=[id]), "InvalidPrefixListID.NotFound")
        ec2.delete_security_group(GroupId=group)


class Endpoints(TestCase):
    def setUp(self):
        self.ec2 = client("ec2")
        self.vpc = self.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]

    def test_a_gateway_endpoint_puts_a_route_into_the_tables(self):
        services = self.ec2.describe_vpc_endpoint_services(ServiceNames=["com.amazonaws.us-east-1.s3"])
        self.assertEqual(services["ServiceNames"], ["com.amazonaws.us-east-1.s3"])
        made = self.ec2.create_vpc_endpoint(VpcId=self.vpc, ServiceName="com.amazonaws.us-east-1.s3")["VpcEndpoint"]
        self.assertEqual((made["State"], made["VpcEndpointType"]), ("available", "Gateway"))
        self.assertEqual(
            error(self.ec2.create_vpc_endpoint, VpcId=self.vpc, ServiceName="com.amazonaws.us-east-1.nothing"),
            {"Code": "InvalidServiceName",
             "Message": "The Vpc Endpoint Service 'com.amazonaws.us-east-1.nothing' does not exist"})
        self.ec2.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])
        self.assertEqual(
            error_code(self.ec2.describe_vpc_endpoints, VpcEndpointIds=[made["VpcEndpointId"]]),
            "InvalidVpcEndpointId.NotFound")

    def test_an_interface_endpoint_has_interfaces(self):
        subnets = [s["SubnetId"] for s in self.ec2.describe_subnets()["Subnets"]]
        made = self.ec2.create_vpc_endpoint(
            VpcId=self.vpc, VpcEndpointType="Interface", ServiceName="com.amazonaws.us-east-1.ssm",
            SubnetIds=subnets[:2])["VpcEndpoint"]
        self.assertEqual((made["State"], len(made["NetworkInterfaceIds"])), ("pending", 2))
        shown = self.ec2.describe_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])["VpcEndpoints"][0]
        self.assertEqual(shown["State"], "available")
        self.assertTrue(shown["PrivateDnsEnabled"])
        self.assertEqual(shown["DnsEntries"][-1]["DnsName"], "ssm.us-east-1.amazonaws.com")
        interface = self.ec2.describe_network_interfaces(
            NetworkInterfaceIds=shown["NetworkInterfaceIds"][:1])["NetworkInterfaces"][0]
        self.assertEqual((interface["InterfaceType"], interface["RequesterManaged"]), ("vpc_endpoint", True))
        self.assertEqual(
            error_code(self.ec2.create_vpc_endpoint, VpcId=self.vpc, VpcEndpointType="Interface",
                       ServiceName="com.amazonaws.us-east-1.ssm", SubnetIds=subnets[:1]), "InvalidParameter")
        self.ec2.modify_vpc_endpoint(
            VpcEndpointId=made["VpcEndpointId"], AddSubnetIds=subnets[2:3], RemoveSubnetIds=subnets[:1])
        shown = self.ec2.describe_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])["VpcEndpoints"][0]
        self.assertEqual(shown["SubnetIds"], subnets[1:3])
        self.ec2.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])
        left = self.ec2.describe_network_interfaces(
            Filters=[{"Name": "interface-type", "Values": ["vpc_endpoint"]}])["NetworkInterfaces"]
        self.assertEqual(left, [])


class Peering(TestCase):
    def test_default_vpcs_overlap(self):
        west = client("ec2", "us-west-2").describe_vpcs()["Vpcs"][0]["VpcId"]
        ec2 = client("ec2")
        own = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        made = ec2.create_vpc_peering_connection(VpcId=own, PeerVpcId=west, PeerRegion="us-west-2")
        self.assertEqual(made["VpcPeeringConnection"]["Status"]["Code"], "failed")
        self.assertEqual(
            error_code(ec2.describe_vpc_peering_connections, VpcPeeringConnectionIds=["pcx-00000000"]),
            "InvalidVpcPeeringConnectionID.NotFound")

    def test_another_accounts_vpc(self):
        ec2 = client("ec2")
        own = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        made = ec2.create_vpc_peering_connection(
            VpcId=own, PeerVpcId="vpc-0123456789abcdef0", PeerOwnerId="210987654321")["VpcPeeringConnection"]
        id = made["VpcPeeringConnectionId"]
        shown = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[id])["VpcPeeringConnections"][0]
        self.assertEqual(shown["Status"], {
            "Code": "pending-acceptance", "Message": "Pending Acceptance by 210987654321"})
        self.assertEqual(
            error_code(ec2.accept_vpc_peering_connection, VpcPeeringConnectionId=id), "OperationNotPermitted")
        ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=id)
        ec2.get_waiter("vpc_peering_connection_deleted").wait(
            VpcPeeringConnectionIds=[id], WaiterConfig={"Delay": 1})


class FlowLogs(TestCase):
    def test_flow_logs(self):
        ec2 = client("ec2")
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        common = {"ResourceIds": [vpc], "ResourceType": "VPC", "TrafficType": "ALL"}
        bucket = {**common, "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::logs"}
        made = ec2.create_flow_logs(**bucket)
        shown = ec2.describe_flow_logs(FlowLogIds=made["FlowLogIds"])["FlowLogs"][0]
        self.assertEqual(
            (shown["FlowLogStatus"], shown["LogDestination"], shown["MaxAggregationInterval"]),
            ("ACTIVE", "arn:aws:s3:::logs", 600))
        again = ec2.create_flow_logs(**bucket)["Unsuccessful"][0]
        self.assertEqual((again["ResourceId"], again["Error"]["Code"]), (vpc, "FlowLogAlreadyExists"))
        self.assertEqual(
            error(ec2.create_flow_logs, **common),
            {"Code": "InvalidParameter", "Message": "LogDestination can't be empty if LogGroupName is not provided."})
        self.assertEqual(
            error(ec2.create_flow_logs, LogGroupName="a", **bucket)["Message"],
            "Please only provide LogGroupName or only provide LogDestination.")
        ec2.delete_flow_logs(FlowLogIds=made["FlowLogIds"])
        self.assertEqual(ec2.describe_flow_logs()["FlowLogs"], [])


if __name__ == "__main__":
    unittest.main()
