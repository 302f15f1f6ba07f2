"""The account's own images beside the public ones."""

import datetime
import unittest

from support import TestCase, client, error, error_code, image_id


class Images(TestCase):
    def setUp(self):
        self.ec2 = client("ec2")
        self.image = image_id(self.ec2)

    def tearDown(self):
        for image in self.ec2.describe_images(Owners=["self"], IncludeDisabled=True)["Images"]:
            self.ec2.disable_image_deregistration_protection(ImageId=image["ImageId"])
            self.ec2.deregister_image(ImageId=image["ImageId"])

    def launch(self, **more):
        parameters = {"ImageId": self.image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, **more}
        instance = self.ec2.run_instances(**parameters)["Instances"][0]["InstanceId"]
        self.ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
        return instance

    def make(self, name="mine", **more):
        instance = self.launch(BlockDeviceMappings=[
            {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 5, "VolumeType": "gp2", "DeleteOnTermination": False}}])
        return self.ec2.create_image(InstanceId=instance, Name=name, Description="golden", **more)["ImageId"]

    def show(self, image):
        return self.ec2.describe_images(ImageIds=[image])["Images"][0]

    def test_an_image_of_an_instance_and_a_launch_of_it(self):
        image = self.make(TagSpecifications=[
            {"ResourceType": "image", "Tags": [{"Key": "a", "Value": "b"}]},
            {"ResourceType": "snapshot", "Tags": [{"Key": "c", "Value": "d"}]}])
        self.ec2.get_waiter("image_available").wait(ImageIds=[image], WaiterConfig={"Delay": 1})
        shown = self.show(image)
        self.assertEqual(
            (shown["OwnerId"], shown["Public"], shown["ImageLocation"], shown["Name"], shown["SourceImageId"]),
            ("123456789012", False, "123456789012/mine", "mine", self.image))
        self.assertEqual(
            [(m["DeviceName"], m["Ebs"]["VolumeSize"], m["Ebs"]["DeleteOnTermination"])
             for m in shown["BlockDeviceMappings"]],
            [("/dev/xvda", 8, True), ("/dev/sdf", 5, False)])
        snapshots = [m["Ebs"]["SnapshotId"] for m in shown["BlockDeviceMappings"]]
        self.assertEqual(
            error(self.ec2.delete_snapshot, SnapshotId=snapshots[0]),
            {"Code": "InvalidSnapshot.InUse", "Message": f"The snapshot {snapshots[0]} is currently in use by {image}"})
        instance = self.launch(ImageId=image)
        volumes = self.ec2.describe_volumes(Filters=[
            {"Name": "attachment.instance-id", "Values": [instance]}])["Volumes"]
        self.assertEqual([(v["SnapshotId"], v["Size"]) for v in volumes], list(zip(snapshots, [8, 5])))
        found = self.ec2.describe_images(Owners=["self"], Filters=[{"Name": "tag:a", "Values": ["b"]}])["Images"]
        self.assertEqual([i["ImageId"] for i in found], [image])
        self.ec2.deregister_image(ImageId=image)
        self.assertEqual(error_code(self.ec2.describe_images, ImageIds=[image]), "InvalidAMIID.NotFound")
        self.ec2.delete_snapshot(SnapshotId=snapshots[0])

    def test_whose(self):
        """Owners are numbers of accounts and a few names."""
        for parameters in [{"Owners": ["canonical"]}, {"ExecutableUsers": ["amazon"]}]:
            self.assertEqual(error_code(self.ec2.describe_images, **parameters), "InvalidUserID.Malformed")
        for parameters in [{"OwnerIds": ["me"]}, {"RestorableByUserIds": ["amazon"]}]:
            self.assertEqual(error_code(self.ec2.describe_snapshots, **parameters), "InvalidUserID.Malformed")

    def test_names(self):
        image = self.make()
        instance = self.launch()
        self.assertEqual(
            error(self.ec2.create_image, InstanceId=instance, Name="mine"),
            {"Code": "InvalidAMIName.Duplicate", "Message": f"AMI name mine is already in use by AMI {image}"})
        self.assertEqual(
            error_code(self.ec2.create_image, InstanceId=instance, Name="what?"), "InvalidAMIName.Malformed")

    def test_copies(self):
        image = self.make()
        self.ec2.describe_images()
        west = client("ec2", "us-west-2")
        copy = west.copy_image(SourceRegion="us-east-1", SourceImageId=image, Name="copy", Encrypted=True)["ImageId"]
        shown = west.describe_images(ImageIds=[copy])["Images"][0]
        self.assertEqual(
            (shown["State"], shown["SourceImageId"], shown["SourceImageRegion"]), ("available", image, "us-east-1"))
        self.assertTrue(all(m["Ebs"]["Encrypted"] for m in shown["BlockDeviceMappings"]))
        self.assertEqual(
            error_code(west.copy_image, SourceRegion="us-east-1", SourceImageId="ami-00000000", Name="other"),
            "InvalidAMIID.NotFound")
        public = self.ec2.copy_image(SourceRegion="us-east-1", SourceImageId=self.image, Name="public")["ImageId"]
        self.assertEqual(self.show(public)["OwnerId"], "123456789012")

    def test_registering_a_snapshot(self):
        volume = self.ec2.create_volume(AvailabilityZone="us-east-1a", Size=9)["VolumeId"]
        self.ec2.describe_volumes()
        snapshot = self.ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
        self.ec2.describe_snapshots()
        image = self.ec2.register_image(
            Name="registered", Architecture="x86_64", RootDeviceName="/dev/sda1", VirtualizationType="hvm",
            EnaSupport=True,
            BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshot}}])["ImageId"]
        shown = self.show(image)
        self.assertEqual((shown["State"], shown["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"]), ("available", 9))
        self.launch(ImageId=image)
        self.assertEqual(
            error(self.ec2.register_image, Name="no root", RootDeviceName="/dev/sda1"),
            {"Code": "InvalidBlockDeviceMapping", "Message": "No root snapshot specified in device mapping."})

    def test_launch_permissions(self):
        image = self.make()
        self.ec2.modify_image_attribute(
            ImageId=image, LaunchPermission={"Add": [{"UserId": "210987654321"}]})
        shown = self.ec2.describe_image_attribute(ImageId=image, Attribute="launchPermission")
        self.assertEqual(shown["LaunchPermissions"], [{"UserId": "210987654321"}])
        public = {"ImageId": image, "LaunchPermission": {"Add": [{"Group": "all"}]}}
        self.assertEqual(error_code(self.ec2.modify_image_attribute, **public), "OperationNotPermitted")
        self.ec2.disable_image_block_public_access()
        self.ec2.modify_image_attribute(**public)
        self.assertTrue(self.show(image)["Public"])
        self.ec2.enable_image_block_public_access(ImageBlockPublicAccessState="block-new-sharing")
        self.ec2.reset_image_attribute(ImageId=image, Attribute="launchPermission")
        self.assertFalse(self.show(image)["Public"])
        self.assertEqual(
            error_code(self.ec2.modify_image_attribute, ImageId=self.image, Description={"Value": "x"}), "AuthFailure")

    def test_deprecation_protection_and_disabling(self):
        image = self.make()
        self.ec2.describe_images()
        when = datetime.datetime(2032, 1, 1, 12, 0, tzinfo=datetime.timezone.utc)
        self.ec2.enable_image_deprecation(ImageId=image, DeprecateAt=when)
        self.assertEqual(self.show(image)["DeprecationTime"], "2032-01-01T12:00:00.000Z")
        self.ec2.disable_image_deprecation(ImageId=image)
        self.assertNotIn("DeprecationTime", self.show(image))
        self.ec2.enable_image_deregistration_protection(ImageId=image)
        self.assertEqual(error_code(self.ec2.deregister_image, ImageId=image), "OperationNotPermitted")
        self.ec2.disable_image(ImageId=image)
        self.assertEqual(self.ec2.describe_images(Owners=["self"])["Images"], [])
        self.assertEqual(
            error_code(self.ec2.run_instances, ImageId=image, MinCount=1, MaxCount=1), "InvalidAMIID.Unavailable")
        self.ec2.enable_image(ImageId=image)


if __name__ == "__main__":
    unittest.main()
