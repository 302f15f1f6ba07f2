import CloudState
import EmulatorCore
import JSONValue
import ServiceModel
import Synchronization

/// An emulator whose functions are closures, so that what calls them can be tested without programs.
final class TriggerSession: Sendable {
    /// Answers every invocation at once.
    private final class Runner: EffectRunner {
        let invocations = Mutex<[FunctionInvocation]>([])
        let handle: @Sendable (FunctionInvocation, JSON) -> FunctionOutcome

        init(_ handle: @escaping @Sendable (FunctionInvocation, JSON) -> FunctionOutcome) { self.handle = handle }

        func carryOut(_ effect: Effect, on emulator: Emulator, _ done: @escaping @Sendable (EffectOutcome) -> Void) {
            guard case .invocation(let invocation) = effect.work else { return }
            invocations.withLock { $0.append(invocation) }
            done(.invocation(handle(invocation, (try? JSON.parse(invocation.payload)) ?? .null)))
        }
    }

    static let epoch = Timestamp(year: 2026, month: 9, day: 1, hour: 8)
    static let region = "us-east-1"
    static let role = "arn:aws:iam::123456789012:role/runs"

    let emulator: Emulator
    private let runner: Runner

    init(
        enforcesIAM: Bool = false,
        _ handle: @escaping @Sendable (FunctionInvocation, JSON) -> FunctionOutcome = { _, _ in
            FunctionOutcome(ending: .success, payload: Array("null".utf8))
        }
    ) {
        runner = Runner(handle)
        var configuration = Emulator.Configuration(seed: "test", epoch: Self.epoch, enforcesIAM: enforcesIAM)
        configuration.effects = runner
        emulator = Emulator(configuration)
    }

    /// The events that functions got, in their order.
    var events: [JSON] { runner.invocations.withLock { $0.map { (try? JSON.parse($0.payload)) ?? .null } } }

    /// The data of the records of each batch, as texts.
    var batches: [[String]] {
        events.map { event in
            (event["Records"]?.arrayValue ?? []).map { record in
                let text = record["kinesis"]?["data"]?.stringValue ?? ""
                return String(decoding: Base64.decode(text) ?? [], as: UTF8.self)
            }
        }
    }

    @discardableResult
    func call(_ service: String, _ operation: String, _ parameters: Value) async throws -> Fields {
        try await emulator.callAndWait(service, operation, parameters, region: Self.region)
    }

    /// Makes a role that services may take on, with an inline policy of those actions on everything.
    func role(_ name: String = "runs", may actions: [String] = [], trusting services: [String] = []) async throws {
        let trusted = (services.isEmpty ? ["lambda", "events", "scheduler"] : services).map {
            JSON.string("\($0).amazonaws.com")
        }
        let trust: JSON = [
            "Version": "2012-10-17",
            "Statement": [
                ["Effect": "Allow", "Principal": ["Service": .array(trusted)], "Action": "sts:AssumeRole"]
            ],
        ]
        try await call(
            "iam", "CreateRole",
            ["RoleName": .string(name), "AssumeRolePolicyDocument": .string(trust.serializedString())])
        guard !actions.isEmpty else { return }
        let policy: JSON = [
            "Version": "2012-10-17",
            "Statement": [["Effect": "Allow", "Action": .array(actions.map(JSON.string)), "Resource": "*"]],
        ]
        try await call(
            "iam", "PutRolePolicy",
            [
                "RoleName": .string(name), "PolicyName": "may", "PolicyDocument": .string(policy.serializedString()),
            ])
    }

    /// Makes a function of the role `runs`; returns its ARN.
    @discardableResult
    func function(_ name: String) async throws -> String {
        let archive =
            "UEsDBBQAAAAAAAAAIVyzEETTGwAAABsAAAAKAAAAaGFuZGxlci5weWRlZiBoYW5kbGUoZSwgYyk6IHJldHVybiBlClBLAQIUAxQAAAAA"
            + "AAAAIVyzEETTGwAAABsAAAAKAAAAAAAAAAAAAACkAQAAAABoYW5kbGVyLnB5UEsFBgAAAAABAAEAOAAAAEMAAAAAAA=="
        let made = try await call(
            "lambda", "CreateFunction",
            [
                "FunctionName": .string(name), "Runtime": "python3.12", "Role": .string(Self.role),
                "Handler": "handler.handle", "Code": ["ZipFile": .blob(Base64.decode(archive) ?? [])],
            ])
        try await call("lambda", "GetFunction", ["FunctionName": .string(name)])
        return made["FunctionArn"]?.text ?? ""
    }

    /// Lets a service invoke a function.
    func allow(_ service: String, _ function: String) async throws {
        try await call(
            "lambda", "AddPermission",
            [
                "FunctionName": .string(function), "StatementId": .string(service), "Action": "lambda:InvokeFunction",
                "Principal": .string("\(service).amazonaws.com"),
            ])
    }

    /// Makes a stream and waits until it is there.
    func stream(_ name: String = "s", shards: Int = 1) async throws -> String {
        try await call(
            "kinesis", "CreateStream", ["StreamName": .string(name), "ShardCount": .integer(shards)])
        let answer = try await call("kinesis", "DescribeStream", ["StreamName": .string(name)])
        return answer["StreamDescription"]?["StreamARN"]?.text ?? ""
    }

    func put(_ data: String, key: String = "k", to stream: String = "s") async throws {
        try await call(
            "kinesis", "PutRecord",
            ["StreamName": .string(stream), "PartitionKey": .string(key), "Data": .blob(Array(data.utf8))])
    }

    /// Puts records in one call.
    func put(_ data: [String], key: String = "k", to stream: String = "s") async throws {
        try await call(
            "kinesis", "PutRecords",
            [
                "StreamName": .string(stream),
                "Records": .list(data) { ["PartitionKey": .string(key), "Data": .blob(Array($0.utf8))] },
            ])
    }

    /// Makes an event source mapping; returns its id.
    @discardableResult
    func mapping(_ stream: String, _ more: [String: Value] = [:], from position: String = "TRIM_HORIZON") async throws
        -> String
    {
        var parameters = Fields()
        parameters["FunctionName"] = "f"
        parameters["EventSourceArn"] = .string(stream)
        parameters["StartingPosition"] = .string(position)
        for (name, value) in more.sorted(by: { $0.key < $1.key }) { parameters[name] = value }
        let answer = try await call("lambda", "CreateEventSourceMapping", .structure(parameters))
        return answer["UUID"]?.text ?? ""
    }

    /// A queue that services may send to; returns its ARN.
    func queue(_ name: String) async throws -> String {
        let arn = "arn:aws:sqs:us-east-1:123456789012:\(name)"
        let policy: JSON = [
            "Version": "2012-10-17",
            "Statement": [
                [
                    "Effect": "Allow", "Principal": ["Service": ["events.amazonaws.com", "s3.amazonaws.com"]],
                    "Action": "sqs:SendMessage", "Resource": .string(arn),
                ]
            ],
        ]
        var attributes = Fields()
        attributes["Policy"] = .string(policy.serializedString())
        try await call("sqs", "CreateQueue", ["QueueName": .string(name), "Attributes": .map(attributes)])
        return arn
    }

    /// What is in a queue, as JSON, oldest first.
    func messages(_ name: String) -> [JSON] {
        let place = emulator.world.regions.firstIndex { $0.name == Self.region } ?? 0
        let queue = emulator.world.regions[place].sqs.queues[name]
        return queue?.messages.map { (try? JSON.parse($0.body)) ?? .string($0.body) } ?? []
    }

    /// Lets all come to its end.
    func settle() async { await emulator.settleAll() }

    /// Lets virtual time pass, and what is begun in it come to its end.
    func pass(minutes: Int) async {
        emulator.advance(milliseconds: minutes * 60_000)
        await settle()
    }
}
