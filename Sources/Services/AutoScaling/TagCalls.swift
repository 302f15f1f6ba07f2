import CloudState
import ServiceModel

/// Tags of groups, which their instances may get too.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html>
enum TagCalls {
    static let operations: [String: Handler] = [
        "CreateOrUpdateTags": .write(create),
        "DeleteTags": .write(delete),
        "DescribeTags": .read(describe),
    ]

    /// The tags of a request that makes a group.
    static func tags(_ input: Input, group: String) throws(ServiceError) -> [AutoScalingGroup.Tag] {
        var tags: [AutoScalingGroup.Tag] = []
        for entry in input.structures("Tags") {
            if let resource = entry.string("ResourceId"), resource != group {
                throw AutoScalingError.validation(
                    "The tag's resource id '\(resource.prefix(256))' is not the name of the group.")
            }
            try put(entry, into: &tags)
        }
        return tags
    }

    private static func put(_ entry: Input, into tags: inout [AutoScalingGroup.Tag]) throws(ServiceError) {
        let key = entry.string("Key") ?? ""
        guard !key.isEmpty, key.utf8.count <= 128 else {
            throw AutoScalingError.validation("Tag keys must have 1 to 128 characters.")
        }
        guard !key.lowercased().hasPrefix("aws:") else {
            throw AutoScalingError.validation("Tag keys cannot start with the reserved prefix 'aws:'.")
        }
        let tag = AutoScalingGroup.Tag(
            key: key, value: entry.string("Value") ?? "", propagates: entry.boolean("PropagateAtLaunch") ?? false)
        if let index = tags.firstIndex(where: { $0.key == key }) { tags[index] = tag } else { tags.append(tag) }
        guard tags.count <= 50 else { throw AutoScalingError.limit("A group can have at most 50 tags.") }
    }

    private static func group(_ entry: Input, _ context: CallContext) throws(ServiceError) -> AutoScalingGroup {
        guard entry.string("ResourceType").map({ $0 == "auto-scaling-group" }) ?? true else {
            throw AutoScalingError.validation("Invalid resource type. Valid resource types are: auto-scaling-group")
        }
        let name = entry.string("ResourceId") ?? ""
        guard let group = context.autoScaling.groups[name] else { throw AutoScalingError.noGroup(name) }
        return group
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        for entry in input.structures("Tags") {
            var group = try group(entry, context)
            try put(entry, into: &group.tags)
            context.autoScaling.groups.insert(group)
        }
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        for entry in input.structures("Tags") {
            var group = try group(entry, context)
            let value = entry.string("Value")
            group.tags.removeAll { $0.key == entry.string("Key") && (value == nil || $0.value == value) }
            context.autoScaling.groups.insert(group)
        }
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let filters = try Filters(input, allowed: ["auto-scaling-group", "key", "value", "propagate-at-launch"])
        var all: [Value] = []
        for group in context.autoScaling.groups {
            for tag in group.tags.sorted(by: { $0.key < $1.key }) {
                let passes = filters.matches { name in
                    switch name {
                    case "auto-scaling-group": [group.name]
                    case "key": [tag.key]
                    case "value": [tag.value]
                    default: [tag.propagates ? "true" : "false"]
                    }
                }
                if passes { all.append(GroupViews.tag(tag, group)) }
            }
        }
        let (page, token) = try Paging.page(all, input, usual: 50, most: 100)
        return Response(["Tags": .list(page), "NextToken": token])
    }
}
