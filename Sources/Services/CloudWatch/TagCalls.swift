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

    private static let tagLimit = 50

    private static func unknown(_ arn: String) -> ServiceError {
        ServiceError("ResourceNotFoundException", "Unknown resource: \(arn.prefix(256))", status: 404)
    }

    private static func tags(_ arn: String, _ context: CallContext) throws(ServiceError) -> Tags {
        if let alarm = context.cloudWatch.alarms.first(where: { $0.arn == arn }) { return alarm.tags }
        if let alarm = context.cloudWatch.compositeAlarms.first(where: { $0.arn == arn }) { return alarm.tags }
        throw unknown(arn)
    }

    private static func set(_ tags: Tags, _ arn: String, _ context: inout CallContext) {
        if let alarm = context.cloudWatch.alarms.first(where: { $0.arn == arn }) {
            context.cloudWatch.alarms.update(alarm.name) { $0.tags = tags }
        } else if let alarm = context.cloudWatch.compositeAlarms.first(where: { $0.arn == arn }) {
            context.cloudWatch.compositeAlarms.update(alarm.name) { $0.tags = tags }
        }
    }

    static func tag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let arn = input.string("ResourceARN") ?? ""
        var tags = try tags(arn, context)
        for tag in input.structures("Tags") {
            let key = tag.string("Key") ?? ""
            guard !key.lowercased().hasPrefix("aws:") else {
                throw CloudWatchError.invalid("Tag keys must not begin with aws:.")
            }
            tags[key] = tag.string("Value") ?? ""
        }
        guard tags.count <= tagLimit else {
            throw CloudWatchError.validation("An alarm can have at most \(tagLimit) tags.")
        }
        set(tags, arn, &context)
        return .empty
    }

    static func untag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let arn = input.string("ResourceARN") ?? ""
        var tags = try tags(arn, context)
        for key in input.strings("TagKeys") { tags[key] = nil }
        set(tags, arn, &context)
        return .empty
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let tags = try tags(input.string("ResourceARN") ?? "", context)
        return Response(["Tags": .list(tags.tags) { ["Key": .string($0.key), "Value": .string($0.value)] }])
    }
}
