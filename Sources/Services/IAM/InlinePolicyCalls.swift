import CloudState
import ServiceModel

/// Policies that belong to one user, group or role.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html>
enum InlinePolicyCalls {
    static let operations: [String: Handler] = PermissionHolder.all.reduce(into: [:]) { table, holder in
        let kind = holder.kind
        table["Put\(kind)Policy"] = .write { context, input throws(ServiceError) in try put(&context, input, holder) }
        table["Get\(kind)Policy"] = .read { context, input throws(ServiceError) in try get(context, input, holder) }
        table["Delete\(kind)Policy"] = .write { context, input throws(ServiceError) in
            try delete(&context, input, holder)
        }
        table["List\(kind)Policies"] = .read { context, input throws(ServiceError) in try list(context, input, holder) }
    }

    private static func put(
        _ context: inout CallContext, _ input: Input, _ holder: PermissionHolder
    ) throws(ServiceError) -> Response {
        let name = try IAMRules.newName(input, "PolicyName")
        _ = try holder.read(holder.name(input), context)
        let document = try IAMRules.document(input.string("PolicyDocument") ?? "")
        try holder.update(input, &context) { permissions throws(ServiceError) in
            permissions[name] = document
            guard permissions.inlineSize <= holder.inlineLimit else {
                throw IAMError.limit(
                    "Maximum policy size of \(holder.inlineLimit) bytes exceeded for \(holder.noun) \(holder.name(input))"
                )
            }
        }
        return .empty
    }

    private static func missing(_ name: String, _ holder: PermissionHolder) -> ServiceError {
        IAMError.noSuchEntity("The \(holder.noun) policy with name \(name) cannot be found.")
    }

    private static func get(
        _ context: CallContext, _ input: Input, _ holder: PermissionHolder
    ) throws(ServiceError) -> Response {
        let name = input.string("PolicyName") ?? ""
        guard let document = try holder.read(holder.name(input), context)[name] else { throw missing(name, holder) }
        return Response([
            holder.parameter: .string(holder.name(input)), "PolicyName": .string(name),
            "PolicyDocument": .string(IAMViews.encode(document.text)),
        ])
    }

    private static func delete(
        _ context: inout CallContext, _ input: Input, _ holder: PermissionHolder
    ) throws(ServiceError) -> Response {
        let name = input.string("PolicyName") ?? ""
        try holder.update(input, &context) { permissions throws(ServiceError) in
            guard permissions[name] != nil else { throw missing(name, holder) }
            permissions[name] = nil
        }
        return .empty
    }

    private static func list(
        _ context: CallContext, _ input: Input, _ holder: PermissionHolder
    ) throws(ServiceError) -> Response {
        let names = try holder.read(holder.name(input), context).inline.map(\.name)
        return try IAMPage(names, input).response("PolicyNames", Value.string)
    }
}
