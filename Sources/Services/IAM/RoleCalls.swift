import CloudState
import ServiceModel

/// Roles and their trust policies.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>
enum RoleCalls {
    static let operations: [String: Handler] = [
        "CreateRole": .write(create),
        "DeleteRole": .write(delete),
        "GetRole": .read(get),
        "ListRoles": .read(list),
        "UpdateAssumeRolePolicy": .write(updateTrust),
        "UpdateRole": .write(update),
        "UpdateRoleDescription": .write(updateDescription),
    ]

    static func named(_ name: String?, _ context: CallContext) throws(ServiceError) -> IAMRole {
        guard let role = context.iam.role(name ?? "") else { throw IAMError.noRole(name ?? "") }
        return role
    }

    /// A role that the account may change: not one of a service.
    static func own(_ name: String?, _ context: CallContext) throws(ServiceError) -> IAMRole {
        let role = try named(name, context)
        guard role.linkedService == nil else { throw IAMError.protected(role.name) }
        return role
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try IAMRules.newName(input, "RoleName")
        guard context.iam.role(name) == nil else { throw IAMError.exists("Role with name \(name) already exists.") }
        guard context.iam.roles.count < 1000 else { throw IAMError.quota("RolesPerAccount", 1000) }
        let path = try IAMRules.path(input)
        guard !path.hasPrefix("/aws-service-role/") else {
            throw IAMError.validation(
                "The specified value for path is invalid. /aws-service-role/ is reserved for service-linked roles.")
        }
        let trust = try IAMRules.trust(
            input.string("AssumeRolePolicyDocument") ?? "", context.iam, accountID: context.accountID)
        let boundary = try BoundaryCalls.given(input, context)
        let tags = try IAMRules.newTags(input)
        var role = IAMRole(
            name: name, roleID: context.newUniqueID("AROA"), path: path, accountID: context.accountID,
            createDate: context.now, trust: trust, description: input.string("Description"),
            maximumSession: input.integer("MaxSessionDuration") ?? 3600)
        role.tags = tags
        role.permissions.boundary = boundary
        context.iam.roles.insert(role)
        return Response(["Role": IAMViews.role(role)])
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(["Role": IAMViews.role(try named(input.string("RoleName"), context))])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let roles = context.iam.roles.sorted(by: \.name).filter { IAMRules.matches($0.path, input) }
        return try IAMPage(roles, input).response("Roles") { IAMViews.role($0, isListed: true) }
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        // Of a service's role its description may be changed, and nothing else.
        let onlyDescribes = !input.has("MaxSessionDuration")
        var role = try onlyDescribes ? named(input.string("RoleName"), context) : own(input.string("RoleName"), context)
        if let description = input.string("Description") { role.description = description.isEmpty ? nil : description }
        if let duration = input.integer("MaxSessionDuration") { role.maximumSession = duration }
        context.iam.roles.insert(role)
        return .empty
    }

    static func updateDescription(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var role = try named(input.string("RoleName"), context)
        role.description = input.string("Description")
        context.iam.roles.insert(role)
        return Response(["Role": IAMViews.role(role)])
    }

    static func updateTrust(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var role = try own(input.string("RoleName"), context)
        role.trust = try IAMRules.trust(
            input.string("PolicyDocument") ?? "", context.iam, accountID: context.accountID)
        context.iam.roles.insert(role)
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let role = try own(input.string("RoleName"), context)
        guard !context.iam.instanceProfiles.contains(where: { $0.role == role.name }) else {
            throw IAMError.conflict("Cannot delete entity, must remove roles from instance profile first.")
        }
        guard role.permissions.inline.isEmpty else {
            throw IAMError.conflict("Cannot delete entity, must delete policies first.")
        }
        guard role.permissions.attached.isEmpty else {
            throw IAMError.conflict("Cannot delete entity, must detach all policies first.")
        }
        context.iam.roles.remove(role.id)
        return .empty
    }
}
