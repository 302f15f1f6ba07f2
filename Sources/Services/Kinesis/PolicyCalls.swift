import CloudState
import PolicyEngine
import ServiceModel

/// Policies of streams: checked and kept.
///
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutResourcePolicy.html>
enum PolicyCalls {
    static let operations: [String: Handler] = [
        "DeleteResourcePolicy": .write(delete),
        "GetResourcePolicy": .read(get),
        "PutResourcePolicy": .write(put),
    ]

    private static func stream(_ input: Input, _ context: CallContext) throws(ServiceError) -> KinesisStream {
        let arn = input.string("ResourceARN") ?? ""
        let name = CallContext.streamName(arn)
        guard let stream = context.kinesis.streams[name], arn == stream.arn else {
            throw KinesisError.notFound("Stream \(name) under account \(context.accountID) not found.")
        }
        return stream
    }

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try stream(input, context)
        let text = input.string("Policy") ?? ""
        do {
            _ = try Policy(parsing: text, as: .resource)
        } catch {
            throw KinesisError.argument("Policy is invalid: \(error)")
        }
        stream.policy = text
        context.kinesis.streams.insert(stream)
        return .empty
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let stream = try stream(input, context)
        guard let policy = stream.policy else {
            throw KinesisError.notFound("No resource policy found for resource ARN \(stream.arn)")
        }
        return Response(["Policy": .string(policy)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try stream(input, context)
        guard stream.policy != nil else {
            throw KinesisError.notFound("No resource policy found for resource ARN \(stream.arn)")
        }
        stream.policy = nil
        context.kinesis.streams.insert(stream)
        return .empty
    }
}

/// What the account has and may have.
///
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeLimits.html>
enum AccountCalls {
    static let operations: [String: Handler] = [
        "DescribeAccountSettings": .read(settings),
        "DescribeLimits": .read(limits),
        "UpdateAccountSettings": .write(update),
    ]

    static func limits(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let provisioned = context.kinesis.streams.filter { !$0.isOnDemand }
        return Response([
            "ShardLimit": .integer(StreamCalls.mostShards),
            "OpenShardCount": .integer(provisioned.reduce(0) { $0 + $1.open.count }),
            "OnDemandStreamCount": .integer(context.kinesis.streams.count(where: \.isOnDemand)),
            "OnDemandStreamCountLimit": 50,
        ])
    }

    private static func view(_ context: CallContext) -> Response {
        Response([
            "MinimumThroughputBillingCommitment": [
                "Status": context.kinesis.committed == nil ? "DISABLED" : "ENABLED",
                "StartedAt": context.kinesis.committed.map(Value.timestamp),
                "EarliestAllowedEndAt": context.kinesis.committed.map { .timestamp($0.adding(seconds: 86_400)) },
            ]
        ])
    }

    static func settings(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        view(context)
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let isOn = input.structure("MinimumThroughputBillingCommitment")?.string("Status") == "ENABLED"
        if isOn {
            context.kinesis.committed = context.kinesis.committed ?? context.now
        } else if let start = context.kinesis.committed {
            guard start.adding(seconds: 86_400) <= context.now else {
                throw KinesisError.validation(
                    "The commitment of minimum throughput cannot be ended earlier than 24 hours after its start.")
            }
            context.kinesis.committed = nil
        }
        return view(context)
    }
}
