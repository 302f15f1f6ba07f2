import CloudState
import ServiceModel

/// Tags on load balancers, listeners, rules and target groups.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddTags.html>
enum TagCalls {
    static let operations: [String: Handler] = [
        "AddTags": .write(add),
        "DescribeTags": .read(describe),
        "RemoveTags": .write(remove),
    ]

    static func add(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let added = try ELBTagged.given(input)
        for arn in input.strings("ResourceArns") {
            var tags = try ELBTagged.existing(arn, context)
            for tag in added.tags { tags[tag.key] = tag.value }
            guard tags.count <= ELBTagged.limit else { throw ELBTagged.tooMany }
            ELBTagged.set(tags, of: arn, &context)
        }
        return .empty
    }

    static func remove(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let keys = input.strings("TagKeys")
        guard !keys.contains(where: { $0.hasPrefix("aws:") }) else { throw ELBTagged.reserved }
        for arn in input.strings("ResourceArns") {
            var tags = try ELBTagged.existing(arn, context)
            for key in keys { tags[key] = nil }
            ELBTagged.set(tags, of: arn, &context)
        }
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let arns = input.strings("ResourceArns")
        guard arns.count <= 20 else {
            throw ELBError.validation("The maximum number of resources in a request is '20'")
        }
        var found: [Value] = []
        for arn in arns {
            let tags = try ELBTagged.existing(arn, context)
            found.append([
                "ResourceArn": .string(arn),
                "Tags": .list(tags.tags) { ["Key": .string($0.key), "Value": .string($0.value)] },
            ])
        }
        return Response(["TagDescriptions": .list(found)])
    }
}

/// What carries tags, found by its ARN.
enum ELBTagged {
    static let limit = 50
    static let tooMany = ServiceError(
        "TooManyTags", "You've reached the limit on the number of tags per resource: \(limit)")
    static let reserved = ELBError.validation("Tag keys that begin with 'aws:' are reserved for system use")

    /// The tags of a request.
    static func given(_ input: Input) throws(ServiceError) -> Tags {
        var tags = Tags()
        for tag in input.structures("Tags") {
            let key = tag.string("Key") ?? ""
            guard tags[key] == nil else {
                throw ServiceError("DuplicateTagKeys", "A tag key was specified more than once: '\(key)'")
            }
            guard !key.lowercased().hasPrefix("aws:") else { throw reserved }
            tags[key] = tag.string("Value") ?? ""
        }
        guard tags.count <= limit else { throw tooMany }
        return tags
    }

    static func tags(of arn: String, _ context: CallContext) -> Tags? {
        let elb = context.elb
        return elb.loadBalancers[arn]?.tags ?? elb.listeners[arn]?.tags ?? elb.rules[arn]?.tags
            ?? elb.targetGroups[arn]?.tags
    }

    static func existing(_ arn: String, _ context: CallContext) throws(ServiceError) -> Tags {
        if let tags = tags(of: arn, context) { return tags }
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        let kind = parts.count == 6 ? parts[5].prefix { $0 != "/" } : ""
        switch kind {
        case "loadbalancer": throw ELBError.noLoadBalancer
        case "targetgroup": throw ELBError.noTargetGroup
        case "listener": throw ELBError.noListener
        case "listener-rule": throw ELBError.noRule
        default: throw ELBError.validation("'\(arn.prefix(256))' is not a valid resource ARN")
        }
    }

    static func set(_ tags: Tags, of arn: String, _ context: inout CallContext) {
        context.elb.loadBalancers.update(arn) { $0.tags = tags }
        context.elb.listeners.update(arn) { $0.tags = tags }
        context.elb.rules.update(arn) { $0.tags = tags }
        context.elb.targetGroups.update(arn) { $0.tags = tags }
    }
}
