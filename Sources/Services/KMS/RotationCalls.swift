import CloudState
import ServiceModel

/// The yearly change of a key's material.
///
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html>
enum RotationCalls {
    static let operations: [String: Handler] = [
        "DisableKeyRotation": .write(disable),
        "EnableKeyRotation": .write(enable),
        "GetKeyRotationStatus": .readAtTime(status),
        "ListKeyRotations": .read(list),
    ]

    private static func rotatable(
        _ input: Input, _ operation: String, _ context: CallContext
    ) throws(ServiceError) -> KMSKey {
        let key = try Keys.own(input, operation, context)
        switch key.state {
        case .enabled: break
        case .disabled: throw KMSError.disabled(key)
        case .pendingDeletion: throw KMSError.pendingDeletion(key)
        }
        guard key.spec == "SYMMETRIC_DEFAULT" else { throw ServiceError("UnsupportedOperationException", "") }
        return key
    }

    static func enable(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var key = try rotatable(input, "EnableKeyRotation", context)
        key.isRotated = true
        key.rotationPeriod = input.integer("RotationPeriodInDays") ?? key.rotationPeriod
        context.kms.keys.insert(key)
        return .empty
    }

    static func disable(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var key = try rotatable(input, "DisableKeyRotation", context)
        key.isRotated = false
        context.kms.keys.insert(key)
        return .empty
    }

    static func status(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let key = try Keys.byID(input, context)
        // Only symmetric encryption keys rotate; of the others the status is always false.
        guard key.state != .pendingDeletion, key.spec == "SYMMETRIC_DEFAULT" else {
            return Response(["KeyRotationEnabled": false, "KeyId": .string(key.id)])
        }
        let elapsed = context.now.milliseconds - key.created.milliseconds
        let period = key.rotationPeriod * 86_400_000
        let next = key.created.adding(milliseconds: (elapsed / period + 1) * period)
        return Response([
            "KeyRotationEnabled": .boolean(key.isRotated), "KeyId": .string(key.id),
            "RotationPeriodInDays": key.isRotated ? .integer(key.rotationPeriod) : nil,
            "NextRotationDate": key.isRotated ? .timestamp(next) : nil,
        ])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        _ = try Keys.byID(input, context)
        return try KMSPage([Value](), input).response("Rotations") { $0 }
    }
}
