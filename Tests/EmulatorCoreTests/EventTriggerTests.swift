import CloudState
import EmulatorCore
import JSONValue
import ServiceModel
import Synchronization
import Testing

/// Rules and schedules, and what they call.
struct EventTriggerTests {
    private func session() async throws -> (session: TriggerSession, function: String) {
        let session = TriggerSession()
        try await session.role()
        return (session, try await session.function("f"))
    }

    private func rule(
        _ session: TriggerSession, _ target: Value, schedule: String? = nil, pattern: String? = nil
    ) async throws {
        try await session.call(
            "events", "PutRule",
            ["Name": "r", "ScheduleExpression": .optional(schedule), "EventPattern": .optional(pattern)])
        try await session.call("events", "PutTargets", ["Rule": "r", "Targets": [target]])
    }

    @Test func `a rule's schedule invokes a function once a minute, where the function's policy lets it`() async throws
    {
        let (session, function) = try await session()
        try await rule(session, ["Id": "f", "Arn": .string(function)], schedule: "rate(1 minute)")
        await session.pass(minutes: 3)
        #expect(session.events.isEmpty)
        try await session.allow("events", "f")
        await session.pass(minutes: 5)
        #expect(session.events.count == 5)
        let event = try #require(session.events.first)
        #expect(event["detail-type"] == "Scheduled Event")
        #expect(event["source"] == "aws.events")
        #expect(event["resources"] == ["arn:aws:events:us-east-1:123456789012:rule/r"])
        try await session.call("events", "DisableRule", ["Name": "r"])
        await session.pass(minutes: 5)
        #expect(session.events.count == 5)
        try await session.call("events", "EnableRule", ["Name": "r"])
        try await session.call("events", "EnableRule", ["Name": "r"])
        await session.pass(minutes: 2)
        #expect(session.events.count == 7)
    }

    @Test func `a look does not wait for a schedule`() async throws {
        let (session, function) = try await session()
        try await session.allow("events", "f")
        try await rule(session, ["Id": "f", "Arn": .string(function)], schedule: "rate(1 day)")
        let before = session.emulator.world.now
        try await session.call("events", "ListRules", [:])
        await session.settle()
        #expect(session.emulator.world.now.milliseconds - before.milliseconds < 60_000)
        #expect(session.events.isEmpty)
    }

    @Test func `events reach streams and log groups as the policies allow`() async throws {
        let (session, _) = try await session()
        let stream = try await session.stream()
        try await session.call("logs", "CreateLogGroup", ["logGroupName": "/aws/events/all"])
        let group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/all"
        try await rule(
            session,
            [
                "Id": "s", "Arn": .string(stream), "RoleArn": .string(TriggerSession.role),
                "KinesisParameters": ["PartitionKeyPath": "$.detail.key"], "InputPath": "$.detail",
            ], pattern: #"{"source":["t"]}"#)
        try await session.call("events", "PutTargets", ["Rule": "r", "Targets": [["Id": "l", "Arn": .string(group)]]])
        func put(_ key: String) async throws {
            try await session.call(
                "events", "PutEvents",
                ["Entries": [["Source": "t", "DetailType": "d", "Detail": .string(#"{"key":"\#(key)"}"#)]]])
            await session.settle()
        }
        try await put("one")
        let region = try #require(session.emulator.world.regions.first { $0.name == TriggerSession.region })
        #expect(region.logs.streams.isEmpty)
        #expect(region.kinesis.streams["s"]?.shards.first?[0]?.partitionKey == "one")
        #expect(region.kinesis.streams["s"]?.shards.first?[0]?.data == Array(#"{"key":"one"}"#.utf8))
        let policy: JSON = [
            "Version": "2012-10-17",
            "Statement": [
                [
                    "Effect": "Allow", "Principal": ["Service": "events.amazonaws.com"],
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": .string("\(group):*"),
                ]
            ],
        ]
        try await session.call(
            "logs", "PutResourcePolicy",
            ["policyName": "events", "policyDocument": .string(policy.serializedString())])
        try await put("two")
        let answer = try await session.call("logs", "FilterLogEvents", ["logGroupName": "/aws/events/all"])
        let events = answer["events"]?.elements ?? []
        #expect(events.count == 1)
        #expect(events.first?["message"]?.text?.contains(#""detail":{"key":"two"}"#) == true)
    }

    @Test func `a role that a rule takes on needs the permission where permissions are enforced`() async throws {
        let session = TriggerSession(enforcesIAM: true)
        try await session.role()
        let stream = try await session.stream()
        try await rule(
            session, ["Id": "s", "Arn": .string(stream), "RoleArn": .string(TriggerSession.role)],
            pattern: #"{"source":["t"]}"#)
        let entry: Value = ["Source": "t", "DetailType": "d", "Detail": "{}"]
        try await session.call("events", "PutEvents", ["Entries": [entry]])
        await session.settle()
        func count() -> Int? {
            session.emulator.world.regions.first { $0.name == TriggerSession.region }?
                .kinesis.streams["s"]?.shards.first?.next
        }
        #expect(count() == 0)
        try await session.call(
            "iam", "PutRolePolicy",
            [
                "RoleName": "runs", "PolicyName": "p",
                "PolicyDocument": .string(
                    #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:PutRecord","Resource":"\#(stream)"}]}"#
                ),
            ])
        try await session.call("events", "PutEvents", ["Entries": [entry]])
        await session.settle()
        #expect(count() == 1)
    }

    @Test func `buses that pass events on to each other in a circle come to rest`() async throws {
        let (session, function) = try await session()
        try await session.allow("events", "f")
        try await session.call("events", "CreateEventBus", ["Name": "other"])
        let bus = "arn:aws:events:us-east-1:123456789012:event-bus/"
        for (from, to) in [("default", "other"), ("other", "default")] {
            try await session.call(
                "events", "PutRule",
                ["Name": "on", "EventBusName": .string(from), "EventPattern": #"{"source":["t"]}"#])
            try await session.call(
                "events", "PutTargets",
                [
                    "Rule": "on", "EventBusName": .string(from),
                    "Targets": [
                        ["Id": "b", "Arn": .string(bus + to), "RoleArn": .string(TriggerSession.role)],
                        ["Id": "f", "Arn": .string(function)],
                    ],
                ])
        }
        try await session.call(
            "events", "PutEvents", ["Entries": [["Source": "t", "DetailType": "d", "Detail": "{}"]]])
        await session.settle()
        #expect(session.events.count == 9)
    }

    // MARK: Schedules

    private func schedule(
        _ session: TriggerSession, _ expression: String, _ target: Value, _ more: [String: Value] = [:]
    ) async throws {
        var parameters = Fields()
        parameters["Name"] = "s"
        parameters["ScheduleExpression"] = .string(expression)
        parameters["FlexibleTimeWindow"] = ["Mode": "OFF"]
        parameters["Target"] = target
        for (name, value) in more.sorted(by: { $0.key < $1.key }) { parameters[name] = value }
        try await session.call("scheduler", "CreateSchedule", .structure(parameters))
    }

    @Test func `a schedule for one time invokes once and is deleted afterwards`() async throws {
        let (session, function) = try await session()
        try await schedule(
            session, "at(2026-09-01T10:30:00)",
            [
                "Arn": .string(function), "RoleArn": .string(TriggerSession.role),
                "Input": #"{"at":"<aws.scheduler.scheduled-time>"}"#,
            ], ["ActionAfterCompletion": "DELETE", "ScheduleExpressionTimezone": "Europe/Berlin"])
        await session.pass(minutes: 29)
        #expect(session.events.isEmpty)
        await session.pass(minutes: 60)
        #expect(session.events == [["at": "2026-09-01T08:30:00Z"]])
        await #expect(throws: ServiceError.self) {
            try await session.call("scheduler", "GetSchedule", ["Name": "s"])
        }
    }

    @Test func `a schedule ends with its end date, and a flexible one comes within its window`() async throws {
        let (session, function) = try await session()
        let start = TriggerSession.epoch.adding(seconds: 600)
        try await schedule(
            session, "rate(5 minutes)", ["Arn": .string(function), "RoleArn": .string(TriggerSession.role)],
            [
                "StartDate": .timestamp(start), "EndDate": .timestamp(start.adding(seconds: 1200)),
                "FlexibleTimeWindow": ["Mode": "FLEXIBLE", "MaximumWindowInMinutes": 3],
            ])
        await session.pass(minutes: 60)
        #expect(session.events.count == 5)
        let times = session.events.compactMap { $0["time"]?.stringValue }
        #expect(times.first == "2026-09-01T08:10:00Z")
        #expect(times.last == "2026-09-01T08:30:00Z")
    }

    @Test func `a schedule calls any operation as its role`() async throws {
        let (session, _) = try await session()
        let images = try await session.call(
            "ec2", "DescribeImages",
            ["Filters": [["Name": "name", "Values": ["al2023-ami-2023*-kernel-6.1-x86_64"]]]])
        let image = images["Images"]?.elements?.first?["ImageId"] ?? ""
        let run = try await session.call(
            "ec2", "RunInstances", ["ImageId": image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1])
        let id = run["Instances"]?.elements?.first?["InstanceId"]?.text ?? ""
        await session.settle()
        try await schedule(
            session, "cron(0 20 * * ? *)",
            [
                "Arn": "arn:aws:scheduler:::aws-sdk:ec2:stopInstances", "RoleArn": .string(TriggerSession.role),
                "Input": .string(#"{"InstanceIds":["\#(id)"]}"#),
            ])
        await session.pass(minutes: 13 * 60)
        let region = session.emulator.world.regions.first { $0.name == TriggerSession.region }
        #expect(region?.ec2.instances[id]?.state == .stopped)
    }

    @Test func `what a schedule cannot deliver is tried again by its policy, and then lies in the dead letter queue`()
        async throws
    {
        let (session, _) = try await session()
        try await session.call("sqs", "CreateQueue", ["QueueName": "dead"])
        try await schedule(
            session, "at(2026-09-01T08:30:00)",
            [
                "Arn": "arn:aws:sqs:us-east-1:123456789012:none", "RoleArn": .string(TriggerSession.role),
                "Input": #"["<aws.scheduler.attempt-number>"]"#, "RetryPolicy": ["MaximumRetryAttempts": 8],
                "DeadLetterConfig": ["Arn": "arn:aws:sqs:us-east-1:123456789012:dead"],
            ])
        // The waits double: the eighth attempt but one comes after 127 seconds, the last after 255.
        await session.pass(minutes: 34)
        #expect(session.messages("dead").isEmpty)
        await session.pass(minutes: 1)
        #expect(session.messages("dead") == [["9"]])
        let letter = try await session.call(
            "sqs", "ReceiveMessage",
            [
                "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/dead", "MessageAttributeNames": ["All"],
            ])
        let attributes = letter["Messages"]?.elements?.first?["MessageAttributes"]
        for (name, value) in [
            ("ERROR_CODE", "AWS.SimpleQueueService.NonExistentQueue"), ("RETRY_ATTEMPTS", "8"),
            ("EXHAUSTED_RETRY_CONDITION", "MaximumRetryAttempts"), ("SCHEDULED_TIME", "2026-09-01T08:30:00Z"),
        ] {
            #expect(attributes?[name]?["StringValue"]?.text == value)
        }
    }

    @Test func `a rule tries again where the target fails, not where it is missing`() async throws {
        let (session, _) = try await session()
        try await session.role("host", may: ["ecs:*"], trusting: ["ec2"])
        try await session.call("iam", "CreateInstanceProfile", ["InstanceProfileName": "host"])
        try await session.call(
            "iam", "AddRoleToInstanceProfile", ["InstanceProfileName": "host", "RoleName": "host"])
        let image = try await session.call(
            "ssm", "GetParameter", ["Name": "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"])
        try await session.call("ecs", "CreateCluster", ["clusterName": "default"])
        try await session.call(
            "ec2", "RunInstances",
            [
                "ImageId": image["Parameter"]?["Value"], "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1,
                "IamInstanceProfile": ["Name": "host"],
            ])
        await session.settle()
        let job: Value = ["family": "job", "containerDefinitions": [["name": "a", "image": "b", "memory": 64_000]]]
        let definition = try await session.call("ecs", "RegisterTaskDefinition", job)
        let policy = #"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}]}"#
        for name in ["large", "missing"] {
            try await session.call(
                "sqs", "CreateQueue",
                [
                    "QueueName": .string(name),
                    "Attributes": .map(Fields([.init(name: "Policy", value: .string(policy))])),
                ])
        }
        func target(_ name: String, _ arn: String, _ more: [String: Value]) -> Value {
            var fields = Fields()
            fields["Id"] = .string(name)
            fields["Arn"] = .string(arn)
            fields["RetryPolicy"] = ["MaximumRetryAttempts": 2]
            fields["DeadLetterConfig"] = ["Arn": .string("arn:aws:sqs:us-east-1:123456789012:\(name)")]
            for (name, value) in more { fields[name] = value }
            return .structure(fields)
        }
        let cluster = target(
            "large", "arn:aws:ecs:us-east-1:123456789012:cluster/default",
            [
                "RoleArn": .string(TriggerSession.role),
                "EcsParameters": ["TaskDefinitionArn": definition["taskDefinition"]?["taskDefinitionArn"]],
            ])
        try await rule(session, cluster, pattern: #"{"source":["t"]}"#)
        try await session.call(
            "events", "PutTargets",
            ["Rule": "r", "Targets": [target("missing", "arn:aws:sqs:us-east-1:123456789012:none", [:])]])
        try await session.call(
            "events", "PutEvents", ["Entries": [["Source": "t", "DetailType": "d", "Detail": "{}"]]])
        await session.settle()
        #expect(session.messages("missing").count == 1)
        #expect(session.messages("large").isEmpty)
        await session.pass(minutes: 1)
        let letter = try await session.call(
            "sqs", "ReceiveMessage",
            [
                "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/large", "MessageAttributeNames": ["All"],
            ])
        let attributes = letter["Messages"]?.elements?.first?["MessageAttributes"]
        for (name, value) in [
            ("ERROR_CODE", "ERROR_FROM_TARGET"), ("ERROR_MESSAGE", "RESOURCE:MEMORY"), ("RETRY_ATTEMPTS", "2"),
            ("EXHAUSTED_RETRY_CONDITION", "MaximumRetryAttempts"),
        ] {
            #expect(attributes?[name]?["StringValue"]?.text == value)
        }
    }

    // MARK: Laws

    @Test func `calls of the three services that fail leave the world as it was`() async throws {
        let (session, function) = try await session()
        try await rule(session, ["Id": "f", "Arn": .string(function)], schedule: "rate(1 hour)")
        _ = try await session.stream()
        await session.settle()
        let failing: [(String, String, Value)] = [
            ("events", "PutRule", ["Name": "x", "ScheduleExpression": "rate(0 days)"]),
            (
                "events", "PutTargets",
                [
                    "Rule": "r",
                    "Targets": [["Id": "a", "Arn": "arn:aws:sqs:us-east-1:1:q"], ["Id": "b", "Arn": "no"]],
                ]
            ),
            ("events", "DeleteRule", ["Name": "r"]), ("events", "DeleteEventBus", ["Name": "default"]),
            ("events", "StartReplay", ["ReplayName": "x", "EventSourceArn": "a", "Destination": ["Arn": "b"]]),
            ("kinesis", "CreateStream", ["StreamName": "s", "ShardCount": 1]),
            (
                "kinesis", "PutRecords",
                [
                    "StreamName": "s",
                    "Records": [
                        ["PartitionKey": "k", "Data": .blob([1])],
                        ["PartitionKey": "k", "Data": .blob([1]), "ExplicitHashKey": "x"],
                    ],
                ]
            ),
            (
                "kinesis", "MergeShards",
                [
                    "StreamName": "s", "ShardToMerge": "shardId-000000000000",
                    "AdjacentShardToMerge": "shardId-000000000000",
                ]
            ),
            ("scheduler", "DeleteSchedule", ["Name": "none"]),
            ("scheduler", "CreateSchedule", ["Name": "x", "ScheduleExpression": "never"]),
        ]  // swift-format-ignore
        for (service, operation, parameters) in failing {
            let before = session.emulator.world
            await #expect(throws: ServiceError.self) { try await session.call(service, operation, parameters) }
            var later = before
            later.advance(to: session.emulator.world.now)
            #expect(session.emulator.world == later, "\(service) \(operation)")
        }
    }

    @Test func `replaying the calls of the three services gives the same world`() async throws {
        let session = TriggerSession()
        try await session.role()
        _ = try await session.queue("q")
        _ = try await session.stream()
        try await session.put(["1", "2"])
        try await rule(
            session, ["Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:q"], schedule: "rate(1 minute)",
            pattern: #"{"source":["t"]}"#)
        try await session.call(
            "events", "PutEvents", ["Entries": [["Source": "t", "DetailType": "d", "Detail": "{}"]]])
        try await schedule(
            session, "rate(7 minutes)",
            [
                "Arn": .string("arn:aws:kinesis:us-east-1:123456789012:stream/s"),
                "RoleArn": .string(TriggerSession.role), "KinesisParameters": ["PartitionKey": "p"], "Input": "{}",
            ])
        await session.pass(minutes: 30)
        try await session.call("events", "DisableRule", ["Name": "r"])
        try await session.call("kinesis", "DeleteStream", ["StreamName": "s"])
        let start = World(seed: "test", epoch: TriggerSession.epoch)
        #expect(session.messages("q").count == 31)
        #expect(start.replayed(session.emulator.trail.records) == session.emulator.world)
    }

    @Test func `a message that a function is at work on comes to nobody else, however far the clock goes`() async throws
    {
        let place = Mutex<Emulator?>(nil)
        let session = TriggerSession { _, _ in
            place.withLock(\.self)?.advance(milliseconds: 1_000_000)
            return FunctionOutcome(ending: .success, payload: Array("null".utf8))
        }
        place.withLock { $0 = session.emulator }
        try await session.role()
        try await session.function("f")
        let queue = try await session.queue("q")
        try await session.call(
            "lambda", "CreateEventSourceMapping", ["FunctionName": "f", "EventSourceArn": .string(queue)])
        try await session.call(
            "sqs", "SendMessage",
            ["QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody": "1"])
        await session.pass(minutes: 1)
        #expect(session.events.count == 1)
        #expect(session.messages("q").isEmpty)
    }

    @Test func `a message that a function has not done is seen again`() async throws {
        let session = TriggerSession { _, _ in FunctionOutcome(ending: .throttled) }
        try await session.role()
        try await session.function("f")
        let queue = try await session.queue("q")
        try await session.call(
            "lambda", "CreateEventSourceMapping", ["FunctionName": "f", "EventSourceArn": .string(queue)])
        try await session.call(
            "sqs", "SendMessage",
            ["QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody": "1"])
        await session.pass(minutes: 3)
        #expect(session.events.count > 1)
        #expect(session.messages("q").count == 1)
    }

    @Test func `a bucket first tells a queue that it may write to it`() async throws {
        let session = TriggerSession()
        let queue = try await session.queue("q")
        try await session.call("s3", "CreateBucket", ["Bucket": "bucket"])
        try await session.call(
            "s3", "PutBucketNotificationConfiguration",
            [
                "Bucket": "bucket",
                "NotificationConfiguration": [
                    "QueueConfigurations": [["QueueArn": .string(queue), "Events": ["s3:ObjectCreated:*"]]]
                ],
            ])
        try await session.call("s3", "PutObject", ["Bucket": "bucket", "Key": "k", "Body": .blob([1])])
        let messages = session.messages("q")
        try #require(messages.count == 2)
        #expect(messages[0]["Event"] == "s3:TestEvent" && messages[0]["Bucket"] == "bucket")
        #expect(messages[0]["Records"] == nil)
        let record = try #require(messages[1]["Records"]?.arrayValue?.first)
        #expect(record["responseElements"]?["x-amz-id-2"]?.stringValue?.isEmpty == false)
    }
}
