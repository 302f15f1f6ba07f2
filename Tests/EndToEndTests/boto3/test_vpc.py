"""VPCs and subnets by boto3."""

import unittest

from support import TestCase, client, error_code, image_id
from support import error as failure

ec2 = client("ec2")


def error(call):
    """Code and message of the error that a call ends with."""
    said = failure(call)
    return said["Code"], said["Message"]


def new_vpc(block="10.0.0.0/16", **parameters):
    return ec2.create_vpc(CidrBlock=block, **parameters)["Vpc"]


def delete_vpc(vpc):
    for subnet in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vpc)


class VPCs(TestCase):
    def test_a_vpc_is_pending_then_available_and_comes_with_its_defaults(self):
        made = new_vpc(TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "lab"}]}])
        self.addCleanup(delete_vpc, made["VpcId"])
        self.assertEqual((made["State"], made["Ipv6CidrBlockAssociationSet"]), ("pending", []))
        ec2.get_waiter("vpc_available").wait(VpcIds=[made["VpcId"]])
        vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["la?"]}])["Vpcs"][0]
        self.assertEqual((vpc["State"], vpc["IsDefault"], vpc["InstanceTenancy"]), ("available", False, "default"))
        self.assertEqual(vpc["CidrBlockAssociationSet"][0]["CidrBlockState"]["State"], "associated")
        mine = [{"Name": "vpc-id", "Values": [made["VpcId"]]}]
        tables = ec2.describe_route_tables(Filters=mine)["RouteTables"]
        self.assertEqual([t["Associations"][0]["Main"] for t in tables], [True])
        self.assertEqual(tables[0]["Routes"][0]["GatewayId"], "local")
        self.assertEqual([g["GroupName"] for g in ec2.describe_security_groups(Filters=mine)["SecurityGroups"]], ["default"])
        acl = ec2.describe_network_acls(Filters=mine)["NetworkAcls"][0]
        self.assertEqual(
            [(e["Egress"], e["RuleNumber"], e["RuleAction"]) for e in acl["Entries"]],
            [(True, 100, "allow"), (True, 32767, "deny"), (False, 100, "allow"), (False, 32767, "deny")])

    def test_blocks_are_between_16_and_28_and_in_canonical_form(self):
        for block in ["10.0.0.0/15", "10.0.0.0/29"]:
            self.assertEqual(error(lambda: new_vpc(block)), ("InvalidVpc.Range", f"The CIDR '{block}' is invalid."))
        self.assertEqual(
            error(lambda: new_vpc("10.0.0.0")),
            ("InvalidParameterValue", "Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block."))
        self.assertEqual(error_code(lambda: ec2.create_vpc()), "MissingParameter")
        made = new_vpc("10.9.8.7/20")
        self.addCleanup(delete_vpc, made["VpcId"])
        self.assertEqual(made["CidrBlock"], "10.9.0.0/20")

    def test_the_sixth_vpc_is_one_too_many(self):
        for _ in range(4):
            self.addCleanup(delete_vpc, new_vpc()["VpcId"])
        self.assertEqual(
            error(new_vpc), ("VpcLimitExceeded", "The maximum number of VPCs has been reached."))

    def test_attributes_are_changed_one_at_a_time(self):
        vpc = new_vpc()["VpcId"]
        self.addCleanup(delete_vpc, vpc)

        def value(name):
            answer = ec2.describe_vpc_attribute(VpcId=vpc, Attribute=name)
            return answer[name[0].upper() + name[1:]]["Value"]

        self.assertEqual((value("enableDnsSupport"), value("enableDnsHostnames")), (True, False))
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        ec2.modify_vpc_attribute(VpcId=vpc, EnableNetworkAddressUsageMetrics={"Value": True})
        self.assertEqual((value("enableDnsHostnames"), value("enableNetworkAddressUsageMetrics")), (True, True))
        self.assertEqual(
            error_code(lambda: ec2.modify_vpc_attribute(
                VpcId=vpc, EnableDnsHostnames={"Value": True}, EnableDnsSupport={"Value": True})),
            "InvalidParameterCombination")

    def test_tenancy_goes_from_dedicated_to_default_only(self):
        vpc = new_vpc(InstanceTenancy="dedicated")["VpcId"]
        self.addCleanup(delete_vpc, vpc)
        ec2.modify_vpc_tenancy(VpcId=vpc, InstanceTenancy="default")
        self.assertEqual(ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["InstanceTenancy"], "default")
        self.assertEqual(
            error_code(lambda: ec2.modify_vpc_tenancy(VpcId=vpc, InstanceTenancy="dedicated")), "InvalidParameterValue")

    def test_a_vpc_with_something_in_it_cannot_be_deleted(self):
        vpc = new_vpc()["VpcId"]
        self.addCleanup(delete_vpc, vpc)
        ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")
        self.assertEqual(
            error(lambda: ec2.delete_vpc(VpcId=vpc)),
            ("DependencyViolation", f"The vpc '{vpc}' has dependencies and cannot be deleted."))
        self.assertEqual(
            error(lambda: ec2.delete_vpc(VpcId="vpc-12345678")),
            ("InvalidVpcID.NotFound", "The vpc ID 'vpc-12345678' does not exist"))

    def test_a_dry_run_makes_nothing(self):
        count = len(ec2.describe_vpcs()["Vpcs"])
        self.assertEqual(error_code(lambda: new_vpc(DryRun=True)), "DryRunOperation")
        self.assertEqual(len(ec2.describe_vpcs()["Vpcs"]), count)


class Blocks(TestCase):
    def setUp(self):
        self.vpc = new_vpc()["VpcId"]
        self.addCleanup(delete_vpc, self.vpc)

    def test_a_secondary_block_brings_a_local_route_and_goes_when_unused(self):
        made = ec2.associate_vpc_cidr_block(VpcId=self.vpc, CidrBlock="10.1.0.0/16")["CidrBlockAssociation"]
        self.assertEqual(made["CidrBlockState"]["State"], "associating")
        subnet = ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.1.7.0/24")["Subnet"]["SubnetId"]
        tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])["RouteTables"]
        self.assertEqual([r["DestinationCidrBlock"] for r in tables[0]["Routes"]], ["10.0.0.0/16", "10.1.0.0/16"])
        leave = lambda: ec2.disassociate_vpc_cidr_block(AssociationId=made["AssociationId"])
        self.assertEqual(
            error(leave),
            ("InvalidCidrBlock.InUse", f"The vpc {self.vpc} currently has a subnet within CIDR block 10.1.0.0/16"))
        ec2.delete_subnet(SubnetId=subnet)
        self.assertEqual(leave()["CidrBlockAssociation"]["CidrBlockState"]["State"], "disassociating")
        vpc = ec2.describe_vpcs(VpcIds=[self.vpc])["Vpcs"][0]
        self.assertEqual([b["CidrBlock"] for b in vpc["CidrBlockAssociationSet"]], ["10.0.0.0/16"])

    def test_what_may_not_join(self):
        join = lambda block: error_code(lambda: ec2.associate_vpc_cidr_block(VpcId=self.vpc, CidrBlock=block))
        self.assertEqual(join("192.168.0.0/16"), "InvalidVpc.Range")
        self.assertEqual(join("10.1.0.0/8"), "InvalidVpc.Range")
        ec2.associate_vpc_cidr_block(VpcId=self.vpc, CidrBlock="100.64.0.0/16")
        for third in range(2, 5):
            ec2.associate_vpc_cidr_block(VpcId=self.vpc, CidrBlock=f"10.{third}.0.0/16")
        self.assertEqual(join("10.3.0.0/20"), "CidrConflict")
        self.assertEqual(join("10.9.0.0/16"), "CidrLimitExceeded")

    def test_the_primary_block_stays(self):
        primary = ec2.describe_vpcs(VpcIds=[self.vpc])["Vpcs"][0]["CidrBlockAssociationSet"][0]["AssociationId"]
        self.assertEqual(
            error_code(lambda: ec2.disassociate_vpc_cidr_block(AssociationId=primary)), "OperationNotPermitted")
        self.assertEqual(
            error_code(lambda: ec2.disassociate_vpc_cidr_block(AssociationId="vpc-cidr-assoc-12345678")),
            "InvalidVpcCidrBlockAssociationID.NotFound")

    def test_an_ipv6_block_of_amazons_opens_acl_and_default_group(self):
        block = ec2.associate_vpc_cidr_block(VpcId=self.vpc, AmazonProvidedIpv6CidrBlock=True)["Ipv6CidrBlockAssociation"]
        self.assertTrue(block["Ipv6CidrBlock"].endswith("00::/56"), block)
        mine = [{"Name": "vpc-id", "Values": [self.vpc]}]
        acl = ec2.describe_network_acls(Filters=mine)["NetworkAcls"][0]
        self.assertEqual([e["RuleNumber"] for e in acl["Entries"] if not e["Egress"]], [100, 101, 32767, 32768])
        prefix = block["Ipv6CidrBlock"].removesuffix("00::/56")
        subnet = ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.1.0/24", Ipv6CidrBlock=f"{prefix}01::/64")["Subnet"]
        association = subnet["Ipv6CidrBlockAssociationSet"][0]
        self.assertEqual(association["Ipv6CidrBlock"], f"{prefix}01::/64")
        self.assertEqual(
            error_code(lambda: ec2.create_subnet(
                VpcId=self.vpc, CidrBlock="10.0.2.0/24", Ipv6CidrBlock=f"{prefix}01::/64")), "InvalidSubnet.Conflict")
        self.assertEqual(
            error_code(lambda: ec2.create_subnet(
                VpcId=self.vpc, CidrBlock="10.0.2.0/24", Ipv6CidrBlock="2001:db8::/64")), "InvalidSubnet.Range")
        self.assertEqual(
            error_code(lambda: ec2.disassociate_vpc_cidr_block(AssociationId=block["AssociationId"])),
            "InvalidCidrBlock.InUse")
        ec2.disassociate_subnet_cidr_block(AssociationId=association["AssociationId"])
        ec2.disassociate_vpc_cidr_block(AssociationId=block["AssociationId"])
        self.assertNotIn("Ipv6CidrBlockAssociationSet", ec2.describe_vpcs(VpcIds=[self.vpc])["Vpcs"][0])


class Subnets(TestCase):
    def setUp(self):
        self.vpc = new_vpc()["VpcId"]
        self.addCleanup(delete_vpc, self.vpc)

    def create(self, block, **parameters):
        return ec2.create_subnet(VpcId=self.vpc, CidrBlock=block, **parameters)["Subnet"]

    def test_a_subnet_has_all_but_five_of_its_addresses(self):
        subnet = self.create("10.0.1.0/24", AvailabilityZoneId="use1-az4")
        self.assertEqual(
            (subnet["AvailabilityZone"], subnet["AvailableIpAddressCount"], subnet["State"]),
            ("us-east-1a", 251, "available"))
        self.assertEqual(subnet["SubnetArn"], f"arn:aws:ec2:us-east-1:123456789012:subnet/{subnet['SubnetId']}")
        ec2.get_waiter("subnet_available").wait(SubnetIds=[subnet["SubnetId"]])

    def test_ranges_and_conflicts(self):
        self.create("10.0.1.0/24")
        self.assertEqual(
            error(lambda: self.create("10.0.0.0/20")),
            ("InvalidSubnet.Conflict", "The CIDR '10.0.0.0/20' conflicts with another subnet"))
        for block in ["10.1.0.0/24", "10.0.9.0/29", "10.0.0.0/8"]:
            self.assertEqual(error_code(lambda: self.create(block)), "InvalidSubnet.Range")
        code, message = error(lambda: self.create("10.0.2.0/24", AvailabilityZone="us-east-1z"))
        self.assertEqual(code, "InvalidParameterValue")
        self.assertTrue(message.endswith("us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e, us-east-1f."))

    def test_attributes(self):
        subnet = self.create("10.0.1.0/24")["SubnetId"]
        ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
        ec2.modify_subnet_attribute(SubnetId=subnet, EnableResourceNameDnsARecordOnLaunch={"Value": True})
        ec2.modify_subnet_attribute(SubnetId=subnet, PrivateDnsHostnameTypeOnLaunch="resource-name")
        seen = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]
        self.assertTrue(seen["MapPublicIpOnLaunch"])
        self.assertEqual(seen["PrivateDnsNameOptionsOnLaunch"]["HostnameType"], "resource-name")
        self.assertEqual(
            error_code(lambda: ec2.modify_subnet_attribute(
                SubnetId=subnet, AssignIpv6AddressOnCreation={"Value": True})), "InvalidParameterValue")

    def test_a_subnet_with_an_instance_cannot_be_deleted(self):
        subnet = self.create("10.0.1.0/24")["SubnetId"]
        instance = ec2.run_instances(
            ImageId=image_id(ec2), InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]["InstanceId"]
        self.assertEqual(
            error(lambda: ec2.delete_subnet(SubnetId=subnet)),
            ("DependencyViolation", f"The subnet '{subnet}' has dependencies and cannot be deleted."))
        ec2.terminate_instances(InstanceIds=[instance])
        ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance])
        ec2.delete_subnet(SubnetId=subnet)
        self.assertEqual(error_code(lambda: ec2.describe_subnets(SubnetIds=[subnet])), "InvalidSubnetID.NotFound")


class Defaults(TestCase):
    def test_the_default_vpc_can_be_deleted_and_made_again(self):
        there = client("ec2", "eu-west-1")
        self.assertEqual(
            error(there.create_default_vpc),
            ("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region."))
        vpc = there.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        subnets = there.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
        self.assertEqual(
            error_code(lambda: there.create_default_subnet(AvailabilityZone="eu-west-1a")),
            "DefaultSubnetAlreadyExistsInAvailabilityZone")
        there.delete_subnet(SubnetId=subnets[0]["SubnetId"])
        again = there.create_default_subnet(AvailabilityZone=subnets[0]["AvailabilityZone"])["Subnet"]
        self.assertEqual((again["CidrBlock"], again["DefaultForAz"], again["MapPublicIpOnLaunch"]),
                         (subnets[0]["CidrBlock"], True, True))
        for subnet in there.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]:
            there.delete_subnet(SubnetId=subnet["SubnetId"])
        gateway = there.describe_internet_gateways()["InternetGateways"][0]["InternetGatewayId"]
        there.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        there.delete_internet_gateway(InternetGatewayId=gateway)
        there.delete_vpc(VpcId=vpc)
        attributes = there.describe_account_attributes(AttributeNames=["default-vpc"])["AccountAttributes"]
        self.assertEqual(attributes[0]["AttributeValues"][0]["AttributeValue"], "none")
        made = there.create_default_vpc()["Vpc"]
        self.assertEqual((made["IsDefault"], made["CidrBlock"]), (True, "172.31.0.0/16"))
        self.assertEqual(len(there.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [made["VpcId"]]}])["Subnets"]), 3)


class DHCP(TestCase):
    def test_options_are_made_used_and_deleted(self):
        vpc = new_vpc()["VpcId"]
        self.addCleanup(delete_vpc, vpc)
        options = ec2.create_dhcp_options(DhcpConfigurations=[
            {"Key": "domain-name", "Values": ["example.com"]},
            {"Key": "domain-name-servers", "Values": ["10.0.0.2", "AmazonProvidedDNS"]}])["DhcpOptions"]["DhcpOptionsId"]
        ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=vpc)
        self.assertEqual(
            error(lambda: ec2.delete_dhcp_options(DhcpOptionsId=options)),
            ("DependencyViolation", f"The dhcpOptions '{options}' has dependencies and cannot be deleted."))
        found = ec2.describe_dhcp_options(Filters=[{"Name": "value", "Values": ["example.*"]}])["DhcpOptions"]
        self.assertEqual([o["DhcpOptionsId"] for o in found], [options])
        ec2.associate_dhcp_options(DhcpOptionsId="default", VpcId=vpc)
        ec2.delete_dhcp_options(DhcpOptionsId=options)
        self.assertEqual(
            error(lambda: ec2.describe_dhcp_options(DhcpOptionsIds=[options])),
            ("InvalidDhcpOptionID.NotFound", f"The dhcpOption ID '{options}' does not exist"))
        self.assertEqual(
            error_code(lambda: ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "colour", "Values": ["blue"]}])),
            "InvalidParameterValue")


class Zones(TestCase):
    def test_zones_and_local_zones(self):
        west = client("ec2", "us-west-2")
        usual = west.describe_availability_zones()["AvailabilityZones"]
        self.assertEqual([z["ZoneName"][-1] for z in usual], ["a", "b", "c", "d"])
        every = west.describe_availability_zones(AllAvailabilityZones=True)["AvailabilityZones"]
        los_angeles = next(z for z in every if z["ZoneName"] == "us-west-2-lax-1a")
        self.assertEqual(
            (los_angeles["ZoneId"], los_angeles["OptInStatus"], los_angeles["GroupName"], los_angeles["ZoneType"]),
            ("usw2-lax1-az1", "not-opted-in", "us-west-2-lax-1", "local-zone"))
        west.modify_availability_zone_group(GroupName="us-west-2-lax-1", OptInStatus="opted-in")
        names = [z["ZoneName"] for z in west.describe_availability_zones()["AvailabilityZones"]]
        self.assertEqual(names[4:], ["us-west-2-lax-1a", "us-west-2-lax-1b"])
        self.assertEqual(
            len(west.describe_availability_zones(
                Filters=[{"Name": "opt-in-status", "Values": ["opt-in-not-required"]}])["AvailabilityZones"]), 4)

    def test_regions(self):
        self.assertEqual(len(ec2.describe_regions()["Regions"]), 17)
        status = {r["RegionName"]: r["OptInStatus"] for r in ec2.describe_regions(AllRegions=True)["Regions"]}
        self.assertEqual((status["us-east-1"], status["ap-east-1"]), ("opt-in-not-required", "not-opted-in"))


if __name__ == "__main__":
    unittest.main()
