import CloudState
import ServiceModel

/// Versions of managed policies, at most five at a time.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html>
enum PolicyVersionCalls {
    static let operations: [String: Handler] = [
        "CreatePolicyVersion": .write(create),
        "DeletePolicyVersion": .write(delete),
        "GetPolicyVersion": .read(get),
        "ListPolicyVersions": .read(list),
        "SetDefaultPolicyVersion": .write(setDefault),
    ]

    private static func version(_ input: Input, of policy: ManagedPolicy) throws(ServiceError) -> ManagedPolicy.Version
    {
        let id = input.string("VersionId") ?? ""
        guard id.hasPrefix("v"), Int(id.dropFirst()) != nil else {
            throw IAMError.validation(
                "1 validation error detected: Value '\(id.prefix(64))' at 'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"
            )
        }
        guard let version = policy.version(id) else {
            throw IAMError.noSuchEntity("Policy \(policy.arn) version \(id) does not exist or is not attachable.")
        }
        return version
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var policy = try ManagedPolicyCalls.own(input.string("PolicyArn"), "CreatePolicyVersion", context)
        let document = try ManagedPolicyCalls.document(input)
        guard policy.versions.count < 5 else {
            throw IAMError.limit(
                "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version."
            )
        }
        let version = ManagedPolicy.Version(id: "v\(policy.nextVersion)", document: document, createDate: context.now)
        policy.versions.append(version)
        policy.nextVersion += 1
        if input.boolean("SetAsDefault") ?? false { policy.defaultVersion = version.id }
        policy.updateDate = context.now
        context.iam.policies.insert(policy)
        return Response(["PolicyVersion": IAMViews.version(version, of: policy, withDocument: false)])
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let policy = try ManagedPolicyCalls.named(input.string("PolicyArn"), context)
        let version = try version(input, of: policy)
        return Response(["PolicyVersion": IAMViews.version(version, of: policy, withDocument: true)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let policy = try ManagedPolicyCalls.named(input.string("PolicyArn"), context)
        return try IAMPage(policy.versions.reversed(), input).response("Versions") {
            IAMViews.version($0, of: policy, withDocument: false)
        }
    }

    static func setDefault(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var policy = try ManagedPolicyCalls.own(input.string("PolicyArn"), "SetDefaultPolicyVersion", context)
        policy.defaultVersion = try version(input, of: policy).id
        policy.updateDate = context.now
        context.iam.policies.insert(policy)
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var policy = try ManagedPolicyCalls.own(input.string("PolicyArn"), "DeletePolicyVersion", context)
        let version = try version(input, of: policy)
        guard version.id != policy.defaultVersion else {
            throw IAMError.conflict("Cannot delete the default version of a policy.")
        }
        policy.versions.removeAll { $0.id == version.id }
        context.iam.policies.insert(policy)
        return .empty
    }
}
