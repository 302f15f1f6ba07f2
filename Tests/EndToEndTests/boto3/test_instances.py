import unittest

from support import TestCase, client, error, error_code, image_id


class Instances(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ec2 = client("ec2")
        cls.image = image_id(cls.ec2)

    def launch(self, count=1, **more):
        return self.ec2.run_instances(
            ImageId=self.image, InstanceType="t3.micro", MinCount=count, MaxCount=count, **more
        )["Instances"]

    def test_identity(self):
        """STS says who the caller is."""
        identity = client("sts").get_caller_identity()
        self.assertEqual(identity["Account"], "123456789012")
        self.assertTrue(identity["Arn"].startswith("arn:aws:iam::123456789012:"))

    def test_waiters_end(self):
        """Each waiter of an instance's life ends at its first polls."""
        ids = [instance["InstanceId"] for instance in self.launch(2)]
        quick = {"Delay": 1, "MaxAttempts": 3}
        self.ec2.get_waiter("instance_exists").wait(InstanceIds=ids, WaiterConfig=quick)
        self.ec2.get_waiter("instance_running").wait(InstanceIds=ids, WaiterConfig=quick)
        self.ec2.get_waiter("instance_status_ok").wait(InstanceIds=ids, WaiterConfig=quick)
        self.ec2.get_waiter("system_status_ok").wait(InstanceIds=ids, WaiterConfig=quick)
        self.ec2.stop_instances(InstanceIds=ids)
        self.ec2.get_waiter("instance_stopped").wait(InstanceIds=ids, WaiterConfig=quick)
        self.ec2.start_instances(InstanceIds=ids)
        self.ec2.get_waiter("instance_running").wait(InstanceIds=ids, WaiterConfig=quick)
        self.ec2.reboot_instances(InstanceIds=ids)
        self.ec2.terminate_instances(InstanceIds=ids)
        self.ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig=quick)

    def test_paginator_pages(self):
        """The paginator finds every instance once, five at a time."""
        ids = {instance["InstanceId"] for instance in self.launch(12)}
        pages = list(self.ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5}))
        self.assertGreater(len(pages), 2)
        found = [i["InstanceId"] for page in pages for r in page["Reservations"] for i in r["Instances"]]
        self.assertEqual(len(found), len(set(found)))
        self.assertLessEqual(ids, set(found))

    def test_default_vpc(self):
        """The default VPC has a default subnet in every zone."""
        vpcs = self.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
        self.assertEqual([vpc["CidrBlock"] for vpc in vpcs], ["172.31.0.0/16"])
        zones = [zone["ZoneName"] for zone in self.ec2.describe_availability_zones()["AvailabilityZones"]]
        subnets = self.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpcs[0]["VpcId"]]}])["Subnets"]
        self.assertEqual(sorted(subnet["AvailabilityZone"] for subnet in subnets if subnet["DefaultForAz"]), zones)

    def test_errors(self):
        """What AWS refuses is refused with its code and words."""
        refused = error(self.ec2.run_instances, ImageId="ami-12345678", MinCount=1, MaxCount=1)
        self.assertEqual(refused["Code"], "InvalidAMIID.NotFound")
        self.assertEqual(refused["Message"], "The image id '[ami-12345678]' does not exist")
        refused = error(self.launch, SubnetId="subnet-12345678")
        self.assertEqual(refused["Code"], "InvalidSubnetID.NotFound")
        self.assertEqual(refused["Message"], "The subnet ID 'subnet-12345678' does not exist")
        self.assertEqual(error_code(self.launch, DryRun=True), "DryRunOperation")
        subnet = self.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        self.assertEqual(
            error(self.launch, SubnetId=subnet, SecurityGroups=["default"])["Message"],
            "The parameter groupName cannot be used with the parameter subnet",
        )
        self.assertEqual(
            error_code(self.ec2.describe_instances, Filters=[{"Name": "colour", "Values": ["blue"]}]),
            "InvalidParameterValue",
        )
        # What Git Bash makes of /dev/sdf.
        device = {"DeviceName": "C:/Program Files/Git/dev/sdf", "Ebs": {"VolumeSize": 8}}
        self.assertEqual(
            error(self.launch, BlockDeviceMappings=[device]),
            {"Code": "InvalidBlockDeviceMapping", "Message": f"Invalid device name {device['DeviceName']}"},
        )

    def test_a_service_that_is_not_emulated(self):
        """It says so in the form that the client reads."""
        for service, call in [("dynamodb", "list_tables"), ("sns", "list_topics")]:
            refused = error(getattr(client(service), call))
            self.assertEqual(refused["Code"], "InvalidAction")
            self.assertIn("is not emulated", refused["Message"])

    def test_filters_and_tags(self):
        """Filters match tags and states, with wildcards."""
        instance = self.launch(
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web-1"}]}]
        )[0]["InstanceId"]
        self.ec2.create_tags(Resources=[instance], Tags=[{"Key": "Owner", "Value": "Zoë <ops> & co"}])
        found = self.ec2.describe_instances(
            Filters=[
                {"Name": "tag:Name", "Values": ["web-*"]},
                {"Name": "tag-key", "Values": ["Owner"]},
                {"Name": "instance-state-name", "Values": ["pending", "running"]},
            ]
        )["Reservations"]
        self.assertEqual([r["Instances"][0]["InstanceId"] for r in found], [instance])
        self.assertIn({"Key": "Owner", "Value": "Zoë <ops> & co"}, found[0]["Instances"][0]["Tags"])
        tags = self.ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [instance]}])["Tags"]
        self.assertEqual({tag["Key"] for tag in tags}, {"Name", "Owner"})
        self.assertEqual({tag["ResourceType"] for tag in tags}, {"instance"})

    def test_security_group(self):
        """A rule that is there already is a duplicate."""
        group = self.ec2.create_security_group(GroupName="web", Description="web servers")["GroupId"]
        rule = {
            "IpProtocol": "tcp",
            "FromPort": 80,
            "ToPort": 80,
            "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "web"}],
        }
        answer = self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
        self.assertTrue(answer["Return"])
        self.assertEqual(answer["SecurityGroupRules"][0]["CidrIpv4"], "0.0.0.0/0")
        self.assertEqual(
            error_code(self.ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[rule]),
            "InvalidPermission.Duplicate",
        )
        self.assertEqual(
            error_code(self.ec2.create_security_group, GroupName="web", Description="again"), "InvalidGroup.Duplicate"
        )
        shown = self.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
        self.assertEqual(shown["IpPermissions"][0]["IpRanges"], [{"CidrIp": "0.0.0.0/0", "Description": "web"}])
        self.assertEqual(shown["IpPermissionsEgress"][0]["IpProtocol"], "-1")


if __name__ == "__main__":
    unittest.main()
