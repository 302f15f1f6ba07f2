import CloudState
import PolicyEngine
import ServiceModel

/// What IAM's operations need permission for: the resource that they name.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html>
enum IAMAuthorization {
    static let authorization = Authorization(vendor: "iam", permissions: permissions)

    @Sendable private static func permissions(
        _ operation: String, _ input: Input, _ context: CallContext
    ) -> [Permission] {
        let state = context.iam
        let account = "arn:aws:iam::\(context.accountID)"
        func parameter(_ name: String) -> String? {
            input.shape.member(name) == nil ? nil : input.string(name).flatMap { $0.isEmpty ? nil : $0 }
        }
        let path = parameter("Path") ?? "/"
        var conditions = ConditionContext()
        for pair in requestTags(input) { conditions.set("aws:RequestTag/\(pair.key)", pair.value) }
        let keys =
            requestTags(input).map(\.key) + (input.shape.member("TagKeys") == nil ? [] : input.strings("TagKeys"))
        if !keys.isEmpty { conditions["aws:TagKeys"] = keys }
        if let boundary = parameter("PermissionsBoundary") { conditions.set("iam:PermissionsBoundary", boundary) }
        if let service = parameter("AWSServiceName") {
            conditions.set("iam:AWSServiceName", service)
            return [Permission("\(account):role/aws-service-role/\(service)/*", context: conditions)]
        }
        func permission(_ arn: String, _ tags: Tags) -> [Permission] {
            for tag in tags.tags {
                conditions.set("aws:ResourceTag/\(tag.key)", tag.value)
                conditions.set("iam:ResourceTag/\(tag.key)", tag.value)
            }
            if let policy = parameter("PolicyArn") { conditions.set("iam:PolicyARN", policy) }
            return [Permission(arn, context: conditions)]
        }
        // A listing is about all below a path, and says so in a refusal.
        if let kind = listed[operation] {
            let prefix = parameter("PathPrefix") ?? "/"
            return [
                Permission(
                    kind == "policy" ? "policy path \(prefix)" : "\(account):\(kind)\(prefix)", context: conditions)
            ]
        }
        // A request that names several is about the first of these.
        if let name = parameter("InstanceProfileName") {
            let profile = state.instanceProfile(name)
            var all = permission(profile?.arn ?? "\(account):instance-profile\(path)\(name)", profile?.tags ?? Tags())
            if operation == "AddRoleToInstanceProfile", let role = parameter("RoleName").flatMap(state.role) {
                all.append(Permission(role.arn, action: "iam:PassRole"))
            }
            return all
        }
        if let name = parameter("GroupName") {
            return permission(state.group(name)?.arn ?? "\(account):group\(path)\(name)", Tags())
        }
        if let name = parameter("RoleName") {
            let role = state.role(name)
            return permission(role?.arn ?? "\(account):role\(path)\(name)", role?.tags ?? Tags())
        }
        if let name = parameter("UserName") {
            let user = state.user(name)
            return permission(user?.arn ?? "\(account):user\(path)\(name)", user?.tags ?? Tags())
        }
        if let arn = parameter("PolicyArn") { return permission(arn, state.policies[arn]?.tags ?? Tags()) }
        if let name = parameter("PolicyName") { return permission("\(account):policy\(path)\(name)", Tags()) }
        if let arn = parameter("OpenIDConnectProviderArn") { return permission(arn, Tags()) }
        if let arn = parameter("PolicySourceArn") { return permission(arn, Tags()) }
        if input.shape.member("UserName") != nil, case .user(let name) = context.caller.principal,
            let user = state.user(name)
        {
            return permission(user.arn, user.tags)
        }
        return [Permission("*", context: conditions)]
    }

    private static let listed = [
        "ListUsers": "user", "ListRoles": "role", "ListGroups": "group", "ListInstanceProfiles": "instance-profile",
        "ListPolicies": "policy",
    ]

    private static func requestTags(_ input: Input) -> [(key: String, value: String)] {
        guard input.shape.member("Tags") != nil else { return [] }
        return input.structures("Tags").map { ($0.string("Key") ?? "", $0.string("Value") ?? "") }
    }
}
