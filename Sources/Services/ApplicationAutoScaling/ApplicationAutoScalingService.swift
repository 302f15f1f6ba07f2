package import CloudState
import ServiceModel

/// Application Auto Scaling: scalable targets, and the policies and scheduled actions that scale them.
///
/// Desired counts of ECS services and provisioned concurrency of Lambda functions are really scaled, by API calls to
/// those services.
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/Welcome.html>
package enum ApplicationAutoScalingService {
    package static let definition = ServiceDefinition(
        signingNames: ["application-autoscaling"], model: { .applicationAutoScaling },
        operations: groups.merged,
        reactions: ServiceReactions(handle: Scaling.handle, isAwaited: Scaling.isAwaited))

    /// One line a group of operations.
    package static let groups: [[String: Handler]] = [
        ActivityCalls.operations,
        PolicyCalls.operations,
        ScheduledActionCalls.operations,
        TagCalls.operations,
        TargetCalls.operations,
    ]
}

/// Application Auto Scaling's errors.
///
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/CommonErrors.html>
enum ScalingError {
    static func validation(_ message: String) -> ServiceError { ServiceError("ValidationException", message) }
    static func notFound(_ message: String) -> ServiceError { ServiceError("ObjectNotFoundException", message) }

    static func notEmulated(_ what: String) -> ServiceError {
        ServiceError("ValidationException", "\(what) is not emulated here.", isNotEmulated: true)
    }
}

/// Pages of lists, by `NextToken` and `MaxResults`.
enum ScalingPaging {
    private static let tokens = OffsetToken("aas:")

    static func page<Item>(
        _ items: [Item], _ input: Input
    ) throws(ServiceError) -> (items: ArraySlice<Item>, token: Value?) {
        guard let start = tokens.offset(input.string("NextToken")), start <= items.count else {
            throw ServiceError("InvalidNextTokenException", "The next token supplied was invalid.")
        }
        let size = input.integer("MaxResults") ?? 50
        guard (1...50).contains(size) else {
            throw ScalingError.validation("MaxResults must be between 1 and 50.")
        }
        return tokens.page(of: items, from: start, size: size)
    }
}
