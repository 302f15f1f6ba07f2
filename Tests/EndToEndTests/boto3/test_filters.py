"""Every filter that AWS documents for an emulated operation is known, and those on interfaces find their instance."""

import re
import unittest

from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError

from support import TestCase, client, image_id

FILTER = re.compile(r"<li>\s*<p>\s*<code>(.*?)</code>\s*[-–:(]", re.DOTALL)
TAG = re.compile(r"^tag:?(<.*>|&lt;.*&gt;)?$")


def documented(member):
    """The names of filters in the documentation of a request's member; a list within the list tells values of one."""
    depth, text = 0, ""
    for part in re.split(r"(</?ul>)", member.documentation):
        depth += {"<ul>": 1, "</ul>": -1}.get(part, 0)
        text += part if depth <= 1 else ""
    names = [re.sub(r"</?\w+>", "", name).strip() for name in FILTER.findall(text)]
    return [TAG.sub("tag:Name", name) for name in names]


class Filters(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ec2 = client("ec2")
        cls.model = cls.ec2.meta.service_model
        cls.instance = cls.ec2.run_instances(
            ImageId=image_id(cls.ec2), InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]

    def test_documented(self):
        """No documented filter is refused, and none that matches nothing finds anything."""
        asked, refused = 0, []
        for name in self.model.operation_names:
            shape = self.model.operation_model(name).input_shape
            filters = next((key for key in ("Filters", "Filter") if shape and key in shape.members), None)
            if filters is None or not name.startswith("Describe"):
                continue
            call = getattr(self.ec2, xform_name(name))
            more = {key: "x" for key in shape.required_members}
            # Where there is much to look through, a little of it does.
            more |= {
                "DescribeLaunchTemplateVersions": {"Versions": ["$Latest"]},
                "DescribeInstanceTypes": {"InstanceTypes": ["t3.micro"]},
                "DescribeImages": {"Owners": ["self"]},
            }.get(name, {})
            for wanted in documented(shape.members[filters]):
                try:
                    call(**more, **{filters: [{"Name": wanted, "Values": ["no-such-value"]}]})
                except ClientError as error:
                    if error.response["Error"]["Code"] == "InvalidAction":
                        break
                    if error.response["Error"]["Message"].startswith("The filter"):
                        refused.append(f"{name} {wanted}")
                except ParamValidationError:
                    # An operation that asks for more than a text; none that is emulated does.
                    break
                asked += 1
        self.assertEqual(refused, [])
        self.assertGreater(asked, 600)

    def test_interfaces(self):
        """An instance is found by what its interface has."""
        interface = self.ec2.describe_instances(
            InstanceIds=[self.instance])["Reservations"][0]["Instances"][0]["NetworkInterfaces"][0]
        for name, value in {
            "network-interface.addresses.association.public-ip": interface["Association"]["PublicIp"],
            "network-interface.mac-address": interface["MacAddress"],
            "network-interface.attachment.device-index": "0",
            "network-interface.private-dns-name": interface["PrivateDnsName"],
            "network-interface.group-name": "default",
        }.items():
            self.assertEqual(self.found(name, value), [self.instance], name)
            self.assertEqual(self.found(name, value + "x"), [], name)

    def found(self, name, value):
        answer = self.ec2.describe_instances(Filters=[{"Name": name, "Values": [value]}])
        return [i["InstanceId"] for reservation in answer["Reservations"] for i in reservation["Instances"]]

    def test_instance_types(self):
        """A type is found by facts that stand in lists."""
        types = self.ec2.describe_instance_types(Filters=[
            {"Name": "instance-storage-info.disk.type", "Values": ["ssd"]},
            {"Name": "instance-storage-info.disk.count", "Values": ["1"]},
            {"Name": "processor-info.supported-architecture", "Values": ["arm64"]},
            {"Name": "instance-type", "Values": ["c6gd.*"]},
        ])["InstanceTypes"]
        self.assertIn("c6gd.large", {each["InstanceType"] for each in types})
        self.assertTrue(all(each["InstanceStorageInfo"]["Disks"][0]["Count"] == 1 for each in types))

    def test_permissions(self):
        """A group is found by an IPv6 block or a prefix list of its rules."""
        group = self.ec2.create_security_group(GroupName="found", Description="x")["GroupId"]
        self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]}])
        for name, value in (("ip-permission.ipv6-cidr", "2001:db8::/32"), ("ip-permission.to-port", "443")):
            groups = self.ec2.describe_security_groups(Filters=[{"Name": name, "Values": [value]}])["SecurityGroups"]
            self.assertEqual([each["GroupId"] for each in groups], [group])
        self.ec2.delete_security_group(GroupId=group)


if __name__ == "__main__":
    unittest.main()
