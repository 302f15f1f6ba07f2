import datetime
import json
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

    def query(self, id, name, stat="Sum", **more):
        metric = {"Namespace": "Lab", "MetricName": name}
        return {"Id": id, "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}, "ReturnData": False} | more

    def test_metric_math(self):
        """Expressions are worked out over metrics and over each other, moment by moment."""
        start = self.instance["LaunchTime"].replace(second=0, microsecond=0) - datetime.timedelta(minutes=10)
        for minute, (errors, requests) in enumerate([(1, 10), (None, 10), (3, 20)]):
            at = {"Timestamp": start + datetime.timedelta(minutes=minute)}
            self.put("MathRequests", requests, **at)
            if errors:
                self.put("MathErrors", errors, **at)
        expressions = {
            "rate": "100 * errors / requests",
            "filled": "FILL(errors, 0) + 0",
            "last": "FILL(errors, REPEAT)",
            "alarming": "IF(rate > 12, 1, 0)",
            "negative": "-(errors - 2) ^ 2",
            "total": "SUM([FILL(errors, 0), requests])",
            "most": "requests / MAX(requests)",
            "sum": "RUNNING_SUM(requests)",
            "step": "DIFF(requests)",
            "both": "SUM(METRICS())",
            "either": "errors > 2 OR requests < 5",
            "count": "TIME_SERIES(METRIC_COUNT(METRICS()))",
        }
        results = self.watch.get_metric_data(
            MetricDataQueries=[self.query("errors", "MathErrors"), self.query("requests", "MathRequests")]
            + [{"Id": name, "Expression": text} for name, text in expressions.items()],
            StartTime=start,
            EndTime=start + datetime.timedelta(minutes=3),
            ScanBy="TimestampAscending",
        )["MetricDataResults"]
        values = {one["Id"]: one["Values"] for one in results}
        self.assertEqual(
            values,
            {
                "rate": [10, 15],
                "filled": [1, 0, 3],
                "last": [1, 1, 3],
                "alarming": [0, 1],
                "negative": [-1, -1],
                "total": [11, 10, 23],
                "most": [0.5, 0.5, 1],
                "sum": [10, 20, 40],
                "step": [0, 10],
                "both": [11, 10, 23],
                "either": [0, 1],
                "count": [2, 2, 2],
            },
        )
        for text, what in [
            ("errors +", "Unexpected end"),
            ("nothing / 2", "Undefined variable nothing"),
            ("METRICS() / METRICS()", "Unsupported operand type(s) for /: '[]' and '[]'"),
            ("bad + 1", "Circular reference to bad"),
        ]:
            failure = error(
                self.watch.get_metric_data,
                MetricDataQueries=[self.query("errors", "MathErrors"), {"Id": "bad", "Expression": text}],
                StartTime=start,
                EndTime=start + datetime.timedelta(minutes=3),
            )
            self.assertEqual(
                (failure["Code"], failure["Message"]), ("ValidationError", f"Error in expression 'bad': {what}")
            )

    def test_an_alarm_on_an_expression(self):
        """An alarm on the rate of errors goes off when the rate is too high, whatever the number of requests."""
        self.watch.put_metric_alarm(
            AlarmName="rate", EvaluationPeriods=1, Threshold=5.0, ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="ignore",
            Metrics=[
                {"Id": "rate", "Expression": "100 * failed / tried", "Label": "failed, in per cent"},
                self.query("failed", "Failed"),
                self.query("tried", "Tried"),
            ],
        )
        self.addCleanup(self.watch.delete_alarms, AlarmNames=["rate"])
        alarm = self.described("rate")
        self.assertNotIn("MetricName", alarm)
        self.assertEqual([one["Id"] for one in alarm["Metrics"]], ["rate", "failed", "tried"])
        self.put("Tried", 100)
        self.put("Failed", 1)
        self.assertEqual(self.described("rate")["StateValue"], "OK")
        self.put("Tried", 100)
        self.put("Failed", 20)
        self.assertEqual(self.described("rate")["StateValue"], "ALARM")
        failure = error(
            self.watch.put_metric_alarm, AlarmName="two", EvaluationPeriods=1, Threshold=5.0,
            ComparisonOperator="GreaterThanThreshold",
            Metrics=[self.query("a", "A", ReturnData=True), self.query("b", "B", ReturnData=True)],
        )
        self.assertEqual(failure["Message"], "Exactly one element of the metrics list should return data.")

    def test_composite_alarms(self):
        """A composite alarm follows the alarms of its rule at once."""
        one, two = (self.alarm(name, TreatMissingData="ignore") for name in ("one", "two"))
        self.watch.put_composite_alarm(
            AlarmName="both", AlarmRule=f'ALARM("one") AND (ALARM({two["AlarmArn"]}) OR NOT OK(one))',
            Tags=[{"Key": "team", "Value": "blue"}],
        )
        self.addCleanup(self.watch.delete_alarms, AlarmNames=["both"])

        def composite():
            answer = self.watch.describe_alarms(AlarmNames=["both"], AlarmTypes=["CompositeAlarm"])
            return answer["CompositeAlarms"][0]

        self.assertEqual(composite()["StateValue"], "OK")
        self.assertEqual(self.watch.describe_alarms(AlarmNames=["both"])["CompositeAlarms"], [])
        self.watch.set_alarm_state(AlarmName="one", StateValue="ALARM", StateReason="by hand")
        self.assertEqual(composite()["StateValue"], "ALARM")
        self.assertIn(f"{one['AlarmArn']} transitioned to ALARM at ", composite()["StateReason"])
        self.watch.set_alarm_state(AlarmName="one", StateValue="OK", StateReason="by hand")
        self.assertEqual(composite()["StateValue"], "OK")
        history = self.watch.describe_alarm_history(
            AlarmName="both", AlarmTypes=["CompositeAlarm"], HistoryItemType="StateUpdate"
        )["AlarmHistoryItems"]
        self.assertEqual(len(history), 3)
        tags = self.watch.list_tags_for_resource(ResourceARN=composite()["AlarmArn"])["Tags"]
        self.assertEqual(tags, [{"Key": "team", "Value": "blue"}])
        for rule in ["ALARM(nobody)", "ALARM(one) AND", "ALERT(one)", "(ALARM(one)"]:
            self.assertEqual(
                error_code(self.watch.put_composite_alarm, AlarmName="bad", AlarmRule=rule), "ValidationError"
            )

    def test_dashboards(self):
        """A dashboard is kept, listed and deleted."""
        body = json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "hello"}}]})
        self.watch.put_dashboard(DashboardName="main", DashboardBody=body)
        self.assertEqual(self.watch.get_dashboard(DashboardName="main")["DashboardBody"], body)
        names = [one["DashboardName"] for one in self.watch.list_dashboards()["DashboardEntries"]]
        self.assertEqual(names, ["main"])
        self.assertEqual(
            error_code(self.watch.put_dashboard, DashboardName="bad", DashboardBody="{"), "InvalidParameterInput"
        )
        self.watch.delete_dashboards(DashboardNames=["main"])
        self.assertEqual(error_code(self.watch.get_dashboard, DashboardName="main"), "ResourceNotFound")

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
        end = datetime.datetime(2026, 9, 1, 8, tzinfo=datetime.timezone.utc)
        self.assertEqual(
            error(
                self.watch.get_metric_statistics, Namespace="Lab", MetricName="x", Period=60, Statistics=["Sum"],
                StartTime=end - datetime.timedelta(days=5), EndTime=end,
            ),
            {
                "Code": "InvalidParameterCombination",
                "Message": "You have requested up to 7200 datapoints, which exceeds the limit of 1440. You may reduce "
                "the datapoints requested by increasing Period, or decreasing the time range.",
            },
        )


if __name__ == "__main__":
    unittest.main()
