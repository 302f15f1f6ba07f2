import CloudState
import ServiceModel

/// Putting records.
///
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html>
enum PutCalls {
    static let operations: [String: Handler] = ["PutRecord": .write(put), "PutRecords": .write(putAll)]

    /// Bytes of all records that a region may hold: they live in memory.
    private static let mostBytes = 256 * 1024 * 1024

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try writable(input, context)
        let size = (input.blob("Data")?.count ?? 0) + (input.string("PartitionKey")?.utf8.count ?? 0)
        try check(size, stream)
        let key = try hashKey(input, stream, context)
        trim(&stream, &context)
        let (shard, sequence) = try append(input, key, to: &stream, &context)
        context.kinesis.streams.insert(stream)
        measure(stream, [size], &context)
        return Response([
            "ShardId": .string(shard), "SequenceNumber": .string(sequence), "EncryptionType": encryption(stream),
        ])
    }

    static func putAll(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try writable(input, context)
        let records = input.structures("Records")
        let sizes = records.map { ($0.blob("Data")?.count ?? 0) + ($0.string("PartitionKey")?.utf8.count ?? 0) }
        guard sizes.reduce(0, +) <= 10 * 1024 * 1024 else {
            throw KinesisError.argument("Records size exceeds 10 MB limit")
        }
        var keys: [UInt128] = []
        for (record, size) in zip(records, sizes) {
            try check(size, stream)
            keys.append(try hashKey(record, stream, context))
        }
        trim(&stream, &context)
        var results: [Value] = []
        for (record, key) in zip(records, keys) {
            let (shard, sequence) = try append(record, key, to: &stream, &context)
            results.append(["ShardId": .string(shard), "SequenceNumber": .string(sequence)])
        }
        context.kinesis.streams.insert(stream)
        measure(stream, sizes, &context)
        return Response([
            "FailedRecordCount": 0, "Records": .list(results), "EncryptionType": encryption(stream),
        ])
    }

    /// Records go to a stream that is being changed, but not to one that is not there yet.
    private static func writable(_ input: Input, _ context: CallContext) throws(ServiceError) -> KinesisStream {
        let stream = try context.stream(input)
        guard [.active, .updating].contains(stream.status) else {
            throw KinesisError.notFound("Stream \(stream.id) under account \(context.accountID) not found.")
        }
        return stream
    }

    private static func encryption(_ stream: KinesisStream) -> Value? { stream.keyID == nil ? nil : "KMS" }

    private static func check(_ size: Int, _ stream: KinesisStream) throws(ServiceError) {
        guard size <= stream.largestRecord * 1024 else {
            throw KinesisError.validation(
                "1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to \(stream.largestRecord * 1024)"
            )
        }
    }

    private static func hashKey(
        _ record: Input, _ stream: KinesisStream, _ context: CallContext
    ) throws(ServiceError) -> UInt128 {
        guard let text = record.string("ExplicitHashKey") else {
            return HashKeys.of(record.string("PartitionKey") ?? "")
        }
        guard let key = UInt128(text) else {
            throw KinesisError.argument(
                "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was \(text)"
            )
        }
        return key
    }

    private static func append(
        _ input: Input, _ key: UInt128, to stream: inout KinesisStream, _ context: inout CallContext
    ) throws(ServiceError) -> (shard: String, sequence: String) {
        guard let place = stream.shards.lastIndex(where: { $0.closed == nil && $0.range.contains(key) }) else {
            throw ServiceError("InternalFailureException", "", status: 500)
        }
        let record = StreamRecord(
            data: input.blob("Data") ?? [], partitionKey: input.string("PartitionKey") ?? "", arrival: context.now,
            isEncrypted: stream.keyID != nil)
        guard context.kinesis.storedBytes + record.size <= mostBytes else {
            throw ServiceError(
                "ProvisionedThroughputExceededException", "The emulator holds no more records of streams.")
        }
        context.kinesis.storedBytes += record.size
        let number = stream.shards[place].append(record)
        return (
            stream.shards[place].id,
            SequenceNumbers.text(number + SequenceNumbers.offset, stream.shards[place].number, stream)
        )
    }

    /// Drops what is older than the stream keeps it.
    private static func trim(_ stream: inout KinesisStream, _ context: inout CallContext) {
        let horizon = context.now.adding(seconds: -3600 * stream.retention)
        for place in stream.shards.indices where !stream.shards[place].isEmpty {
            context.kinesis.storedBytes -= stream.shards[place].trim(before: horizon)
        }
    }

    private static func measure(_ stream: KinesisStream, _ sizes: [Int], _ context: inout CallContext) {
        context.world.addMetrics(
            [
                ("IncomingRecords", Double(sizes.count), "Count"),
                ("IncomingBytes", Double(sizes.reduce(0, +)), "Bytes"),
            ], namespace: "AWS/Kinesis", dimension: ("StreamName", stream.id), region: context.region)
    }
}
