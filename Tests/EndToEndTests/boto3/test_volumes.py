"""Volumes, snapshots and encryption by default."""

import unittest

from support import TestCase, client, error, error_code, image_id


class Volumes(TestCase):
    def setUp(self):
        self.ec2 = client("ec2")
        self.image = image_id(self.ec2)

    def volume(self, **more):
        parameters = {"AvailabilityZone": "us-east-1a", "Size": 10, "VolumeType": "gp3", **more}
        return self.ec2.create_volume(**parameters)

    def launch(self, zone="us-east-1a", **more):
        instance = self.ec2.run_instances(
            ImageId=self.image, InstanceType="t3.micro", MinCount=1, MaxCount=1,
            Placement={"AvailabilityZone": zone}, **more)["Instances"][0]["InstanceId"]
        self.ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
        return instance

    def test_life_of_a_volume(self):
        volume = self.volume(TagSpecifications=[
            {"ResourceType": "volume", "Tags": [{"Key": "Name", "Value": "data"}]}])
        self.assertEqual((volume["State"], volume["Iops"], volume["Throughput"]), ("creating", 3000, 125))
        ids = [volume["VolumeId"]]
        quick = {"Delay": 1, "MaxAttempts": 3}
        self.ec2.get_waiter("volume_available").wait(VolumeIds=ids, WaiterConfig=quick)
        instance = self.launch()
        attachment = self.ec2.attach_volume(VolumeId=ids[0], InstanceId=instance, Device="/dev/sdf")
        self.assertEqual(attachment["State"], "attaching")
        self.ec2.get_waiter("volume_in_use").wait(VolumeIds=ids, WaiterConfig=quick)
        found = self.ec2.describe_volumes(Filters=[
            {"Name": "attachment.instance-id", "Values": [instance]}, {"Name": "tag:Name", "Values": ["data"]}])
        self.assertEqual(found["Volumes"][0]["Attachments"][0]["State"], "attached")
        mappings = self.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
        self.assertEqual(
            [m["DeviceName"] for m in mappings["BlockDeviceMappings"]], ["/dev/xvda", "/dev/sdf"])
        self.assertEqual(
            error(self.ec2.delete_volume, VolumeId=ids[0]),
            {"Code": "VolumeInUse", "Message": f"Volume {ids[0]} is currently attached to {instance}"})
        self.assertEqual(
            error(self.ec2.attach_volume, VolumeId=ids[0], InstanceId=instance, Device="/dev/sdg"),
            {"Code": "VolumeInUse", "Message": f"{ids[0]} is already attached to an instance"})
        other = self.volume()["VolumeId"]
        self.ec2.describe_volumes()
        self.assertEqual(
            error(self.ec2.attach_volume, VolumeId=other, InstanceId=instance, Device="/dev/sdf")["Message"],
            "Invalid value '/dev/sdf' for unixDevice. Attachment point /dev/sdf is already in use")
        self.assertEqual(self.ec2.detach_volume(VolumeId=ids[0])["State"], "detaching")
        self.ec2.get_waiter("volume_available").wait(VolumeIds=ids, WaiterConfig=quick)
        self.assertEqual(
            error(self.ec2.detach_volume, VolumeId=ids[0]),
            {"Code": "IncorrectState", "Message": f"Volume '{ids[0]}' is in the 'available' state."})
        self.ec2.delete_volume(VolumeId=ids[0])
        self.ec2.get_waiter("volume_deleted").wait(VolumeIds=ids, WaiterConfig=quick)
        self.assertEqual(
            error(self.ec2.describe_volumes, VolumeIds=ids),
            {"Code": "InvalidVolume.NotFound", "Message": f"The volume '{ids[0]}' does not exist."})
        self.ec2.terminate_instances(InstanceIds=[instance])

    def test_zones_must_match(self):
        instance = self.launch("us-east-1b")
        volume = self.volume()["VolumeId"]
        self.ec2.describe_volumes()
        self.assertEqual(
            error_code(self.ec2.attach_volume, VolumeId=volume, InstanceId=instance, Device="/dev/sdf"),
            "InvalidVolume.ZoneMismatch")

    def test_a_root_volume_comes_off_a_stopped_instance_only(self):
        instance = self.launch()
        root = self.ec2.describe_volumes(Filters=[
            {"Name": "attachment.instance-id", "Values": [instance]}])["Volumes"][0]["VolumeId"]
        self.assertEqual(error_code(self.ec2.detach_volume, VolumeId=root), "OperationNotPermitted")
        self.ec2.stop_instances(InstanceIds=[instance])
        self.ec2.describe_instances()
        self.ec2.detach_volume(VolumeId=root)
        self.ec2.describe_volumes()
        self.ec2.attach_volume(VolumeId=root, InstanceId=instance, Device="/dev/xvda")

    def test_what_cannot_be_made(self):
        zone = {"AvailabilityZone": "us-east-1a"}
        for parameters, code in [
            ({**zone}, "MissingParameter"),
            ({**zone, "Size": 1, "VolumeType": "io2", "Iops": 5000}, "InvalidParameterValue"),
            ({**zone, "Size": 10, "VolumeType": "st1"}, "InvalidParameterValue"),
            ({**zone, "Size": 10, "VolumeType": "gp3", "Iops": 1000}, "InvalidParameterValue"),
            ({**zone, "Size": 10, "VolumeType": "gp3", "Throughput": 3000}, "InvalidParameterValue"),
            ({**zone, "Size": 10, "VolumeType": "gp2", "Iops": 3000}, "InvalidParameterCombination"),
            ({**zone, "Size": 10, "VolumeType": "gp3", "MultiAttachEnabled": True}, "InvalidParameterCombination"),
            ({**zone, "Size": 10, "KmsKeyId": "alias/a"}, "InvalidParameterDependency"),
            ({**zone, "SnapshotId": "snap-00000000"}, "InvalidSnapshot.NotFound"),
            ({"AvailabilityZone": "us-east-1z", "Size": 1}, "InvalidZone.NotFound"),
        ]:
            with self.subTest(parameters):
                self.assertEqual(error_code(self.ec2.create_volume, **parameters), code)
        self.assertEqual(
            error(self.ec2.create_volume, **zone)["Message"], "The request must contain the parameter size/snapshot")

    def test_the_same_token_makes_one_volume(self):
        first = self.volume(ClientToken="token")
        again = self.volume(ClientToken="token")
        self.assertEqual(first["VolumeId"], again["VolumeId"])
        self.assertEqual(
            error_code(self.volume, ClientToken="token", Size=11), "IdempotentParameterMismatch")

    def test_a_volume_grows_and_never_shrinks(self):
        volume = self.volume()["VolumeId"]
        self.ec2.describe_volumes()
        change = self.ec2.modify_volume(VolumeId=volume, Size=20, Iops=4000)["VolumeModification"]
        self.assertEqual((change["ModificationState"], change["OriginalSize"], change["TargetSize"]), ("modifying", 10, 20))
        done = self.ec2.describe_volumes_modifications(VolumeIds=[volume])["VolumesModifications"][0]
        self.assertIn(done["ModificationState"], ("optimizing", "completed"))
        now = self.ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]
        self.assertEqual((now["Size"], now["Iops"]), (20, 4000))
        self.assertEqual(
            error(self.ec2.modify_volume, VolumeId=volume, Size=5)["Message"],
            "New size cannot be smaller than existing size")

    def test_four_changes_a_day(self):
        volume = self.volume()["VolumeId"]
        for size in range(11, 15):
            self.ec2.describe_volumes()
            self.ec2.modify_volume(VolumeId=volume, Size=size)
        self.ec2.describe_volumes()
        self.assertEqual(
            error_code(self.ec2.modify_volume, VolumeId=volume, Size=20), "VolumeModificationRateExceeded")

    def test_multi_attach(self):
        volume = self.volume(VolumeType="io2", Iops=1000, MultiAttachEnabled=True)["VolumeId"]
        first, second = self.launch(), self.launch()
        self.ec2.attach_volume(VolumeId=volume, InstanceId=first, Device="/dev/sdf")
        self.ec2.attach_volume(VolumeId=volume, InstanceId=second, Device="/dev/sdf")
        self.assertEqual(len(self.ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["Attachments"]), 2)
        self.ec2.detach_volume(VolumeId=volume, InstanceId=first)
        self.assertEqual(self.ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["State"], "in-use")

    def test_status_and_attributes(self):
        volume = self.volume()["VolumeId"]
        self.ec2.describe_volumes()
        status = self.ec2.describe_volume_status(VolumeIds=[volume])["VolumeStatuses"][0]
        self.assertEqual(status["VolumeStatus"]["Status"], "ok")
        self.ec2.modify_volume_attribute(VolumeId=volume, AutoEnableIO={"Value": True})
        self.assertTrue(self.ec2.describe_volume_attribute(
            VolumeId=volume, Attribute="autoEnableIO")["AutoEnableIO"]["Value"])

    def test_snapshots(self):
        volume = self.volume(Size=12)["VolumeId"]
        self.ec2.describe_volumes()
        snapshot = self.ec2.create_snapshot(VolumeId=volume, Description="before", TagSpecifications=[
            {"ResourceType": "snapshot", "Tags": [{"Key": "a", "Value": "b"}]}])
        self.assertEqual((snapshot["State"], snapshot["VolumeSize"]), ("pending", 12))
        ids = [snapshot["SnapshotId"]]
        self.ec2.get_waiter("snapshot_completed").wait(SnapshotIds=ids, WaiterConfig={"Delay": 1})
        shown = self.ec2.describe_snapshots(OwnerIds=["self"], Filters=[{"Name": "tag:a", "Values": ["b"]}])["Snapshots"]
        self.assertEqual([(s["SnapshotId"], s["Progress"]) for s in shown], [(ids[0], "100%")])
        self.assertEqual(
            error_code(self.ec2.create_volume, AvailabilityZone="us-east-1a", SnapshotId=ids[0], Size=5),
            "InvalidParameterValue")
        made = self.ec2.create_volume(AvailabilityZone="us-east-1a", SnapshotId=ids[0])
        self.assertEqual((made["Size"], made["SnapshotId"], made["VolumeType"]), (12, ids[0], "gp2"))
        west = client("ec2", "us-west-2")
        copy = west.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=ids[0], Encrypted=True)["SnapshotId"]
        shown = west.describe_snapshots(SnapshotIds=[copy])["Snapshots"][0]
        self.assertEqual((shown["Encrypted"], shown["VolumeId"], shown["State"]), (True, "vol-ffffffff", "completed"))
        self.assertIn(":us-west-2:", shown["KmsKeyId"])
        self.ec2.modify_snapshot_attribute(
            SnapshotId=ids[0], Attribute="createVolumePermission", OperationType="add", UserIds=["210987654321"])
        shares = self.ec2.describe_snapshot_attribute(SnapshotId=ids[0], Attribute="createVolumePermission")
        self.assertEqual(shares["CreateVolumePermissions"], [{"UserId": "210987654321"}])
        self.ec2.delete_snapshot(SnapshotId=ids[0])
        self.assertEqual(error_code(self.ec2.describe_snapshots, SnapshotIds=ids), "InvalidSnapshot.NotFound")

    def test_snapshots_of_all_volumes_of_an_instance(self):
        instance = self.launch(BlockDeviceMappings=[
            {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 3, "VolumeType": "gp3"}}])
        made = self.ec2.create_snapshots(InstanceSpecification={"InstanceId": instance})["Snapshots"]
        self.assertEqual([s["VolumeSize"] for s in made], [8, 3])
        made = self.ec2.create_snapshots(
            InstanceSpecification={"InstanceId": instance, "ExcludeBootVolume": True})["Snapshots"]
        self.assertEqual([s["VolumeSize"] for s in made], [3])

    def test_encryption_by_default(self):
        ec2 = client("ec2", "eu-north-1")
        self.assertFalse(ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"])
        ec2.enable_ebs_encryption_by_default()
        self.assertEqual(ec2.get_ebs_default_kms_key_id()["KmsKeyId"], "alias/aws/ebs")
        volume = ec2.create_volume(AvailabilityZone="eu-north-1a", Size=1)
        self.assertTrue(volume["Encrypted"])
        self.assertTrue(volume["KmsKeyId"].startswith("arn:aws:kms:eu-north-1:123456789012:key/"))
        instance = ec2.run_instances(ImageId=image_id(ec2), InstanceType="t3.micro", MinCount=1, MaxCount=1)
        root = ec2.describe_volumes(Filters=[{
            "Name": "attachment.instance-id", "Values": [instance["Instances"][0]["InstanceId"]]}])["Volumes"][0]
        self.assertTrue(root["Encrypted"])
        ec2.disable_ebs_encryption_by_default()
        self.assertFalse(ec2.create_volume(AvailabilityZone="eu-north-1a", Size=1)["Encrypted"])


if __name__ == "__main__":
    unittest.main()
