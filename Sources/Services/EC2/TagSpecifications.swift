import CloudState
import ServiceModel

/// Tags in requests: their rules, and the tag specifications of what is being made.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>
enum TagRules {
    /// Reads a list of tags and holds it against the rules.
    static func tags(_ list: [Input]) throws(ServiceError) -> [(key: String, value: String)] {
        var pairs: [(key: String, value: String)] = []
        var keys: Set<String> = []
        for tag in list {
            let key = tag.string("Key") ?? ""
            let value = tag.string("Value") ?? ""
            guard !key.isEmpty else {
                throw EC2Error.invalidParameter("Tag key cannot be null or empty. Provided tag key: ''")
            }
            guard key.unicodeScalars.count <= 128 else {
                throw EC2Error.invalidParameter("Tag key exceeds the maximum length of 128 characters")
            }
            guard value.unicodeScalars.count <= 256 else {
                throw EC2Error.invalidParameter("Tag value exceeds the maximum length of 256 characters")
            }
            guard !key.lowercased().hasPrefix("aws:") else {
                throw EC2Error.invalidParameter("Tag keys starting with 'aws:' are reserved for internal use")
            }
            guard keys.insert(key).inserted else {
                throw EC2Error.invalidParameter("Duplicate tag keys: '\(key)'")
            }
            pairs.append((key, value))
        }
        return pairs
    }

    /// The tags that a request's `TagSpecifications` give to what is of that kind.
    static func specified(
        _ input: Input, for kind: ResourceKind, allowing kinds: [ResourceKind]? = nil
    ) throws(ServiceError) -> Tags {
        var pairs: [(key: String, value: String)] = []
        var types: Set<String> = []
        for specification in input.structures("TagSpecifications") {
            guard let type = specification.string("ResourceType"), !type.isEmpty else {
                throw EC2Error.missingParameter("TagSpecification.1.ResourceType")
            }
            guard (kinds ?? [kind]).contains(where: { $0.type == type }) else {
                throw EC2Error.invalidParameter(
                    "'\(type.prefix(256))' is not a valid taggable resource type for this operation.")
            }
            guard types.insert(type).inserted else {
                throw EC2Error.invalidParameter(
                    "The same resource type may not be specified more than once in tag specifications")
            }
            let tags = try tags(specification.structures("Tags"))
            guard !tags.isEmpty else {
                throw EC2Error.invalidParameter("Tag specification must have at least one tag")
            }
            if type == kind.type { pairs += tags }
        }
        guard pairs.count <= 50 else { throw tagLimit }
        return Tags(pairs)
    }

    static var tagLimit: ServiceError {
        ServiceError("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
    }
}

extension Tags {
    /// `tagSet` of an answer.
    var view: Value { .list(tags) { ["Key": .string($0.key), "Value": .string($0.value)] } }

    /// Nil where there are none: many answers leave an empty set out.
    var viewIfAny: Value? { isEmpty ? nil : view }
}
