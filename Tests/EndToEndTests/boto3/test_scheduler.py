import json
from datetime import datetime, timedelta, timezone

from support import TestCase, client, error, error_code

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
OFF = {"Mode": "OFF"}


class Scheduler(TestCase):
    """EventBridge Scheduler: schedules, groups, tags."""

    @classmethod
    def setUpClass(cls):
        cls.api = client("scheduler")
        iam = client("iam")
        cls.role = iam.create_role(RoleName="scheduler", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        cls.target = {"Arn": "arn:aws:sqs:us-east-1:123456789012:scheduled", "RoleArn": cls.role, "Input": "hello"}

    def test_schedules(self):
        """Schedules are created, read, changed, listed and deleted."""
        arn = self.api.create_schedule(
            Name="nightly", ScheduleExpression="cron(0 3 * * ? *)", ScheduleExpressionTimezone="Europe/Berlin",
            FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}, Target=self.target,
        )["ScheduleArn"]  # fmt: skip
        self.assertEqual(arn, "arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly")
        got = self.api.get_schedule(Name="nightly")
        self.assertEqual((got["State"], got["GroupName"], got["ActionAfterCompletion"]), ("ENABLED", "default", "NONE"))
        self.assertEqual(got["ScheduleExpressionTimezone"], "Europe/Berlin")
        self.assertEqual(
            got["Target"]["RetryPolicy"], {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
        )
        again = {"Name": "nightly", "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": OFF, "Target": self.target}
        self.assertEqual(
            error(self.api.create_schedule, **again),
            {"Code": "ConflictException", "Message": "Schedule nightly already exists."},
        )
        self.api.update_schedule(**again, State="DISABLED")
        got = self.api.get_schedule(Name="nightly")
        self.assertEqual((got["State"], got["ScheduleExpression"]), ("DISABLED", "rate(1 hour)"))
        self.assertEqual(got["ScheduleExpressionTimezone"], "UTC")
        self.assertEqual([s["Name"] for s in self.api.list_schedules(State="DISABLED")["Schedules"]], ["nightly"])
        self.assertEqual(self.api.list_schedules(State="ENABLED")["Schedules"], [])
        self.api.delete_schedule(Name="nightly")
        self.assertEqual(
            error(self.api.get_schedule, Name="nightly"),
            {"Code": "ResourceNotFoundException", "Message": "Schedule nightly does not exist."},
        )

    def test_groups(self):
        """Groups hold schedules and tags; a group that goes takes its schedules along."""
        arn = self.api.create_schedule_group(Name="course", Tags=[{"Key": "a", "Value": "b"}])["ScheduleGroupArn"]
        self.assertEqual(error_code(self.api.create_schedule_group, Name="course"), "ConflictException")
        self.api.tag_resource(ResourceArn=arn, Tags=[{"Key": "c", "Value": "d"}])
        self.api.untag_resource(ResourceArn=arn, TagKeys=["a"])
        self.assertEqual(self.api.list_tags_for_resource(ResourceArn=arn)["Tags"], [{"Key": "c", "Value": "d"}])
        self.assertEqual(self.api.get_schedule_group(Name="course")["State"], "ACTIVE")
        names = [group["Name"] for group in self.api.list_schedule_groups()["ScheduleGroups"]]
        self.assertEqual(names, ["course", "default"])
        self.api.create_schedule(
            Name="in", GroupName="course", ScheduleExpression="rate(5 minutes)", FlexibleTimeWindow=OFF, Target=self.target
        )
        self.assertEqual([s["GroupName"] for s in self.api.list_schedules(GroupName="course")["Schedules"]], ["course"])
        self.api.delete_schedule_group(Name="course")
        self.assertEqual(error_code(self.api.get_schedule_group, Name="course"), "ResourceNotFoundException")
        self.assertEqual(self.api.list_schedules()["Schedules"], [])
        self.assertEqual(error_code(self.api.delete_schedule_group, Name="default"), "ValidationException")

    def test_refusals(self):
        """What AWS refuses, in its words."""
        good = {"Name": "x", "ScheduleExpression": "rate(5 minutes)", "FlexibleTimeWindow": OFF, "Target": self.target}

        def refused(**change):
            failure = error(self.api.create_schedule, **{**good, **change})
            self.assertEqual(failure["Code"], "ValidationException")
            return failure["Message"]

        for bad in ["every day", "rate(5)", "cron(0 3 * * * *)", "at(tomorrow)", "cron(0 25 * * ? *)"]:
            self.assertEqual(refused(ScheduleExpression=bad), f"Invalid Schedule Expression {bad}.")
        self.assertIn("Mars", refused(ScheduleExpressionTimezone="Mars"))
        self.assertEqual(
            refused(Target={**self.target, "RoleArn": "arn:aws:iam::123456789012:role/none"}),
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
        )
        now = datetime(2030, 1, 1, tzinfo=timezone.utc)
        self.assertEqual(
            refused(StartDate=now, EndDate=now - timedelta(days=1)),
            "The StartDate you specify must come before the EndDate.",
        )
        refused(FlexibleTimeWindow={"Mode": "FLEXIBLE"})
        stream = {**self.target, "Arn": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}
        self.assertIn("KinesisParameters", refused(Target=stream))
        self.assertEqual(error_code(self.api.create_schedule, **{**good, "GroupName": "none"}), "ResourceNotFoundException")
