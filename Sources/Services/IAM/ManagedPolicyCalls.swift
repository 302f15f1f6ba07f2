import CloudState
import ServiceModel

/// The account's managed policies, and AWS's.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>
enum ManagedPolicyCalls {
    static let operations: [String: Handler] = [
        "CreatePolicy": .write(create),
        "DeletePolicy": .write(delete),
        "GetPolicy": .read(get),
        "ListPolicies": .read(list),
    ]

    static func named(_ arn: String?, _ context: CallContext) throws(ServiceError) -> ManagedPolicy {
        let arn = arn ?? ""
        try PolicyAttachmentCalls.checkARN(arn)
        guard let policy = context.iam.policy(arn: arn) else { throw IAMError.noPolicy(arn) }
        return policy
    }

    /// A policy that the account may change: not one of AWS's.
    static func own(_ arn: String?, _ operation: String, _ context: CallContext) throws(ServiceError) -> ManagedPolicy {
        let policy = try named(arn, context)
        guard !policy.isAWSManaged else {
            throw ServiceError(
                "AccessDenied",
                "User: \(context.caller.arn) is not authorized to perform: iam:\(operation) on resource: policy \(policy.arn)",
                status: 403)
        }
        return policy
    }

    static func document(_ input: Input) throws(ServiceError) -> PolicyDocument {
        let text = input.string("PolicyDocument") ?? ""
        let document = try IAMRules.document(text)
        guard IAMRules.size(text) <= 6144 else { throw IAMError.quota("PolicySize", 6144) }
        return document
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try IAMRules.newName(input, "PolicyName")
        let path = try IAMRules.path(input)
        guard !context.iam.policies.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
            throw IAMError.exists("A policy called \(name) already exists. Duplicate names are not allowed.")
        }
        guard context.iam.policies.count < 1500 else { throw IAMError.quota("PoliciesPerAccount", 1500) }
        let document = try document(input)
        let tags = try IAMRules.newTags(input)
        let id = context.newUniqueID("ANPA")
        var policy = ManagedPolicy(
            name: name, policyID: id, path: path, owner: context.accountID,
            description: input.string("Description").flatMap { $0.isEmpty ? nil : $0 }, document: document,
            createDate: context.now)
        policy.tags = tags
        context.iam.policies.insert(policy)
        return Response(["Policy": IAMViews.policy(policy, context.iam)])
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let policy = try named(input.string("PolicyArn"), context)
        return Response(["Policy": IAMViews.policy(policy, context.iam)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let state = context.iam
        var policies: [ManagedPolicy] = []
        let scope = input.string("Scope") ?? "All"
        if scope != "AWS" { policies += Array(state.policies) }
        if scope != "Local" { policies += AWSManagedPolicies.all }
        let onlyAttached = input.boolean("OnlyAttached") ?? false
        let usage = input.string("PolicyUsageFilter")
        let found = policies.filter { policy in
            IAMRules.matches(policy.path, input) && (!onlyAttached || state.attachmentCount(policy.arn) > 0)
                && (usage != "PermissionsPolicy" || state.attachmentCount(policy.arn) > 0)
                && (usage != "PermissionsBoundary" || state.boundaryCount(policy.arn) > 0)
        }
        return try IAMPage(found, input).response("Policies") { IAMViews.policy($0, state, isListed: true) }
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let policy = try own(input.string("PolicyArn"), "DeletePolicy", context)
        guard context.iam.attachmentCount(policy.arn) == 0, context.iam.boundaryCount(policy.arn) == 0 else {
            throw IAMError.conflict("Cannot delete a policy attached to entities.")
        }
        guard policy.versions.count == 1 else {
            throw IAMError.conflict(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy."
            )
        }
        context.iam.policies.remove(policy.id)
        return .empty
    }
}
