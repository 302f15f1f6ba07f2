import CloudState
import ServiceModel

/// CreateTags, DeleteTags and DescribeTags.
enum TagCalls {
    static let operations: [String: Handler] = [
        "CreateTags": .write(create),
        "DeleteTags": .write(delete),
        "DescribeTags": .read(describe),
    ]

    /// A kind of resource with tags: how to reach the tags of one, and all that are there.
    private struct Taggable: Sendable {
        let kind: ResourceKind
        /// Changes the tags of the resource with that id; false where there is none.
        let update:
            @Sendable (inout EC2State, String, (inout Tags) throws(ServiceError) -> Void) throws(ServiceError) -> Bool
        let all: @Sendable (EC2State) -> [(id: String, tags: Tags)]
    }

    private static func taggable<Record: ResourceRecord>(
        _ kind: ResourceKind, _ table: any WritableKeyPath<EC2State, ResourceTable<Record>> & Sendable,
        _ tags: any WritableKeyPath<Record, Tags> & Sendable
    ) -> Taggable {
        Taggable(
            kind: kind,
            update: { state, id, change throws(ServiceError) in
                guard var record = state[keyPath: table][id] else { return false }
                try change(&record[keyPath: tags])
                state[keyPath: table][id] = record
                return true
            },
            all: { state in state[keyPath: table].map { ($0.id, $0[keyPath: tags]) } })
    }

    /// Rules live in their groups.
    private static let securityGroupRules = Taggable(
        kind: .securityGroupRule,
        update: { state, id, change throws(ServiceError) in
            for var group in state.securityGroups {
                guard let place = group.rules.firstIndex(where: { $0.id == id }) else { continue }
                try change(&group.rules[place].tags)
                state.securityGroups[group.id] = group
                return true
            }
            return false
        },
        all: { state in state.securityGroups.flatMap { $0.rules.map { ($0.id, $0.tags) } } })

    private static let kinds: [Taggable] = [
        taggable(.instance, \.instances, \.tags),
        taggable(.volume, \.volumes, \.tags),
        taggable(.networkInterface, \.networkInterfaces, \.tags),
        taggable(.vpc, \.vpcs, \.tags),
        taggable(.subnet, \.subnets, \.tags),
        taggable(.securityGroup, \.securityGroups, \.tags),
        taggable(.internetGateway, \.internetGateways, \.tags),
        taggable(.routeTable, \.routeTables, \.tags),
        taggable(.networkACL, \.networkACLs, \.tags),
        taggable(.dhcpOptions, \.dhcpOptions, \.tags),
        taggable(.elasticIP, \.elasticIPs, \.tags),
        taggable(.natGateway, \.natGateways, \.tags),
        taggable(.egressOnlyInternetGateway, \.egressOnlyInternetGateways, \.tags),
        taggable(.launchTemplate, \.launchTemplates, \.tags),
        taggable(.placementGroup, \.placementGroups, \.tags),
        taggable(.spotRequest, \.spotRequests, \.tags),
        taggable(.keyPair, \.keyPairs, \.tags),
        taggable(.snapshot, \.snapshots, \.tags),
        taggable(.image, \.images, \.tags),
        taggable(.prefixList, \.prefixLists, \.tags),
        taggable(.vpcEndpoint, \.vpcEndpoints, \.tags),
        taggable(.vpcPeering, \.vpcPeerings, \.tags),
        taggable(.flowLog, \.flowLogs, \.tags),
        taggable(.networkInsightsPath, \.networkInsightsPaths, \.tags),
        taggable(.networkInsightsAnalysis, \.networkInsightsAnalyses, \.tags),
        taggable(.vpnGateway, \.vpnGateways, \.tags),
        taggable(.customerGateway, \.customerGateways, \.tags),
        taggable(.capacityReservation, \.capacityReservations, \.tags),
        taggable(.subnetReservation, \.subnetReservations, \.tags),
        securityGroupRules,
    ]

    /// Changes the tags of every resource of a request; an error where one is missing.
    private static func change(
        _ input: Input, _ context: inout CallContext, _ change: (inout Tags) throws(ServiceError) -> Void
    ) throws(ServiceError) {
        let ids = input.strings("Resources")
        guard !ids.isEmpty else { throw EC2Error.missingParameter("resourceIdSet") }
        for id in ids {
            let prefix = id.prefix { $0 != "-" }
            guard let taggable = kinds.first(where: { $0.kind.prefix == prefix }) else {
                throw ServiceError("InvalidID", "The ID '\(id.prefix(256))' is not valid")
            }
            try taggable.kind.check(id)
            guard try taggable.update(&context.ec2, id, change) else { throw EC2Error.notFound(taggable.kind, [id]) }
        }
    }

    /// The tags of any resource by its id; none where there is no such resource.
    static func tags(of id: String, in state: EC2State) -> Tags {
        let prefix = id.prefix { $0 != "-" }
        var state = state
        var found = Tags()
        guard let taggable = kinds.first(where: { $0.kind.prefix == prefix }) else { return found }
        _ = try? taggable.update(&state, id) { tags throws(ServiceError) in found = tags }
        return found
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let pairs = try TagRules.tags(input.structures("Tags"))
        guard !pairs.isEmpty else { throw EC2Error.missingParameter("Tag") }
        try change(input, &context) { tags throws(ServiceError) in
            for pair in pairs { tags[pair.key] = pair.value }
            guard tags.count <= 50 else { throw TagRules.tagLimit }
        }
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let wanted = input.structures("Tags")
        let keys = wanted.map { (key: $0.string("Key") ?? "", value: $0.string("Value")) }
        try change(input, &context) { tags throws(ServiceError) in
            // Without tags all go; with a value only a tag of that value goes.
            if keys.isEmpty { tags = Tags() }
            for (key, value) in keys where value == nil || tags[key] == value { tags[key] = nil }
        }
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let filters = try Filter.all(input)
        var found: [Value] = []
        for taggable in kinds {
            for resource in taggable.all(context.ec2) {
                for tag in resource.tags.tags {
                    var facts = [
                        "key": tag.key, "value": tag.value, "resource-id": resource.id,
                        "resource-type": taggable.kind.type, "tag:\(tag.key)": tag.value,
                    ]
                    // A filter on another tag's value matches nothing of this one.
                    for filter in filters where filter.name.hasPrefix("tag:") && facts[filter.name] == nil {
                        facts[filter.name] = "\u{0}"
                    }
                    guard try filters.allMatch(facts) else { continue }
                    found.append([
                        "Key": .string(tag.key), "ResourceId": .string(resource.id),
                        "ResourceType": .string(taggable.kind.type), "Value": .string(tag.value),
                    ])
                }
            }
        }
        if found.isEmpty { _ = try filters.allMatch(knownFacts(filters)) }
        let limit = input.integer("MaxResults") ?? 1000
        guard limit >= 5 else {
            throw EC2Error.invalidParameter(
                "Value ( \(limit) ) for parameter maxResults is invalid. Expecting a value greater than 5.")
        }
        let start = min(try PageToken.read(input.string("NextToken")), found.count)
        let page = found[start...].prefix(min(limit, 1000))
        return Response([
            "Tags": .list(Array(page)),
            "NextToken": page.endIndex < found.count ? .string(PageToken.make(page.endIndex)) : nil,
        ])
    }

    /// Facts that name every filter there is, so that an unknown one is refused even where nothing has a tag.
    private static func knownFacts(_ filters: [Filter]) -> [String: String] {
        var facts = ["key": "", "value": "", "resource-id": "", "resource-type": ""]
        for filter in filters where filter.name.hasPrefix("tag:") { facts[filter.name] = "" }
        return facts
    }
}
