import CloudState
import EmulatorCore
import JSONValue
import ServiceModel
import Testing

/// Streams as sources of events of functions.
struct StreamTriggerTests {
    private static func fails(on poison: String) -> @Sendable (FunctionInvocation, JSON) -> FunctionOutcome {
        { _, event in
            let isPoisoned = (event["Records"]?.arrayValue ?? []).contains { record in
                Base64.decode(record["kinesis"]?["data"]?.stringValue ?? "") == Array(poison.utf8)
            }
            return isPoisoned
                ? FunctionOutcome(ending: .failure("Unhandled"), payload: Array(#"{"errorMessage":"no"}"#.utf8))
                : FunctionOutcome(ending: .success, payload: Array("null".utf8))
        }
    }

    private func session(
        _ handle: @escaping @Sendable (FunctionInvocation, JSON) -> FunctionOutcome = { _, _ in
            FunctionOutcome(ending: .success, payload: Array("null".utf8))
        }
    ) async throws -> TriggerSession {
        let session = TriggerSession(handle)
        try await session.role()
        try await session.function("f")
        return session
    }

    @Test func `the records of a shard come in their order, batch after batch`() async throws {
        let session = try await session()
        let stream = try await session.stream()
        try await session.put(["1", "2", "3", "4", "5"])
        let id = try await session.mapping(stream, ["BatchSize": 2])
        await session.settle()
        #expect(session.batches == [["1", "2"], ["3", "4"], ["5"]])
        try await session.put("6")
        await session.settle()
        #expect(session.batches.last == ["6"])
        let mapping = try await session.call("lambda", "GetEventSourceMapping", ["UUID": .string(id)])
        #expect(mapping["LastProcessingResult"] == "OK")
        let record = session.events[0]["Records"]?[0]
        #expect(record?["eventSource"] == "aws:kinesis")
        #expect(record?["eventSourceARN"] == .string(stream))
        let sequence = record?["kinesis"]?["sequenceNumber"]?.stringValue ?? ""
        #expect(record?["eventID"] == .string("shardId-000000000000:\(sequence)"))
    }

    @Test(arguments: [("TRIM_HORIZON", ["old", "new"]), ("LATEST", ["new"]), ("AT_TIMESTAMP", ["new"])])
    func `a mapping begins where it is told to`(position: String, expected: [String]) async throws {
        let session = try await session()
        let stream = try await session.stream()
        try await session.put("old")
        await session.pass(minutes: 1)
        let start = session.emulator.world.now
        try await session.mapping(
            stream, position == "AT_TIMESTAMP" ? ["StartingPositionTimestamp": .timestamp(start)] : [:], from: position)
        try await session.put("new")
        await session.settle()
        #expect(session.batches.flatMap { $0 } == expected)
    }

    @Test func `a batch that fails is split until the bad record is alone, which goes to the destination`() async throws
    {
        let session = try await session(Self.fails(on: "bad"))
        let stream = try await session.stream()
        let dead = try await session.queue("dead")
        try await session.put(["1", "2", "bad", "4", "5"])
        try await session.mapping(
            stream,
            [
                "BisectBatchOnFunctionError": true, "MaximumRetryAttempts": 1,
                "DestinationConfig": ["OnFailure": ["Destination": .string(dead)]],
            ])
        await session.settle()
        #expect(
            session.batches == [
                ["1", "2", "bad", "4", "5"], ["1", "2", "bad"], ["1", "2"], ["bad"], ["bad"], ["4", "5"],
            ])
        let report = try #require(session.messages("dead").first)
        #expect(session.messages("dead").count == 1)
        #expect(report["requestContext"]?["condition"] == "RetryAttemptsExhausted")
        #expect(report["requestContext"]?["approximateInvokeCount"] == 2)
        let info = report["KinesisBatchInfo"]
        #expect(info?["batchSize"] == 1)
        #expect(info?["shardId"] == "shardId-000000000000")
        #expect(info?["streamArn"] == .string(stream))
        #expect(info?["startSequenceNumber"] == info?["endSequenceNumber"])
    }

    @Test func `while a batch is tried again, its shard waits and the other goes on`() async throws {
        let session = try await session(Self.fails(on: "bad"))
        let stream = try await session.stream(shards: 2)
        try await session.call(
            "kinesis", "PutRecord",
            ["StreamName": "s", "PartitionKey": "a", "ExplicitHashKey": "0", "Data": .blob(Array("bad".utf8))])
        for data in ["x", "y"] {
            try await session.call(
                "kinesis", "PutRecord",
                [
                    "StreamName": "s", "PartitionKey": "a",
                    "ExplicitHashKey": .string(String(data == "x" ? 0 : UInt128.max)),
                    "Data": .blob(Array(data.utf8)),
                ])
        }
        try await session.mapping(stream, ["BatchSize": 1, "MaximumRetryAttempts": 3])
        await session.settle()
        #expect(session.batches.filter { $0 == ["bad"] }.count == 4)
        let first = session.batches.firstIndex(of: ["x"]) ?? 0
        let last = session.batches.lastIndex(of: ["bad"]) ?? .max
        #expect(first > last)
        #expect(session.batches.firstIndex(of: ["y"]) ?? .max < last)
    }

    @Test func `a function names the first record that it could not do, and gets it and what follows again`()
        async throws
    {
        let session = try await session { _, event in
            let records = event["Records"]?.arrayValue ?? []
            guard records.count > 2 else { return FunctionOutcome(ending: .success, payload: Array("{}".utf8)) }
            let name = records[2]["kinesis"]?["sequenceNumber"]?.stringValue ?? ""
            return FunctionOutcome(
                ending: .success, payload: Array("{\"batchItemFailures\":[{\"itemIdentifier\":\"\(name)\"}]}".utf8))
        }
        let stream = try await session.stream()
        try await session.put(["1", "2", "3", "4"])
        try await session.mapping(stream, ["FunctionResponseTypes": ["ReportBatchItemFailures"]])
        await session.settle()
        #expect(session.batches == [["1", "2", "3", "4"], ["3", "4"]])
    }

    @Test func `only what a filter wants comes, and the rest is passed over`() async throws {
        let session = try await session()
        let stream = try await session.stream()
        try await session.put([#"{"t":1}"#, #"{"t":9}"#, "no JSON", #"{"t":8}"#])
        try await session.mapping(
            stream,
            [
                "FilterCriteria": ["Filters": [["Pattern": #"{"data":{"t":[{"numeric":[">",5]}]}}"#]]],
                "BatchSize": 1,
            ])
        await session.settle()
        #expect(session.batches == [[#"{"t":9}"#], [#"{"t":8}"#]])
    }

    @Test func `children are read when their parent is done`() async throws {
        let session = try await session()
        let stream = try await session.stream()
        try await session.put(["1", "2"])
        try await session.call(
            "kinesis", "SplitShard",
            [
                "StreamName": "s", "ShardToSplit": "shardId-000000000000",
                "NewStartingHashKey": .string(String(UInt128(1) << 127)),
            ])
        try await session.call("kinesis", "DescribeStream", ["StreamName": "s"])
        for (key, data) in [("0", "low"), (String(UInt128.max), "high")] {
            try await session.call(
                "kinesis", "PutRecord",
                [
                    "StreamName": "s", "PartitionKey": "k", "ExplicitHashKey": .string(key),
                    "Data": .blob(Array(data.utf8)),
                ])
        }
        try await session.mapping(stream, ["BatchSize": 1])
        await session.settle()
        #expect(session.batches == [["1"], ["2"], ["low"], ["high"]])
    }

    @Test func `with a parallelization factor the records of one key keep their order`() async throws {
        let session = try await session()
        let stream = try await session.stream()
        for number in 0..<20 { try await session.put("\(number)", key: "key-\(number % 4)") }
        try await session.mapping(stream, ["BatchSize": 3, "ParallelizationFactor": 4])
        await session.settle()
        let all = session.batches.flatMap { $0 }.compactMap { Int($0) }
        #expect(all.sorted() == Array(0..<20))
        for key in 0..<4 {
            let own = all.filter { $0 % 4 == key }
            #expect(own == own.sorted())
        }
    }

    @Test func `records that are too old are given up`() async throws {
        let session = try await session(Self.fails(on: "bad"))
        let stream = try await session.stream()
        let dead = try await session.queue("dead")
        try await session.put("bad")
        try await session.mapping(
            stream,
            [
                "MaximumRecordAgeInSeconds": 60,
                "DestinationConfig": ["OnFailure": ["Destination": .string(dead)]],
            ])
        await session.settle()
        await session.pass(minutes: 3)
        #expect(session.messages("dead").first?["requestContext"]?["condition"] == "RecordAgeExceeded")
        try await session.put("good")
        await session.settle()
        #expect(session.batches.last == ["good"])
    }

    @Test func `a window waits for more, a tumbling window hands its state on and closes`() async throws {
        let session = try await session { _, event in
            guard let window = event["window"] else { return FunctionOutcome(ending: .success) }
            let before = event["state"]?["count"]?.intValue ?? 0
            let count = before + (event["Records"]?.arrayValue?.count ?? 0)
            #expect(window["start"] != nil)
            return FunctionOutcome(ending: .success, payload: Array("{\"state\":{\"count\":\(count)}}".utf8))
        }
        let stream = try await session.stream()
        let id = try await session.mapping(stream, ["MaximumBatchingWindowInSeconds": 30])
        try await session.put("1")
        try await session.put("2")
        await session.settle()
        #expect(session.batches == [["1", "2"]])
        try await session.call("lambda", "DeleteEventSourceMapping", ["UUID": .string(id)])
        await session.settle()
        try await session.mapping(stream, ["TumblingWindowInSeconds": 60, "BatchSize": 1], from: "LATEST")
        try await session.put(["3", "4"])
        await session.settle()
        let last = try #require(session.events.last)
        #expect(last["isFinalInvokeForWindow"] == true)
        #expect(last["state"]?["count"] == 2)
        #expect(session.batches.suffix(3) == [["3"], ["4"], []])
    }

    @Test func `where permissions are enforced, the function's role must be able to read the stream`() async throws {
        let session = TriggerSession(enforcesIAM: true)
        try await session.role()
        try await session.function("f")
        let stream = try await session.stream()
        await #expect(throws: ServiceError.self) { try await session.mapping(stream) }
        let policy: JSON = [
            "Version": "2012-10-17",
            "Statement": [["Effect": "Allow", "Action": "kinesis:*", "Resource": .string(stream)]],
        ]
        let parameters: Value = ["RoleName": "runs", "PolicyName": "p"]
        try await session.call(
            "iam", "PutRolePolicy",
            ["RoleName": "runs", "PolicyName": "p", "PolicyDocument": .string(policy.serializedString())])
        let id = try await session.mapping(stream)
        try await session.put("1")
        await session.settle()
        #expect(session.batches == [["1"]])
        try await session.call("iam", "DeleteRolePolicy", parameters)
        try await session.put("2")
        await session.settle()
        #expect(session.batches == [["1"]])
        let mapping = try await session.call("lambda", "GetEventSourceMapping", ["UUID": .string(id)])
        #expect(mapping["LastProcessingResult"]?.text?.hasPrefix("PROBLEM: Cannot access stream") == true)
    }
}
