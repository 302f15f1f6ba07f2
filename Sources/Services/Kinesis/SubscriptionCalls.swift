package import CloudState
package import ServiceModel

/// Enhanced fan-out: a consumer that is told of a shard's records as they come.
///
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html>
enum SubscriptionCalls {
    // The emulator has the answer stream.
    static let operations: [String: Handler] = ["SubscribeToShard": .readAtTime(subscribe)]

    static func subscribe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (stream, place) = try ConsumerCalls.place(input, context)
        let consumer = stream.consumers[place]
        guard consumer.status == .active else {
            throw KinesisError.inUse(
                "Consumer \(consumer.name) under stream \(stream.id) under account \(context.accountID) not ACTIVE, instead in state \(consumer.status.rawValue)"
            )
        }
        let id = input.string("ShardId") ?? ""
        guard let shard = stream.shards.first(where: { $0.id == id }) else {
            throw KinesisError.notFound(
                "Shard \(id) in stream \(stream.id) under account \(context.accountID) does not exist")
        }
        let position = input.structure("StartingPosition")
        let number = try IteratorCalls.place(
            stream, shard, position?.string("Type") ?? "", time: position?.timestamp("Timestamp"),
            sequence: position?.string("SequenceNumber"), context)
        let subscription = ShardSubscription(
            region: context.region, stream: stream.id, created: stream.created, shard: shard.number,
            next: min(number, shard.next))
        return Response(.structure(subscription.event(context.world)?.fields ?? Fields()))
    }
}

/// Where a subscription has got to in its shard.
package struct ShardSubscription: Sendable {
    /// A batch of a subscription.
    package struct Event: Sendable {
        /// As SubscribeToShard answers.
        package var fields: Fields
        /// What comes after it; nil where the shard is at its end.
        package var next: ShardSubscription?
        package var isEmpty: Bool
    }

    /// AWS's subscriptions give smaller batches than GetRecords.
    private static let most = 1000

    let region: String
    let stream: String
    let created: Timestamp
    let shard: Int
    let next: Int

    init(region: String, stream: String, created: Timestamp, shard: Int, next: Int) {
        self.region = region
        self.stream = stream
        self.created = created
        self.shard = shard
        self.next = next
    }

    /// The place that an answer of SubscribeToShard has led to.
    package init?(after answer: Fields, of input: Input, _ world: World, region: String) {
        let sequence = answer["EventStream"]?["SubscribeToShardEvent"]?["ContinuationSequenceNumber"]?.text
        let arn = input.string("ConsumerARN") ?? ""
        guard let state = world.regions.first(where: { $0.name == region }),
            let stream = state.kinesis.streams[CallContext.streamName(arn)],
            let shard = stream.shards.first(where: { $0.id == input.string("ShardId") }),
            let sequence, let number = SequenceNumbers.number(sequence, shard.number, stream)
        else { return nil }
        self.init(region: region, stream: stream.id, created: stream.created, shard: shard.number, next: number)
    }

    /// What there is now; nil where the stream is gone.
    package func event(_ world: World) -> Event? {
        guard let state = world.regions.first(where: { $0.name == region }), let stream = state.kinesis.streams[stream],
            stream.created == created, stream.shards.indices.contains(shard)
        else { return nil }
        let found = IteratorCalls.read(stream, stream.shards[shard], from: next, limit: Self.most, world.now)
        var fields = Fields()
        fields.append(
            "EventStream",
            [
                "SubscribeToShardEvent": [
                    "Records": .list(found.records),
                    // After it comes the record of that number.
                    "ContinuationSequenceNumber": .string(SequenceNumbers.text(found.next, shard, stream)),
                    "MillisBehindLatest": .integer(found.behind), "ChildShards": found.children,
                ]
            ])
        return Event(
            fields: fields,
            next: found.isOver
                ? nil
                : ShardSubscription(
                    region: region, stream: self.stream, created: created, shard: shard, next: found.next),
            isEmpty: found.records.isEmpty && !found.isOver)
    }
}
