import CloudState
import ServiceModel

/// Tags on keys.
///
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html>
enum KeyTagCalls {
    static let operations: [String: Handler] = [
        "ListResourceTags": .read(list),
        "TagResource": .write(add),
        "UntagResource": .write(remove),
    ]

    /// The tags of a request, held against the rules.
    static func tags(_ input: Input) throws(ServiceError) -> [(key: String, value: String)] {
        var pairs: [(key: String, value: String)] = []
        for tag in input.structures("Tags") {
            let key = tag.string("TagKey") ?? ""
            guard !key.lowercased().hasPrefix("aws:") else {
                throw ServiceError("TagException", "Tags cannot start with aws:")
            }
            guard !pairs.contains(where: { $0.key == key }) else {
                throw ServiceError("TagException", "Duplicate tag keys")
            }
            pairs.append((key, tag.string("TagValue") ?? ""))
        }
        guard pairs.count <= 50 else { throw ServiceError("TagException", "Too many tags") }
        return pairs
    }

    static func add(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var key = try Keys.own(input, "TagResource", context)
        guard key.state != .pendingDeletion else { throw KMSError.pendingDeletion(key) }
        for tag in try tags(input) { key.tags[tag.key] = tag.value }
        guard key.tags.count <= 50 else { throw ServiceError("TagException", "Too many tags") }
        context.kms.keys.insert(key)
        return .empty
    }

    static func remove(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var key = try Keys.own(input, "UntagResource", context)
        guard key.state != .pendingDeletion else { throw KMSError.pendingDeletion(key) }
        for name in input.strings("TagKeys") { key.tags[name] = nil }
        context.kms.keys.insert(key)
        return .empty
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let key = try Keys.byID(input, context)
        return try KMSPage(key.tags.tags, input, limit: 50).response("Tags") { tag in
            ["TagKey": .string(tag.key), "TagValue": .string(tag.value)]
        }
    }
}
