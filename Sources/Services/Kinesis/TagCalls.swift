import CloudState
import ServiceModel

/// Tags of streams and consumers.
///
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html>
enum TagCalls {
    static let operations: [String: Handler] = [
        "AddTagsToStream": .write(add),
        "ListTagsForResource": .read(listOfResource),
        "ListTagsForStream": .read(list),
        "RemoveTagsFromStream": .write(remove),
        "TagResource": .write(tag),
        "UntagResource": .write(untag),
    ]

    private static let most = 50

    static func tooMany(_ name: String, _ context: CallContext) -> ServiceError {
        KinesisError.argument(
            "Failed to add tags to stream \(name) under account \(context.accountID) because a given stream cannot have more than \(most) tags associated with it."
        )
    }

    static func add(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try context.stream(input)
        for tag in input.map("Tags") { stream.tags[tag.key] = tag.value }
        guard stream.tags.count <= most else { throw tooMany(stream.id, context) }
        context.kinesis.streams.insert(stream)
        return .empty
    }

    static func remove(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try context.stream(input)
        for key in input.strings("TagKeys") { stream.tags[key] = nil }
        context.kinesis.streams.insert(stream)
        return .empty
    }

    private static func view(_ tags: some Sequence<Tags.Tag>) -> Value {
        .list(tags) { ["Key": .string($0.key), "Value": .string($0.value)] }
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let sorted = try context.stream(input).tags.tags.sorted { $0.key < $1.key }
        let after = input.string("ExclusiveStartTagKey")
        let rest = sorted.filter { tag in after.map { tag.key > $0 } ?? true }
        let shown = rest.prefix(input.integer("Limit") ?? most)
        return Response(["Tags": view(shown), "HasMoreTags": .boolean(shown.count < rest.count)])
    }

    /// Changes the tags of a stream or of a consumer.
    private static func change(
        _ arn: String, _ context: inout CallContext, _ body: (inout Tags) -> Void
    ) throws(ServiceError) -> Tags {
        let name = CallContext.streamName(arn)
        guard var stream = context.kinesis.streams[name], arn.hasPrefix(stream.arn) else {
            throw KinesisError.notFound("Stream \(name) under account \(context.accountID) not found.")
        }
        guard arn != stream.arn else {
            body(&stream.tags)
            guard stream.tags.count <= most else { throw tooMany(name, context) }
            context.kinesis.streams.insert(stream)
            return stream.tags
        }
        guard let place = stream.consumers.firstIndex(where: { $0.arn == arn }) else {
            throw KinesisError.notFound("Consumer with ARN \(arn) not found.")
        }
        body(&stream.consumers[place].tags)
        guard stream.consumers[place].tags.count <= most else { throw tooMany(name, context) }
        context.kinesis.streams.insert(stream)
        return stream.consumers[place].tags
    }

    static func tag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        _ = try change(input.string("ResourceARN") ?? "", &context) { tags in
            for tag in input.map("Tags") { tags[tag.key] = tag.value }
        }
        return .empty
    }

    static func untag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        _ = try change(input.string("ResourceARN") ?? "", &context) { tags in
            for key in input.strings("TagKeys") { tags[key] = nil }
        }
        return .empty
    }

    static func listOfResource(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let tags = try change(input.string("ResourceARN") ?? "", &context) { _ in }
        return Response(["Tags": view(tags.tags)])
    }
}
