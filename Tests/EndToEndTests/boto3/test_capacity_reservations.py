"""Capacity Reservations, reserved ranges of subnets and what an account sets for its new instances."""

import datetime
import unittest

from support import TestCase, client, error, error_code, image_id


class Reservations(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ec2 = client("ec2")
        cls.image = image_id(cls.ec2)

    def reserve(self, count, **more):
        wanted = {"InstanceType": "t3.small", "InstancePlatform": "Linux/UNIX", "AvailabilityZone": "us-east-1b"}
        return self.ec2.create_capacity_reservation(InstanceCount=count, **{**wanted, **more})["CapacityReservation"]

    def launch(self, count=1, **more):
        wanted = {"InstanceType": "t3.small", "Placement": {"AvailabilityZone": "us-east-1b"}}
        answer = self.ec2.run_instances(ImageId=self.image, MinCount=count, MaxCount=count, **{**wanted, **more})
        return answer["Instances"]

    def available(self, reservation):
        found = self.ec2.describe_capacity_reservations(CapacityReservationIds=[reservation["CapacityReservationId"]])
        return found["CapacityReservations"][0]["AvailableInstanceCount"]

    def test_an_open_reservation(self):
        """Matching instances run in it as long as it has room, leave it when they stop, and outlive it."""
        reservation = self.reserve(2, TagSpecifications=[
            {"ResourceType": "capacity-reservation", "Tags": [{"Key": "Name", "Value": "web"}]}])
        name = {"CapacityReservationId": reservation["CapacityReservationId"]}
        self.assertEqual(
            (reservation["State"], reservation["EndDateType"], reservation["AvailabilityZoneId"]),
            ("active", "unlimited", "use1-az6"),
        )
        self.assertEqual([one.get("CapacityReservationId") for one in self.launch(2)], [name["CapacityReservationId"]] * 2)
        self.assertNotIn("CapacityReservationId", self.launch()[0])
        self.assertEqual(self.available(reservation), 0)
        self.assertEqual(self.ec2.get_capacity_reservation_usage(**name)["InstanceUsages"][0]["UsedInstanceCount"], 2)
        self.assertEqual(error_code(self.ec2.modify_capacity_reservation, **name, InstanceCount=1), "InvalidParameterValue")
        self.ec2.modify_capacity_reservation(**name, InstanceCount=3)
        none = self.launch(CapacityReservationSpecification={"CapacityReservationPreference": "none"})[0]
        self.assertNotIn("CapacityReservationId", none)
        inside = self.launch()[0]["InstanceId"]
        self.ec2.get_waiter("instance_running").wait(InstanceIds=[inside])
        self.ec2.stop_instances(InstanceIds=[inside])
        self.ec2.get_waiter("instance_stopped").wait(InstanceIds=[inside])
        self.assertEqual(self.available(reservation), 1)
        self.ec2.cancel_capacity_reservation(**name)
        self.ec2.start_instances(InstanceIds=[inside])
        shown = self.ec2.describe_instances(InstanceIds=[inside])["Reservations"][0]["Instances"][0]
        self.assertNotIn("CapacityReservationId", shown)
        state = {"Name": "state", "Values": ["cancelled"]}
        found = self.ec2.describe_capacity_reservations(Filters=[state, {"Name": "tag:Name", "Values": ["web"]}])
        self.assertEqual([one["TotalInstanceCount"] for one in found["CapacityReservations"]], [0])
        self.assertEqual(
            error_code(self.ec2.cancel_capacity_reservation, **name), "InvalidCapacityReservationState")

    def test_a_targeted_reservation(self):
        """Only who names it runs in it, and no more than it has room for."""
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3650)
        reservation = self.reserve(1, InstanceMatchCriteria="targeted", EndDateType="limited", EndDate=end)
        target = {"CapacityReservationTarget": {"CapacityReservationId": reservation["CapacityReservationId"]}}
        self.assertNotIn("CapacityReservationId", self.launch()[0])
        launched = self.launch(CapacityReservationSpecification=target)[0]
        self.assertEqual(launched["CapacityReservationId"], reservation["CapacityReservationId"])
        self.assertEqual(launched["CapacityReservationSpecification"], target)
        refused = error(self.launch, CapacityReservationSpecification=target)
        self.assertEqual(
            (refused["Code"], refused["Message"]),
            ("ReservationCapacityExceeded", "The requested reservation does not have sufficient compatible and "
             "available capacity for this request."),
        )
        only = {"CapacityReservationPreference": "capacity-reservations-only"}
        self.assertEqual(
            error_code(self.launch, InstanceType="t3.nano", CapacityReservationSpecification=only),
            "ReservationCapacityExceeded",
        )

    def test_what_is_refused(self):
        """Reservations that are missing or cannot be are said so."""
        missing = {"CapacityReservationId": "cr-0123456789abcdef0"}
        self.assertEqual(
            error(self.launch, CapacityReservationSpecification={"CapacityReservationTarget": missing})["Code"],
            "InvalidCapacityReservationId.NotFound",
        )
        self.assertEqual(error_code(self.reserve, count=0), "InvalidParameterValue")
        self.assertEqual(error_code(self.reserve, count=1, InstanceType="t9.micro"), "InvalidParameterValue")
        self.assertEqual(error_code(self.reserve, count=1, EndDateType="limited"), "InvalidParameterCombination")
        twice = [self.reserve(1, InstanceType="m5.large", ClientToken="once") for _ in range(2)]
        self.assertEqual(twice[0]["CapacityReservationId"], twice[1]["CapacityReservationId"])

    def test_reserved_ranges_of_a_subnet(self):
        """AWS assigns no address of a reserved range, and takes one that is named."""
        vpc = self.ec2.create_vpc(CidrBlock="10.60.0.0/24")["Vpc"]["VpcId"]
        subnet = self.ec2.create_subnet(VpcId=vpc, CidrBlock="10.60.0.0/28")["Subnet"]["SubnetId"]
        name = {"SubnetId": subnet, "ReservationType": "explicit"}
        made = self.ec2.create_subnet_cidr_reservation(Cidr="10.60.0.8/29", **name)["SubnetCidrReservation"]
        for cidr in ("10.60.0.12/30", "10.60.1.0/28", "nothing"):
            self.assertEqual(
                error_code(self.ec2.create_subnet_cidr_reservation, Cidr=cidr, **name), "InvalidParameterValue", cidr)
        make = self.ec2.create_network_interface
        taken = {make(SubnetId=subnet)["NetworkInterface"]["PrivateIpAddress"] for _ in range(4)}
        self.assertEqual(taken, {"10.60.0.4", "10.60.0.5", "10.60.0.6", "10.60.0.7"})
        self.assertEqual(error_code(make, SubnetId=subnet), "InsufficientFreeAddressesInSubnet")
        make(SubnetId=subnet, PrivateIpAddress="10.60.0.9")
        found = self.ec2.get_subnet_cidr_reservations(SubnetId=subnet)["SubnetIpv4CidrReservations"]
        self.assertEqual([one["Cidr"] for one in found], ["10.60.0.8/29"])
        self.ec2.delete_subnet_cidr_reservation(SubnetCidrReservationId=made["SubnetCidrReservationId"])
        make(SubnetId=subnet)


class AccountDefaults(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ec2 = client("ec2", "us-west-2")
        cls.image = image_id(cls.ec2)

    def launch(self, **more):
        wanted = {"InstanceType": "t3.micro", **more}
        answer = self.ec2.run_instances(ImageId=self.image, MinCount=1, MaxCount=1, **wanted)
        return answer["Instances"][0]

    def test_metadata_options(self):
        """What the account prefers comes before the image's wish and after the launch's."""
        change = self.ec2.modify_instance_metadata_defaults
        self.assertTrue(change(HttpTokens="optional", HttpPutResponseHopLimit=5)["Return"])
        level = self.ec2.get_instance_metadata_defaults()["AccountLevel"]
        self.assertEqual((level["HttpTokens"], level["HttpPutResponseHopLimit"]), ("optional", 5))
        options = self.launch()["MetadataOptions"]
        self.assertEqual((options["HttpTokens"], options["HttpPutResponseHopLimit"]), ("optional", 5))
        options = self.launch(MetadataOptions={"HttpTokens": "required"})["MetadataOptions"]
        self.assertEqual((options["HttpTokens"], options["HttpPutResponseHopLimit"]), ("required", 5))
        change(HttpTokens="no-preference", HttpPutResponseHopLimit=-1)
        self.assertNotIn("HttpTokens", self.ec2.get_instance_metadata_defaults()["AccountLevel"])
        self.assertEqual(self.launch()["MetadataOptions"]["HttpTokens"], "required")

    def test_credits(self):
        """A family of burstable instances starts as the account says."""
        get = self.ec2.get_default_credit_specification
        self.assertEqual(get(InstanceFamily="t2")["InstanceFamilyCreditSpecification"]["CpuCredits"], "standard")
        self.ec2.modify_default_credit_specification(InstanceFamily="t3", CpuCredits="standard")
        instance = self.launch()["InstanceId"]
        found = self.ec2.describe_instance_credit_specifications(InstanceIds=[instance])
        self.assertEqual(found["InstanceCreditSpecifications"][0]["CpuCredits"], "standard")
        # So does an instance that becomes one of the family later.
        other = self.launch(InstanceType="m5.large")["InstanceId"]
        self.ec2.get_waiter("instance_running").wait(InstanceIds=[other])
        self.ec2.stop_instances(InstanceIds=[other])
        self.ec2.get_waiter("instance_stopped").wait(InstanceIds=[other])
        self.ec2.modify_instance_attribute(InstanceId=other, InstanceType={"Value": "t3.large"})
        found = self.ec2.describe_instance_credit_specifications(InstanceIds=[other])
        self.assertEqual(found["InstanceCreditSpecifications"][0]["CpuCredits"], "standard")
        self.assertEqual(error_code(get, InstanceFamily="m5"), "InvalidParameterValue")

    def test_serial_console(self):
        """Access to serial consoles is switched on and off."""
        self.assertFalse(self.ec2.get_serial_console_access_status()["SerialConsoleAccessEnabled"])
        self.assertTrue(self.ec2.enable_serial_console_access()["SerialConsoleAccessEnabled"])
        self.assertTrue(self.ec2.get_serial_console_access_status()["SerialConsoleAccessEnabled"])
        self.assertFalse(self.ec2.disable_serial_console_access()["SerialConsoleAccessEnabled"])


if __name__ == "__main__":
    unittest.main()
