import unittest

from support import TestCase, client, error, error_code, image_id


class LaunchTemplates(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ec2 = client("ec2")
        cls.image = image_id(cls.ec2)

    def make(self, name, **data):
        return self.ec2.create_launch_template(
            LaunchTemplateName=name, LaunchTemplateData={"ImageId": self.image, "InstanceType": "t3.micro"} | data
        )["LaunchTemplate"]

    def run_template(self, template, version=None, **more):
        specification = {"LaunchTemplateId": template["LaunchTemplateId"]}
        if version:
            specification["Version"] = version
        return self.ec2.run_instances(MinCount=1, MaxCount=1, LaunchTemplate=specification, **more)["Instances"][0]

    def test_versions(self):
        """Versions are numbered, described by number and alias, made the default and deleted."""
        template = self.make("versions")
        self.assertEqual((template["DefaultVersionNumber"], template["LatestVersionNumber"]), (1, 1))
        second = self.ec2.create_launch_template_version(
            LaunchTemplateName="versions", SourceVersion="1", VersionDescription="larger",
            LaunchTemplateData={"InstanceType": "t3.small"},
        )["LaunchTemplateVersion"]
        self.assertEqual(second["VersionNumber"], 2)
        self.assertEqual(second["LaunchTemplateData"], {"ImageId": self.image, "InstanceType": "t3.small"})
        third = self.ec2.create_launch_template_version(
            LaunchTemplateId=template["LaunchTemplateId"], LaunchTemplateData={"InstanceType": "t3.large"}
        )["LaunchTemplateVersion"]
        self.assertNotIn("ImageId", third["LaunchTemplateData"])

        def numbers(**parameters):
            answer = self.ec2.describe_launch_template_versions(LaunchTemplateName="versions", **parameters)
            return [version["VersionNumber"] for version in answer["LaunchTemplateVersions"]]

        self.assertEqual(numbers(), [3, 2, 1])
        self.assertEqual(numbers(Versions=["$Latest"]), [3])
        self.assertEqual(numbers(Versions=["$Default"]), [1])
        self.assertEqual(numbers(MinVersion="2"), [3, 2])
        self.assertEqual(numbers(MinVersion="1", MaxVersion="2"), [2, 1])
        self.assertEqual(numbers(Filters=[{"Name": "instance-type", "Values": ["t3.s*"]}]), [2])
        changed = self.ec2.modify_launch_template(LaunchTemplateName="versions", DefaultVersion="2")["LaunchTemplate"]
        self.assertEqual(changed["DefaultVersionNumber"], 2)
        answer = self.ec2.delete_launch_template_versions(LaunchTemplateName="versions", Versions=["1", "2", "9"])
        self.assertEqual(
            [item["VersionNumber"] for item in answer["SuccessfullyDeletedLaunchTemplateVersions"]], [1]
        )
        self.assertEqual(
            [item["ResponseError"]["Code"] for item in answer["UnsuccessfullyDeletedLaunchTemplateVersions"]],
            ["unexpectedError", "launchTemplateVersionDoesNotExist"],
        )
        self.ec2.delete_launch_template(LaunchTemplateName="versions")
        self.assertEqual(
            error(self.ec2.describe_launch_templates, LaunchTemplateNames=["versions"]),
            {
                "Code": "InvalidLaunchTemplateName.NotFoundException",
                "Message": "At least one of the launch templates specified in the request does not exist.",
            },
        )

    def test_launch(self):
        """A launch takes what it does not say itself from the template's default version, or from the one it names."""
        template = self.make(
            "launch", TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}],
            BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20}}],
            MetadataOptions={"HttpTokens": "optional"},
        )
        self.ec2.create_launch_template_version(
            LaunchTemplateName="launch", SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.small"}
        )
        instance = self.run_template(template)
        self.assertEqual(instance["InstanceType"], "t3.micro")
        self.assertEqual(instance["MetadataOptions"]["HttpTokens"], "optional")
        tags = {tag["Key"]: tag["Value"] for tag in instance["Tags"]}
        self.assertEqual(
            tags,
            {
                "Name": "web",
                "aws:ec2launchtemplate:id": template["LaunchTemplateId"],
                "aws:ec2launchtemplate:version": "1",
            },
        )
        self.assertEqual(self.run_template(template, "$Latest")["InstanceType"], "t3.small")
        own = self.run_template(
            template, "2", InstanceType="t3.large",
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Owner", "Value": "me"}]}],
        )
        self.assertEqual(own["InstanceType"], "t3.large")
        self.assertLessEqual({"Name", "Owner"}, {tag["Key"] for tag in own["Tags"]})
        found = self.ec2.describe_instances(
            Filters=[{"Name": "tag:aws:ec2launchtemplate:version", "Values": ["2"]}]
        )["Reservations"]
        self.assertEqual(len(found), 2)
        self.ec2.describe_instances()
        data = self.ec2.get_launch_template_data(InstanceId=own["InstanceId"])["LaunchTemplateData"]
        self.assertEqual(data["InstanceType"], "t3.large")
        self.assertEqual(data["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"], 20)

    def test_errors(self):
        """What AWS refuses is refused with its code and words."""
        template = self.make("errors")
        number = template["LaunchTemplateId"]
        self.assertEqual(
            error(self.run_template, template=template, version="3"),
            {
                "Code": "InvalidLaunchTemplateId.VersionNotFound",
                "Message": f"Could not find the specified version 3 for the launch template with ID {number}.",
            },
        )
        missing = {"LaunchTemplateId": "lt-0123456789abcdef0"}
        self.assertEqual(
            error(self.run_template, template=missing),
            {
                "Code": "InvalidLaunchTemplateId.NotFound",
                "Message": "The specified launch template, with template ID lt-0123456789abcdef0, does not exist.",
            },
        )
        self.assertEqual(
            error(self.make, name="errors"),
            {
                "Code": "InvalidLaunchTemplateName.AlreadyExistsException",
                "Message": "Launch template name already in use.",
            },
        )
        self.assertEqual(error_code(self.make, name="a b c"), "InvalidLaunchTemplateName.MalformedException")
        self.assertEqual(
            error_code(self.make, name="both", InstanceRequirements={"VCpuCount": {"Min": 1}, "MemoryMiB": {"Min": 1}}),
            "InvalidParameterCombination",
        )

    def test_tags(self):
        """A template's tags are its own, and found by DescribeTags."""
        template = self.ec2.create_launch_template(
            LaunchTemplateName="tags", LaunchTemplateData={"InstanceType": "t3.micro"},
            TagSpecifications=[{"ResourceType": "launch-template", "Tags": [{"Key": "team", "Value": "a"}]}],
        )["LaunchTemplate"]
        self.assertEqual(template["Tags"], [{"Key": "team", "Value": "a"}])
        self.ec2.create_tags(Resources=[template["LaunchTemplateId"]], Tags=[{"Key": "team", "Value": "b"}])
        found = self.ec2.describe_launch_templates(Filters=[{"Name": "tag:team", "Values": ["b"]}])["LaunchTemplates"]
        self.assertEqual([item["LaunchTemplateName"] for item in found], ["tags"])


if __name__ == "__main__":
    unittest.main()
