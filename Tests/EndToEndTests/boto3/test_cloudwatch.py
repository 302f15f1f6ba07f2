import datetime
import unittest

from support import TestCase, client, error, error_code, image_id


class CloudWatch(TestCase):
    """Metrics and alarms."""

    @classmethod
    def setUpClass(cls):
        cls.watch = client("cloudwatch")
        ec2 = client("ec2")
        made = ec2.run_instances(ImageId=image_id(ec2), InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0]
        (reservation,) = ec2.describe_instances(InstanceIds=[made["InstanceId"]])["Reservations"]
        cls.instance = reservation["Instances"][0]

    def put(self, name, *values, **more):
        data = [{"MetricName": name, "Value": value, "Unit": "Count"} | more for value in values]
        self.watch.put_metric_data(Namespace="Lab", MetricData=data)

    def alarm(self, name, **more):
        parameters = {
            "Namespace": "Lab",
            "MetricName": "Jobs",
            "Statistic": "Average",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 10.0,
            "ComparisonOperator": "GreaterThanThreshold",
        }
        self.watch.put_metric_alarm(AlarmName=name, **(parameters | more))
        self.addCleanup(self.watch.delete_alarms, AlarmNames=[name])
        return self.described(name)

    def described(self, name):
        (alarm,) = self.watch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return alarm

    def window(self):
        """A time span round the data that were put in this test."""
        launched = self.instance["LaunchTime"]
        return {"StartTime": launched - datetime.timedelta(days=1), "EndTime": launched + datetime.timedelta(days=1)}

    def test_statistics(self):
        """Data points come back as statistics of their period, and as metric data with arithmetic over them."""
        self.put("Rows", 1, 2, 9)
        (point,) = self.watch.get_metric_statistics(
            Namespace="Lab", MetricName="Rows", Period=86400, Statistics=["Sum", "Average", "Maximum", "SampleCount"],
            **self.window(),
        )["Datapoints"]
        self.assertEqual((point["Sum"], point["Average"], point["Maximum"], point["SampleCount"]), (12, 4, 9, 3))
        self.assertEqual(point["Unit"], "Count")
        stat = {"Metric": {"Namespace": "Lab", "MetricName": "Rows"}, "Period": 86400, "Stat": "Sum"}
        results = self.watch.get_metric_data(
            MetricDataQueries=[
                {"Id": "rows", "MetricStat": stat, "ReturnData": True},
            ],
            **self.window(),
        )["MetricDataResults"]
        self.assertEqual([(one["Id"], one["Values"], one["StatusCode"]) for one in results], [("rows", [12.0], "Complete")])

    def test_dimensions(self):
        """Dimensions keep series apart, and list them."""
        for queue, value in (("a", 3), ("b", 5)):
            self.put("Depth", value, Dimensions=[{"Name": "Queue", "Value": queue}])
        listed = self.watch.list_metrics(Namespace="Lab", MetricName="Depth")["Metrics"]
        self.assertEqual(sorted(one["Dimensions"][0]["Value"] for one in listed), ["a", "b"])
        listed = self.watch.list_metrics(Namespace="Lab", Dimensions=[{"Name": "Queue", "Value": "b"}])["Metrics"]
        self.assertEqual(len(listed), 1)
        points = self.watch.get_metric_statistics(
            Namespace="Lab", MetricName="Depth", Dimensions=[{"Name": "Queue", "Value": "b"}], Period=86400,
            Statistics=["Maximum"], **self.window(),
        )["Datapoints"]
        self.assertEqual([one["Maximum"] for one in points], [5])

    def test_instances_have_metrics(self):
        """A running instance is listed with its CPU utilisation."""
        listed = self.watch.list_metrics(
            Namespace="AWS/EC2", Dimensions=[{"Name": "InstanceId", "Value": self.instance["InstanceId"]}]
        )["Metrics"]
        self.assertIn("CPUUtilization", [one["MetricName"] for one in listed])
        (point, *_) = self.watch.get_metric_statistics(
            Namespace="AWS/EC2", MetricName="CPUUtilization", Period=300, Statistics=["Average"],
            Dimensions=[{"Name": "InstanceId", "Value": self.instance["InstanceId"]}], **self.window(),
        )["Datapoints"]
        self.assertEqual(point["Unit"], "Percent")

    def test_alarms(self):
        """An alarm is kept, set, told of in its history, switched off and on, and deleted."""
        alarm = self.alarm("busy", AlarmDescription="too many jobs", Tags=[{"Key": "team", "Value": "blue"}])
        self.assertEqual(alarm["StateValue"], "INSUFFICIENT_DATA")
        self.assertEqual((alarm["Threshold"], alarm["AlarmDescription"], alarm["ActionsEnabled"]), (10.0, "too many jobs", True))
        self.watch.set_alarm_state(AlarmName="busy", StateValue="ALARM", StateReason="by hand")
        history = self.watch.describe_alarm_history(AlarmName="busy")["AlarmHistoryItems"]
        self.assertIn("Alarm updated from INSUFFICIENT_DATA to ALARM", [one["HistorySummary"] for one in history])
        found = self.watch.describe_alarms_for_metric(Namespace="Lab", MetricName="Jobs")["MetricAlarms"]
        self.assertEqual([one["AlarmName"] for one in found], ["busy"])
        self.watch.disable_alarm_actions(AlarmNames=["busy"])
        self.assertFalse(self.described("busy")["ActionsEnabled"])
        self.watch.enable_alarm_actions(AlarmNames=["busy"])
        self.assertTrue(self.described("busy")["ActionsEnabled"])
        arn = alarm["AlarmArn"]
        self.assertEqual(self.watch.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "team", "Value": "blue"}])
        self.watch.tag_resource(ResourceARN=arn, Tags=[{"Key": "cost", "Value": "1"}])
        self.watch.untag_resource(ResourceARN=arn, TagKeys=["team"])
        self.assertEqual(self.watch.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "cost", "Value": "1"}])
        self.watch.delete_alarms(AlarmNames=["busy"])
        self.assertEqual(self.watch.describe_alarms(AlarmNames=["busy"])["MetricAlarms"], [])

    def test_an_alarm_goes_off(self):
        """Data over the threshold bring an alarm to ALARM, by the region's clock."""
        self.alarm("going-off", MetricName="Errors", Statistic="Sum", Threshold=5.0, TreatMissingData="ignore")
        self.put("Errors", 4, 4)
        waiter = self.watch.get_waiter("alarm_exists")
        waiter.wait(AlarmNames=["going-off"])
        self.assertEqual(self.described("going-off")["StateValue"], "ALARM")

    def test_refusals(self):
        """What AWS refuses."""
        self.assertEqual(
            error_code(self.watch.set_alarm_state, AlarmName="none", StateValue="OK", StateReason="x"), "ResourceNotFound"
        )
        failure = error(
            self.watch.put_metric_data, Namespace="AWS/EC2", MetricData=[{"MetricName": "CPUUtilization", "Value": 1}]
        )
        self.assertEqual(failure["Code"], "InvalidParameterValue")
        self.assertEqual(
            error_code(
                self.watch.get_metric_statistics, Namespace="Lab", MetricName="x", Period=7, Statistics=["Sum"],
                **self.window(),
            ),
            "InvalidParameterValue",
        )


if __name__ == "__main__":
    unittest.main()
