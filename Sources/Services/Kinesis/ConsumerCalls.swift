import CloudState
import ServiceModel

/// Readers with throughput of their own.
///
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html>
enum ConsumerCalls {
    static let operations: [String: Handler] = [
        "DeregisterStreamConsumer": .write(deregister),
        "DescribeStreamConsumer": .read(describe),
        "ListStreamConsumers": .read(list),
        "RegisterStreamConsumer": .write(register),
    ]

    private static let most = 20

    private static func view(_ consumer: StreamConsumer, stream: KinesisStream? = nil) -> Value {
        [
            "ConsumerName": .string(consumer.name), "ConsumerARN": .string(consumer.arn),
            "ConsumerStatus": .string(consumer.status.rawValue),
            "ConsumerCreationTimestamp": .timestamp(consumer.created), "StreamARN": .optional(stream?.arn),
        ]
    }

    static func register(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try context.stream(input)
        let name = input.string("ConsumerName") ?? ""
        guard !stream.consumers.contains(where: { $0.name == name }) else {
            throw KinesisError.inUse(
                "Consumer \(name) under stream \(stream.id) already exists for account \(context.accountID).")
        }
        guard stream.status == .active else {
            throw KinesisError.inUse(
                "Stream \(stream.id) under account \(context.accountID) not ACTIVE, instead in state \(stream.status.rawValue)"
            )
        }
        guard stream.consumers.count < most else {
            throw KinesisError.limit(
                "Stream \(stream.id) under account \(context.accountID) has reached its limit of \(most) consumers.")
        }
        let consumer = StreamConsumer(
            name: name, arn: "\(stream.arn)/consumer/\(name):\(context.now.milliseconds / 1000)", created: context.now,
            tags: Tags(input.map("Tags")))
        stream.consumers.append(consumer)
        context.kinesis.streams.insert(stream)
        settle(consumer, &context)
        return Response(["Consumer": view(consumer)])
    }

    private static func settle(_ consumer: StreamConsumer, _ context: inout CallContext) {
        context.world.schedule(
            .event(.kinesis(.consumer(arn: consumer.arn)), region: context.region), after: Timings.kinesisConsumer)
    }

    static func place(
        _ input: Input, _ context: CallContext
    ) throws(ServiceError) -> (stream: KinesisStream, place: Int) {
        let arn = input.string("ConsumerARN")
        let name = arn == nil ? input.string("ConsumerName") : nil
        guard arn != nil || name != nil && input.has("StreamARN") else {
            throw KinesisError.argument("Either ConsumerARN or both StreamARN and ConsumerName must be provided.")
        }
        let streamName = arn.map(CallContext.streamName) ?? CallContext.streamName(input.string("StreamARN") ?? "")
        guard let stream = context.kinesis.streams[streamName] else {
            throw KinesisError.notFound("Stream \(streamName) under account \(context.accountID) not found.")
        }
        guard
            let place = stream.consumers.firstIndex(where: { consumer in
                arn.map { $0 == consumer.arn } ?? (name == consumer.name)
            })
        else {
            throw KinesisError.notFound(
                "Consumer \(arn.map { _ in "" } ?? name ?? "")\(arn.map { "with ARN \($0)" } ?? "") not found for stream \(streamName) under account \(context.accountID)."
            )
        }
        return (stream, place)
    }

    static func deregister(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (stream, place) = try place(input, context)
        stream.consumers[place].status = .deleting
        context.kinesis.streams.insert(stream)
        settle(stream.consumers[place], &context)
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (stream, place) = try place(input, context)
        return Response(["ConsumerDescription": view(stream.consumers[place], stream: stream)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let stream = try context.stream(input)
        var start = 0
        if let token = input.string("NextToken") {
            guard let bytes = Base64.decode(token), let offset = Int(String(decoding: bytes, as: UTF8.self)),
                (0...stream.consumers.count).contains(offset)
            else { throw KinesisError.argument("Invalid NextToken.") }
            start = offset
        }
        let shown = stream.consumers.dropFirst(start).prefix(input.integer("MaxResults") ?? 100)
        let hasMore = start + shown.count < stream.consumers.count
        return Response([
            "Consumers": .list(shown) { view($0) },
            "NextToken": hasMore ? .string(Base64.encode(Array("\(start + shown.count)".utf8))) : nil,
        ])
    }
}
