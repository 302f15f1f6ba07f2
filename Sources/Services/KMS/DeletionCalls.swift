import CloudState
import ServiceModel

/// A key's end, after a waiting period.
///
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html>
enum DeletionCalls {
    static let operations: [String: Handler] = [
        "CancelKeyDeletion": .write(cancel),
        "ScheduleKeyDeletion": .write(schedule),
    ]

    static func schedule(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var key = try Keys.own(input, "ScheduleKeyDeletion", context)
        guard key.state != .pendingDeletion else { throw KMSError.pendingDeletion(key) }
        let days = input.integer("PendingWindowInDays") ?? 30
        guard (7...30).contains(days) else {
            throw KMSError.validation(
                "1 validation error detected: Value '\(days)' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value \(days < 7 ? "greater than or equal to 7" : "less than or equal to 30")"
            )
        }
        let date = context.now.adding(seconds: days * 86_400)
        key.state = .pendingDeletion
        key.deletionDate = date
        context.kms.keys.insert(key)
        context.world.schedule(.kmsKeyDeletion(id: key.id, region: context.region), after: .seconds(days * 86_400))
        return Response([
            "KeyId": .string(key.arn), "DeletionDate": .timestamp(date), "KeyState": .string(key.state.rawValue),
            "PendingWindowInDays": .integer(days),
        ])
    }

    static func cancel(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var key = try Keys.own(input, "CancelKeyDeletion", context)
        guard key.state == .pendingDeletion else {
            throw ServiceError("KMSInvalidStateException", "\(key.arn) is not pending deletion.")
        }
        // The key comes back switched off.
        key.state = .disabled
        key.deletionDate = nil
        context.kms.keys.insert(key)
        return Response(["KeyId": .string(key.arn)])
    }
}
