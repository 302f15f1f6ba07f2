import CloudState
import ServiceModel

/// A place in a shard, as clients hold it.
struct ShardIterator {
    var stream: String
    var created: Int
    var shard: Int
    var number: Int
    /// When it was given.
    var time: Int

    init(_ stream: KinesisStream, _ shard: Int, _ number: Int, _ now: Timestamp) {
        self.stream = stream.id
        created = stream.created.milliseconds
        self.shard = shard
        self.number = number
        time = now.milliseconds
    }

    init(_ token: String) throws(ServiceError) {
        let parts = (Base64.decode(token).flatMap { String(validating: $0, as: UTF8.self) } ?? "").split(separator: " ")
        guard parts.count == 6, parts[0] == "AAAAAAAAAA", let created = Int(parts[2]), let shard = Int(parts[3]),
            let number = Int(parts[4]), let time = Int(parts[5]), shard >= 0, number >= 0
        else { throw KinesisError.argument("Invalid ShardIterator.") }
        stream = String(parts[1])
        self.created = created
        self.shard = shard
        self.number = number
        self.time = time
    }

    var token: String { Base64.encode(Array("AAAAAAAAAA \(stream) \(created) \(shard) \(number) \(time)".utf8)) }
}

/// Reading records.
///
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html>
enum IteratorCalls {
    static let operations: [String: Handler] = [
        "GetRecords": .readAtTime(records), "GetShardIterator": .readAtTime(iterator),
    ]

    /// An iterator is good for five minutes.
    private static let life = 300_000
    private static let mostBytes = 10 * 1024 * 1024

    static func iterator(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let stream = try context.stream(input)
        let id = input.string("ShardId") ?? ""
        guard let shard = stream.shards.first(where: { $0.id == id }) else {
            throw KinesisError.notFound(
                "Shard \(id) in stream \(stream.id) under account \(context.accountID) does not exist")
        }
        let number = try place(
            stream, shard, input.string("ShardIteratorType") ?? "", time: input.timestamp("Timestamp"),
            sequence: input.string("StartingSequenceNumber"), context)
        let iterator = ShardIterator(stream, shard.number, min(number, shard.next), context.now)
        return Response(["ShardIterator": .string(iterator.token)])
    }

    /// The record that a kind of iterator begins with.
    static func place(
        _ stream: KinesisStream, _ shard: StreamShard, _ type: String, time: Timestamp?, sequence text: String?,
        _ context: CallContext
    ) throws(ServiceError) -> Int {
        switch type {
        case "LATEST": return shard.next
        case "AT_TIMESTAMP":
            guard let time else {
                throw KinesisError.argument(
                    "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter."
                )
            }
            guard time <= context.now else {
                throw KinesisError.argument(
                    "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: \(time.milliseconds), currentTimestampInMillis: \(context.now.milliseconds)"
                )
            }
            return shard.number(from: time)
        case "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER":
            guard let text else {
                throw KinesisError.argument(
                    "Must specify either AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or TRIM_HORIZON or LATEST iterator. Current request has no StartingSequenceNumber parameter."
                )
            }
            guard let sequence = SequenceNumbers.number(text, shard.number, stream) else {
                throw KinesisError.argument(
                    "StartingSequenceNumber \(text) used in GetShardIterator on shard \(shard.id) in stream \(stream.id) under account \(context.accountID) is invalid because it did not come from this stream. "
                )
            }
            let at = max(0, sequence - SequenceNumbers.offset)
            return type == "AT_SEQUENCE_NUMBER" || sequence == 0 ? at : at + 1
        default: return shard.first
        }
    }

    static func records(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let iterator = try ShardIterator(input.string("ShardIterator") ?? "")
        let now = context.now
        guard now.milliseconds - iterator.time <= life else {
            throw ServiceError(
                "ExpiredIteratorException",
                "Iterator expired. The iterator was created at time \(date(iterator.time)) while right now it is \(date(now.milliseconds)) which is further in the future than the tolerated delay of \(life) milliseconds."
            )
        }
        guard let stream = context.kinesis.streams[iterator.stream], stream.created.milliseconds == iterator.created,
            stream.shards.indices.contains(iterator.shard)
        else {
            throw KinesisError.notFound("Stream \(iterator.stream) under account \(context.accountID) not found.")
        }
        let shard = stream.shards[iterator.shard]
        let found = read(stream, shard, from: iterator.number, limit: input.integer("Limit") ?? 10_000, now)
        return Response([
            "Records": .list(found.records),
            "NextShardIterator": found.isOver
                ? nil : .string(ShardIterator(stream, shard.number, found.next, now).token),
            "MillisBehindLatest": .integer(found.behind), "ChildShards": found.children,
        ])
    }

    /// What lies in a shard from a record on, as answers show it.
    struct Reading {
        var records: [Value]
        /// The record after them.
        var next: Int
        /// Milliseconds.
        var behind: Int
        /// Whether the shard is closed, and has been read to its end.
        var isOver: Bool
        var children: Value?
    }

    static func read(
        _ stream: KinesisStream, _ shard: StreamShard, from start: Int, limit: Int, _ now: Timestamp
    ) -> Reading {
        let horizon = shard.number(from: now.adding(seconds: -3600 * stream.retention))
        var number = max(start, horizon)
        var found: [Value] = []
        var bytes = 0
        while found.count < limit, bytes < mostBytes, let record = shard[number] {
            bytes += record.size
            found.append(view(record, number, shard, stream))
            number += 1
        }
        let behind = shard[number].map { now.milliseconds - $0.arrival.milliseconds } ?? 0
        let isOver = shard.closed != nil && number >= shard.next
        let children = isOver ? stream.shards.filter { [$0.parent, $0.adjacentParent].contains(shard.number) } : []
        let shown: Value? =
            children.isEmpty
            ? nil
            : .list(children) { child in
                [
                    "ShardId": .string(child.id),
                    "ParentShards": .strings(
                        [child.parent, child.adjacentParent].compactMap { $0 }.map(StreamShard.id)),
                    "HashKeyRange": [
                        "StartingHashKey": .string(String(child.range.lowerBound)),
                        "EndingHashKey": .string(String(child.range.upperBound)),
                    ],
                ]
            }
        return Reading(
            records: found, next: number, behind: max(0, behind), isOver: isOver, children: shown)
    }

    private static func view(
        _ record: StreamRecord, _ number: Int, _ shard: StreamShard, _ stream: KinesisStream
    ) -> Value {
        [
            "SequenceNumber": .string(
                SequenceNumbers.text(number + SequenceNumbers.offset, shard.number, stream)),
            "ApproximateArrivalTimestamp": .timestamp(record.arrival), "Data": .blob(record.data),
            "PartitionKey": .string(record.partitionKey), "EncryptionType": record.isEncrypted ? "KMS" : nil,
        ]
    }

    /// For instance `Tue Sep 01 08:00:00 UTC 2026`.
    private static func date(_ milliseconds: Int) -> String {
        let words = Timestamp(milliseconds: milliseconds).httpDate.split(separator: " ").map(String.init)
        guard words.count >= 5 else { return "" }
        return "\(words[0].dropLast()) \(words[2]) \(words[1]) \(words[4]) UTC \(words[3])"
    }
}
