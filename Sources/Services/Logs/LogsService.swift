package import CloudState
import ServiceModel

/// Amazon CloudWatch Logs: groups, streams, events, filters.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html>
package enum LogsService {
    package static let definition = ServiceDefinition(
        signingNames: ["logs"], model: { .logs },
        operations: groups.merged,
        authorization: LogsAuthorization.authorization,
        reactions: ServiceReactions(handle: Subscriptions.handle))

    /// One line a group of operations.
    package static let groups: [[String: Handler]] = [
        EventCalls.operations,
        FilterCalls.operations,
        GroupCalls.operations,
        PolicyCalls.operations,
        SearchCalls.operations,
        StreamCalls.operations,
        TagCalls.operations,
    ]
}

/// CloudWatch Logs' errors.
enum LogsError {
    static func parameter(_ message: String) -> ServiceError { ServiceError("InvalidParameterException", message) }
    static func notFound(_ message: String) -> ServiceError { ServiceError("ResourceNotFoundException", message) }
    static let noGroup = notFound("The specified log group does not exist.")
    static let noStream = notFound("The specified log stream does not exist.")
    static let full = ServiceError("LimitExceededException", "Resource limit exceeded.")
}

extension CallContext {
    /// The group that a name or an ARN means.
    func logGroup(_ text: String?) throws(ServiceError) -> LogGroup {
        guard let group = logs.groups[Self.groupName(text ?? "")] else { throw LogsError.noGroup }
        return group
    }

    /// The group of a request that takes a name or an identifier.
    func logGroup(_ input: Input) throws(ServiceError) -> LogGroup {
        let name = input.string("logGroupName")
        let identifier = input.string("logGroupIdentifier")
        guard (name == nil) != (identifier == nil) else {
            throw LogsError.parameter("Exactly one of logGroupName and logGroupIdentifier must be specified.")
        }
        return try logGroup(name ?? identifier)
    }

    func logStream(_ group: LogGroup, _ name: String?) throws(ServiceError) -> LogStream {
        guard let stream = logs.streams[LogStream.id(group: group.id, name: name ?? "")] else {
            throw LogsError.noStream
        }
        return stream
    }

    static func groupName(_ text: String) -> String {
        guard text.hasPrefix("arn:"), let range = text.firstRange(of: ":log-group:") else { return text }
        let name = text[range.upperBound...]
        return String(name.hasSuffix(":*") ? name.dropLast(2) : name)
    }
}

/// Pages by an offset in the token.
enum LogsPaging {
    private static let tokens = OffsetToken("logs:")

    static func offset(_ token: String?) throws(ServiceError) -> Int {
        guard let offset = tokens.offset(token) else {
            throw LogsError.parameter("The specified nextToken is invalid.")
        }
        return offset
    }

    static func page<Item>(
        _ items: [Item], _ input: Input, standard: Int
    ) throws(ServiceError) -> (items: ArraySlice<Item>, token: Value?) {
        let start = try offset(input.string("nextToken"))
        return tokens.page(of: items, from: start, size: max(1, input.integer("limit") ?? standard))
    }
}
