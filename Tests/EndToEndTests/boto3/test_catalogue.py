import json
import unittest

from support import TestCase, client, error


class Catalogue(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ec2 = client("ec2")

    def test_regions(self):
        """All regions are known, and those that need no opt-in are there at once."""
        names = {region["RegionName"] for region in self.ec2.describe_regions()["Regions"]}
        self.assertLessEqual({"us-east-1", "eu-central-1", "ap-southeast-2"}, names)
        self.assertNotIn("af-south-1", names)
        every = self.ec2.describe_regions(AllRegions=True)["Regions"]
        self.assertIn("not-opted-in", {region["OptInStatus"] for region in every})

    def test_instance_types(self):
        """Types have their vCPUs and memory; filters and pages work; unknown ones are named."""
        shown = self.ec2.describe_instance_types(InstanceTypes=["t3.micro", "c5n.xlarge"])["InstanceTypes"]
        facts = {t["InstanceType"]: (t["VCpuInfo"]["DefaultVCpus"], t["MemoryInfo"]["SizeInMiB"]) for t in shown}
        self.assertEqual(facts, {"t3.micro": (2, 1024), "c5n.xlarge": (4, 10752)})
        pages = self.ec2.get_paginator("describe_instance_types").paginate(
            Filters=[
                {"Name": "free-tier-eligible", "Values": ["true"]},
                {"Name": "processor-info.supported-architecture", "Values": ["x86_64"]},
            ],
            PaginationConfig={"PageSize": 5},
        )
        names = {t["InstanceType"] for page in pages for t in page["InstanceTypes"]}
        self.assertIn("t3.micro", names)
        self.assertNotIn("t4g.micro", names)
        refused = error(self.ec2.describe_instance_types, InstanceTypes=["x9.nano"])
        self.assertEqual(refused["Code"], "InvalidInstanceType")
        self.assertIn("x9.nano", refused["Message"])

    def test_offerings(self):
        """us-east-1e has no t3.micro."""
        offered = self.ec2.describe_instance_type_offerings(
            LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": ["t3.micro"]}]
        )["InstanceTypeOfferings"]
        zones = {offer["Location"] for offer in offered}
        self.assertIn("us-east-1a", zones)
        self.assertNotIn("us-east-1e", zones)

    def test_images(self):
        """Canonical, Debian and Amazon offer images that filters and owners find."""
        ubuntu = self.ec2.describe_images(
            Owners=["099720109477"],
            Filters=[{"Name": "name", "Values": ["ubuntu/images/hvm-ssd*/ubuntu-*-24.04-amd64-server-*"]}],
        )["Images"]
        self.assertEqual({image["Architecture"] for image in ubuntu}, {"x86_64"})
        amazon = self.ec2.describe_images(Owners=["amazon"], Filters=[{"Name": "platform", "Values": ["windows"]}])
        self.assertTrue(all(image["Platform"] == "windows" for image in amazon["Images"]))

    def test_parameters_of_container_images_and_regions(self):
        """What tells of an image for containers is one document, and its members; regions and zones have theirs."""
        ssm = client("ssm")
        for system in ("amazon-linux-2023", "amazon-linux-2023/arm64", "amazon-linux-2", "amazon-linux-2/arm64"):
            name = f"/aws/service/ecs/optimized-ami/{system}/recommended"
            document = json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])
            image = self.ec2.describe_images(ImageIds=[document["image_id"]])["Images"][0]
            self.assertEqual((document["image_name"], document["schema_version"]), (image["Name"], 1))
            found = ssm.get_parameters_by_path(Path=name)["Parameters"]
            self.assertEqual({one["Name"].split("/")[-1] for one in found}, set(document))
        ubuntu = "/aws/service/canonical/ubuntu/server/%s/stable/%s/amd64/hvm/ebs-gp2/ami-id"
        same = {ssm.get_parameter(Name=ubuntu % names)["Parameter"]["Value"] for names in [
            ("22.04", "current"), ("jammy", "current"), ("jammy", "20260409")]}
        self.assertEqual(len(same), 1)
        path = "/aws/service/global-infrastructure/regions"
        regions = ssm.get_paginator("get_parameters_by_path").paginate(Path=path)
        known = {one["RegionName"] for one in self.ec2.describe_regions(AllRegions=True)["Regions"]}
        self.assertEqual({one["Value"] for page in regions for one in page["Parameters"]}, known)
        value = ssm.get_parameter(Name=f"{path}/us-east-1/longName")["Parameter"]["Value"]
        self.assertEqual(value, "US East (N. Virginia)")

    def test_tutorial_images(self):
        """What tutorials look for by owner and name is there, for both architectures, and the parameters name the same."""
        ssm = client("ssm")
        for owner, name, parameter in [
            ("amazon", "amzn2-ami-hvm-*-x86_64-gp2", "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2"),
            ("amazon", "amzn2-ami-ecs-hvm-*-arm64-ebs", "/aws/service/ecs/optimized-ami/amazon-linux-2/arm64/recommended/image_id"),
            ("099720109477", "ubuntu/images/hvm-ssd/ubuntu-focal-20.04-amd64-server-*", "/aws/service/canonical/ubuntu/server/20.04/stable/current/amd64/hvm/ebs-gp2/ami-id"),
            ("099720109477", "ubuntu/images/*/ubuntu-focal-20.04-arm64-server-*", "/aws/service/canonical/ubuntu/server/20.04/stable/current/arm64/hvm/ebs-gp2/ami-id"),
            ("136693071363", "debian-11-amd64-*", "/aws/service/debian/release/11/latest/amd64"),
            ("801119661308", "Windows_Server-2019-English-Full-Base-*", "/aws/service/ami-windows-latest/Windows_Server-2019-English-Full-Base"),
        ]:
            with self.subTest(name):
                filters = [
                    {"Name": "name", "Values": [name]},
                    {"Name": "virtualization-type", "Values": ["hvm"]},
                    {"Name": "root-device-type", "Values": ["ebs"]},
                    {"Name": "state", "Values": ["available"]},
                ]
                found = self.ec2.describe_images(Owners=[owner], Filters=filters)["Images"]
                newest = max(found, key=lambda image: image["CreationDate"])
                self.assertEqual(ssm.get_parameter(Name=parameter)["Parameter"]["Value"], newest["ImageId"])

    def test_egress_and_tags(self):
        """Egress rules can be added, tags taken away."""
        group = self.ec2.create_security_group(GroupName="out", Description="egress")["GroupId"]
        answer = self.ec2.authorize_security_group_egress(
            GroupId=group,
            IpPermissions=[
                {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
            ],
        )
        self.assertTrue(answer["SecurityGroupRules"][0]["IsEgress"])
        self.ec2.create_tags(Resources=[group], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        self.ec2.delete_tags(Resources=[group], Tags=[{"Key": "a"}, {"Key": "b", "Value": "other"}])
        shown = self.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
        self.assertEqual(shown["Tags"], [{"Key": "b", "Value": "2"}])


if __name__ == "__main__":
    unittest.main()
