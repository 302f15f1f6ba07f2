import CloudState
import ServiceModel

/// Tags of rules and buses.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TagResource.html>
enum TagCalls {
    static let operations: [String: Handler] = [
        "ListTagsForResource": .read(list), "TagResource": .write(tag), "UntagResource": .write(untag),
    ]

    static func checked(_ given: [Input], on tags: Tags) throws(ServiceError) -> Tags {
        var tags = tags
        for tag in given { tags[tag.string("Key") ?? ""] = tag.string("Value") ?? "" }
        guard tags.count <= 50 else {
            throw EventsError.validation("The number of tags exceeds the limit of 50 tags for a resource.")
        }
        return tags
    }

    private static func change(
        _ input: Input, _ context: inout CallContext, _ body: (Tags) throws(ServiceError) -> Tags
    ) throws(ServiceError) -> Tags {
        let arn = input.string("ResourceARN") ?? ""
        if var bus = context.events.buses.first(where: { $0.arn == arn }) {
            bus.tags = try body(bus.tags)
            context.events.buses.insert(bus)
            return bus.tags
        }
        if var rule = context.events.rules.first(where: { $0.arn == arn }) {
            rule.tags = try body(rule.tags)
            context.events.rules.insert(rule)
            return rule.tags
        }
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[2] == "events" else {
            throw EventsError.validation(
                "Parameter ResourceARN is not valid. Reason: Provided Arn is not in correct format.")
        }
        let path = parts[5].split(separator: "/").map(String.init)
        if path.first == "rule" {
            throw EventsError.notFound(
                "Rule \(path.last ?? "") does not exist on EventBus \(path.count > 2 ? path[1] : EventBus.standard).")
        }
        throw EventsError.notFound("Resource \(arn) does not exist.")
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let tags = try change(input, &context) { $0 }
        return Response(["Tags": .list(tags.tags) { ["Key": .string($0.key), "Value": .string($0.value)] }])
    }

    static func tag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        _ = try change(input, &context) { tags throws(ServiceError) in
            try checked(input.structures("Tags"), on: tags)
        }
        return .empty
    }

    static func untag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        _ = try change(input, &context) { tags in
            var tags = tags
            for key in input.strings("TagKeys") { tags[key] = nil }
            return tags
        }
        return .empty
    }
}
