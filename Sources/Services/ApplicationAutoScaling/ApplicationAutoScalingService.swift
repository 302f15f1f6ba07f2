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
        operations: groups.reduce(into: [:]) { all, group in all.merge(group) { first, _ in first } },
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
    static func page<Item>(
        _ items: [Item], _ input: Input
    ) throws(ServiceError) -> (items: ArraySlice<Item>, token: Value?) {
        var start = 0
        if let token = input.string("NextToken") {
            guard let bytes = Base64.decode(token), let text = String(validating: bytes, as: UTF8.self),
                text.hasPrefix("aas:"), let offset = Int(text.dropFirst(4)), (0...items.count).contains(offset)
            else { throw ServiceError("InvalidNextTokenException", "The next token supplied was invalid.") }
            start = offset
        }
        let size = input.integer("MaxResults") ?? 50
        guard (1...50).contains(size) else {
            throw ScalingError.validation("MaxResults must be between 1 and 50.")
        }
        let end = min(items.count, start + size)
        return (items[start..<end], end < items.count ? .string(Base64.encode(Array("aas:\(end)".utf8))) : nil)
    }
}
