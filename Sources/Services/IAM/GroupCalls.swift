import CloudState
import ServiceModel

/// Groups and their members.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html>
enum GroupCalls {
    static let operations: [String: Handler] = [
        "AddUserToGroup": .write(add),
        "CreateGroup": .write(create),
        "DeleteGroup": .write(delete),
        "GetGroup": .read(get),
        "ListGroups": .read(list),
        "RemoveUserFromGroup": .write(remove),
        "UpdateGroup": .write(update),
    ]

    static func named(_ name: String?, _ context: CallContext) throws(ServiceError) -> IAMGroup {
        guard let group = context.iam.group(name ?? "") else { throw IAMError.noGroup(name ?? "") }
        return group
    }

    private static func members(_ group: IAMGroup, _ context: CallContext) -> [IAMUser] {
        context.iam.users.sorted(by: \.name).filter { $0.groups.contains(group.name) }
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try IAMRules.newName(input, "GroupName")
        guard context.iam.group(name) == nil else { throw IAMError.exists("Group with name \(name) already exists.") }
        guard context.iam.groups.count < 300 else { throw IAMError.quota("GroupsPerAccount", 300) }
        let path = try IAMRules.path(input)
        let group = IAMGroup(
            name: name, groupID: context.newUniqueID("AGPA"), path: path, accountID: context.accountID,
            createDate: context.now)
        context.iam.groups.insert(group)
        return Response(["Group": IAMViews.group(group)])
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try named(input.string("GroupName"), context)
        let page = try IAMPage(members(group, context), input)
        return Response(
            page.adding(to: [
                "Group": IAMViews.group(group), "Users": .list(page.items) { IAMViews.user($0, isListed: true) },
            ]))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let groups = context.iam.groups.sorted(by: \.name).filter { IAMRules.matches($0.path, input) }
        return try IAMPage(groups, input).response("Groups", IAMViews.group)
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let old = try named(input.string("GroupName"), context)
        var group = old
        if input.has("NewGroupName") {
            let name = try IAMRules.newName(input, "NewGroupName")
            if let other = context.iam.group(name), other.id != group.id {
                throw IAMError.exists("Group with name \(name) already exists.")
            }
            group.name = name
        }
        if input.has("NewPath") { group.path = try IAMRules.path(input, "NewPath") }
        group.arn = "arn:aws:iam::\(context.accountID):group\(group.path)\(group.name)"
        if old.id != group.id { context.iam.groups.remove(old.id) }
        context.iam.groups.insert(group)
        for user in members(old, context) {
            context.iam.users.update(user.id) { user in
                user.groups = user.groups.map { $0 == old.name ? group.name : $0 }
            }
        }
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try named(input.string("GroupName"), context)
        guard members(group, context).isEmpty else {
            throw IAMError.conflict("Cannot delete entity, must remove users from group first.")
        }
        guard group.permissions.inline.isEmpty else {
            throw IAMError.conflict("Cannot delete entity, must delete policies first.")
        }
        guard group.permissions.attached.isEmpty else {
            throw IAMError.conflict("Cannot delete entity, must detach all policies first.")
        }
        context.iam.groups.remove(group.id)
        return .empty
    }

    static func add(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try named(input.string("GroupName"), context)
        var user = try UserCalls.named(input.string("UserName"), context)
        guard !user.groups.contains(group.name) else { return .empty }
        guard user.groups.count < 10 else { throw IAMError.quota("GroupsPerUser", 10) }
        user.groups.append(group.name)
        context.iam.users.insert(user)
        return .empty
    }

    static func remove(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try named(input.string("GroupName"), context)
        var user = try UserCalls.named(input.string("UserName"), context)
        // Taking away who is not in it is no error.
        user.groups.removeAll { $0 == group.name }
        context.iam.users.insert(user)
        return .empty
    }
}
