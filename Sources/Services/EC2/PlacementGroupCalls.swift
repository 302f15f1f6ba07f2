import CloudState
import ServiceModel

/// CreatePlacementGroup, DeletePlacementGroup and DescribePlacementGroups.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-groups.html>
enum PlacementGroupCalls {
    static let operations: [String: Handler] = [
        "CreatePlacementGroup": .write(create),
        "DeletePlacementGroup": .write(delete),
        "DescribePlacementGroups": .read(describe),
    ]

    static let listing = Listing<PlacementGroup>(
        kind: .placementGroup, table: { $0.placementGroups }, ids: "GroupIds", tags: { $0.tags },
        filters: [
            "group-name": { group, _ in [group.name] },
            "group-id": { group, _ in [group.id] },
            "spread-level": { group, _ in group.spreadLevel.map { [$0] } ?? [] },
            "state": { _, _ in ["available"] },
            "strategy": { group, _ in [group.strategy.rawValue] },
        ], pageSizes: nil)

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let name = input.string("GroupName"), !name.isEmpty else { throw EC2Error.missingParameter("groupName") }
        guard name.unicodeScalars.count <= 255, name.unicodeScalars.allSatisfy(\.isASCII) else {
            throw EC2Error.invalidParameter("Value (\(name.prefix(300))) for parameter groupName is invalid.")
        }
        guard !context.ec2.placementGroups.contains(where: { $0.name == name }) else {
            throw ServiceError("InvalidPlacementGroup.Duplicate", "The Placement Group '\(name)' already exists.")
        }
        let wanted = input.string("Strategy") ?? "cluster"
        guard let strategy = PlacementGroup.Strategy(rawValue: wanted) else {
            throw EC2Error.invalidParameter("Value (\(wanted.prefix(64))) for parameter strategy is invalid.")
        }
        guard context.ec2.placementGroups.count < 500 else {
            throw ServiceError(
                "PlacementGroupLimitExceeded", "The maximum number of placement groups has been reached.")
        }
        let tags = try TagRules.specified(input, for: .placementGroup)
        let partitions = input.integer("PartitionCount")
        let spread = input.string("SpreadLevel")
        guard partitions == nil || strategy == .partition else {
            throw EC2Error.invalidCombination("The parameter PartitionCount is only valid with strategy 'partition'.")
        }
        guard spread == nil || strategy == .spread else {
            throw EC2Error.invalidCombination("The parameter SpreadLevel is only valid with strategy 'spread'.")
        }
        if let partitions, !(1...7).contains(partitions) {
            throw EC2Error.invalidParameter(
                "Value (\(partitions)) for parameter partitionCount is invalid. Valid values are between 1 and 7.")
        }
        if let spread { try InstanceLaunch.oneOf(spread, ["host", "rack"], "SpreadLevel") }
        var group = PlacementGroup(id: context.newID("pg"), name: name, strategy: strategy)
        group.partitionCount = strategy == .partition ? partitions ?? 2 : nil
        group.spreadLevel = strategy == .spread ? spread ?? "rack" : nil
        group.tags = tags
        context.ec2.placementGroups.insert(group)
        return Response(["PlacementGroup": view(group, context)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("GroupName") ?? ""
        let group = try named(name, context)
        let isUsed = context.ec2.instances.contains { $0.placementGroup == group.name && $0.state != .terminated }
        guard !isUsed else {
            throw ServiceError(
                "InvalidPlacementGroup.InUse", "The placement group '\(group.name)' is in use and may not be deleted.")
        }
        context.ec2.placementGroups.remove(group.id)
        return .empty
    }

    static func named(_ name: String, _ context: CallContext) throws(ServiceError) -> PlacementGroup {
        let isID = ResourceKind.placementGroup.accepts(name)
        guard let group = context.ec2.placementGroups.first(where: { $0.name == name || (isID && $0.id == name) })
        else {
            throw ServiceError("InvalidPlacementGroup.Unknown", "The Placement Group '\(name.prefix(256))' is unknown.")
        }
        return group
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = input.strings("GroupNames")
        for name in names { _ = try named(name, context) }
        let scope = context
        var listing = Self.listing
        listing.filters["group-arn"] = { group, _ in [arn(group, scope)] }
        let page = try listing.page(input, context)
        let shown = page.records.filter { names.isEmpty || names.contains($0.name) || names.contains($0.id) }
        return Response(["PlacementGroups": .list(shown) { view($0, scope) }])
    }

    private static func arn(_ group: PlacementGroup, _ context: CallContext) -> String {
        "arn:aws:ec2:\(context.region):\(context.accountID):placement-group/\(group.name)"
    }

    private static func view(_ group: PlacementGroup, _ context: CallContext) -> Value {
        [
            "GroupName": .string(group.name), "State": "available", "Strategy": .string(group.strategy.rawValue),
            "PartitionCount": group.partitionCount.map(Value.integer), "GroupId": .string(group.id),
            "Tags": group.tags.viewIfAny,
            "GroupArn": .string(arn(group, context)),
            "SpreadLevel": .optional(group.spreadLevel), "Operator": ["Managed": false],
        ]
    }
}
