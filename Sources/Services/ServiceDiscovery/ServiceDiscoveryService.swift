package import CloudState
import ServiceModel

/// AWS Cloud Map: namespaces, services, and the instances that are found by their names.
///
/// What a namespace of DNS names is found by DiscoverInstances only: there is no name server here.
/// <https://docs.aws.amazon.com/cloud-map/latest/api/Welcome.html>
package enum ServiceDiscoveryService {
    package static let definition = ServiceDefinition(
        signingNames: ["servicediscovery"], model: { .serviceDiscovery },
        operations: groups.merged,
        reactions: ServiceReactions(handle: Operations.handle, isAwaited: Operations.isAwaited))

    /// One line a group of operations.
    package static let groups: [[String: Handler]] = [
        DiscoveryCalls.operations,
        InstanceCalls.operations,
        NamespaceCalls.operations,
        NamespaceLookups.operations,
        OperationCalls.operations,
        ServiceAttributeCalls.operations,
        ServiceCalls.operations,
        TagCalls.operations,
    ]
}

/// Cloud Map's errors.
///
/// <https://docs.aws.amazon.com/cloud-map/latest/api/CommonErrors.html>
enum CloudMapError {
    static func input(_ message: String) -> ServiceError { ServiceError("InvalidInput", message) }
    static func inUse(_ message: String) -> ServiceError { ServiceError("ResourceInUse", message) }
}

extension CallContext {
    func cloudMapARN(_ resource: String) -> String { "arn:aws:servicediscovery:\(region):\(accountID):\(resource)" }

    /// What comes after the last slash of an ARN; ids are taken as they are.
    private static func id(_ text: String?) -> String {
        guard let text, text.hasPrefix("arn:") else { return text ?? "" }
        return text.split(separator: "/").last.map(String.init) ?? text
    }

    /// A namespace by its id or ARN.
    func discoveryNamespace(_ text: String?) throws(ServiceError) -> DiscoveryNamespace {
        guard let namespace = cloudMap.namespaces[Self.id(text)] else {
            throw ServiceError("NamespaceNotFound", "Namespace \(text?.prefix(255) ?? "") not found")
        }
        return namespace
    }

    /// A service by its id or ARN.
    func discoveryService(_ text: String?) throws(ServiceError) -> DiscoveryService {
        guard let service = cloudMap.services[Self.id(text)] else {
            throw ServiceError("ServiceNotFound", "Service \(text?.prefix(255) ?? "") not found")
        }
        return service
    }

    /// The next id of that form: `ns-`, `srv-` and 16 small letters and digits.
    mutating func newCloudMapID(_ prefix: String) -> String {
        "\(prefix)-" + world.ids.capitals("\(region)/servicediscovery/\(prefix)", count: 16).lowercased()
    }
}

/// Tags of namespaces and services.
///
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_TagResource.html>
enum TagCalls {
    static let operations: [String: Handler] = [
        "ListTagsForResource": .read(list), "TagResource": .write(tag), "UntagResource": .write(untag),
    ]

    /// - Throws: where there are too many, or AWS's own.
    static func read(_ input: Input) throws(ServiceError) -> Tags {
        let tags = Tags(input.structures("Tags").map { (key: $0.string("Key") ?? "", value: $0.string("Value") ?? "") })
        try check(tags)
        return tags
    }

    private static func check(_ tags: Tags) throws(ServiceError) {
        guard tags.count <= 50 else {
            throw ServiceError("TooManyTagsException", "A resource can have at most 50 tags.")
        }
        for tag in tags.tags where tag.key.lowercased().hasPrefix("aws:") {
            throw CloudMapError.input("Keys that begin with aws: are reserved for AWS use.")
        }
    }

    private static func tags(_ input: Input, _ context: CallContext) throws(ServiceError) -> Tags {
        let arn = input.string("ResourceARN") ?? ""
        if let namespace = context.cloudMap.namespaces.first(where: { $0.arn == arn }) { return namespace.tags }
        if let service = context.cloudMap.services.first(where: { $0.arn == arn }) { return service.tags }
        throw ServiceError("ResourceNotFoundException", "The resource \(arn.prefix(256)) can't be found.")
    }

    private static func set(_ tags: Tags, _ input: Input, _ context: inout CallContext) throws(ServiceError) {
        try check(tags)
        let id = input.string("ResourceARN")?.split(separator: "/").last.map(String.init) ?? ""
        context.cloudMap.namespaces.update(id) { $0.tags = tags }
        context.cloudMap.services.update(id) { $0.tags = tags }
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let tags = try tags(input, context)
        return Response(["Tags": .list(tags.tags) { ["Key": .string($0.key), "Value": .string($0.value)] }])
    }

    static func tag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var tags = try tags(input, context)
        for tag in input.structures("Tags") { tags[tag.string("Key") ?? ""] = tag.string("Value") ?? "" }
        try set(tags, input, &context)
        return .empty
    }

    static func untag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var tags = try tags(input, context)
        for key in input.strings("TagKeys") { tags[key] = nil }
        try set(tags, input, &context)
        return .empty
    }
}

/// Pages and filters of lists.
enum CloudMapLists {
    private static let tokens = OffsetToken("cm:")

    static func page<Item>(
        _ items: [Item], _ input: Input
    ) throws(ServiceError) -> (items: ArraySlice<Item>, token: Value?) {
        guard let start = tokens.offset(input.string("NextToken")), start <= items.count else {
            throw CloudMapError.input("Invalid NextToken")
        }
        return tokens.page(of: items, from: start, size: input.integer("MaxResults") ?? 100)
    }

    /// Whether the values that something has pass all filters of a call.
    ///
    /// - Parameter values: what a filter of that name looks at; none where it does not apply.
    static func passes(_ input: Input, _ values: (String) -> [String]) -> Bool {
        input.structures("Filters").allSatisfy { filter in
            let wanted = filter.strings("Values")
            let found = values(filter.string("Name") ?? "")
            switch filter.string("Condition") ?? "EQ" {
            case "BEGINS_WITH": return found.contains { value in wanted.contains { value.hasPrefix($0) } }
            case "BETWEEN":
                guard let low = wanted.first.flatMap(Double.init), let high = wanted.last.flatMap(Double.init) else {
                    return false
                }
                return found.contains { Double($0).map { (low...max(low, high)).contains($0) } ?? false }
            default: return found.contains(where: wanted.contains)
            }
        }
    }
}
