import CloudState
import ServiceModel

/// Managed policies on users, groups and roles.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html>
enum PolicyAttachmentCalls {
    static let operations: [String: Handler] = {
        var table: [String: Handler] = ["ListEntitiesForPolicy": .read(listEntities)]
        for holder in PermissionHolder.all {
            let kind = holder.kind
            table["Attach\(kind)Policy"] = .write { context, input throws(ServiceError) in
                try attach(&context, input, holder)
            }
            table["Detach\(kind)Policy"] = .write { context, input throws(ServiceError) in
                try detach(&context, input, holder)
            }
            table["ListAttached\(kind)Policies"] = .read { context, input throws(ServiceError) in
                try list(context, input, holder)
            }
        }
        return table
    }()

    /// Holds an ARN against its form.
    static func checkARN(_ arn: String) throws(ServiceError) {
        guard arn.hasPrefix("arn:") else {
            throw IAMError.validation("Invalid ARN:  Could not be parsed!")
        }
        guard arn.hasPrefix("arn:aws:iam::"), arn.contains(":policy/") else {
            throw IAMError.invalidInput("ARN \(arn.prefix(512)) is not valid.")
        }
    }

    private static func attach(
        _ context: inout CallContext, _ input: Input, _ holder: PermissionHolder
    ) throws(ServiceError) -> Response {
        let arn = input.string("PolicyArn") ?? ""
        try checkARN(arn)
        _ = try holder.read(holder.name(input), context)
        guard let policy = context.iam.policy(arn: arn), !policy.path.hasPrefix("/aws-service-role/") else {
            if arn.contains(":policy/aws-service-role/") {
                throw ServiceError(
                    "PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.")
            }
            throw IAMError.notAttachable(arn)
        }
        try holder.update(input, &context) { permissions throws(ServiceError) in
            permissions.attach(policy.arn)
            guard permissions.attached.count <= 10 else { throw IAMError.quota("PoliciesPer\(holder.kind)", 10) }
        }
        return .empty
    }

    private static func detach(
        _ context: inout CallContext, _ input: Input, _ holder: PermissionHolder
    ) throws(ServiceError) -> Response {
        let arn = input.string("PolicyArn") ?? ""
        try checkARN(arn)
        try holder.update(input, &context) { permissions throws(ServiceError) in
            guard permissions.detach(arn) else { throw IAMError.noPolicy(arn) }
        }
        return .empty
    }

    private static func list(
        _ context: CallContext, _ input: Input, _ holder: PermissionHolder
    ) throws(ServiceError) -> Response {
        let prefix = input.string("PathPrefix") ?? "/"
        let arns = try holder.read(holder.name(input), context).attached.filter { arn in
            prefix == "/" || (context.iam.policy(arn: arn)?.path.hasPrefix(prefix) ?? false)
        }
        let page = try IAMPage(arns, input)
        return Response(page.adding(to: ["AttachedPolicies": IAMViews.attached(page.items)]))
    }

    private static func listEntities(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let arn = input.string("PolicyArn") ?? ""
        guard context.iam.policy(arn: arn) != nil else { throw IAMError.noPolicy(arn) }
        let usage = input.string("PolicyUsageFilter")
        let prefix = input.string("PathPrefix") ?? "/"
        let kind = input.string("EntityFilter")
        func uses(_ permissions: IAMPermissions, _ path: String, _ entity: String) -> Bool {
            guard path.hasPrefix(prefix), kind == nil || kind == entity else { return false }
            return (usage != "PermissionsBoundary" && permissions.attached.contains(arn))
                || (usage != "PermissionsPolicy" && permissions.boundary == arn)
        }
        enum Entity { case group(IAMGroup), user(IAMUser), role(IAMRole) }
        let state = context.iam
        let all =
            state.groups.sorted(by: \.name).filter { uses($0.permissions, $0.path, "Group") }.map(Entity.group)
            + state.users.sorted(by: \.name).filter { uses($0.permissions, $0.path, "User") }.map(Entity.user)
            + state.roles.sorted(by: \.name).filter { uses($0.permissions, $0.path, "Role") }.map(Entity.role)
        let page = try IAMPage(all, input)
        var groups: [Value] = []
        var users: [Value] = []
        var roles: [Value] = []
        for entity in page.items {
            switch entity {
            case .group(let group):
                groups.append(["GroupName": .string(group.name), "GroupId": .string(group.groupID)])
            case .user(let user): users.append(["UserName": .string(user.name), "UserId": .string(user.userID)])
            case .role(let role): roles.append(["RoleName": .string(role.name), "RoleId": .string(role.roleID)])
            }
        }
        return Response(
            page.adding(to: ["PolicyGroups": .list(groups), "PolicyUsers": .list(users), "PolicyRoles": .list(roles)]))
    }
}
