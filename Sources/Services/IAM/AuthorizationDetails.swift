import CloudState
import ServiceModel

/// GetAccountAuthorizationDetails: everything that says who may do what.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>
enum AuthorizationDetails {
    static let operations: [String: Handler] = [
        "GetAccountAuthorizationDetails": .read(get)
    ]

    private enum Entity { case user(IAMUser), group(IAMGroup), role(IAMRole), policy(ManagedPolicy) }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let state = context.iam
        let filter = input.strings("Filter")
        func wants(_ kind: String) -> Bool { filter.isEmpty || filter.contains(kind) }
        var all: [Entity] = []
        if wants("User") { all += state.users.sorted(by: \.name).map(Entity.user) }
        if wants("Group") { all += state.groups.sorted(by: \.name).map(Entity.group) }
        if wants("Role") { all += state.roles.sorted(by: \.name).map(Entity.role) }
        if wants("LocalManagedPolicy") { all += state.policies.map(Entity.policy) }
        if wants("AWSManagedPolicy") {
            // Of AWS's only those that something is attached to.
            all += AWSManagedPolicies.all.filter {
                state.attachmentCount($0.arn) > 0 || state.boundaryCount($0.arn) > 0
            }
            .map(Entity.policy)
        }
        let page = try IAMPage(all, input)
        var users: [Value] = []
        var groups: [Value] = []
        var roles: [Value] = []
        var policies: [Value] = []
        for entity in page.items {
            switch entity {
            case .user(let user): users.append(view(user))
            case .group(let group): groups.append(view(group))
            case .role(let role): roles.append(view(role, state))
            case .policy(let policy): policies.append(view(policy, state))
            }
        }
        return Response(
            page.adding(to: [
                "UserDetailList": .list(users), "GroupDetailList": .list(groups), "RoleDetailList": .list(roles),
                "Policies": .list(policies),
            ]))
    }

    private static func view(_ user: IAMUser) -> Value {
        [
            "Path": .string(user.path), "UserName": .string(user.name), "UserId": .string(user.userID),
            "Arn": .string(user.arn), "CreateDate": .timestamp(user.createDate),
            "UserPolicyList": user.permissions.inline.isEmpty ? nil : IAMViews.inline(user.permissions),
            "GroupList": .strings(user.groups), "AttachedManagedPolicies": IAMViews.attached(user.permissions.attached),
            "PermissionsBoundary": IAMViews.boundary(user.permissions),
            "Tags": user.tags.isEmpty ? nil : IAMViews.tags(user.tags),
        ]
    }

    private static func view(_ group: IAMGroup) -> Value {
        [
            "Path": .string(group.path), "GroupName": .string(group.name), "GroupId": .string(group.groupID),
            "Arn": .string(group.arn), "CreateDate": .timestamp(group.createDate),
            "GroupPolicyList": IAMViews.inline(group.permissions),
            "AttachedManagedPolicies": IAMViews.attached(group.permissions.attached),
        ]
    }

    private static func view(_ role: IAMRole, _ state: IAMState) -> Value {
        [
            "Path": .string(role.path), "RoleName": .string(role.name), "RoleId": .string(role.roleID),
            "Arn": .string(role.arn), "CreateDate": .timestamp(role.createDate),
            "AssumeRolePolicyDocument": .string(IAMViews.encode(role.trust.text)),
            "InstanceProfileList": .list(state.instanceProfiles.filter { $0.role == role.name }) {
                IAMViews.profile($0, state, isListed: true)
            },
            "RolePolicyList": IAMViews.inline(role.permissions),
            "AttachedManagedPolicies": IAMViews.attached(role.permissions.attached),
            "PermissionsBoundary": IAMViews.boundary(role.permissions), "Tags": IAMViews.tags(role.tags),
            "RoleLastUsed": [:],
        ]
    }

    private static func view(_ policy: ManagedPolicy, _ state: IAMState) -> Value {
        [
            "PolicyName": .string(policy.name), "PolicyId": .string(policy.policyID), "Arn": .string(policy.arn),
            "Path": .string(policy.path), "DefaultVersionId": .string(policy.defaultVersion),
            "AttachmentCount": .integer(state.attachmentCount(policy.arn)),
            "PermissionsBoundaryUsageCount": .integer(state.boundaryCount(policy.arn)), "IsAttachable": true,
            "Description": .optional(policy.description), "CreateDate": .timestamp(policy.createDate),
            "UpdateDate": .timestamp(policy.updateDate),
            "PolicyVersionList": .list(policy.versions.reversed()) {
                IAMViews.version($0, of: policy, withDocument: true)
            },
        ]
    }
}
