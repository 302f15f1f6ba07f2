import json
from datetime import timedelta

from support import TestCase, client, error
from test_lambda import package

ACCOUNT = "123456789012"
ANYBODY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {
                "Service": [f"{name}.amazonaws.com" for name in ["lambda", "events", "scheduler", "logs", "ecs-tasks"]]
            },
            "Action": "sts:AssumeRole",
        }
    ],
}


class Triggers(TestCase):
    """What invokes functions and starts tasks: streams, rules, schedules, logs. The functions run."""

    @classmethod
    def setUpClass(cls):
        cls.api = client("lambda")
        cls.logs = client("logs")
        cls.sqs = client("sqs")
        cls.events = client("events")
        cls.kinesis = client("kinesis")
        cls.role = client("iam").create_role(RoleName="triggers", AssumeRolePolicyDocument=json.dumps(ANYBODY))["Role"]["Arn"]

    def function(self, name, code, **more):
        made = self.api.create_function(
            FunctionName=name, Runtime="python3.12", Role=self.role, Handler="handler.handle",
            Code={"ZipFile": package(handler=code)}, Timeout=60, **more,
        )  # fmt: skip
        self.addCleanup(self.api.delete_function, FunctionName=name)
        self.api.get_waiter("function_active_v2").wait(FunctionName=name)
        return made["FunctionArn"]

    def allow(self, name, service):
        self.api.add_permission(
            FunctionName=name, StatementId=service, Action="lambda:InvokeFunction", Principal=f"{service}.amazonaws.com"
        )

    def printed(self, name, pattern="'got'"):
        events = self.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern=pattern.replace("'", '"'))
        return [event["message"].strip() for event in events["events"]]

    def queue(self, name):
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        self.addCleanup(self.sqs.delete_queue, QueueUrl=url)
        arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
        statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return url, arn

    def pass_time(self, url, seconds):
        """Virtual time passes while somebody waits for a message that does not come."""
        for _ in range(seconds // 20):
            self.assertNotIn("Messages", self.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20))

    def test_a_stream(self):
        """A function works on the records of a stream, in their order; a bad one ends in the dead letter queue."""
        dead, dead_arn = self.queue("stream-dead")
        self.kinesis.create_stream(StreamName="orders", ShardCount=1)
        self.addCleanup(self.kinesis.delete_stream, StreamName="orders")
        arn = self.kinesis.describe_stream(StreamName="orders")["StreamDescription"]["StreamARN"]
        self.function(
            "on-stream",
            "import base64, json\n"
            "def handle(event, context):\n"
            "    texts = [base64.b64decode(r['kinesis']['data']).decode() for r in event['Records']]\n"
            "    print('got', *texts)\n"
            "    if 'bad' in texts: raise ValueError('bad record')\n",
        )
        wrong = error(
            self.api.create_event_source_mapping, FunctionName="on-stream", EventSourceArn=arn + "x", StartingPosition="LATEST"
        )
        self.assertEqual(wrong, {"Code": "InvalidParameterValueException", "Message": f"Stream not found: {arn}x"})
        mapping = self.api.create_event_source_mapping(
            FunctionName="on-stream", EventSourceArn=arn, StartingPosition="TRIM_HORIZON", BatchSize=2,
            BisectBatchOnFunctionError=True, MaximumRetryAttempts=1,
            DestinationConfig={"OnFailure": {"Destination": dead_arn}},
        )  # fmt: skip
        self.assertEqual(mapping["State"], "Creating")
        records = [{"Data": text.encode(), "PartitionKey": "k"} for text in ["1", "2", "3", "bad", "5"]]
        self.kinesis.put_records(StreamName="orders", Records=records)
        self.assertEqual(
            self.printed("on-stream"), ["got 1 2", "got 3 bad", "got 3", "got bad", "got bad", "got 5"]
        )
        letter = json.loads(self.sqs.receive_message(QueueUrl=dead)["Messages"][0]["Body"])
        self.assertEqual(letter["requestContext"]["condition"], "RetryAttemptsExhausted")
        self.assertEqual(letter["KinesisBatchInfo"]["batchSize"], 1)
        self.assertEqual(letter["responseContext"]["functionError"], "Unhandled")
        got = self.api.get_event_source_mapping(UUID=mapping["UUID"])
        self.assertEqual((got["State"], got["LastProcessingResult"]), ("Enabled", "OK"))
        self.api.delete_event_source_mapping(UUID=mapping["UUID"])
        self.assertEqual(self.api.list_event_source_mappings(FunctionName="on-stream")["EventSourceMappings"], [])

    def test_a_rule(self):
        """A rule invokes a function with the events that match, once the function's policy lets it."""
        arn = self.function("on-rule", "def handle(event, context): print('got', event['detail']['id'])\n")
        rule = self.events.put_rule(Name="rule", EventPattern=json.dumps({"detail-type": ["Order"]}))["RuleArn"]
        self.addCleanup(self.events.delete_rule, Name="rule")
        self.events.put_targets(Rule="rule", Targets=[{"Id": "f", "Arn": arn}])
        self.addCleanup(self.events.remove_targets, Rule="rule", Ids=["f"])

        def put(number, kind="Order"):
            self.events.put_events(Entries=[{"Source": "s", "DetailType": kind, "Detail": json.dumps({"id": number})}])

        put(1)
        # A look lets the event arrive, and be refused.
        self.events.list_rules()
        self.api.add_permission(
            FunctionName="on-rule", StatementId="rule", Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com", SourceArn=rule,
        )  # fmt: skip
        put(2)
        put(3, kind="Other")
        put(4)
        self.assertEqual(sorted(self.printed("on-rule")), ["got 2", "got 4"])

    def test_schedules(self):
        """A rule's schedule and a schedule of Scheduler's invoke a function again and again."""
        idle, _ = self.queue("idle")
        arn = self.function("on-time", "def handle(event, context): print('got', event.get('source', event.get('by')))\n")
        self.allow("on-time", "events")
        self.events.put_rule(Name="minute", ScheduleExpression="rate(1 minute)")
        self.addCleanup(self.events.delete_rule, Name="minute")
        self.events.put_targets(Rule="minute", Targets=[{"Id": "f", "Arn": arn}])
        self.addCleanup(self.events.remove_targets, Rule="minute", Ids=["f"])
        scheduler = client("scheduler")
        scheduler.create_schedule(
            Name="twice", ScheduleExpression="rate(2 minutes)", FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": arn, "RoleArn": self.role, "Input": json.dumps({"by": "scheduler"})},
        )  # fmt: skip
        self.addCleanup(scheduler.delete_schedule, Name="twice")
        self.pass_time(idle, 260)
        self.assertEqual(sorted(self.printed("on-time")), ["got aws.events"] * 4 + ["got scheduler"] * 2)

    def test_logs(self):
        """What a group's filter lets through goes to the function and the stream that have subscribed."""
        self.logs.create_log_group(logGroupName="/watched")
        self.addCleanup(self.logs.delete_log_group, logGroupName="/watched")
        self.logs.create_log_stream(logGroupName="/watched", logStreamName="one")
        arn = self.function(
            "on-logs",
            "import base64, gzip, json\n"
            "def handle(event, context):\n"
            "    data = json.loads(gzip.decompress(base64.b64decode(event['awslogs']['data'])))\n"
            "    print('got', data['logGroup'], data['logStream'], [e['message'] for e in data['logEvents']])\n",
        )
        self.allow("on-logs", "logs")
        put = {"logGroupName": "/watched", "filterPattern": "ERROR"}
        self.logs.put_subscription_filter(**put, filterName="f", destinationArn=arn)
        self.kinesis.create_stream(StreamName="watched", ShardCount=1)
        self.addCleanup(self.kinesis.delete_stream, StreamName="watched")
        stream = self.kinesis.describe_stream(StreamName="watched")["StreamDescription"]["StreamARN"]
        self.logs.put_subscription_filter(**put, filterName="s", destinationArn=stream, roleArn=self.role)
        now = self.kinesis.describe_stream(StreamName="watched")["StreamDescription"]["StreamCreationTimestamp"]
        at = int((now + timedelta(seconds=5)).timestamp() * 1000)
        self.logs.put_log_events(
            logGroupName="/watched", logStreamName="one",
            logEvents=[{"timestamp": at + n, "message": text} for n, text in enumerate(["ok", "ERROR one", "ERROR two"])],
        )  # fmt: skip
        self.assertEqual(self.printed("on-logs"), ["got /watched one ['ERROR one', 'ERROR two']"])
        iterator = self.kinesis.get_shard_iterator(
            StreamName="watched", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = self.kinesis.get_records(ShardIterator=iterator)["Records"]
        self.assertEqual([record["PartitionKey"] for record in records], ["one"])

    def test_destinations(self):
        """What came of an asynchronous invocation goes to a bus."""
        url, arn = self.queue("results")
        self.function("reports", "def handle(event, context): return {'doubled': event * 2}\n")
        bus = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
        self.api.put_function_event_invoke_config(
            FunctionName="reports", DestinationConfig={"OnSuccess": {"Destination": bus}}
        )
        self.events.put_rule(Name="results", EventPattern=json.dumps({"source": ["lambda"]}))
        self.addCleanup(self.events.delete_rule, Name="results")
        self.events.put_targets(Rule="results", Targets=[{"Id": "q", "Arn": arn}])
        self.addCleanup(self.events.remove_targets, Rule="results", Ids=["q"])
        self.api.invoke(FunctionName="reports", InvocationType="Event", Payload=b"21")
        self.api.get_function(FunctionName="reports")
        event = json.loads(self.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2)["Messages"][0]["Body"])
        self.assertEqual(event["detail-type"], "Lambda Function Invocation Result - Success")
        self.assertEqual(event["detail"]["responsePayload"], {"doubled": 42})

    def test_tasks(self):
        """A rule runs a task, and tasks tell the bus what becomes of them."""
        url, arn = self.queue("tasks")
        ecs, ec2 = client("ecs"), client("ec2")
        cluster = ecs.create_cluster(clusterName="ruled")["cluster"]["clusterArn"]
        self.addCleanup(ecs.delete_cluster, cluster="ruled")
        definition = ecs.register_task_definition(
            family="ruled", requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="512",
            containerDefinitions=[{"name": "web", "image": "nginx"}],
        )["taskDefinition"]["taskDefinitionArn"]  # fmt: skip
        subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        self.events.put_rule(Name="states", EventPattern=json.dumps({"source": ["aws.ecs"]}))
        self.addCleanup(self.events.delete_rule, Name="states")
        self.events.put_targets(Rule="states", Targets=[{"Id": "q", "Arn": arn, "InputPath": "$.detail"}])
        self.addCleanup(self.events.remove_targets, Rule="states", Ids=["q"])
        self.events.put_rule(Name="run", EventPattern=json.dumps({"source": ["start"]}))
        self.addCleanup(self.events.delete_rule, Name="run")
        network = {"awsvpcConfiguration": {"Subnets": [subnet], "AssignPublicIp": "ENABLED"}}
        parameters = {"TaskDefinitionArn": definition, "LaunchType": "FARGATE", "NetworkConfiguration": network}
        self.events.put_targets(
            Rule="run", Targets=[{"Id": "t", "Arn": cluster, "RoleArn": self.role, "EcsParameters": parameters}]
        )
        self.addCleanup(self.events.remove_targets, Rule="run", Ids=["t"])
        self.events.put_events(Entries=[{"Source": "start", "DetailType": "d", "Detail": "{}"}])
        tasks = ecs.list_tasks(cluster="ruled")["taskArns"]
        self.assertEqual(len(tasks), 1)
        task = ecs.describe_tasks(cluster="ruled", tasks=tasks)["tasks"][0]
        self.assertEqual(task["startedBy"], "events-rule/run")
        ecs.stop_task(cluster="ruled", task=tasks[0])
        ecs.get_waiter("tasks_stopped").wait(cluster="ruled", tasks=tasks)
        states = []
        while messages := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            states += [json.loads(message["Body"]) for message in messages]
        self.assertEqual({state["taskArn"] for state in states}, set(tasks))
        names = [state["lastStatus"] for state in states]
        self.assertEqual((names[0], names[-1]), ("PROVISIONING", "STOPPED"))
        self.assertIn("RUNNING", names)
