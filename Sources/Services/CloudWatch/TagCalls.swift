import CloudState
import ServiceModel

/// Tags of alarms.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html>
enum TagCalls {
    static let operations: [String: Handler] = [
        "ListTagsForResource": .read(list),
        "TagResource": .write(tag),
        "UntagResource": .write(untag),
    ]

    private static func alarm(_ input: Input, _ context: CallContext) throws(ServiceError) -> Alarm {
        let arn = input.string("ResourceARN") ?? ""
        guard let alarm = context.cloudWatch.alarms.first(where: { $0.arn == arn }) else {
            throw ServiceError("ResourceNotFoundException", "Unknown resource: \(arn.prefix(256))", status: 404)
        }
        return alarm
    }

    static func tag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var alarm = try alarm(input, context)
        for tag in input.structures("Tags") {
            let key = tag.string("Key") ?? ""
            guard !key.lowercased().hasPrefix("aws:") else {
                throw CloudWatchError.invalid("Tag keys must not begin with aws:.")
            }
            alarm.tags[key] = tag.string("Value") ?? ""
        }
        guard alarm.tags.count <= 50 else {
            throw CloudWatchError.validation("An alarm can have at most 50 tags.")
        }
        context.cloudWatch.alarms.insert(alarm)
        return .empty
    }

    static func untag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var alarm = try alarm(input, context)
        for key in input.strings("TagKeys") { alarm.tags[key] = nil }
        context.cloudWatch.alarms.insert(alarm)
        return .empty
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let tags = try alarm(input, context).tags
        return Response(["Tags": .list(tags.tags) { ["Key": .string($0.key), "Value": .string($0.value)] }])
    }
}
