import CloudState
import ServiceModel

/// Streams as sources of events: the records of each shard go to the function in their order, batch after batch.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html>
enum StreamPoll {
    private static let period = Duration.seconds(1)
    /// Base64 of a batch's data; a payload has 6 MB.
    private static let mostBytes = 5_500_000
    /// Tries of a batch that a client that looks waits for; later ones come in their time.
    private static let awaitedTries = 12
    private static let noAccess =
        "PROBLEM: Cannot access stream. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in IAM."

    /// The ARN of the stream of a mapping, whose source may be one of its consumers.
    static func streamARN(_ source: String) -> String {
        source.firstRange(of: "/consumer/").map { String(source[..<$0.lowerBound]) } ?? source
    }

    static func stream(_ mapping: EventSourceMapping, _ region: Region) -> KinesisStream? {
        let arn = streamARN(mapping.sourceARN)
        return region.kinesis.streams.first { $0.arn == arn }
    }

    private static func factor(_ mapping: EventSourceMapping) -> Int {
        max(1, mapping.settings["ParallelizationFactor"]?.number ?? 1)
    }

    // MARK: Positions

    /// A part of a shard that is read on its own: all of it, or the records of some partition keys.
    struct Lane {
        var shard: Int
        var index: Int
        var count: Int

        var name: String { "\(shard).\(index).\(count)" }

        init(shard: Int, index: Int, count: Int) {
            self.shard = shard
            self.index = index
            self.count = count
        }

        init?(_ name: String) {
            let parts = name.split(separator: ".").compactMap { Int($0) }
            guard parts.count == 3 else { return nil }
            self.init(shard: parts[0], index: parts[1], count: parts[2])
        }

        func holds(_ partitionKey: String) -> Bool {
            count == 1 || IDGenerator.hash(partitionKey, 0xCBF2_9CE4_8422_2325) % UInt64(count) == UInt64(index)
        }
    }

    private static func lanes(_ mapping: EventSourceMapping, _ shard: Int) -> [Lane] {
        let count = factor(mapping)
        return (0..<count).map { Lane(shard: shard, index: $0, count: count) }
    }

    /// Where a new mapping begins.
    static func findPositions(_ mapping: inout EventSourceMapping, _ context: CallContext) {
        guard let stream = stream(mapping, context.world.regions[context.regionIndex]) else { return }
        for shard in stream.shards {
            var position = shard.first
            switch mapping.settings["StartingPosition"]?.text {
            case "LATEST": position = shard.next
            case "AT_TIMESTAMP":
                if case .timestamp(let time)? = mapping.settings["StartingPositionTimestamp"] {
                    position = shard.number(from: time)
                }
            default: break
            }
            for lane in lanes(mapping, shard.number) {
                mapping.positions[lane.name] = StreamProgress(position: position)
            }
        }
    }

    /// Gives the shards that have come since their lanes; after a change of the factor the lanes begin where the old ones
    /// were.
    private static func addLanes(_ mapping: inout EventSourceMapping, _ stream: KinesisStream) {
        for shard in stream.shards {
            let wanted = lanes(mapping, shard.number)
            guard wanted.contains(where: { mapping.positions[$0.name] == nil }) else { continue }
            let old = mapping.positions.filter { Lane($0.key)?.shard == shard.number }
            // What runs comes to its end first.
            guard !old.values.contains(where: \.isRunning) else { continue }
            let unread = old.values.map { $0.pending.first?.numbers.first ?? $0.position }
            for name in old.keys { mapping.positions[name] = nil }
            for lane in wanted {
                mapping.positions[lane.name] = StreamProgress(position: unread.min() ?? shard.first)
            }
        }
    }

    /// Whether all that came before a shard was read.
    private static func isReady(_ shard: StreamShard, _ mapping: EventSourceMapping, _ stream: KinesisStream) -> Bool {
        [shard.parent, shard.adjacentParent].compactMap { $0 }.allSatisfy { number in
            guard stream.shards.indices.contains(number) else { return true }
            let parent = stream.shards[number]
            return mapping.positions.allSatisfy { name, progress in
                guard Lane(name)?.shard == number else { return true }
                return !progress.isRunning && progress.pending.isEmpty && progress.position >= parent.next
            }
        }
    }

    // MARK: Looking

    /// Looks whether there is something, and begins batches.
    static func poll(_ id: String, _ context: inout CallContext) {
        guard var mapping = context.lambda.eventSourceMappings[id], mapping.state == "Enabled" else { return }
        context.world.rest(.lambda(.poll(uuid: id)), region: context.region, period: period)
        guard let stream = stream(mapping, context.world.regions[context.regionIndex]) else {
            context.lambda.eventSourceMappings.update(id) { $0.lastResult = noAccess }
            return
        }
        addLanes(&mapping, stream)
        context.lambda.eventSourceMappings.insert(mapping)
        var next: Timestamp?
        for shard in stream.shards {
            // One lane may have made another shard ready.
            guard let now = context.lambda.eventSourceMappings[id], isReady(shard, now, stream) else { continue }
            for lane in lanes(mapping, shard.number) {
                if let due = StreamBatches.begin(lane, shard, stream, id, &context) {
                    next = next.map { min($0, due) } ?? due
                }
            }
        }
        if let next, next > context.now {
            context.world.agenda.schedule(.event(.lambda(.poll(uuid: id)), region: context.region), at: next)
        }
    }

    /// Whether a client that looks is to wait for what a look would begin.
    static func hasWork(_ id: String, _ world: World, _ region: String) -> Bool {
        guard let place = world.regions.firstIndex(where: { $0.name == region }),
            let mapping = world.regions[place].lambda.eventSourceMappings[id], mapping.state == "Enabled",
            mapping.lastResult != noAccess, let stream = stream(mapping, world.regions[place])
        else { return false }
        return stream.shards.contains { shard in
            let lanes = lanes(mapping, shard.number)
            guard isReady(shard, mapping, stream) else { return false }
            return lanes.contains { lane in
                guard let progress = mapping.positions[lane.name] else { return !shard.isEmpty }
                if progress.isRunning { return false }
                if let batch = progress.pending.first { return batch.attempts < awaitedTries }
                return progress.windowStart != nil || progress.position < shard.next
            }
        }
    }

    /// Notes that the role may not read the stream.
    static func deny(_ id: String, _ context: inout CallContext) {
        context.lambda.eventSourceMappings.update(id) { $0.lastResult = noAccess }
    }

    /// Reads records as the function's role does: by the API.
    static func read(
        from number: Int, _ shard: StreamShard, _ stream: KinesisStream, role: String, session: String, limit: Int,
        _ context: inout CallContext
    ) throws(ServiceError) -> [Value] {
        let iterator = try context.call(
            as: role, session: session, "kinesis", "GetShardIterator",
            [
                "StreamARN": .string(stream.arn), "ShardId": .string(shard.id),
                "ShardIteratorType": "AT_SEQUENCE_NUMBER",
                "StartingSequenceNumber": .string(
                    SequenceNumbers.text(number + SequenceNumbers.offset, shard.number, stream)),
            ])
        let answer = try context.call(
            as: role, session: session, "kinesis", "GetRecords",
            [
                "StreamARN": .string(stream.arn), "ShardIterator": iterator["ShardIterator"],
                "Limit": .integer(min(10_000, max(1, limit))),
            ])
        var bytes = 0
        return (answer["Records"]?.elements ?? []).prefix { record in
            if case .blob(let data)? = record["Data"] { bytes += data.count * 4 / 3 + 400 }
            return bytes <= mostBytes
        }
    }
}
