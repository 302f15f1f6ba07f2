import CloudState
import ServiceModel

/// Instance profiles, each with at most one role.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html>
enum InstanceProfileCalls {
    static let operations: [String: Handler] = [
        "AddRoleToInstanceProfile": .write(addRole),
        "CreateInstanceProfile": .write(create),
        "DeleteInstanceProfile": .write(delete),
        "GetInstanceProfile": .read(get),
        "ListInstanceProfiles": .read(list),
        "ListInstanceProfilesForRole": .read(listForRole),
        "RemoveRoleFromInstanceProfile": .write(removeRole),
    ]

    static func named(_ name: String?, _ context: CallContext) throws(ServiceError) -> InstanceProfile {
        guard let profile = context.iam.instanceProfile(name ?? "") else { throw IAMError.noProfile(name ?? "") }
        return profile
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try IAMRules.newName(input, "InstanceProfileName")
        guard context.iam.instanceProfile(name) == nil else {
            throw IAMError.exists("Instance Profile \(name) already exists.")
        }
        guard context.iam.instanceProfiles.count < 1000 else {
            throw IAMError.quota("InstanceProfilesPerAccount", 1000)
        }
        let path = try IAMRules.path(input)
        let tags = try IAMRules.newTags(input)
        var profile = InstanceProfile(
            name: name, profileID: context.newUniqueID("AIPA"), path: path, accountID: context.accountID,
            createDate: context.now)
        profile.tags = tags
        context.iam.instanceProfiles.insert(profile)
        return Response(["InstanceProfile": IAMViews.profile(profile, context.iam)])
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let profile = try named(input.string("InstanceProfileName"), context)
        return Response(["InstanceProfile": IAMViews.profile(profile, context.iam)])
    }

    private static func page(
        _ profiles: [InstanceProfile], _ input: Input, _ state: IAMState
    ) throws(ServiceError) -> Response {
        try IAMPage(profiles, input).response("InstanceProfiles") { IAMViews.profile($0, state, isListed: true) }
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let all = context.iam.instanceProfiles.sorted(by: \.name)
        return try page(all.filter { IAMRules.matches($0.path, input) }, input, context.iam)
    }

    static func listForRole(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let role = try RoleCalls.named(input.string("RoleName"), context)
        let all = context.iam.instanceProfiles.sorted(by: \.name)
        return try page(all.filter { $0.role == role.name }, input, context.iam)
    }

    static func addRole(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var profile = try named(input.string("InstanceProfileName"), context)
        let role = try RoleCalls.own(input.string("RoleName"), context)
        guard profile.role == nil else { throw IAMError.quota("InstanceSessionsPerInstanceProfile", 1) }
        profile.role = role.name
        context.iam.instanceProfiles.insert(profile)
        return .empty
    }

    static func removeRole(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var profile = try named(input.string("InstanceProfileName"), context)
        let role = try RoleCalls.named(input.string("RoleName"), context)
        guard profile.role == role.name else { throw IAMError.noRole(role.name) }
        profile.role = nil
        context.iam.instanceProfiles.insert(profile)
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let profile = try named(input.string("InstanceProfileName"), context)
        guard profile.role == nil else {
            throw IAMError.conflict("Cannot delete entity, must remove roles from instance profile first.")
        }
        context.iam.instanceProfiles.remove(profile.id)
        return .empty
    }
}
