import CloudState
import ServiceModel

/// Tags on users, roles, policies, instance profiles, MFA devices and identity providers.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html>
enum TagCalls {
    /// A kind of resource with tags: how requests name one, and how to reach its tags.
    private struct Taggable: Sendable {
        /// As in `TagUser`, `ListUserTags`.
        let kind: String
        let parameter: String
        let read: @Sendable (String, CallContext) throws(ServiceError) -> Tags
        let write: @Sendable (String, Tags, inout CallContext) throws(ServiceError) -> Void
    }

    private static let kinds: [Taggable] = [
        Taggable(
            kind: "User", parameter: "UserName",
            read: { name, context throws(ServiceError) in try UserCalls.named(name, context).tags },
            write: { name, tags, context throws(ServiceError) in
                context.iam.users.update(IAMState.key(name)) { $0.tags = tags }
            }),
        Taggable(
            kind: "Role", parameter: "RoleName",
            read: { name, context throws(ServiceError) in try RoleCalls.named(name, context).tags },
            write: { name, tags, context throws(ServiceError) in
                context.iam.roles.update(IAMState.key(name)) { $0.tags = tags }
            }),
        Taggable(
            kind: "InstanceProfile", parameter: "InstanceProfileName",
            read: { name, context throws(ServiceError) in try InstanceProfileCalls.named(name, context).tags },
            write: { name, tags, context throws(ServiceError) in
                context.iam.instanceProfiles.update(IAMState.key(name)) { $0.tags = tags }
            }),
        Taggable(
            kind: "Policy", parameter: "PolicyArn",
            read: { arn, context throws(ServiceError) in try ManagedPolicyCalls.named(arn, context).tags },
            write: { arn, tags, context throws(ServiceError) in
                let policy = try ManagedPolicyCalls.own(arn, "TagPolicy", context)
                context.iam.policies.update(policy.id) { $0.tags = tags }
            }),
        Taggable(
            kind: "OpenIDConnectProvider", parameter: "OpenIDConnectProviderArn",
            read: { arn, context throws(ServiceError) in try OpenIDCalls.named(arn, context).tags },
            write: { arn, tags, context throws(ServiceError) in
                context.iam.openIDProviders.update(arn) { $0.tags = tags }
            }),
        Taggable(
            kind: "ServerCertificate", parameter: "ServerCertificateName",
            read: { name, context throws(ServiceError) in try ServerCertificateCalls.named(name, context).tags },
            write: { name, tags, context throws(ServiceError) in
                context.iam.serverCertificates.update(IAMState.key(name)) { $0.tags = tags }
            }),
        Taggable(
            kind: "MFADevice", parameter: "SerialNumber",
            read: { serial, context throws(ServiceError) in try MFACalls.named(serial, context).tags },
            write: { serial, tags, context throws(ServiceError) in
                context.iam.mfaDevices.update(serial) { $0.tags = tags }
            }),
    ]

    static let operations: [String: Handler] = kinds.reduce(into: [:]) { table, kind in
        table["Tag\(kind.kind)"] = .write { context, input throws(ServiceError) in
            let name = input.string(kind.parameter) ?? ""
            var tags = try kind.read(name, context)
            try IAMRules.set(try IAMRules.tags(input), on: &tags)
            try kind.write(name, tags, &context)
            return .empty
        }
        table["Untag\(kind.kind)"] = .write { context, input throws(ServiceError) in
            let name = input.string(kind.parameter) ?? ""
            var tags = try kind.read(name, context)
            let keys = Set(input.strings("TagKeys").map { $0.lowercased() })
            for tag in tags.tags where keys.contains(tag.key.lowercased()) { tags[tag.key] = nil }
            try kind.write(name, tags, &context)
            return .empty
        }
        table["List\(kind.kind)Tags"] = .read { context, input throws(ServiceError) in
            let tags = try kind.read(input.string(kind.parameter) ?? "", context)
            return try IAMPage(tags.tags, input).response("Tags") {
                ["Key": .string($0.key), "Value": .string($0.value)]
            }
        }
    }
}
