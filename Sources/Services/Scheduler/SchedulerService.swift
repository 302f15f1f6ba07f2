package import CloudState
import PolicyEngine
import ServiceModel

/// Amazon EventBridge Scheduler: schedules and their groups.
///
/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/Welcome.html>
package enum SchedulerService {
    package static let definition = ServiceDefinition(
        signingNames: ["scheduler"], model: { .scheduler },
        operations: groups.merged,
        authorization: SchedulerAuthorization.authorization,
        reactions: ServiceReactions(handle: Ticks.handle, isAwaited: Ticks.isAwaited))

    /// One line a group of operations.
    package static let groups: [[String: Handler]] = [
        GroupCalls.operations,
        ScheduleCalls.operations,
        TagCalls.operations,
    ]
}

/// EventBridge Scheduler's errors.
///
/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/CommonErrors.html>
enum SchedulerError {
    static func validation(_ message: String) -> ServiceError { error("ValidationException", message, 400) }
    static func notFound(_ message: String) -> ServiceError { error("ResourceNotFoundException", message, 404) }
    static func conflict(_ message: String) -> ServiceError { error("ConflictException", message, 409) }
    static func quota(_ message: String) -> ServiceError { error("ServiceQuotaExceededException", message, 402) }

    private static func error(_ code: String, _ message: String, _ status: Int) -> ServiceError {
        ServiceError(code, message, status: status)
    }
}

/// What EventBridge Scheduler's operations need permission for.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html>
enum SchedulerAuthorization {
    static let authorization = Authorization(vendor: "scheduler") { operation, input, context in
        let prefix = "arn:aws:scheduler:\(context.region):\(context.accountID)"
        func text(_ name: String) -> String? { input.shape.member(name) == nil ? nil : input.string(name) }
        if let arn = text("ResourceArn") { return [Permission(arn)] }
        guard let name = text("Name") else { return Permission.anything }
        if operation.hasSuffix("ScheduleGroup") { return [Permission("\(prefix):schedule-group/\(name)")] }
        let group = text("GroupName") ?? ScheduleGroup.standard
        var permissions = [Permission("\(prefix):schedule/\(group)/\(name)")]
        if input.shape.member("Target") != nil, let role = input.structure("Target")?.string("RoleArn") {
            var conditions = ConditionContext()
            conditions.set("iam:PassedToService", "scheduler.amazonaws.com")
            permissions.append(Permission(role, action: "iam:PassRole", context: conditions))
        }
        return permissions
    }
}

/// Pages of lists, by `NextToken` and `MaxResults`.
enum SchedulerPaging {
    private static let tokens = OffsetToken("s1:")

    static func page<Item>(
        _ items: [Item], _ input: Input
    ) throws(ServiceError) -> (items: ArraySlice<Item>, token: Value?) {
        guard let start = tokens.offset(input.string("NextToken")), start <= items.count else {
            throw SchedulerError.validation("Invalid NextToken.")
        }
        return tokens.page(of: items, from: start, size: input.integer("MaxResults") ?? 100)
    }
}
