import json
from datetime import timedelta

from support import TestCase, client, error, error_code

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


class Events(TestCase):
    """EventBridge: buses, rules, patterns, targets, archives."""

    @classmethod
    def setUpClass(cls):
        cls.api = client("events")
        cls.sqs = client("sqs")

    def queue(self, name, source=None):
        """A queue that rules may send to, and its ARN."""
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        self.addCleanup(self.sqs.delete_queue, QueueUrl=url)
        arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        if source:
            statement["Condition"] = {"ArnEquals": {"aws:SourceArn": source}}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return url, arn

    def rule(self, name, bus="default", **more):
        more = more or {"EventPattern": json.dumps({"source": ["test"]})}
        arn = self.api.put_rule(Name=name, EventBusName=bus, **more)["RuleArn"]
        self.addCleanup(self.remove, name, bus)
        return arn

    def remove(self, name, bus):
        targets = self.api.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]
        if targets:
            self.api.remove_targets(Rule=name, EventBusName=bus, Ids=[target["Id"] for target in targets])
        self.api.delete_rule(Name=name, EventBusName=bus)

    def put(self, detail, source="test", kind="Order", **more):
        entry = {"Source": source, "DetailType": kind, "Detail": json.dumps(detail), **more}
        return self.api.put_events(Entries=[entry])

    def bodies(self, url):
        # A long poll lets virtual time pass, in which events arrive.
        messages = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2).get("Messages", [])
        for message in messages:
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in messages]

    def test_rules(self):
        """Rules are put, changed, disabled and listed, with AWS's errors in between."""
        arn = self.rule("nightly", ScheduleExpression="cron(0 3 * * ? *)", Description="every night")
        self.assertEqual(arn, "arn:aws:events:us-east-1:123456789012:rule/nightly")
        described = self.api.describe_rule(Name="nightly")
        self.assertEqual(described["ScheduleExpression"], "cron(0 3 * * ? *)")
        self.assertEqual((described["State"], described["EventBusName"]), ("ENABLED", "default"))
        self.api.disable_rule(Name="nightly")
        self.assertEqual(self.api.describe_rule(Name="nightly")["State"], "DISABLED")
        self.api.enable_rule(Name="nightly")
        self.rule("orders", EventPattern=json.dumps({"source": ["shop"]}))
        self.assertEqual([rule["Name"] for rule in self.api.list_rules()["Rules"]], ["nightly", "orders"])
        self.assertEqual([r["Name"] for r in self.api.list_rules(NamePrefix="o")["Rules"]], ["orders"])
        self.assertEqual(
            error(self.api.describe_rule, Name="none"),
            {"Code": "ResourceNotFoundException", "Message": "Rule none does not exist on EventBus default."},
        )
        self.assertEqual(
            error(self.api.put_rule, Name="x"),
            {
                "Code": "ValidationException",
                "Message": "Parameter(s) EventPattern or ScheduleExpression must be specified.",
            },
        )
        for bad in ["rate(1 minutes)", "rate(0 minutes)", "rate(5 minute)", "cron(0 3 * * * *)", "cron(0 3 ? * ? *)", "at(2027-01-01T00:00:00)", "cron(60 * * * ? *)"]:
            self.assertEqual(
                error(self.api.put_rule, Name="x", ScheduleExpression=bad),
                {"Code": "ValidationException", "Message": "Parameter ScheduleExpression is not valid."},
                bad,
            )
        for bad in ["{", "[]", '{"source": "x"}', '{"source": []}', '{"source": [{"foo": 1}]}', "{}"]:
            self.assertEqual(error_code(self.api.put_rule, Name="x", EventPattern=bad), "InvalidEventPatternException", bad)
        self.assertIn(
            "Unrecognized match type foo",
            error(self.api.put_rule, Name="x", EventPattern='{"source": [{"foo": 1}]}')["Message"],
        )
        self.api.tag_resource(ResourceARN=arn, Tags=[{"Key": "Course", "Value": "compute"}, {"Key": "x", "Value": ""}])
        self.api.untag_resource(ResourceARN=arn, TagKeys=["x"])
        self.assertEqual(
            self.api.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "Course", "Value": "compute"}]
        )
        url, queue = self.queue("rules-q")
        self.api.put_targets(Rule="orders", Targets=[{"Id": "q", "Arn": queue}])
        self.assertEqual(
            error(self.api.delete_rule, Name="orders"),
            {"Code": "ValidationException", "Message": "Rule can't be deleted since it has targets."},
        )
        self.assertEqual(self.api.list_rule_names_by_target(TargetArn=queue)["RuleNames"], ["orders"])
        stream = "arn:aws:kinesis:us-east-1:123456789012:stream/x"
        self.assertEqual(
            error(self.api.put_targets, Rule="orders", Targets=[{"Id": "k", "Arn": stream}]),
            {"Code": "ValidationException", "Message": f"RoleArn is required for target {stream}."},
        )
        for text in ("word", "{", '{"a": 1} x'):
            refused = error(self.api.put_targets, Rule="orders", Targets=[{"Id": "bad", "Arn": queue, "Input": text}])
            self.assertEqual(refused["Code"], "ValidationException", text)
            self.assertIn("JSON syntax error in input for target bad", refused["Message"], text)
        self.assertNotIn("bad", [target["Id"] for target in self.api.list_targets_by_rule(Rule="orders")["Targets"]])
        many = [{"Id": str(n), "Arn": f"{queue}{n}"} for n in range(6)]
        self.assertEqual(error_code(self.api.put_targets, Rule="orders", Targets=many), "LimitExceededException")

    def test_delivery(self):
        """Events go to the targets of the rules that match them, as a whole, in part or made anew."""
        url, queue = self.queue("delivered")
        self.rule("delivery", EventPattern=json.dumps({"source": ["shop"], "detail": {"total": [{"numeric": [">", 100]}]}}))
        paths = {"id": "$.detail.id", "items": "$.detail.items", "first": "$.detail.items[0]", "none": "$.detail.none"}
        template = '{"text": "order <id> of <aws.events.rule-name>", "items": <items>, "first": <first>, "id": <id>}'
        failed = self.api.put_targets(
            Rule="delivery",
            Targets=[
                {"Id": "whole", "Arn": queue},
                {"Id": "constant", "Arn": queue, "Input": '{"a": 1}'},
                {"Id": "part", "Arn": queue, "InputPath": "$.detail.items"},
                {"Id": "made", "Arn": queue, "InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}},
            ],
        )
        self.assertEqual(failed["FailedEntryCount"], 0)
        put = self.put({"id": 'o"1', "total": 120, "items": ["pen", 2]}, source="shop", Resources=["r"])
        self.assertEqual(put["FailedEntryCount"], 0)
        self.put({"id": "o2", "total": 90, "items": []}, source="shop")
        self.put({"id": "o3", "total": 900}, source="other")
        whole, constant, part, made = [json.loads(body) for body in self.bodies(url)]
        self.assertEqual(whole["id"], put["Entries"][0]["EventId"])
        self.assertEqual(whole["detail"], {"id": 'o"1', "total": 120, "items": ["pen", 2]})
        keys = ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"]
        self.assertEqual(list(whole), keys)
        self.assertEqual((whole["account"], whole["region"], whole["resources"]), ("123456789012", "us-east-1", ["r"]))
        self.assertEqual((constant, part), ({"a": 1}, ["pen", 2]))
        self.assertEqual(
            made, {"text": 'order o"1 of delivery', "items": ["pen", 2], "first": "pen", "id": 'o"1'}
        )
        self.assertEqual(self.bodies(url), [])

    def test_names(self):
        """Names with characters that the service does not take are refused, in EventBridge, Kinesis and CloudWatch Logs."""
        at = "failed to satisfy constraint: Member must satisfy regular expression pattern: "
        for call, parameters, code, message in [
            (self.api.put_rule, {"Name": "a b", "ScheduleExpression": "rate(5 minutes)"}, "ValidationException",
             rf"Value 'a b' at 'name' {at}[\.\-_A-Za-z0-9]+"),
            (client("kinesis").create_stream, {"StreamName": "a/b", "ShardCount": 1}, "ValidationException",
             f"Value 'a/b' at 'streamName' {at}[a-zA-Z0-9_.-]+"),
            (client("logs").create_log_group, {"logGroupName": "a*b"}, "InvalidParameterException",
             rf"Value 'a*b' at 'logGroupName' {at}[\.\-_/#A-Za-z0-9]+"),
        ]:  # fmt: skip
            self.assertEqual(
                error(call, **parameters), {"Code": code, "Message": f"1 validation error detected: {message}"})

    def test_refused_entries(self):
        """What is wrong with one entry is told beside the others."""
        entries = [
            {"DetailType": "t", "Detail": "{}"},
            {"Source": "s", "DetailType": "t", "Detail": "no JSON"},
            {"Source": "aws.ec2", "DetailType": "t", "Detail": "{}"},
            {"Source": "s", "DetailType": "t", "Detail": "{}"},
        ]
        answer = self.api.put_events(Entries=entries)
        self.assertEqual(answer["FailedEntryCount"], 3)
        self.assertEqual(
            [entry.get("ErrorCode") for entry in answer["Entries"]],
            ["InvalidArgument", "MalformedDetail", "NotAuthorizedForSourceException", None],
        )
        self.assertEqual(
            answer["Entries"][0]["ErrorMessage"], "Parameter Source is not valid. Reason: Source is a required argument."
        )

    def test_permissions_of_targets(self):
        """Without leave of the queue nothing comes; the dead letter queue tells why, and the metrics count it."""
        closed = self.sqs.create_queue(QueueName="closed")["QueueUrl"]
        self.addCleanup(self.sqs.delete_queue, QueueUrl=closed)
        dead, dead_arn = self.queue("dead-events")
        rule = self.rule("refused")
        arn = "arn:aws:sqs:us-east-1:123456789012:closed"
        self.api.put_targets(Rule="refused", Targets=[{"Id": "q", "Arn": arn, "DeadLetterConfig": {"Arn": dead_arn}}])
        self.put({"n": 1})
        self.assertEqual(self.bodies(closed), [])
        message = self.sqs.receive_message(QueueUrl=dead, MessageAttributeNames=["All"])["Messages"][0]
        self.assertEqual(json.loads(message["Body"])["detail"], {"n": 1})
        attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
        self.assertEqual((attributes["RULE_ARN"], attributes["TARGET_ARN"]), (rule, arn))
        self.assertEqual(attributes["ERROR_CODE"], "NO_PERMISSIONS")
        metrics = client("cloudwatch")
        now = self.api.describe_event_bus()["CreationTime"]
        got = metrics.get_metric_statistics(
            Namespace="AWS/Events", MetricName="FailedInvocations", Dimensions=[{"Name": "RuleName", "Value": "refused"}],
            StartTime=now - timedelta(hours=1), EndTime=now + timedelta(days=1), Period=86400, Statistics=["Sum"],
        )  # fmt: skip
        self.assertEqual(sum(point["Sum"] for point in got["Datapoints"]), 1)

    def test_buses(self):
        """A bus of one's own has rules, a policy and settings; rules pass events on to it."""
        bus = self.api.create_event_bus(Name="shop", Description="orders", Tags=[{"Key": "a", "Value": "b"}])["EventBusArn"]
        self.assertEqual(bus, "arn:aws:events:us-east-1:123456789012:event-bus/shop")
        self.assertEqual(
            error(self.api.create_event_bus, Name="shop"),
            {"Code": "ResourceAlreadyExistsException", "Message": "Event bus shop already exists."},
        )
        self.api.update_event_bus(Name="shop", Description="all orders")
        described = self.api.describe_event_bus(Name=bus)
        self.assertEqual((described["Name"], described["Description"]), ("shop", "all orders"))
        self.assertEqual([b["Name"] for b in self.api.list_event_buses()["EventBuses"]], ["default", "shop"])
        self.api.put_permission(EventBusName="shop", StatementId="other", Principal="111122223333", Action="events:PutEvents")
        statement = json.loads(self.api.describe_event_bus(Name="shop")["Policy"])["Statement"][0]
        self.assertEqual(statement["Principal"], {"AWS": "arn:aws:iam::111122223333:root"})
        self.api.remove_permission(EventBusName="shop", StatementId="other")
        self.assertNotIn("Policy", self.api.describe_event_bus(Name="shop"))
        self.assertEqual(
            error(self.api.put_rule, Name="x", EventBusName="shop", ScheduleExpression="rate(1 minute)")["Message"],
            "ScheduleExpression is supported only on the default event bus.",
        )
        self.assertEqual(
            error(self.api.describe_event_bus, Name="none"),
            {"Code": "ResourceNotFoundException", "Message": "Event bus none does not exist."},
        )
        self.assertEqual(
            error(self.api.delete_event_bus, Name="default")["Message"], "Cannot delete event bus default."
        )
        iam = client("iam")
        role = iam.create_role(RoleName="forward", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        self.addCleanup(iam.delete_role, RoleName="forward")
        url, queue = self.queue("forwarded")
        made = self.api.put_rule(Name="on-shop", EventBusName="shop", EventPattern='{"source": ["test"]}')
        self.assertEqual(made["RuleArn"], "arn:aws:events:us-east-1:123456789012:rule/shop/on-shop")
        self.api.put_targets(Rule="on-shop", EventBusName="shop", Targets=[{"Id": "q", "Arn": queue, "InputPath": "$.detail"}])
        self.rule("forward")
        self.api.put_targets(Rule="forward", Targets=[{"Id": "bus", "Arn": bus, "RoleArn": role}])
        self.put({"via": "default"})
        self.put({"via": "shop"}, EventBusName="shop")
        self.put({"via": "nothing"}, EventBusName="nothing")
        self.assertEqual(sorted(self.bodies(url) + self.bodies(url)), ['{"via":"default"}', '{"via":"shop"}'])
        self.remove("on-shop", "shop")
        self.api.delete_event_bus(Name="shop")

    def test_patterns(self):
        """The operators of patterns, by TestEventPattern."""
        event = {
            "id": "1", "account": "123456789012", "source": "shop", "time": "2026-09-01T08:00:00Z",
            "region": "us-east-1", "resources": ["arn:one", "arn:two"], "detail-type": "Order",
            "detail": {"name": "Picture.PNG", "size": 300, "ip": "10.0.0.17", "tags": ["a", "b"], "nothing": None,
                       "ok": True, "inner": [{"k": 1, "v": "x"}, {"k": 2, "v": "y"}]},
        }  # fmt: skip
        cases = [
            ({"source": ["shop", "store"]}, True),
            ({"source": ["sho"]}, False),
            ({"resources": ["arn:two"]}, True),
            ({"detail": {"name": [{"prefix": "Pic"}]}}, True),
            ({"detail": {"name": [{"prefix": {"equals-ignore-case": "pIC"}}]}}, True),
            ({"detail": {"name": [{"suffix": ".png"}]}}, False),
            ({"detail": {"name": [{"suffix": {"equals-ignore-case": ".png"}}]}}, True),
            ({"detail": {"name": [{"equals-ignore-case": "picture.png"}]}}, True),
            ({"detail": {"name": [{"wildcard": "P*.P*"}]}}, True),
            ({"detail": {"name": [{"wildcard": "P*.gif"}]}}, False),
            ({"detail": {"name": [{"anything-but": {"prefix": "Pic"}}]}}, False),
            ({"detail": {"name": [{"anything-but": {"suffix": [".gif", ".jpg"]}}]}}, True),
            ({"detail": {"name": [{"anything-but": {"wildcard": "*.PNG"}}]}}, False),
            ({"detail": {"name": [{"anything-but": {"equals-ignore-case": "PICTURE.png"}}]}}, False),
            ({"detail": {"size": [{"anything-but": [100, 200]}]}}, True),
            ({"detail": {"size": [{"numeric": [">", 0, "<=", 300]}]}}, True),
            ({"detail": {"size": [{"numeric": ["=", 3.0e2]}]}}, True),
            ({"detail": {"size": [{"numeric": ["<", 300]}]}}, False),
            ({"detail": {"size": [300]}}, True),
            ({"detail": {"size": ["300"]}}, False),
            ({"detail": {"ip": [{"cidr": "10.0.0.0/24"}]}}, True),
            ({"detail": {"ip": [{"cidr": "10.0.0.0/28"}]}}, False),
            ({"detail": {"nothing": [None], "ok": [True]}}, True),
            ({"detail": {"missing": [{"exists": False}]}}, True),
            ({"detail": {"size": [{"exists": False}]}}, False),
            ({"detail": {"tags": ["b"]}}, True),
            ({"detail": {"inner": {"k": [1], "v": ["x"]}}}, True),
            ({"detail": {"inner": {"k": [1], "v": ["y"]}}}, False),
            ({"$or": [{"source": ["x"]}, {"detail": {"size": [{"numeric": [">", 299]}]}}]}, True),
            ({"detail": {"$or": [{"size": [1]}, {"ok": [False]}]}}, False),
        ]
        for pattern, expected in cases:
            got = self.api.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))["Result"]
            self.assertEqual(got, expected, pattern)
        self.assertEqual(
            error_code(self.api.test_event_pattern, EventPattern='{"a": ["b"]}', Event="{}"), "ValidationException"
        )

    def test_archives(self):
        """An archive keeps what comes, and gives it to the rules again."""
        url, queue = self.queue("replayed")
        self.rule("archived")
        self.api.put_targets(Rule="archived", Targets=[{"Id": "q", "Arn": queue}])
        bus = "arn:aws:events:us-east-1:123456789012:event-bus/default"
        made = self.api.create_archive(
            ArchiveName="all", EventSourceArn=bus, EventPattern='{"source": ["test"]}', RetentionDays=7
        )
        self.assertEqual(error_code(self.api.create_archive, ArchiveName="all", EventSourceArn=bus), "ResourceAlreadyExistsException")
        self.api.update_archive(ArchiveName="all", Description="everything")
        self.put({"n": 1})
        self.put({"n": 2}, source="other")
        self.assertEqual(len(self.bodies(url)), 1)
        described = self.api.describe_archive(ArchiveName="all")
        self.assertEqual((described["EventCount"], described["Description"]), (1, "everything"))
        self.assertEqual([a["ArchiveName"] for a in self.api.list_archives()["Archives"]], ["all"])
        start = described["CreationTime"]
        request = {
            "ReplayName": "again", "EventSourceArn": made["ArchiveArn"], "EventStartTime": start - timedelta(hours=1),
            "EventEndTime": start + timedelta(days=1), "Destination": {"Arn": bus},
        }  # fmt: skip
        self.assertEqual(self.api.start_replay(**request)["State"], "STARTING")
        self.assertEqual(self.api.describe_replay(ReplayName="again")["State"], "COMPLETED")
        again = [json.loads(body) for body in self.bodies(url)]
        self.assertEqual([(event["detail"], event["replay-name"]) for event in again], [({"n": 1}, "again")])
        self.assertEqual([replay["ReplayName"] for replay in self.api.list_replays()["Replays"]], ["again"])
        self.assertEqual(error_code(self.api.cancel_replay, ReplayName="again"), "IllegalStatusException")
        self.api.start_replay(**{**request, "ReplayName": "stopped"})
        self.assertEqual(self.api.cancel_replay(ReplayName="stopped")["State"], "CANCELLING")
        self.api.delete_archive(ArchiveName="all")
        self.assertEqual(error_code(self.api.describe_archive, ArchiveName="all"), "ResourceNotFoundException")

    def test_connections_and_destinations(self):
        """APIs outside and how they are signed in to: what is secret is not shown again."""
        secret = {"Key": "X-Team", "Value": "s3cret", "IsValueSecret": True}
        made = self.api.create_connection(
            Name="partner", AuthorizationType="API_KEY", Description="a partner",
            AuthParameters={
                "ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "hush"},
                "InvocationHttpParameters": {"HeaderParameters": [secret]},
            },
        )
        self.assertEqual(made["ConnectionState"], "AUTHORIZED")
        self.assertRegex(made["ConnectionArn"], r"^arn:aws:events:us-east-1:123456789012:connection/partner/[0-9a-f-]{36}$")
        found = self.api.describe_connection(Name="partner")
        self.assertEqual(found["AuthParameters"], {
            "ApiKeyAuthParameters": {"ApiKeyName": "X-Key"},
            "InvocationHttpParameters": {"HeaderParameters": [{"Key": "X-Team", "IsValueSecret": True}]},
        })
        self.assertIn(":secret:events!connection/partner/", found["SecretArn"])
        again = error(
            self.api.create_connection, Name="partner", AuthorizationType="BASIC",
            AuthParameters={"BasicAuthParameters": {"Username": "a", "Password": "b"}})
        self.assertEqual((again["Code"], again["Message"]), ("ResourceAlreadyExistsException", "Connection partner already exists."))
        self.assertEqual(
            error_code(self.api.create_connection, Name="wrong", AuthorizationType="BASIC",
                       AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": "a", "ApiKeyValue": "b"}}),
            "ValidationException")
        self.api.update_connection(
            Name="partner", AuthorizationType="BASIC",
            AuthParameters={"BasicAuthParameters": {"Username": "ana", "Password": "hush"}})
        self.assertEqual(
            self.api.describe_connection(Name="partner")["AuthParameters"], {"BasicAuthParameters": {"Username": "ana"}})
        self.assertEqual([one["Name"] for one in self.api.list_connections(NamePrefix="part")["Connections"]], ["partner"])
        target = {"ConnectionArn": made["ConnectionArn"], "InvocationEndpoint": "https://example.org/hooks", "HttpMethod": "POST"}
        self.api.create_api_destination(Name="hooks", **target)
        self.assertEqual(error_code(self.api.create_api_destination, Name="hooks", **target), "ResourceAlreadyExistsException")
        self.api.update_api_destination(Name="hooks", InvocationRateLimitPerSecond=10, Description="slow")
        found = self.api.describe_api_destination(Name="hooks")
        self.assertEqual(
            (found["ApiDestinationState"], found["InvocationRateLimitPerSecond"], found["Description"]), ("ACTIVE", 10, "slow"))
        listed = self.api.list_api_destinations(ConnectionArn=made["ConnectionArn"])["ApiDestinations"]
        self.assertEqual([one["Name"] for one in listed], ["hooks"])
        self.api.delete_api_destination(Name="hooks")
        gone = error(self.api.describe_api_destination, Name="hooks")
        self.assertEqual(gone["Message"], "An api-destination 'hooks' does not exist.")
        self.assertEqual(self.api.deauthorize_connection(Name="partner")["ConnectionState"], "DEAUTHORIZED")
        self.assertEqual(self.api.delete_connection(Name="partner")["ConnectionState"], "DELETING")
        self.assertEqual(error_code(self.api.describe_connection, Name="partner"), "ResourceNotFoundException")

    def test_events_of_services(self):
        """Instances, objects and groups tell the default bus what happens to them."""
        from support import image_id

        ec2, s3 = client("ec2"), client("s3")
        url, queue = self.queue("states")
        pattern = {"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"]}
        self.rule("states", EventPattern=json.dumps(pattern))
        self.api.put_targets(Rule="states", Targets=[{"Id": "q", "Arn": queue, "InputPath": "$.detail"}])
        instance = ec2.run_instances(ImageId=image_id(ec2), InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
        ec2.get_waiter("instance_running").wait(InstanceIds=[instance])
        ec2.stop_instances(InstanceIds=[instance])
        ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance])
        ec2.terminate_instances(InstanceIds=[instance])
        ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance])
        states = [json.loads(body) for body in self.bodies(url)]
        self.assertEqual({state["instance-id"] for state in states}, {instance})
        self.assertEqual(
            [state["state"] for state in states],
            ["pending", "running", "stopping", "stopped", "shutting-down", "terminated"],
        )
        s3.create_bucket(Bucket="bridged")
        s3.put_bucket_notification_configuration(
            Bucket="bridged", NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        pattern = {"source": ["aws.s3"], "detail": {"object": {"key": [{"suffix": ".csv"}]}}}
        self.rule("objects", EventPattern=json.dumps(pattern))
        self.api.put_targets(Rule="objects", Targets=[{"Id": "q", "Arn": queue}])
        s3.put_object(Bucket="bridged", Key="a.csv", Body=b"1,2")
        s3.put_object(Bucket="bridged", Key="a.txt", Body=b"1,2")
        s3.delete_object(Bucket="bridged", Key="a.csv")
        got = [json.loads(body) for body in self.bodies(url)]
        self.assertEqual([event["detail-type"] for event in got], ["Object Created", "Object Deleted"])
        self.assertEqual(got[0]["detail"]["object"]["size"], 3)
        self.assertEqual(got[0]["resources"], ["arn:aws:s3:::bridged"])
