import CloudState
import ServiceModel

/// Changing how many shards there are.
///
/// <https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-resharding.html>
enum ReshardingCalls {
    static let operations: [String: Handler] = [
        "MergeShards": .write(merge),
        "SplitShard": .write(split),
        "UpdateShardCount": .write(count),
        "UpdateStreamMode": .write(mode),
    ]

    private static func begin(
        _ reshaping: KinesisStream.Reshaping, _ stream: inout KinesisStream, _ context: inout CallContext
    ) {
        stream.reshaping = reshaping
        stream.status = .updating
        context.kinesis.streams.insert(stream)
        context.settle(stream)
    }

    private static func provisioned(_ input: Input, _ context: CallContext) throws(ServiceError) -> KinesisStream {
        let stream = try context.activeStream(input)
        guard !stream.isOnDemand else {
            throw KinesisError.validation(
                "Request is invalid. Stream \(stream.id) under account \(context.accountID) is in On-Demand mode.")
        }
        return stream
    }

    private static func open(
        _ id: String, _ stream: KinesisStream, _ context: CallContext
    ) throws(ServiceError) -> StreamShard {
        let shard = stream.shards[try ShardCalls.number(id, stream, context)]
        guard shard.closed == nil else {
            throw KinesisError.argument(
                "Shard \(id) in stream \(stream.id) under account \(context.accountID) has already been merged or split, and thus is not eligible for merging or splitting."
            )
        }
        return shard
    }

    static func split(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try provisioned(input, context)
        let shard = try open(input.string("ShardToSplit") ?? "", stream, context)
        let text = input.string("NewStartingHashKey") ?? ""
        guard let key = UInt128(text), key > shard.range.lowerBound, key - shard.range.lowerBound > 1,
            key < shard.range.upperBound
        else {
            let end = shard.range.upperBound == 0 ? 0 : shard.range.upperBound - 1
            throw KinesisError.argument(
                "NewStartingHashKey \(text) used in SplitShard() on shard \(shard.id) in stream \(stream.id) under account \(context.accountID) is not both greater than one plus the shard's StartingHashKey \(shard.range.lowerBound) and less than the shard's EndingHashKey \(end)."
            )
        }
        try StreamCalls.checkRoom(for: 1, context)
        begin(.split(shard: shard.number, at: key), &stream, &context)
        return .empty
    }

    static func merge(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try provisioned(input, context)
        let first = try open(input.string("ShardToMerge") ?? "", stream, context)
        let second = try open(input.string("AdjacentShardToMerge") ?? "", stream, context)
        let areAdjacent = [(first, second), (second, first)].contains { left, right in
            left.range.upperBound != UInt128.max && left.range.upperBound + 1 == right.range.lowerBound
        }
        guard areAdjacent else {
            throw KinesisError.argument(
                "Shards \(first.id) and \(second.id) in stream \(stream.id) under account \(context.accountID) are not an adjacent pair of shards eligible for merging"
            )
        }
        begin(.merge(shard: first.number, with: second.number), &stream, &context)
        return .empty
    }

    static func count(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try provisioned(input, context)
        let target = input.integer("TargetShardCount") ?? 0
        let current = stream.open.count
        guard target <= current * 2 else {
            throw KinesisError.limit(
                "UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: \(current) Target shard count: \(target)"
            )
        }
        guard target * 2 >= current else {
            throw KinesisError.limit(
                "UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: \(current) Target shard count: \(target)"
            )
        }
        try StreamCalls.checkRoom(for: target - current, context)
        if target == current { stream.reshaping = nil } else { begin(.count(target), &stream, &context) }
        return Response([
            "StreamName": .string(stream.id), "StreamARN": .string(stream.arn),
            "CurrentShardCount": .integer(current), "TargetShardCount": .integer(target),
        ])
    }

    static func mode(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try context.activeStream(input)
        stream.isOnDemand = input.structure("StreamModeDetails")?.string("StreamMode") == "ON_DEMAND"
        if let throughput = input.integer("WarmThroughputMiBps") { stream.warmThroughput = throughput }
        stream.status = .updating
        context.kinesis.streams.insert(stream)
        context.settle(stream)
        return .empty
    }

    /// Closes shards and opens their children.
    static func carryOut(_ reshaping: KinesisStream.Reshaping, _ stream: inout KinesisStream, now: Timestamp) {
        switch reshaping {
        case .split(let number, let key):
            let range = stream.shards[number].range
            stream.shards[number].closed = now
            stream.addShard(range.lowerBound...(key - 1), parent: number, now: now)
            stream.addShard(key...range.upperBound, parent: number, now: now)
        case .merge(let first, let second):
            let (left, right) = (stream.shards[first].range, stream.shards[second].range)
            stream.shards[first].closed = now
            stream.shards[second].closed = now
            let low = min(left.lowerBound, right.lowerBound)
            stream.addShard(
                low...max(left.upperBound, right.upperBound), parent: first, adjacentParent: second, now: now)
        case .count(let target):
            let before = stream.open
            for shard in before { stream.shards[shard.number].closed = now }
            for range in HashKeys.even(target) {
                let parents = before.filter { $0.range.overlaps(range) }.map(\.number)
                stream.addShard(
                    range, parent: parents.first, adjacentParent: parents.count > 1 ? parents.last : nil, now: now)
            }
        }
    }
}

/// What Kinesis does by itself.
enum Reactions {
    static func handle(_ context: inout CallContext, _ event: ServiceEvent) {
        guard case .kinesis(let event) = event else { return }
        switch event {
        case .settled(let name, let created):
            guard var stream = context.kinesis.streams[name], stream.created == created else { return }
            if stream.status == .deleting {
                context.kinesis.storedBytes -= stream.shards.reduce(0) { $0 + $1.bytes }
                context.kinesis.streams.remove(name)
            } else {
                if let reshaping = stream.reshaping { ReshardingCalls.carryOut(reshaping, &stream, now: context.now) }
                stream.reshaping = nil
                stream.status = .active
                context.kinesis.streams.insert(stream)
            }
        case .consumer(let arn):
            guard var stream = context.kinesis.streams[CallContext.streamName(arn)],
                let place = stream.consumers.firstIndex(where: { $0.arn == arn })
            else { return }
            if stream.consumers[place].status == .deleting {
                stream.consumers.remove(at: place)
            } else {
                stream.consumers[place].status = .active
            }
            context.kinesis.streams.insert(stream)
        }
        context.world.wake()
    }
}
