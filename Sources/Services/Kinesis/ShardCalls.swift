import CloudState
import Digests
import ServiceModel

/// The keys by which records are dealt out to shards: 128 bits, the MD5 of the partition key.
///
/// <https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html#partition-key>
enum HashKeys {
    static func of(_ partitionKey: String) -> UInt128 {
        Digest.md5.of(partitionKey).reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// The whole of them in so many equal parts.
    static func even(_ count: Int) -> [ClosedRange<UInt128>] {
        let size = UInt128.max / UInt128(count) + (count == 1 ? 0 : 1)
        return (0..<count).map { index in
            let start = size * UInt128(index)
            return start...(index == count - 1 ? UInt128.max : start + size - 1)
        }
    }
}

/// Looking at shards.
///
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html>
enum ShardCalls {
    static let operations: [String: Handler] = ["ListShards": .readAtTime(list)]

    static func view(_ shard: StreamShard, _ stream: KinesisStream) -> Value {
        [
            "ShardId": .string(shard.id),
            "ParentShardId": .optional(shard.parent.map(StreamShard.id)),
            "AdjacentParentShardId": .optional(shard.adjacentParent.map(StreamShard.id)),
            "HashKeyRange": [
                "StartingHashKey": .string(String(shard.range.lowerBound)),
                "EndingHashKey": .string(String(shard.range.upperBound)),
            ],
            "SequenceNumberRange": [
                "StartingSequenceNumber": .string(SequenceNumbers.text(0, shard.number, stream)),
                "EndingSequenceNumber": shard.closed == nil
                    ? nil
                    : .string(SequenceNumbers.text(shard.next + SequenceNumbers.offset, shard.number, stream)),
            ],
        ]
    }

    static func number(
        _ id: String, _ stream: KinesisStream, _ context: CallContext
    ) throws(ServiceError) -> Int {
        guard let shard = stream.shards.first(where: { $0.id == id }) else {
            throw KinesisError.notFound(
                "Could not find shard \(id) in stream \(stream.id) under account \(context.accountID).")
        }
        return shard.number
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page: (stream: KinesisStream, start: Int)
        if let token = input.string("NextToken") {
            guard !input.has("StreamName"), !input.has("StreamARN"), !input.has("ExclusiveStartShardId") else {
                throw KinesisError.argument(
                    "NextToken and StreamName cannot be provided together.")
            }
            page = try decode(token, context)
        } else {
            let stream = try context.stream(input)
            let start = try input.string("ExclusiveStartShardId").map { id throws(ServiceError) in
                try number(id, stream, context) + 1
            }
            page = (stream, start ?? 0)
        }
        let wanted = try filter(page.stream, input.structure("ShardFilter"), context)
        let rest = page.stream.shards.dropFirst(page.start).filter(wanted)
        let shown = rest.prefix(input.integer("MaxResults") ?? 1000)
        let next = shown.count < rest.count ? shown.last.map { token(page.stream, $0.number + 1, context.now) } : nil
        return Response(["Shards": .list(shown) { view($0, page.stream) }, "NextToken": .optional(next)])
    }

    private static func token(_ stream: KinesisStream, _ start: Int, _ now: Timestamp) -> String {
        Base64.encode(Array("\(stream.id) \(start) \(now.milliseconds)".utf8))
    }

    private static func decode(
        _ token: String, _ context: CallContext
    ) throws(ServiceError) -> (stream: KinesisStream, start: Int) {
        let parts = (Base64.decode(token).flatMap { String(validating: $0, as: UTF8.self) } ?? "").split(separator: " ")
        guard parts.count == 3, let stream = context.kinesis.streams[String(parts[0])], let start = Int(parts[1]),
            let time = Int(parts[2]), start >= 0
        else { throw KinesisError.argument("Invalid NextToken.") }
        guard context.now.milliseconds - time <= 300_000 else {
            throw ServiceError("ExpiredNextTokenException", "The NextToken has expired.")
        }
        return (stream, start)
    }

    private static func filter(
        _ stream: KinesisStream, _ filter: Input?, _ context: CallContext
    ) throws(ServiceError) -> (StreamShard) -> Bool {
        guard let filter else { return { _ in true } }
        let horizon = context.now.adding(seconds: -3600 * stream.retention)
        let time = filter.timestamp("Timestamp") ?? context.now
        switch filter.string("Type") {
        case "AFTER_SHARD_ID":
            let after = try number(filter.string("ShardId") ?? "", stream, context)
            return { $0.number > after }
        case "AT_TRIM_HORIZON": return { $0.opened <= max(horizon, stream.created) }
        case "FROM_TRIM_HORIZON": return { $0.closed.map { $0 >= horizon } ?? true }
        case "AT_LATEST": return { $0.closed == nil }
        case "AT_TIMESTAMP": return { $0.opened <= time && $0.closed.map { $0 >= time } ?? true }
        case "FROM_TIMESTAMP": return { $0.closed.map { $0 >= time } ?? true }
        default: return { _ in true }
        }
    }
}
