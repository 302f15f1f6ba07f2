"""Route tables, gateways, Elastic IPs and network ACLs by boto3."""

import unittest

from support import TestCase, client, error_code, image_id
from support import error as failure

ec2 = client("ec2")


def error(call):
    """Code and message of the error that a call ends with."""
    said = failure(call)
    return said["Code"], said["Message"]


class Network(TestCase):
    """A VPC with a subnet, and an internet gateway that is attached."""

    def setUp(self):
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.addCleanup(ec2.delete_vpc, VpcId=self.vpc)
        self.subnet = ec2.create_subnet(
            VpcId=self.vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="us-east-1a")["Subnet"]["SubnetId"]
        self.addCleanup(ec2.delete_subnet, SubnetId=self.subnet)
        self.gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.addCleanup(ec2.delete_internet_gateway, InternetGatewayId=self.gateway)
        ec2.attach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.addCleanup(ec2.detach_internet_gateway, InternetGatewayId=self.gateway, VpcId=self.vpc)

    def new_table(self):
        table = ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.addCleanup(ec2.delete_route_table, RouteTableId=table)
        return table

    def routes(self, table):
        routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
        return {r.get("DestinationCidrBlock", r.get("DestinationIpv6CidrBlock")): r for r in routes}

    def launch(self, **parameters):
        instance = ec2.run_instances(
            ImageId=image_id(ec2), InstanceType="t3.micro", MinCount=1, MaxCount=1, **parameters
        )["Instances"][0]["InstanceId"]
        self.addCleanup(self.terminate, instance)
        return instance

    def terminate(self, instance):
        ec2.terminate_instances(InstanceIds=[instance])
        ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance])

    def public_address(self, instance):
        return ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0].get("PublicIpAddress")


class InternetGateways(Network):
    def test_a_vpc_has_one_gateway_and_a_gateway_one_vpc(self):
        other = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.addCleanup(ec2.delete_internet_gateway, InternetGatewayId=other)
        self.assertEqual(
            error(lambda: ec2.attach_internet_gateway(InternetGatewayId=other, VpcId=self.vpc)),
            ("InvalidParameterValue", f"Network {self.vpc} already has an internet gateway attached"))
        self.assertEqual(
            error(lambda: ec2.attach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)),
            ("Resource.AlreadyAssociated", f"resource {self.gateway} is already attached to network {self.vpc}"))
        self.assertEqual(
            error(lambda: ec2.detach_internet_gateway(InternetGatewayId=other, VpcId=self.vpc)),
            ("Gateway.NotAttached", f"resource {other} is not attached to network {self.vpc}"))
        self.assertEqual(
            error(lambda: ec2.delete_internet_gateway(InternetGatewayId=self.gateway)),
            ("DependencyViolation", f"The internetGateway '{self.gateway}' has dependencies and cannot be deleted."))
        found = ec2.describe_internet_gateways(
            Filters=[{"Name": "attachment.vpc-id", "Values": [self.vpc]}])["InternetGateways"]
        self.assertEqual(found[0]["Attachments"], [{"State": "available", "VpcId": self.vpc}])

    def test_public_addresses_hold_the_gateway(self):
        self.launch(NetworkInterfaces=[
            {"DeviceIndex": 0, "SubnetId": self.subnet, "AssociatePublicIpAddress": True}])
        code, message = error(lambda: ec2.detach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc))
        self.assertEqual(code, "DependencyViolation")
        self.assertTrue(message.startswith(f"Network {self.vpc} has some mapped public address(es)."))

    def test_an_egress_only_gateway_takes_ipv6_routes(self):
        ipv6 = ec2.associate_vpc_cidr_block(VpcId=self.vpc, AmazonProvidedIpv6CidrBlock=True)
        self.addCleanup(
            ec2.disassociate_vpc_cidr_block, AssociationId=ipv6["Ipv6CidrBlockAssociation"]["AssociationId"])
        made = ec2.create_egress_only_internet_gateway(VpcId=self.vpc)["EgressOnlyInternetGateway"]
        gateway = made["EgressOnlyInternetGatewayId"]
        table = self.new_table()
        ec2.create_route(RouteTableId=table, DestinationIpv6CidrBlock="::/0", EgressOnlyInternetGatewayId=gateway)
        self.assertEqual(self.routes(table)["::/0"]["EgressOnlyInternetGatewayId"], gateway)
        self.assertEqual(
            ec2.describe_egress_only_internet_gateways(EgressOnlyInternetGatewayIds=[gateway])
            ["EgressOnlyInternetGateways"][0]["Attachments"], [{"State": "attached", "VpcId": self.vpc}])
        self.assertTrue(ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=gateway)["ReturnCode"])
        self.assertEqual(self.routes(table)["::/0"]["State"], "blackhole")


class RouteTables(Network):
    def test_routes_are_made_replaced_and_deleted(self):
        table = self.new_table()
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=self.gateway)
        route = self.routes(table)["0.0.0.0/0"]
        self.assertEqual((route["GatewayId"], route["Origin"], route["State"]), (self.gateway, "CreateRoute", "active"))
        again = lambda: ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=self.gateway)
        self.assertEqual(error(again), ("RouteAlreadyExists", "The route identified by 0.0.0.0/0 already exists."))
        instance = self.launch(SubnetId=self.subnet)
        ec2.replace_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", InstanceId=instance)
        self.assertEqual(self.routes(table)["0.0.0.0/0"]["InstanceId"], instance)
        ec2.stop_instances(InstanceIds=[instance])
        ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance])
        self.assertEqual(self.routes(table)["0.0.0.0/0"]["State"], "blackhole")
        ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
        self.assertEqual(
            error(lambda: ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")),
            ("InvalidRoute.NotFound", f"no route with destination-cidr-block 0.0.0.0/0 in route table {table}"))
        self.assertEqual(
            error(lambda: ec2.delete_route(RouteTableId=table, DestinationCidrBlock="10.0.0.0/16")),
            ("InvalidParameterValue", f"cannot remove local route 10.0.0.0/16 in route table {table}"))

    def test_targets_that_cannot_be(self):
        table = self.new_table()
        create = lambda **target: error(lambda: ec2.create_route(
            RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target))
        self.assertEqual(
            create(GatewayId="igw-12345678"), ("InvalidGatewayID.NotFound", "The gateway ID 'igw-12345678' does not exist"))
        self.assertEqual(
            create(GatewayId="nat-12345678"),
            ("InvalidParameterValue", "invalid value for parameter gateway-id: nat-12345678"))
        self.assertEqual(
            create(NatGatewayId="nat-12345678"),
            ("InvalidNatGatewayID.NotFound", "The natGateway ID 'nat-12345678' does not exist"))
        self.assertEqual(create(InstanceId="i-12345678")[0], "InvalidInstanceID.NotFound")
        self.assertEqual(create(NetworkInterfaceId="eni-12345678")[0], "InvalidNetworkInterfaceID.NotFound")
        self.assertEqual(create()[0], "MissingParameter")
        self.assertEqual(create(GatewayId=self.gateway, InstanceId="i-12345678")[0], "InvalidParameterCombination")
        stray = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.addCleanup(ec2.delete_internet_gateway, InternetGatewayId=stray)
        self.assertEqual(
            create(GatewayId=stray),
            ("InvalidParameterValue", f"route table {table} and network gateway {stray} belong to different networks"))
        self.assertEqual(
            error_code(lambda: ec2.create_route(
                RouteTableId=table, DestinationCidrBlock="10.0.1.0/24", GatewayId=self.gateway)), "InvalidParameterValue")

    def test_associations(self):
        first, second = self.new_table(), self.new_table()
        association = ec2.associate_route_table(RouteTableId=first, SubnetId=self.subnet)["AssociationId"]
        self.assertEqual(
            ec2.associate_route_table(RouteTableId=first, SubnetId=self.subnet)["AssociationId"], association)
        self.assertEqual(
            error_code(lambda: ec2.associate_route_table(RouteTableId=second, SubnetId=self.subnet)),
            "Resource.AlreadyAssociated")
        self.assertEqual(
            error(lambda: ec2.delete_route_table(RouteTableId=first)),
            ("DependencyViolation", f"The routeTable '{first}' has dependencies and cannot be deleted."))
        moved = ec2.replace_route_table_association(AssociationId=association, RouteTableId=second)["NewAssociationId"]
        found = ec2.describe_route_tables(
            Filters=[{"Name": "association.subnet-id", "Values": [self.subnet]}])["RouteTables"]
        self.assertEqual([t["RouteTableId"] for t in found], [second])
        ec2.disassociate_route_table(AssociationId=moved)
        self.assertEqual(
            error(lambda: ec2.disassociate_route_table(AssociationId=moved)),
            ("InvalidAssociationID.NotFound", f"The association ID '{moved}' does not exist"))

    def test_another_table_can_become_the_main_one(self):
        mains = lambda: ec2.describe_route_tables(Filters=[
            {"Name": "vpc-id", "Values": [self.vpc]}, {"Name": "association.main", "Values": ["true"]}])["RouteTables"]
        old = mains()[0]
        association = old["Associations"][0]["RouteTableAssociationId"]
        self.assertEqual(
            error_code(lambda: ec2.disassociate_route_table(AssociationId=association)), "InvalidParameterValue")
        table = ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        moved = ec2.replace_route_table_association(AssociationId=association, RouteTableId=table)["NewAssociationId"]
        self.assertEqual([t["RouteTableId"] for t in mains()], [table])
        ec2.replace_route_table_association(AssociationId=moved, RouteTableId=old["RouteTableId"])
        ec2.delete_route_table(RouteTableId=table)

    def test_a_client_token_makes_one_table(self):
        make = lambda: ec2.create_route_table(VpcId=self.vpc, ClientToken="once")["RouteTable"]["RouteTableId"]
        table = make()
        self.addCleanup(ec2.delete_route_table, RouteTableId=table)
        self.assertEqual(make(), table)


class ElasticIPs(Network):
    def allocate(self):
        made = ec2.allocate_address(Domain="vpc")
        self.addCleanup(self.release, made["AllocationId"])
        return made

    def release(self, allocation):
        found = ec2.describe_addresses(Filters=[{"Name": "allocation-id", "Values": [allocation]}])["Addresses"]
        for address in found:
            if "AssociationId" in address:
                ec2.disassociate_address(AssociationId=address["AssociationId"])
            ec2.release_address(AllocationId=allocation)

    def test_an_address_takes_the_place_of_the_borrowed_one(self):
        instance = self.launch(NetworkInterfaces=[
            {"DeviceIndex": 0, "SubnetId": self.subnet, "AssociatePublicIpAddress": True}])
        address = self.allocate()
        associate = lambda: ec2.associate_address(InstanceId=instance, AllocationId=address["AllocationId"])
        self.assertEqual(
            error(associate),
            ("InvalidInstanceID", f"The pending instance '{instance}' is not in a valid state for this operation."))
        borrowed = self.public_address(instance)
        association = associate()["AssociationId"]
        self.assertEqual(self.public_address(instance), address["PublicIp"])
        seen = ec2.describe_addresses(PublicIps=[address["PublicIp"]])["Addresses"][0]
        self.assertEqual((seen["InstanceId"], seen["AssociationId"]), (instance, association))
        ec2.stop_instances(InstanceIds=[instance])
        ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance])
        self.assertEqual(self.public_address(instance), address["PublicIp"])
        self.assertEqual(
            error(lambda: ec2.release_address(AllocationId=address["AllocationId"])),
            ("InvalidIPAddress.InUse", f"Address {address['PublicIp']} is in use."))
        ec2.start_instances(InstanceIds=[instance])
        ec2.get_waiter("instance_running").wait(InstanceIds=[instance])
        ec2.disassociate_address(AssociationId=association)
        self.assertNotIn(self.public_address(instance), [None, borrowed, address["PublicIp"]])

    def test_an_address_outlives_its_instance(self):
        instance = self.launch(SubnetId=self.subnet)
        ec2.get_waiter("instance_running").wait(InstanceIds=[instance])
        address = self.allocate()
        ec2.associate_address(InstanceId=instance, PublicIp=address["PublicIp"])
        self.terminate(instance)
        seen = ec2.describe_addresses(AllocationIds=[address["AllocationId"]])["Addresses"][0]
        self.assertNotIn("AssociationId", seen)

    def test_moving_an_address_needs_no_leave_unless_it_is_refused(self):
        first, second = self.launch(SubnetId=self.subnet), self.launch(SubnetId=self.subnet)
        ec2.get_waiter("instance_running").wait(InstanceIds=[first, second])
        address = self.allocate()["AllocationId"]
        association = ec2.associate_address(InstanceId=first, AllocationId=address)["AssociationId"]
        self.assertEqual(
            error(lambda: ec2.associate_address(InstanceId=second, AllocationId=address, AllowReassociation=False)),
            ("Resource.AlreadyAssociated", f"resource {address} is already associated with associate-id {association}"))
        # The instance counts, whatever interface is named beside it, as Terraform does with the one of before.
        ec2.associate_address(InstanceId=second, NetworkInterfaceId="eni-0123456789abcdef0", AllocationId=address)
        self.assertIsNone(self.public_address(first))
        self.assertIsNotNone(self.public_address(second))

    def test_the_sixth_address_is_one_too_many(self):
        for _ in range(5):
            self.allocate()
        self.assertEqual(
            error(ec2.allocate_address), ("AddressLimitExceeded", "The maximum number of addresses has been reached."))

    def test_what_does_not_exist(self):
        self.assertEqual(
            error(lambda: ec2.release_address(AllocationId="eipalloc-12345678")),
            ("InvalidAllocationID.NotFound", "The allocation ID 'eipalloc-12345678' does not exist"))
        self.assertEqual(
            error(lambda: ec2.describe_addresses(PublicIps=["192.0.2.1"])),
            ("InvalidAddress.NotFound", "Address '192.0.2.1' not found."))
        self.assertEqual(
            error(lambda: ec2.disassociate_address(AssociationId="eipassoc-12345678")),
            ("InvalidAssociationID.NotFound", "The association ID 'eipassoc-12345678' does not exist"))

    def test_reverse_names(self):
        address = self.allocate()["AllocationId"]
        ask = lambda: ec2.describe_addresses_attribute(AllocationIds=[address], Attribute="domain-name")["Addresses"]
        self.assertEqual(ask(), [])
        ec2.modify_address_attribute(AllocationId=address, DomainName="mail.example.com")
        self.assertEqual(ask()[0]["PtrRecord"], "mail.example.com.")
        ec2.reset_address_attribute(AllocationId=address, Attribute="domain-name")
        self.assertEqual(ask(), [])


class NATGateways(Network):
    def wait_deleted(self, gateway):
        ec2.delete_nat_gateway(NatGatewayId=gateway)
        ec2.get_waiter("nat_gateway_deleted").wait(NatGatewayIds=[gateway])

    def test_a_public_gateway_from_pending_to_deleted(self):
        address = ec2.allocate_address()
        self.addCleanup(ec2.release_address, AllocationId=address["AllocationId"])
        made = ec2.create_nat_gateway(SubnetId=self.subnet, AllocationId=address["AllocationId"])["NatGateway"]
        gateway = made["NatGatewayId"]
        self.assertEqual((made["State"], made["ConnectivityType"]), ("pending", "public"))
        self.assertNotIn("PrivateIp", made["NatGatewayAddresses"][0])
        ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[gateway])
        seen = ec2.describe_nat_gateways(Filter=[{"Name": "subnet-id", "Values": [self.subnet]}])["NatGateways"][0]
        self.assertEqual(seen["NatGatewayAddresses"][0]["PublicIp"], address["PublicIp"])
        self.assertEqual(seen["NatGatewayAddresses"][0]["Status"], "succeeded")
        held = ec2.describe_addresses(AllocationIds=[address["AllocationId"]])["Addresses"][0]
        self.assertEqual(held["NetworkInterfaceId"], seen["NatGatewayAddresses"][0]["NetworkInterfaceId"])
        self.assertEqual(
            error(lambda: ec2.disassociate_address(AssociationId=held["AssociationId"])),
            ("AuthFailure", "You do not have permission to access the specified resource."))
        self.assertEqual(error_code(lambda: ec2.delete_subnet(SubnetId=self.subnet)), "DependencyViolation")
        table = self.new_table()
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=gateway)
        self.assertEqual(self.routes(table)["0.0.0.0/0"]["State"], "active")
        self.wait_deleted(gateway)
        self.assertEqual(self.routes(table)["0.0.0.0/0"]["State"], "blackhole")
        self.assertNotIn("AssociationId", ec2.describe_addresses()["Addresses"][0])
        self.assertEqual(
            error(lambda: ec2.delete_nat_gateway(NatGatewayId=gateway)),
            ("NatGatewayNotFound", f"NAT gateway {gateway} was not found"))

    def test_a_private_gateway_with_further_addresses(self):
        gateway = ec2.create_nat_gateway(
            SubnetId=self.subnet, ConnectivityType="private", PrivateIpAddress="10.0.1.77")["NatGateway"]["NatGatewayId"]
        ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[gateway])
        ec2.assign_private_nat_gateway_address(NatGatewayId=gateway, PrivateIpAddresses=["10.0.1.78"])
        seen = ec2.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"][0]["NatGatewayAddresses"]
        self.assertEqual([(a["PrivateIp"], a["IsPrimary"], a["Status"]) for a in seen],
                         [("10.0.1.77", True, "succeeded"), ("10.0.1.78", False, "succeeded")])
        ec2.unassign_private_nat_gateway_address(NatGatewayId=gateway, PrivateIpAddresses=["10.0.1.78"])
        seen = ec2.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"][0]["NatGatewayAddresses"]
        self.assertEqual([a["PrivateIp"] for a in seen], ["10.0.1.77"])
        self.assertEqual(
            ec2.describe_subnets(SubnetIds=[self.subnet])["Subnets"][0]["AvailableIpAddressCount"], 250)
        self.wait_deleted(gateway)

    def test_a_gateway_without_an_internet_gateway_fails_later(self):
        ec2.detach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.addCleanup(ec2.attach_internet_gateway, InternetGatewayId=self.gateway, VpcId=self.vpc)
        address = ec2.allocate_address()["AllocationId"]
        self.addCleanup(ec2.release_address, AllocationId=address)
        gateway = ec2.create_nat_gateway(SubnetId=self.subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
        seen = ec2.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"][0]
        self.assertEqual(
            (seen["State"], seen["FailureCode"], seen["FailureMessage"]),
            ("failed", "Gateway.NotAttached", f"Network {self.vpc} has no Internet gateway attached"))

    def test_what_does_not_exist(self):
        self.assertEqual(
            error(lambda: ec2.describe_nat_gateways(NatGatewayIds=["nat-12345678"])),
            ("NatGatewayNotFound", "NAT gateway nat-12345678 was not found"))
        self.assertEqual(
            error_code(lambda: ec2.create_nat_gateway(SubnetId=self.subnet, AllocationId="eipalloc-12345678")),
            "InvalidAllocationID.NotFound")


class NetworkACLs(Network):
    def setUp(self):
        super().setUp()
        self.acl = ec2.create_network_acl(VpcId=self.vpc)["NetworkAcl"]["NetworkAclId"]
        self.addCleanup(ec2.delete_network_acl, NetworkAclId=self.acl)

    def entry(self, number=100, **parameters):
        return {"NetworkAclId": self.acl, "RuleNumber": number, "Protocol": "6", "RuleAction": "allow",
                "Egress": False, "CidrBlock": "0.0.0.0/0", "PortRange": {"From": 80, "To": 80}, **parameters}

    def entries(self):
        entries = ec2.describe_network_acls(NetworkAclIds=[self.acl])["NetworkAcls"][0]["Entries"]
        return [e for e in entries if e["RuleNumber"] < 32767]

    def test_entries(self):
        ec2.create_network_acl_entry(**self.entry())
        self.assertEqual(self.entries(), [
            {"CidrBlock": "0.0.0.0/0", "Egress": False, "PortRange": {"From": 80, "To": 80}, "Protocol": "6",
             "RuleAction": "allow", "RuleNumber": 100}])
        self.assertEqual(
            error(lambda: ec2.create_network_acl_entry(**self.entry())),
            ("NetworkAclEntryAlreadyExists", "The network acl entry identified by 100 already exists."))
        ec2.replace_network_acl_entry(**self.entry(RuleAction="deny"))
        self.assertEqual(self.entries()[0]["RuleAction"], "deny")
        ec2.create_network_acl_entry(**self.entry(
            90, Protocol="1", IcmpTypeCode={"Type": -1, "Code": -1}, Egress=True))
        self.assertEqual(self.entries()[0]["IcmpTypeCode"], {"Code": -1, "Type": -1})
        ec2.delete_network_acl_entry(NetworkAclId=self.acl, RuleNumber=100, Egress=False)
        self.assertEqual(
            error(lambda: ec2.delete_network_acl_entry(NetworkAclId=self.acl, RuleNumber=100, Egress=False)),
            ("InvalidNetworkAclEntry.NotFound", "no ingress entry with number 100"))
        self.assertEqual(error_code(lambda: ec2.create_network_acl_entry(**self.entry(32767))), "InvalidParameterValue")
        self.assertEqual(
            error(lambda: ec2.create_network_acl_entry(**self.entry(91, Protocol="udp"))),
            ("InvalidParameterValue", "Invalid value 'udp' for IP protocol. Unknown protocol."))
        self.assertEqual(
            error(lambda: ec2.create_network_acl_entry(**self.entry(91, Protocol="1"))),
            ("MissingParameter", "The request must contain the parameter icmpTypeCode.type"))

    def test_twenty_rules_a_direction(self):
        for number in range(1, 21):
            ec2.create_network_acl_entry(**self.entry(number))
        self.assertEqual(error_code(lambda: ec2.create_network_acl_entry(**self.entry(21))), "NetworkAclEntryLimitExceeded")
        ec2.create_network_acl_entry(**self.entry(21, Egress=True))

    def test_a_subnet_changes_from_one_acl_to_another(self):
        old = ec2.describe_network_acls(
            Filters=[{"Name": "association.subnet-id", "Values": [self.subnet]}])["NetworkAcls"][0]
        self.assertTrue(old["IsDefault"])
        association = old["Associations"][0]["NetworkAclAssociationId"]
        moved = ec2.replace_network_acl_association(AssociationId=association, NetworkAclId=self.acl)["NewAssociationId"]
        self.assertEqual(
            error(lambda: ec2.delete_network_acl(NetworkAclId=self.acl)),
            ("DependencyViolation", f"The networkAcl '{self.acl}' has dependencies and cannot be deleted."))
        ec2.replace_network_acl_association(AssociationId=moved, NetworkAclId=old["NetworkAclId"])
        self.assertEqual(
            error(lambda: ec2.delete_network_acl(NetworkAclId=old["NetworkAclId"])),
            ("InvalidParameterValue", f"cannot delete default network ACL {old['NetworkAclId']}"))


if __name__ == "__main__":
    unittest.main()
