"""Operations that few clients call, each with its effect looked at."""

import unittest

from support import TestCase, client, error_code, image_id


class LessUsed(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ec2 = client("ec2")
        cls.vpc = cls.ec2.create_vpc(CidrBlock="10.20.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
        cls.subnet = cls.ec2.create_subnet(VpcId=cls.vpc, CidrBlock="10.20.1.0/24")["Subnet"]["SubnetId"]

    def test_peering(self):
        """A peering is accepted, its options are kept, and one that is refused is rejected."""
        other = self.ec2.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]
        peer = self.ec2.create_vpc_peering_connection(VpcId=self.vpc, PeerVpcId=other)["VpcPeeringConnection"]
        peering = peer["VpcPeeringConnectionId"]
        self.ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering])
        accepted = self.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)["VpcPeeringConnection"]
        self.assertIn(accepted["Status"]["Code"], ("provisioning", "active"))
        self.ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering])
        options = self.ec2.modify_vpc_peering_connection_options(
            VpcPeeringConnectionId=peering, RequesterPeeringConnectionOptions={"AllowDnsResolutionFromRemoteVpc": True}
        )
        self.assertTrue(options["RequesterPeeringConnectionOptions"]["AllowDnsResolutionFromRemoteVpc"])
        third = self.ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
        # Nobody need look at a request before it is accepted.
        self.ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
        again = self.ec2.create_vpc_peering_connection(VpcId=self.vpc, PeerVpcId=other)["VpcPeeringConnection"]
        again = again["VpcPeeringConnectionId"]
        accepted = self.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=again)["VpcPeeringConnection"]
        self.assertEqual(accepted["Status"]["Code"], "provisioning")
        second = self.ec2.create_vpc_peering_connection(VpcId=self.vpc, PeerVpcId=third)["VpcPeeringConnection"]
        self.ec2.describe_vpc_peering_connections()
        refused = second["VpcPeeringConnectionId"]
        self.assertTrue(self.ec2.reject_vpc_peering_connection(VpcPeeringConnectionId=refused)["Return"])
        shown = self.ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[refused])
        self.assertEqual(shown["VpcPeeringConnections"][0]["Status"]["Code"], "rejected")

    def test_private_gateways(self):
        """A virtual private gateway is attached, takes routes, puts its own into a table, and goes; so does its peer."""
        create = {"Type": "ipsec.1", "TagSpecifications": [
            {"ResourceType": "vpn-gateway", "Tags": [{"Key": "Name", "Value": "office"}]}]}
        gateway = self.ec2.create_vpn_gateway(**create)["VpnGateway"]
        self.assertEqual((gateway["AmazonSideAsn"], gateway["VpcAttachments"]), (64512, []))
        name = {"VpnGatewayId": gateway["VpnGatewayId"]}
        table = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        propagation = {"RouteTableId": table, "GatewayId": gateway["VpnGatewayId"]}
        self.assertEqual(error_code(self.ec2.enable_vgw_route_propagation, **propagation), "Gateway.NotAttached")
        self.ec2.attach_vpn_gateway(**name, VpcId=self.vpc)
        found = self.ec2.describe_vpn_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [self.vpc]}])
        self.assertEqual(found["VpnGateways"][0]["VpcAttachments"], [{"State": "attached", "VpcId": self.vpc}])
        self.ec2.enable_vgw_route_propagation(**propagation)
        self.ec2.create_route(**propagation, DestinationCidrBlock="192.168.0.0/16")
        shown = self.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]
        self.assertEqual(shown["PropagatingVgws"], [{"GatewayId": gateway["VpnGatewayId"]}])
        self.assertEqual([one["State"] for one in shown["Routes"]], ["active"] * len(shown["Routes"]))
        self.ec2.disable_vgw_route_propagation(**propagation)
        self.assertEqual(error_code(self.ec2.delete_vpn_gateway, **name), "IncorrectState")
        self.ec2.detach_vpn_gateway(**name, VpcId=self.vpc)
        shown = self.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]
        self.assertEqual([one["State"] for one in shown["Routes"] if "GatewayId" in one][-1], "blackhole")
        self.ec2.delete_vpn_gateway(**name)
        self.assertEqual(error_code(self.ec2.delete_vpn_gateway, **name), "InvalidVpnGatewayID.NotFound")
        device = {"Type": "ipsec.1", "BgpAsn": 65010, "IpAddress": "203.0.113.7"}
        made = self.ec2.create_customer_gateway(**device)["CustomerGateway"]["CustomerGatewayId"]
        self.assertEqual(
            error_code(self.ec2.create_customer_gateway, **device), "InvalidCustomerGateway.DuplicateIpAddress")
        self.ec2.get_waiter("customer_gateway_available").wait(CustomerGatewayIds=[made])
        self.ec2.delete_customer_gateway(CustomerGatewayId=made)
        self.assertEqual(self.ec2.describe_customer_gateways()["CustomerGateways"], [])

    def test_ipv6(self):
        """A subnet gets an IPv6 block, an interface an address of it, and gives it back."""
        block = self.ec2.describe_vpcs(VpcIds=[self.vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
        part = block.replace("/56", "/64")
        association = self.ec2.associate_subnet_cidr_block(SubnetId=self.subnet, Ipv6CidrBlock=part)
        self.assertEqual(association["Ipv6CidrBlockAssociation"]["Ipv6CidrBlock"], part)
        interface = self.ec2.create_network_interface(SubnetId=self.subnet)["NetworkInterface"]["NetworkInterfaceId"]
        given = self.ec2.assign_ipv6_addresses(NetworkInterfaceId=interface, Ipv6AddressCount=1)
        addresses = given["AssignedIpv6Addresses"]
        self.assertEqual(len(addresses), 1)
        back = self.ec2.unassign_ipv6_addresses(NetworkInterfaceId=interface, Ipv6Addresses=addresses)
        self.assertEqual(back["UnassignedIpv6Addresses"], addresses)

    def test_interface_permission(self):
        """Another account may be let attach an interface."""
        interface = self.ec2.create_network_interface(SubnetId=self.subnet)["NetworkInterface"]["NetworkInterfaceId"]
        made = self.ec2.create_network_interface_permission(
            NetworkInterfaceId=interface, AwsAccountId="210987654321", Permission="INSTANCE-ATTACH"
        )["InterfacePermission"]["NetworkInterfacePermissionId"]
        shown = self.ec2.describe_network_interface_permissions(NetworkInterfacePermissionIds=[made])
        self.assertEqual(shown["NetworkInterfacePermissions"][0]["AwsAccountId"], "210987654321")
        self.assertTrue(self.ec2.delete_network_interface_permission(NetworkInterfacePermissionId=made)["Return"])

    def test_group_rules(self):
        """Egress rules lose their description and go; references between groups of peers are looked up."""
        group = self.ec2.create_security_group(GroupName="less", Description="x", VpcId=self.vpc)["GroupId"]
        everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}]}]
        self.assertTrue(
            self.ec2.update_security_group_rule_descriptions_egress(GroupId=group, IpPermissions=everything)["Return"]
        )
        plain = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        self.assertTrue(self.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=plain)["Return"])
        shown = self.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
        self.assertEqual(shown["IpPermissionsEgress"], [])
        references = self.ec2.describe_security_group_references(GroupId=[group])
        self.assertEqual(references["SecurityGroupReferenceSet"], [])
        self.assertEqual(self.ec2.describe_stale_security_groups(VpcId=self.vpc)["StaleSecurityGroupSet"], [])

    def test_block_public_access(self):
        """Snapshots and images have their block of public access."""
        self.assertEqual(
            self.ec2.enable_snapshot_block_public_access(State="block-all-sharing")["State"], "block-all-sharing"
        )
        self.assertEqual(self.ec2.get_snapshot_block_public_access_state()["State"], "block-all-sharing")
        self.assertEqual(self.ec2.disable_snapshot_block_public_access()["State"], "unblocked")
        self.assertIn(
            self.ec2.get_image_block_public_access_state()["ImageBlockPublicAccessState"],
            ("unblocked", "block-new-sharing"),
        )

    def test_default_key(self):
        """The account's default key for EBS can be set and put back."""
        arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
        self.assertEqual(self.ec2.modify_ebs_default_kms_key_id(KmsKeyId=arn)["KmsKeyId"], arn)
        self.assertNotEqual(self.ec2.reset_ebs_default_kms_key_id()["KmsKeyId"], arn)

    def test_volume_and_snapshot(self):
        """IO is enabled on a volume; sharing of a snapshot is reset."""
        volume = self.ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, VolumeType="gp3")["VolumeId"]
        self.ec2.describe_volumes(VolumeIds=[volume])
        self.ec2.enable_volume_io(VolumeId=volume)
        snapshot = self.ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
        self.ec2.describe_snapshots(SnapshotIds=[snapshot])
        self.ec2.modify_snapshot_attribute(
            SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", UserIds=["210987654321"]
        )
        self.ec2.reset_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission")
        shown = self.ec2.describe_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission")
        self.assertEqual(shown["CreateVolumePermissions"], [])

    def test_nat_addresses(self):
        """A NAT gateway takes a second address and gives it back."""
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
        first, second = (self.ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(2))
        nat = self.ec2.create_nat_gateway(SubnetId=self.subnet, AllocationId=first)["NatGateway"]["NatGatewayId"]
        self.ec2.describe_nat_gateways(NatGatewayIds=[nat])
        self.ec2.associate_nat_gateway_address(NatGatewayId=nat, AllocationIds=[second])
        shown = self.ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["NatGatewayAddresses"]
        added = next(address for address in shown if address["AllocationId"] == second)
        self.ec2.disassociate_nat_gateway_address(NatGatewayId=nat, AssociationIds=[added["AssociationId"]])

    def test_placement(self):
        """A stopped instance moves to another tenancy's host; a placement group goes when it is empty."""
        self.ec2.create_placement_group(GroupName="close", Strategy="cluster")
        self.ec2.delete_placement_group(GroupName="close")
        image = image_id(self.ec2)
        instance = self.ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)
        instance = instance["Instances"][0]["InstanceId"]
        self.ec2.describe_instances(InstanceIds=[instance])
        self.ec2.stop_instances(InstanceIds=[instance])
        self.ec2.describe_instances(InstanceIds=[instance])
        self.ec2.modify_instance_capacity_reservation_attributes(
            InstanceId=instance, CapacityReservationSpecification={"CapacityReservationPreference": "none"}
        )
        self.ec2.create_placement_group(GroupName="apart", Strategy="spread")
        self.assertTrue(self.ec2.modify_instance_placement(InstanceId=instance, GroupName="apart")["Return"])
        shown = self.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
        self.assertEqual(shown["Placement"]["GroupName"], "apart")

    def test_prefix_list_associations(self):
        """Nothing uses a new prefix list."""
        made = self.ec2.create_managed_prefix_list(PrefixListName="few", MaxEntries=2, AddressFamily="IPv4")
        made = made["PrefixList"]["PrefixListId"]
        self.ec2.describe_managed_prefix_lists(PrefixListIds=[made])
        self.assertEqual(
            self.ec2.get_managed_prefix_list_associations(PrefixListId=made)["PrefixListAssociations"], []
        )


if __name__ == "__main__":
    unittest.main()
