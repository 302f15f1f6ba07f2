import base64
import unittest

from support import TestCase, client, error, error_code, image_id

QUICK = {"Delay": 1, "MaxAttempts": 3}


class Lifecycle(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ec2 = client("ec2")
        cls.image = image_id(cls.ec2)

    def launch(self, **more):
        parameters = {"ImageId": self.image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1} | more
        return self.ec2.run_instances(**parameters)["Instances"][0]["InstanceId"]

    def show(self, instance):
        return self.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]

    def stop(self, instance, **more):
        self.ec2.stop_instances(InstanceIds=[instance], **more)
        self.ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance], WaiterConfig=QUICK)

    def start(self, instance):
        self.ec2.start_instances(InstanceIds=[instance])
        self.ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig=QUICK)

    def attribute(self, instance, name):
        answer = self.ec2.describe_instance_attribute(InstanceId=instance, Attribute=name)
        return answer[name[0].upper() + name[1:]].get("Value")

    def test_stop_and_start(self):
        """Stopping keeps private address and volumes, gives the public address up, and says who did it."""
        instance = self.launch()
        running = self.show(instance)
        self.assertEqual(running["State"]["Name"], "running")
        self.stop(instance)
        stopped = self.show(instance)
        self.assertNotIn("PublicIpAddress", stopped)
        self.assertEqual(stopped["PrivateIpAddress"], running["PrivateIpAddress"])
        self.assertEqual(stopped["StateReason"]["Code"], "Client.UserInitiatedShutdown")
        self.assertRegex(stopped["StateTransitionReason"], r"^User initiated \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GMT\)$")
        self.start(instance)
        started = self.show(instance)
        self.assertNotEqual(started["PublicIpAddress"], running["PublicIpAddress"])
        self.assertEqual(started["BlockDeviceMappings"], running["BlockDeviceMappings"])
        self.assertGreater(started["LaunchTime"], running["LaunchTime"])

    def test_without_root(self):
        """An instance starts from its root device, and from nothing else."""
        instance = self.launch()
        self.ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig=QUICK)
        self.stop(instance)
        volume = self.show(instance)["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
        self.ec2.detach_volume(VolumeId=volume)
        self.ec2.get_waiter("volume_available").wait(VolumeIds=[volume], WaiterConfig=QUICK)
        self.ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
        said = error(self.ec2.start_instances, InstanceIds=[instance])
        self.assertEqual(
            said["Message"],
            f"Invalid value '{instance}' for instanceId. Instance does not have a volume attached at root (/dev/xvda)")
        self.ec2.detach_volume(VolumeId=volume)
        self.ec2.get_waiter("volume_available").wait(VolumeIds=[volume], WaiterConfig=QUICK)
        self.ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/xvda")
        self.start(instance)
        disk = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "st1", "VolumeSize": 500}}
        self.assertEqual(
            error_code(
                self.ec2.run_instances, ImageId=self.image, InstanceType="t3.micro", MinCount=1, MaxCount=1,
                BlockDeviceMappings=[disk]),
            "InvalidParameterCombination")

    def test_status(self):
        """Status checks pass with time; only running instances are listed unless all are asked for."""
        instance = self.launch()
        self.show(instance)
        status = self.ec2.describe_instance_status(
            InstanceIds=[instance], Filters=[{"Name": "instance-status.status", "Values": ["ok"]}]
        )["InstanceStatuses"][0]
        self.assertEqual(
            (status["InstanceStatus"]["Status"], status["SystemStatus"]["Status"], status["Events"]), ("ok", "ok", [])
        )
        self.stop(instance)
        self.assertEqual(self.ec2.describe_instance_status(InstanceIds=[instance])["InstanceStatuses"], [])
        status = self.ec2.describe_instance_status(InstanceIds=[instance], IncludeAllInstances=True)["InstanceStatuses"]
        self.assertEqual(status[0]["InstanceStatus"]["Status"], "not-applicable")

    def test_protection(self):
        """Termination and stop protection refuse, each by its own attribute."""
        instance = self.launch(DisableApiTermination=True, DisableApiStop=True)
        self.show(instance)
        refused = error(self.ec2.terminate_instances, InstanceIds=[])
        self.assertEqual((refused["Code"], refused["Message"]), ("InvalidParameterCombination", "No instances specified"))
        refused = error(self.ec2.terminate_instances, InstanceIds=[instance])
        self.assertEqual(refused["Code"], "OperationNotPermitted")
        self.assertIn("disableApiTermination", refused["Message"])
        self.assertIn("disableApiStop", error(self.ec2.stop_instances, InstanceIds=[instance])["Message"])
        self.ec2.modify_instance_attribute(InstanceId=instance, DisableApiStop={"Value": False})
        self.ec2.modify_instance_attribute(InstanceId=instance, Attribute="disableApiTermination", Value="false")
        self.assertEqual(self.attribute(instance, "disableApiTermination"), False)
        self.stop(instance)
        self.ec2.terminate_instances(InstanceIds=[instance])
        self.assertEqual(self.show(instance)["State"]["Name"], "terminated")

    def test_hibernation(self):
        """Hibernation wants a supported type and an encrypted root volume, and is asked for at launch."""
        plain = self.launch()
        self.show(plain)
        self.assertEqual(
            error_code(self.ec2.stop_instances, InstanceIds=[plain], Hibernate=True),
            "UnsupportedHibernationConfiguration",
        )
        self.assertEqual(
            error_code(self.launch, HibernationOptions={"Configured": True}), "UnsupportedHibernationConfiguration"
        )
        root = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 30, "Encrypted": True}}
        self.assertEqual(
            error_code(
                self.launch, InstanceType="x1.32xlarge", HibernationOptions={"Configured": True},
                BlockDeviceMappings=[root],
            ),
            "UnsupportedHibernationConfiguration",
        )
        instance = self.launch(
            InstanceType="m5.large", HibernationOptions={"Configured": True}, BlockDeviceMappings=[root]
        )
        self.assertTrue(self.show(instance)["HibernationOptions"]["Configured"])
        self.stop(instance, Hibernate=True)
        self.assertEqual(self.show(instance)["StateReason"]["Code"], "Client.UserInitiatedHibernate")
        self.assertEqual(
            error_code(self.ec2.modify_instance_attribute, InstanceId=instance, InstanceType={"Value": "m5.xlarge"}),
            "IncorrectInstanceState",
        )
        self.start(instance)

    def test_attributes(self):
        """The type and the user data change while the instance is stopped only; the rest at any time."""
        instance = self.launch(UserData="#!/bin/sh\necho hello\n")
        self.show(instance)
        self.assertEqual(base64.b64decode(self.attribute(instance, "userData")), b"#!/bin/sh\necho hello\n")
        refused = error(self.ec2.modify_instance_attribute, InstanceId=instance, InstanceType={"Value": "t3.small"})
        self.assertEqual(refused["Code"], "IncorrectInstanceState")
        self.assertEqual(refused["Message"], f"The instance '{instance}' is not in the 'stopped' state.")
        self.assertEqual(
            error_code(self.ec2.modify_instance_attribute, InstanceId=instance, UserData={"Value": b"x"}),
            "IncorrectInstanceState",
        )
        self.ec2.modify_instance_attribute(InstanceId=instance, SourceDestCheck={"Value": False})
        self.assertFalse(self.show(instance)["SourceDestCheck"])
        self.ec2.reset_instance_attribute(InstanceId=instance, Attribute="sourceDestCheck")
        self.assertTrue(self.show(instance)["SourceDestCheck"])
        self.ec2.modify_instance_attribute(
            InstanceId=instance, InstanceInitiatedShutdownBehavior={"Value": "terminate"}
        )
        self.assertEqual(self.attribute(instance, "instanceInitiatedShutdownBehavior"), "terminate")
        group = self.ec2.create_security_group(GroupName="attributes", Description="x")["GroupId"]
        self.ec2.modify_instance_attribute(InstanceId=instance, Groups=[group])
        self.assertEqual([g["GroupId"] for g in self.show(instance)["SecurityGroups"]], [group])
        self.ec2.modify_instance_attribute(
            InstanceId=instance, BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"DeleteOnTermination": False}}]
        )
        self.assertFalse(self.show(instance)["BlockDeviceMappings"][0]["Ebs"]["DeleteOnTermination"])
        self.stop(instance)
        self.ec2.modify_instance_attribute(InstanceId=instance, InstanceType={"Value": "t3.small"})
        self.ec2.modify_instance_attribute(InstanceId=instance, UserData={"Value": b"#!/bin/sh\n"})
        self.ec2.modify_instance_attribute(InstanceId=instance, EbsOptimized={"Value": True})
        self.assertEqual(
            error_code(self.ec2.modify_instance_attribute, InstanceId=instance, InstanceType={"Value": "t3.giant"}),
            "InvalidParameterValue",
        )
        self.assertEqual(
            error_code(self.ec2.modify_instance_attribute, InstanceId=instance, InstanceType={"Value": "t4g.small"}),
            "InvalidParameterValue",
        )
        self.start(instance)
        self.assertEqual(self.show(instance)["InstanceType"], "t3.small")
        self.assertTrue(self.show(instance)["EbsOptimized"])
        self.assertEqual(
            error(self.ec2.describe_instance_attribute, InstanceId=instance, Attribute="colour")["Code"],
            "InvalidParameterValue",
        )
        volume = self.show(instance)["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
        self.ec2.terminate_instances(InstanceIds=[instance])
        self.assertEqual(self.ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [volume]}])["Tags"], [])

    def test_options(self):
        """Metadata, monitoring, maintenance, private DNS names, CPU options and credits change and are shown."""
        instance = self.launch(MetadataOptions={"HttpTokens": "optional"}, CreditSpecification={"CpuCredits": "standard"})
        shown = self.show(instance)
        self.assertEqual(shown["MetadataOptions"]["HttpTokens"], "optional")
        changed = self.ec2.modify_instance_metadata_options(
            InstanceId=instance, HttpTokens="required", HttpPutResponseHopLimit=3, InstanceMetadataTags="enabled"
        )
        self.assertEqual(changed["InstanceMetadataOptions"]["State"], "pending")
        options = self.show(instance)["MetadataOptions"]
        self.assertEqual(
            (options["HttpTokens"], options["HttpPutResponseHopLimit"], options["InstanceMetadataTags"], options["State"]),
            ("required", 3, "enabled", "applied"),
        )
        monitoring = self.ec2.monitor_instances(InstanceIds=[instance])["InstanceMonitorings"][0]
        self.assertEqual(monitoring["Monitoring"]["State"], "pending")
        self.assertEqual(self.show(instance)["Monitoring"]["State"], "enabled")
        self.ec2.unmonitor_instances(InstanceIds=[instance])
        self.assertEqual(self.show(instance)["Monitoring"]["State"], "disabled")
        self.ec2.modify_instance_maintenance_options(InstanceId=instance, AutoRecovery="disabled")
        self.assertEqual(self.show(instance)["MaintenanceOptions"]["AutoRecovery"], "disabled")
        self.ec2.modify_private_dns_name_options(InstanceId=instance, EnableResourceNameDnsARecord=True)
        self.assertTrue(self.show(instance)["PrivateDnsNameOptions"]["EnableResourceNameDnsARecord"])
        credits = self.ec2.describe_instance_credit_specifications(InstanceIds=[instance])
        self.assertEqual(credits["InstanceCreditSpecifications"][0]["CpuCredits"], "standard")
        answer = self.ec2.modify_instance_credit_specification(
            InstanceCreditSpecifications=[
                {"InstanceId": instance, "CpuCredits": "unlimited"},
                {"InstanceId": "i-0123456789abcdef0", "CpuCredits": "unlimited"},
            ]
        )
        self.assertEqual(answer["SuccessfulInstanceCreditSpecifications"], [{"InstanceId": instance}])
        self.assertEqual(
            answer["UnsuccessfulInstanceCreditSpecifications"][0]["Error"]["Code"], "InvalidInstanceID.NotFound"
        )
        large = self.launch(InstanceType="m5.2xlarge", CpuOptions={"CoreCount": 2, "ThreadsPerCore": 1})
        self.assertEqual(self.show(large)["CpuOptions"], {"CoreCount": 2, "ThreadsPerCore": 1})
        self.stop(large)
        self.ec2.modify_instance_cpu_options(InstanceId=large, CoreCount=4, ThreadsPerCore=2)
        self.assertEqual(self.show(large)["CpuOptions"], {"CoreCount": 4, "ThreadsPerCore": 2})
        self.assertEqual(
            error_code(self.launch, InstanceType="m5.2xlarge", CpuOptions={"CoreCount": 3, "ThreadsPerCore": 1}),
            "InvalidParameterValue",
        )

    def test_console(self):
        """The console, the password and the UEFI variables can be asked for; the image's UEFI variables not."""
        instance = self.launch(UserData="#!/bin/sh\n")
        self.show(instance)
        self.assertIn("Linux", self.ec2.get_console_output(InstanceId=instance)["Output"])
        self.assertEqual(self.ec2.get_password_data(InstanceId=instance)["PasswordData"], "")
        self.assertTrue(self.ec2.get_instance_uefi_data(InstanceId=instance)["UefiData"])
        self.assertEqual(
            error_code(self.ec2.get_instance_uefi_data, InstanceId=self.image), "InvalidInstanceID.NotFound"
        )
        self.ec2.report_instance_status(Instances=[instance], Status="impaired", ReasonCodes=["unresponsive"])
        topology = self.ec2.describe_instance_topology(InstanceIds=[instance])["Instances"][0]
        self.assertEqual(len(topology["NetworkNodes"]), 3)

    def test_instance_profile(self):
        """An instance profile is associated, replaced and taken away; a name that is none is refused."""
        refused = error(self.launch, IamInstanceProfile={"Name": "no such/profile"})
        self.assertEqual(refused["Code"], "InvalidParameterValue")
        self.assertEqual(
            refused["Message"],
            "Value (no such/profile) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
        )
        for name in ["web-role", "db-role"]:
            client("iam").create_instance_profile(InstanceProfileName=name)
        instance = self.launch()
        self.show(instance)
        made = self.ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile={"Name": "web-role"})
        association = made["IamInstanceProfileAssociation"]
        self.assertEqual(association["State"], "associating")
        self.assertEqual(
            error_code(
                self.ec2.associate_iam_instance_profile, InstanceId=instance, IamInstanceProfile={"Name": "db-role"}
            ),
            "IncorrectState",
        )
        self.assertTrue(self.show(instance)["IamInstanceProfile"]["Arn"].endswith(":instance-profile/web-role"))
        replaced = self.ec2.replace_iam_instance_profile_association(
            AssociationId=association["AssociationId"], IamInstanceProfile={"Name": "db-role"}
        )["IamInstanceProfileAssociation"]
        found = self.ec2.describe_iam_instance_profile_associations(
            Filters=[{"Name": "instance-id", "Values": [instance]}]
        )["IamInstanceProfileAssociations"]
        self.assertEqual([item["AssociationId"] for item in found], [replaced["AssociationId"]])
        self.ec2.disassociate_iam_instance_profile(AssociationId=replaced["AssociationId"])
        self.assertNotIn("IamInstanceProfile", self.show(instance))
        self.assertEqual(
            error_code(self.ec2.disassociate_iam_instance_profile, AssociationId=replaced["AssociationId"]),
            "InvalidAssociationID.NotFound",
        )

    def test_quotas(self):
        """Quotas on vCPUs and on instances in one request are AWS's, in its words."""
        refused = error(self.launch, InstanceType="m5.24xlarge", MinCount=200, MaxCount=200)
        self.assertEqual(refused["Code"], "VcpuLimitExceeded")
        self.assertEqual(
            refused["Message"],
            "You have requested more vCPU capacity than your current vCPU limit of 1152 allows for the instance bucket "
            "that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to "
            "request an adjustment to this limit.",
        )
        self.assertEqual(error_code(self.launch, MinCount=2000, MaxCount=2000), "InstanceLimitExceeded")

    def test_placement_groups(self):
        """Placement groups: what each strategy takes, and errors by name."""
        self.assertEqual(
            error(self.launch, Placement={"GroupName": "nowhere"}),
            {"Code": "InvalidPlacementGroup.Unknown", "Message": "The Placement Group 'nowhere' is unknown."},
        )
        self.ec2.create_placement_group(GroupName="near", Strategy="cluster")
        group = self.ec2.create_placement_group(GroupName="apart", Strategy="spread")["PlacementGroup"]
        self.assertEqual(group["SpreadLevel"], "rack")
        self.ec2.create_placement_group(GroupName="parts", Strategy="partition", PartitionCount=3)
        self.assertEqual(
            error_code(self.ec2.create_placement_group, GroupName="near", Strategy="cluster"),
            "InvalidPlacementGroup.Duplicate",
        )
        refused = error(self.launch, Placement={"GroupName": "near"})
        self.assertEqual(refused["Code"], "InvalidParameterCombination")
        self.assertIn("Cluster placement groups are not supported by the 't3.micro' instance type.", refused["Message"])
        self.launch(InstanceType="m5.large", Placement={"GroupName": "near", "AvailabilityZone": "us-east-1a"})
        self.assertEqual(
            error_code(
                self.launch, InstanceType="m5.large", Placement={"GroupName": "near", "AvailabilityZone": "us-east-1b"}
            ),
            "InvalidPlacementGroup.InUse",
        )
        spread = {"GroupName": "apart", "AvailabilityZone": "us-east-1a"}
        answer = self.ec2.run_instances(
            ImageId=self.image, InstanceType="t3.micro", MinCount=1, MaxCount=9, Placement=spread
        )
        self.assertEqual(len(answer["Instances"]), 7)
        self.assertEqual(error_code(self.launch, Placement=spread), "InsufficientInstanceCapacity")
        parts = [self.show(self.launch(Placement={"GroupName": "parts"}))["Placement"] for _ in range(4)]
        self.assertEqual([part["PartitionNumber"] for part in parts], [1, 2, 3, 1])
        self.assertEqual(error_code(self.ec2.delete_placement_group, GroupName="near"), "InvalidPlacementGroup.InUse")
        names = self.ec2.describe_placement_groups(Filters=[{"Name": "strategy", "Values": ["partition"]}])
        self.assertEqual([group["GroupName"] for group in names["PlacementGroups"]], ["parts"])

    def test_spot(self):
        """Spot requests: by RunInstances and by RequestSpotInstances, one-time and persistent, cancelled and closed."""
        spot = {"MarketType": "spot", "SpotOptions": {"SpotInstanceType": "one-time"}}
        instance = self.launch(InstanceMarketOptions=spot)
        shown = self.show(instance)
        self.assertEqual(shown["InstanceLifecycle"], "spot")
        request = shown["SpotInstanceRequestId"]
        described = self.ec2.describe_spot_instance_requests(SpotInstanceRequestIds=[request])["SpotInstanceRequests"][0]
        self.assertEqual((described["State"], described["Status"]["Code"]), ("active", "fulfilled"))
        self.assertEqual(described["InstanceId"], instance)
        self.assertEqual(error_code(self.ec2.stop_instances, InstanceIds=[instance]), "UnsupportedOperation")
        self.ec2.terminate_instances(InstanceIds=[instance])
        described = self.ec2.describe_spot_instance_requests(SpotInstanceRequestIds=[request])["SpotInstanceRequests"][0]
        self.assertEqual((described["State"], described["Status"]["Code"]), ("closed", "instance-terminated-by-user"))
        self.assertEqual(
            error_code(
                self.launch, InstanceMarketOptions={"MarketType": "spot", "SpotOptions": {"MaxPrice": "0.0001"}}
            ),
            "SpotMaxPriceTooLow",
        )
        answer = self.ec2.request_spot_instances(
            Type="persistent", InstanceInterruptionBehavior="stop",
            LaunchSpecification={"ImageId": self.image, "InstanceType": "t3.micro"},
        )["SpotInstanceRequests"][0]
        self.assertEqual(answer["State"], "open")
        self.assertNotIn("InstanceId", answer)
        self.ec2.get_waiter("spot_instance_request_fulfilled").wait(
            SpotInstanceRequestIds=[answer["SpotInstanceRequestId"]], WaiterConfig=QUICK
        )
        cancelled = self.ec2.cancel_spot_instance_requests(SpotInstanceRequestIds=[answer["SpotInstanceRequestId"]])
        self.assertEqual(cancelled["CancelledSpotInstanceRequests"][0]["State"], "cancelled")
        prices = self.ec2.describe_spot_price_history(
            InstanceTypes=["m5.large"], ProductDescriptions=["Linux/UNIX"], AvailabilityZone="us-east-1a"
        )["SpotPriceHistory"]
        self.assertEqual(len(prices), 1)
        self.assertEqual(
            error_code(self.ec2.describe_spot_instance_requests, SpotInstanceRequestIds=["sir-00000000"]),
            "InvalidSpotInstanceRequestID.NotFound",
        )

    def test_parameter_as_image(self):
        """An image may be named by the Systems Manager parameter that holds its id."""
        instance = self.launch(
            ImageId="resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        )
        self.assertTrue(self.show(instance)["ImageId"].startswith("ami-"))
        self.assertEqual(error_code(self.launch, ImageId="resolve:ssm:/nothing"), "InvalidParameterValue")

    def test_offerings(self):
        """Types are offered by region, zone name and zone id; one zone lacks many of them."""
        by_zone = self.ec2.describe_instance_type_offerings(
            LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": ["t3.micro"]}]
        )["InstanceTypeOfferings"]
        self.assertNotIn("us-east-1e", {offer["Location"] for offer in by_zone})
        by_id = self.ec2.describe_instance_type_offerings(
            LocationType="availability-zone-id",
            Filters=[{"Name": "location", "Values": ["use1-az1"]}, {"Name": "instance-type", "Values": ["t3.*"]}],
        )["InstanceTypeOfferings"]
        self.assertIn("t3.micro", {offer["InstanceType"] for offer in by_id})
        refused = error(self.launch, Placement={"AvailabilityZone": "us-east-1e"})
        self.assertEqual(refused["Code"], "Unsupported")
        self.assertIn("(t3.micro) is not supported in your requested Availability Zone (us-east-1e)", refused["Message"])


if __name__ == "__main__":
    unittest.main()
