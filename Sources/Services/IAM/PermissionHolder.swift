import CloudState
import ServiceModel

/// What can have policies: a user, a group or a role.
struct PermissionHolder: Sendable {
    /// For instance `User`, as operations have it in their names.
    let kind: String
    /// The request's parameter, for instance `UserName`.
    let parameter: String
    /// How large all inline policies may be together, in characters without blanks.
    let inlineLimit: Int
    let read: @Sendable (String, CallContext) throws(ServiceError) -> IAMPermissions
    /// Puts back what `read` gave.
    let write: @Sendable (String, IAMPermissions, inout CallContext) throws(ServiceError) -> Void

    var noun: String { kind.lowercased() }

    static let user = PermissionHolder(
        kind: "User", parameter: "UserName", inlineLimit: 2048,
        read: { name, context throws(ServiceError) in try UserCalls.named(name, context).permissions },
        write: { name, permissions, context throws(ServiceError) in
            var user = try UserCalls.named(name, context)
            user.permissions = permissions
            context.iam.users.insert(user)
        })

    static let group = PermissionHolder(
        kind: "Group", parameter: "GroupName", inlineLimit: 5120,
        read: { name, context throws(ServiceError) in try GroupCalls.named(name, context).permissions },
        write: { name, permissions, context throws(ServiceError) in
            var group = try GroupCalls.named(name, context)
            group.permissions = permissions
            context.iam.groups.insert(group)
        })

    static let role = PermissionHolder(
        kind: "Role", parameter: "RoleName", inlineLimit: 10_240,
        read: { name, context throws(ServiceError) in try RoleCalls.named(name, context).permissions },
        write: { name, permissions, context throws(ServiceError) in
            var role = try RoleCalls.own(name, context)
            role.permissions = permissions
            context.iam.roles.insert(role)
        })

    static let all = [user, group, role]

    func name(_ input: Input) -> String { input.string(parameter) ?? "" }

    /// Changes the permissions of who a request names.
    func update(
        _ input: Input, _ context: inout CallContext, _ change: (inout IAMPermissions) throws(ServiceError) -> Void
    ) throws(ServiceError) {
        var permissions = try read(name(input), context)
        try change(&permissions)
        try write(name(input), permissions, &context)
    }
}
