import json
import unittest

from support import TestCase, client, error, error_code


class Logs(TestCase):
    """Amazon CloudWatch Logs: groups, streams, events and filters."""

    @classmethod
    def setUpClass(cls):
        cls.logs = client("logs")

    def group(self, name, **more):
        self.logs.create_log_group(logGroupName=name, **more)
        self.addCleanup(self.logs.delete_log_group, logGroupName=name)
        return self.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]

    def now(self, group):
        """Virtual time, as the emulator sees it."""
        self.logs.create_log_stream(logGroupName=group, logStreamName="clock")
        found = self.logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="clock")["logStreams"][0]
        self.logs.delete_log_stream(logGroupName=group, logStreamName="clock")
        return found["creationTime"]

    def write(self, group, stream, messages, start):
        self.logs.create_log_stream(logGroupName=group, logStreamName=stream)
        events = [{"timestamp": start + index, "message": message} for index, message in enumerate(messages)]
        return self.logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    def test_groups(self):
        """A group is made once, keeps its retention, key and tags, and is found by prefix and pattern."""
        made = self.group("/app/one", tags={"team": "a"})
        self.assertEqual(made["arn"], made["logGroupArn"] + ":*")
        self.assertNotIn("retentionInDays", made)
        again = error(self.logs.create_log_group, logGroupName="/app/one")
        self.assertEqual(again["Code"], "ResourceAlreadyExistsException")
        self.logs.put_retention_policy(logGroupName="/app/one", retentionInDays=14)
        found = self.logs.describe_log_groups(logGroupNamePattern="APP")["logGroups"]
        self.assertEqual([one["retentionInDays"] for one in found], [14])
        self.assertIn(
            "'retentionInDays' failed to satisfy constraint",
            error(self.logs.put_retention_policy, logGroupName="/app/one", retentionInDays=2)["Message"],
        )
        self.logs.delete_retention_policy(logGroupName="/app/one")
        self.logs.tag_resource(resourceArn=made["logGroupArn"], tags={"b": "2"})
        self.logs.tag_log_group(logGroupName="/app/one", tags={"c": "3"})
        self.logs.untag_resource(resourceArn=made["logGroupArn"], tagKeys=["team"])
        self.logs.untag_log_group(logGroupName="/app/one", tags=["c"])
        self.assertEqual(self.logs.list_tags_for_resource(resourceArn=made["logGroupArn"])["tags"], {"b": "2"})
        self.assertEqual(self.logs.list_tags_log_group(logGroupName="/app/one")["tags"], {"b": "2"})
        key = client("kms").create_key()["KeyMetadata"]["Arn"]
        self.logs.associate_kms_key(logGroupName="/app/one", kmsKeyId=key)
        self.assertEqual(self.logs.describe_log_groups(logGroupNamePrefix="/app")["logGroups"][0]["kmsKeyId"], key)
        self.logs.disassociate_kms_key(logGroupName="/app/one")
        self.assertEqual(
            error(self.logs.delete_log_group, logGroupName="/none")["Message"],
            "The specified log group does not exist.",
        )

    def test_events(self):
        """Events come back in their order, from both ends, page by page."""
        self.group("/events")
        start = self.now("/events")
        self.write("/events", "a", [f"line {n}" for n in range(25)], start - 1000)
        first = self.logs.get_log_events(logGroupName="/events", logStreamName="a", startFromHead=True, limit=10)
        self.assertEqual([one["message"] for one in first["events"]], [f"line {n}" for n in range(10)])
        second = self.logs.get_log_events(
            logGroupName="/events", logStreamName="a", nextToken=first["nextForwardToken"], limit=10
        )
        self.assertEqual(second["events"][0]["message"], "line 10")
        last = self.logs.get_log_events(logGroupName="/events", logStreamName="a", limit=5)
        self.assertEqual([one["message"] for one in last["events"]], [f"line {n}" for n in range(20, 25)])
        before = self.logs.get_log_events(
            logGroupName="/events", logStreamName="a", nextToken=last["nextBackwardToken"], limit=5
        )
        self.assertEqual(before["events"][-1]["message"], "line 19")
        end = self.logs.get_log_events(
            logGroupName="/events", logStreamName="a", nextToken=last["nextForwardToken"], limit=5
        )
        self.assertEqual((end["events"], end["nextForwardToken"]), ([], last["nextForwardToken"]))
        streams = self.logs.describe_log_streams(logGroupName="/events", orderBy="LastEventTime", descending=True)
        self.assertEqual(streams["logStreams"][0]["lastEventTimestamp"], start - 1000 + 24)
        day = 86_400_000
        rejected = self.logs.put_log_events(
            logGroupName="/events", logStreamName="a",
            logEvents=[{"timestamp": start - 15 * day, "message": "old"}],
        )["rejectedLogEventsInfo"]
        self.assertEqual(rejected["tooOldLogEventEndIndex"], 1)
        rejected = self.logs.put_log_events(
            logGroupName="/events", logStreamName="a", logEvents=[{"timestamp": start + day, "message": "new"}]
        )["rejectedLogEventsInfo"]
        self.assertEqual(rejected["tooNewLogEventStartIndex"], 0)
        unordered = [{"timestamp": start, "message": "b"}, {"timestamp": start - 1, "message": "a"}]
        self.assertEqual(
            error(self.logs.put_log_events, logGroupName="/events", logStreamName="a", logEvents=unordered)["Message"],
            "Log events in a single PutLogEvents request must be in chronological order.",
        )
        self.assertEqual(
            error(self.logs.get_log_events, logGroupName="/events", logStreamName="b")["Message"],
            "The specified log stream does not exist.",
        )

    def test_filters(self):
        """Terms, phrases, alternatives, exclusions and conditions on JSON find what they should."""
        self.group("/filter")
        start = self.now("/filter") - 5000
        self.write("/filter", "a", ["ERROR one", "ok", "ERROR two timeout", "WARN three"], start)
        self.write(
            "/filter", "b",
            [json.dumps(one) for one in ({"level": "error", "ms": 10}, {"level": "info", "ms": 900, "user": {"id": "x1"}})],
            start + 2,
        )

        def found(pattern, **more):
            pages = self.logs.get_paginator("filter_log_events").paginate(
                logGroupName="/filter", filterPattern=pattern, PaginationConfig={"PageSize": 2}, **more
            )
            return [event["message"] for page in pages for event in page["events"]]

        self.assertEqual(len(found("")), 6)
        self.assertEqual(found("ERROR"), ["ERROR one", "ERROR two timeout"])
        self.assertEqual(found('"two timeout"'), ["ERROR two timeout"])
        self.assertEqual(found("ERROR -timeout"), ["ERROR one"])
        self.assertEqual(found("?WARN ?ok"), ["ok", "WARN three"])
        self.assertEqual(len(found("{ $.ms > 100 }")), 1)
        self.assertEqual(len(found('{ $.level = "err*" || ($.user.id = "x1" && $.ms >= 900) }')), 2)
        self.assertEqual(len(found("{ $.user.id NOT EXISTS }")), 1)
        self.assertEqual(found("", logStreamNames=["a"], startTime=start + 3), ["WARN three"])
        self.assertEqual(
            error_code(self.logs.filter_log_events, logGroupName="/filter", filterPattern='"open'),
            "InvalidParameterException",
        )
        matches = self.logs.test_metric_filter(filterPattern="{ $.a = 1 }", logEventMessages=["x", '{"a": 1}'])["matches"]
        self.assertEqual([one["eventNumber"] for one in matches], [2])

    def test_metric_filters(self):
        """What a metric filter finds is a data point of CloudWatch's."""
        self.group("/metric")
        self.logs.put_metric_filter(
            logGroupName="/metric", filterName="latency", filterPattern="{ $.ms > 0 }",
            metricTransformations=[{"metricName": "Latency", "metricNamespace": "App", "metricValue": "$.ms"}],
        )
        start = self.now("/metric")
        self.write("/metric", "s", ['{"ms": 40}', "nothing", '{"ms": 60}'], start)
        found = self.logs.describe_metric_filters(metricName="Latency", metricNamespace="App")["metricFilters"]
        self.assertEqual([one["filterName"] for one in found], ["latency"])
        statistics = client("cloudwatch").get_metric_statistics(
            Namespace="App", MetricName="Latency", StartTime=start / 1000 - 3600, EndTime=start / 1000 + 3600,
            Period=7200, Statistics=["Sum", "SampleCount"],
        )["Datapoints"]
        self.assertEqual(sum(one["Sum"] for one in statistics), 100)
        self.assertEqual(sum(one["SampleCount"] for one in statistics), 2)
        self.logs.delete_metric_filter(logGroupName="/metric", filterName="latency")
        self.assertEqual(self.logs.describe_metric_filters(logGroupName="/metric")["metricFilters"], [])

    def test_subscriptions_and_policies(self):
        """Subscription filters and resource policies are kept."""
        self.group("/sub")
        function = "arn:aws:lambda:us-east-1:123456789012:function:f"
        refused = error(
            self.logs.put_subscription_filter,
            logGroupName="/sub", filterName="s", filterPattern="", destinationArn=function,
        )  # fmt: skip
        self.assertIn("Could not execute the lambda function.", refused["Message"])
        arn = "arn:aws:firehose:us-east-1:123456789012:deliverystream/d"
        self.logs.put_subscription_filter(logGroupName="/sub", filterName="s", filterPattern="", destinationArn=arn)
        found = self.logs.describe_subscription_filters(logGroupName="/sub")["subscriptionFilters"][0]
        self.assertEqual((found["destinationArn"], found["distribution"]), (arn, "ByLogStream"))
        self.logs.delete_subscription_filter(logGroupName="/sub", filterName="s")
        self.logs.put_resource_policy(policyName="p", policyDocument="{}")
        self.assertEqual(self.logs.describe_resource_policies()["resourcePolicies"][0]["policyName"], "p")
        self.logs.delete_resource_policy(policyName="p")
        self.assertEqual(error_code(self.logs.delete_resource_policy, policyName="p"), "ResourceNotFoundException")

    def test_a_task_needs_its_log_group(self):
        """A Fargate task whose log group is missing does not start; one whose group is there has a stream."""
        ecs, ec2 = client("ecs"), client("ec2")
        trust = (
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", '
            '"Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}'
        )
        client("iam").create_role(RoleName="ecsTaskExecutionRole", AssumeRolePolicyDocument=trust)
        ecs.create_cluster(clusterName="logging")
        self.addCleanup(ecs.delete_cluster, cluster="logging")
        log = {
            "logDriver": "awslogs",
            "options": {"awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"},
        }
        ecs.register_task_definition(
            family="logging", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            executionRoleArn="arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
            containerDefinitions=[{"name": "web", "image": "nginx", "logConfiguration": log}],
        )
        subnet = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"][0]["SubnetId"]
        run = {
            "cluster": "logging", "taskDefinition": "logging", "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}},
        }
        task = ecs.run_task(**run)["tasks"][0]["taskArn"]
        ecs.get_waiter("tasks_stopped").wait(cluster="logging", tasks=[task])
        reason = ecs.describe_tasks(cluster="logging", tasks=[task])["tasks"][0]["stoppedReason"]
        self.assertIn("The specified log group does not exist.", reason)
        self.group("/ecs/web")
        task = ecs.run_task(**run)["tasks"][0]["taskArn"]
        ecs.get_waiter("tasks_running").wait(cluster="logging", tasks=[task])
        stream = self.logs.describe_log_streams(logGroupName="/ecs/web")["logStreams"][0]["logStreamName"]
        self.assertEqual(stream, "ecs/web/" + task.split("/")[-1])
        ecs.stop_task(cluster="logging", task=task)
        ecs.get_waiter("tasks_stopped").wait(cluster="logging", tasks=[task])


if __name__ == "__main__":
    unittest.main()
