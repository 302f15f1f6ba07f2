import CloudState
import ServiceModel

/// Log groups.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
enum GroupCalls {
    static let operations: [String: Handler] = [
        "AssociateKmsKey": .write(associateKey),
        "CreateLogGroup": .write(create),
        "DeleteLogGroup": .write(delete),
        "DeleteRetentionPolicy": .write(deleteRetention),
        "DescribeLogGroups": .read(describe),
        "DisassociateKmsKey": .write(disassociateKey),
        "PutRetentionPolicy": .write(putRetention),
    ]

    private static let retentions = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ]

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("logGroupName") ?? ""
        guard context.logs.groups[name] == nil else {
            throw ServiceError("ResourceAlreadyExistsException", "The specified log group already exists")
        }
        guard !name.hasPrefix("aws/") else {
            throw LogsError.parameter("Log groups starting with AWS/ are reserved for AWS.")
        }
        var group = LogGroup(
            name: name, arn: "arn:aws:logs:\(context.region):\(context.accountID):log-group:\(name)",
            created: context.now, tags: Tags(input.map("tags")))
        group.keyARN = input.string("kmsKeyId")
        group.kind = input.string("logGroupClass") ?? "STANDARD"
        group.isProtected = input.boolean("deletionProtectionEnabled") ?? false
        context.logs.groups.insert(group)
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.logGroup(input.string("logGroupName"))
        guard !group.isProtected else {
            throw ServiceError(
                "ValidationException", "The log group has deletion protection enabled and cannot be deleted.")
        }
        for stream in context.logs.streams where stream.group == group.id {
            context.logs.storedBytes -= stream.bytes
            context.logs.streams.remove(stream.id)
        }
        context.logs.groups.remove(group.id)
        return .empty
    }

    private static func change(
        _ context: inout CallContext, _ name: String?, _ change: (inout LogGroup) -> Void
    ) throws(ServiceError) -> Response {
        var group = try context.logGroup(name)
        change(&group)
        context.logs.groups.insert(group)
        return .empty
    }

    static func putRetention(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let days = input.integer("retentionInDays") ?? 0
        guard retentions.contains(days) else {
            let all = retentions.map(String.init).joined(separator: ", ")
            throw LogsError.parameter(
                "1 validation error detected: Value '\(days)' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [\(all)]"
            )
        }
        return try change(&context, input.string("logGroupName")) { $0.retention = days }
    }

    static func deleteRetention(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try change(&context, input.string("logGroupName")) { $0.retention = nil }
    }

    static func associateKey(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("logGroupName") ?? input.string("resourceIdentifier")
        return try change(&context, name) { $0.keyARN = input.string("kmsKeyId") }
    }

    static func disassociateKey(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try change(&context, input.string("logGroupName") ?? input.string("resourceIdentifier")) { $0.keyARN = nil }
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let prefix = input.string("logGroupNamePrefix")
        let pattern = input.string("logGroupNamePattern")
        guard prefix == nil || pattern == nil else {
            throw LogsError.parameter(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
        }
        let named = input.strings("logGroupIdentifiers").map(CallContext.groupName)
        let found = context.logs.groups.filter { group in
            (prefix.map(group.id.hasPrefix) ?? true)
                && (pattern.map { group.id.lowercased().contains($0.lowercased()) } ?? true)
                && (named.isEmpty || named.contains(group.id))
                && (input.string("logGroupClass").map { $0 == group.kind } ?? true)
        }.sorted { $0.id < $1.id }
        let page = try LogsPaging.page(found, input, standard: 50)
        var bytes: [String: Int] = [:]
        for stream in context.logs.streams { bytes[stream.group, default: 0] += stream.bytes }
        return Response([
            "logGroups": .list(page.items) { group in
                [
                    "logGroupName": .string(group.id), "creationTime": .integer(group.created.milliseconds),
                    "retentionInDays": group.retention.map(Value.integer),
                    "metricFilterCount": .integer(group.metricFilters.count), "arn": .string(group.arn + ":*"),
                    "storedBytes": .integer(bytes[group.id] ?? 0), "kmsKeyId": .optional(group.keyARN),
                    "logGroupClass": .string(group.kind), "logGroupArn": .string(group.arn),
                    "deletionProtectionEnabled": .boolean(group.isProtected),
                ]
            }, "nextToken": page.token,
        ])
    }
}

/// Tags of log groups.
enum TagCalls {
    static let operations: [String: Handler] = [
        "ListTagsForResource": .read(list),
        "ListTagsLogGroup": .read(list),
        "TagLogGroup": .write(tag),
        "TagResource": .write(tag),
        "UntagLogGroup": .write(untag),
        "UntagResource": .write(untag),
    ]

    /// The older operations take a name, the newer an ARN.
    private static func group(_ context: CallContext, _ input: Input) throws(ServiceError) -> LogGroup {
        let member = input.shape.member("resourceArn") == nil ? "logGroupName" : "resourceArn"
        return try context.logGroup(input.string(member))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let tags = try group(context, input).tags.tags
        return Response(["tags": .map(Fields(tags.map { .init(name: $0.key, value: .string($0.value)) }))])
    }

    static func tag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try group(context, input)
        for tag in input.map("tags") { group.tags[tag.key] = tag.value }
        guard group.tags.count <= 50 else {
            throw ServiceError("TooManyTagsException", "A resource can have no more than 50 tags.")
        }
        context.logs.groups.insert(group)
        return .empty
    }

    static func untag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try group(context, input)
        let keys = input.shape.member("tagKeys") == nil ? input.strings("tags") : input.strings("tagKeys")
        for key in keys { group.tags[key] = nil }
        context.logs.groups.insert(group)
        return .empty
    }
}

/// Resource policies.
enum PolicyCalls {
    static let operations: [String: Handler] = [
        "DeleteResourcePolicy": .write(delete),
        "DescribeResourcePolicies": .read(describe),
        "PutResourcePolicy": .write(put),
    ]

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let name = input.string("policyName"), let document = input.string("policyDocument") else {
            throw LogsError.parameter("Policy name and policy document must be specified.")
        }
        guard context.logs.policies.count < 10 || context.logs.policies[name] != nil else { throw LogsError.full }
        let policy = LogPolicy(name: name, document: document, updated: context.now)
        context.logs.policies.insert(policy)
        return Response(["resourcePolicy": view(policy)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard context.logs.policies.remove(input.string("policyName") ?? "") != nil else {
            throw LogsError.notFound(
                "Policy with name [\((input.string("policyName") ?? "").prefix(128))] does not exist.")
        }
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try LogsPaging.page(Array(context.logs.policies), input, standard: 50)
        return Response(["resourcePolicies": .list(page.items, view), "nextToken": page.token])
    }

    private static func view(_ policy: LogPolicy) -> Value {
        [
            "policyName": .string(policy.id), "policyDocument": .string(policy.document),
            "lastUpdatedTime": .integer(policy.updated.milliseconds),
        ]
    }
}
