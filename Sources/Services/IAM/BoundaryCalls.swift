import CloudState
import ServiceModel

/// Permissions boundaries of users and roles.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>
enum BoundaryCalls {
    static let operations: [String: Handler] = [PermissionHolder.user, .role].reduce(into: [:]) { table, holder in
        table["Put\(holder.kind)PermissionsBoundary"] = .write { context, input throws(ServiceError) in
            let arn = try given(input, context)
            try holder.update(input, &context) { $0.boundary = arn }
            return .empty
        }
        table["Delete\(holder.kind)PermissionsBoundary"] = .write { context, input throws(ServiceError) in
            try holder.update(input, &context) { permissions throws(ServiceError) in
                guard permissions.boundary != nil else {
                    throw IAMError.noSuchEntity(
                        "\(holder.kind) \(holder.name(input)) does not have a permissions boundary policy attached.")
                }
                permissions.boundary = nil
            }
            return .empty
        }
    }

    /// The boundary that a request gives; it must be there.
    static func given(_ input: Input, _ context: CallContext) throws(ServiceError) -> String? {
        guard let arn = input.string("PermissionsBoundary"), !arn.isEmpty else { return nil }
        guard arn.hasPrefix("arn:"), arn.contains(":policy/") else {
            throw IAMError.validation(
                "Value (\(arn.prefix(512))) failed to satisfy constraint: Must be an ARN of a managed policy.")
        }
        guard context.iam.policy(arn: arn) != nil else { throw IAMError.notAttachable(arn) }
        return arn
    }
}
