import CloudState
import ServiceModel

/// Tags of templates and experiments.
///
/// <https://docs.aws.amazon.com/fis/latest/APIReference/API_TagResource.html>
enum TagCalls {
    static let operations: [String: Handler] = [
        "ListTagsForResource": .read(list),
        "TagResource": .write(tag),
        "UntagResource": .write(untag),
    ]

    /// Tags from a request's map.
    static func tags(_ input: Input, _ member: String = "tags") throws(ServiceError) -> Tags {
        let tags = Tags(input.map(member))
        try check(tags)
        return tags
    }

    private static func check(_ tags: Tags) throws(ServiceError) {
        guard tags.count <= 50 else { throw FISError.validation("A resource can have at most 50 tags.") }
        if let key = tags.tags.first(where: { $0.key.lowercased().hasPrefix("aws:") })?.key {
            throw FISError.validation("Tag keys must not begin with aws: \(key.prefix(128))")
        }
    }

    private static func change(
        _ context: inout CallContext, _ input: Input, _ change: (inout Tags) -> Void
    ) throws(ServiceError) {
        let arn = input.string("resourceArn") ?? ""
        if var template = context.fis.templates.first(where: { $0.arn == arn }) {
            change(&template.tags)
            try check(template.tags)
            context.fis.templates.insert(template)
        } else if var experiment = context.fis.experiments.first(where: { $0.arn == arn }) {
            change(&experiment.tags)
            try check(experiment.tags)
            context.fis.experiments.insert(experiment)
        } else {
            throw FISError.notFound("Resource \(arn.prefix(256)) does not exist.")
        }
    }

    static func tag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try change(&context, input) { tags in
            for tag in input.map("tags") { tags[tag.key] = tag.value }
        }
        return .empty
    }

    static func untag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        // Without keys, all tags go.
        let keys = input.has("tagKeys") ? input.strings("tagKeys") : nil
        try change(&context, input) { tags in
            for key in keys ?? tags.tags.map(\.key) { tags[key] = nil }
        }
        return .empty
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let arn = input.string("resourceArn") ?? ""
        let tags =
            context.fis.templates.first { $0.arn == arn }?.tags
            ?? context.fis.experiments.first { $0.arn == arn }?.tags
        guard let tags else { throw FISError.notFound("Resource \(arn.prefix(256)) does not exist.") }
        return Response(["tags": tags.map])
    }
}
