import CloudState
import ServiceModel

/// Streams.
///
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html>
enum StreamCalls {
    static let operations: [String: Handler] = [
        "CreateStream": .write(create),
        "DeleteStream": .write(delete),
        "DescribeStream": .read(describe),
        "DescribeStreamSummary": .read(summary),
        "ListStreams": .read(list),
    ]

    /// Open shards of a region.
    static let mostShards = 500
    private static let mostOnDemand = 50

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("StreamName") ?? ""
        guard context.kinesis.streams[name] == nil else {
            throw KinesisError.inUse("Stream \(name) under account \(context.accountID) already exists.")
        }
        let isOnDemand = input.structure("StreamModeDetails")?.string("StreamMode") == "ON_DEMAND"
        guard isOnDemand != (input.integer("ShardCount") != nil) else {
            throw KinesisError.validation(
                isOnDemand
                    ? "Shard count should not be specified for on-demand capacity mode."
                    : "ShardCount must be specified for provisioned capacity mode.")
        }
        let count = input.integer("ShardCount") ?? 4
        try checkRoom(for: count, context)
        if isOnDemand, context.kinesis.streams.count(where: \.isOnDemand) >= mostOnDemand {
            throw KinesisError.limit(
                "The number of on-demand data streams in your account has reached its limit of \(mostOnDemand).")
        }
        let tags = Tags(input.map("Tags"))
        guard tags.count <= 50 else { throw TagCalls.tooMany(name, context) }
        var stream = KinesisStream(
            name: name, arn: "arn:aws:kinesis:\(context.region):\(context.accountID):stream/\(name)",
            created: context.now, isOnDemand: isOnDemand, tags: tags)
        stream.largestRecord = input.integer("MaxRecordSizeInKiB") ?? 1024
        stream.warmThroughput = input.integer("WarmThroughputMiBps")
        for range in HashKeys.even(count) { stream.addShard(range, now: context.now) }
        context.kinesis.streams.insert(stream)
        context.settle(stream)
        return .empty
    }

    static func checkRoom(for count: Int, _ context: CallContext) throws(ServiceError) {
        let open = context.kinesis.streams.reduce(0) { $0 + ($1.isOnDemand ? 0 : $1.open.count) }
        guard count <= mostShards - open else {
            throw KinesisError.limit(
                "This request would exceed the shard limit for the account \(context.accountID) in \(context.region). Current shard count for the account: \(open). Limit: \(mostShards). Number of additional shards that would have resulted from this request: \(count). Refer to the AWS Service Limits page (https://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits."
            )
        }
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try context.stream(input)
        guard stream.status != .deleting else { return .empty }
        guard input.boolean("EnforceConsumerDeletion") ?? false || stream.consumers.isEmpty else {
            throw KinesisError.inUse(
                "Stream \(stream.id) under account \(context.accountID) has consumers registered to it. Please deregister all consumers before deleting the stream, or set EnforceConsumerDeletion to true."
            )
        }
        stream.status = .deleting
        context.kinesis.streams.insert(stream)
        context.settle(stream)
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let stream = try context.stream(input)
        let start = try input.string("ExclusiveStartShardId").map { id throws(ServiceError) in
            try ShardCalls.number(id, stream, context) + 1
        }
        let limit = input.integer("Limit") ?? 100
        let rest = stream.shards.dropFirst(start ?? 0)
        let shown = rest.prefix(limit)
        return Response([
            "StreamDescription": [
                "StreamName": .string(stream.id), "StreamARN": .string(stream.arn),
                "StreamStatus": .string(stream.status.rawValue), "StreamModeDetails": mode(stream),
                "Shards": .list(shown) { ShardCalls.view($0, stream) },
                "HasMoreShards": .boolean(shown.count < rest.count),
                "RetentionPeriodHours": .integer(stream.retention),
                "StreamCreationTimestamp": .timestamp(stream.created),
                "EnhancedMonitoring": [["ShardLevelMetrics": .strings(stream.metrics)]],
                "EncryptionType": stream.keyID == nil ? "NONE" : "KMS", "KeyId": .optional(stream.keyID),
            ]
        ])
    }

    static func mode(_ stream: KinesisStream) -> Value {
        ["StreamMode": stream.isOnDemand ? "ON_DEMAND" : "PROVISIONED"]
    }

    static func summary(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let stream = try context.stream(input)
        return Response([
            "StreamDescriptionSummary": [
                "StreamName": .string(stream.id), "StreamARN": .string(stream.arn),
                "StreamStatus": .string(stream.status.rawValue), "StreamModeDetails": mode(stream),
                "RetentionPeriodHours": .integer(stream.retention),
                "StreamCreationTimestamp": .timestamp(stream.created),
                "EnhancedMonitoring": [["ShardLevelMetrics": .strings(stream.metrics)]],
                "EncryptionType": stream.keyID == nil ? "NONE" : "KMS", "KeyId": .optional(stream.keyID),
                "OpenShardCount": .integer(stream.open.count), "ConsumerCount": .integer(stream.consumers.count),
                "MaxRecordSizeInKiB": .integer(stream.largestRecord),
                "WarmThroughput": stream.warmThroughput.map {
                    ["TargetMiBps": .integer($0), "CurrentMiBps": .integer($0)]
                },
            ]
        ])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let after = input.string("ExclusiveStartStreamName") ?? input.string("NextToken")
        let limit = input.integer("Limit") ?? 100
        let all = context.kinesis.streams.sorted { $0.id < $1.id }.filter { stream in
            after.map { stream.id > $0 } ?? true
        }
        let shown = all.prefix(limit)
        let hasMore = shown.count < all.count
        return Response([
            "StreamNames": .strings(shown.map(\.id)), "HasMoreStreams": .boolean(hasMore),
            "NextToken": hasMore ? .optional(shown.last?.id) : nil,
            "StreamSummaries": .list(shown) { stream in
                [
                    "StreamName": .string(stream.id), "StreamARN": .string(stream.arn),
                    "StreamStatus": .string(stream.status.rawValue), "StreamModeDetails": mode(stream),
                    "StreamCreationTimestamp": .timestamp(stream.created),
                ]
            },
        ])
    }
}
