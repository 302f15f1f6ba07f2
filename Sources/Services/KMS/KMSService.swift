package import CloudState
import PolicyEngine
import ServiceModel

/// AWS Key Management Service, as far as other services need an alias and a key id, and clients a round trip.
///
/// <https://docs.aws.amazon.com/kms/latest/APIReference/Welcome.html>
package enum KMSService {
    package static let definition = ServiceDefinition(
        signingNames: ["kms"], model: { .kms },
        operations: groups.merged,
        authorization: Authorization(vendor: "kms", permissions: permissions))

    /// One line a group, so that groups can be added side by side.
    package static let groups: [[String: Handler]] = [
        AliasCalls.operations,
        CipherCalls.operations,
        DeletionCalls.operations,
        GrantCalls.operations,
        KeyCalls.operations,
        KeyPolicyCalls.operations,
        KeyTagCalls.operations,
        RotationCalls.operations,
    ]

    /// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html>
    @Sendable private static func permissions(
        _ operation: String, _ input: Input, _ context: CallContext
    ) -> [Permission] {
        let names = ["KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId"]
        var needed: [Permission] = []
        for name in names where input.shape.member(name) != nil {
            guard let id = input.string(name), let key = context.world.kmsKey(id, region: context.region) else {
                continue
            }
            var conditions = ConditionContext()
            conditions.set("kms:CallerAccount", context.accountID)
            for tag in key.tags.tags { conditions.set("aws:ResourceTag/\(tag.key)", tag.value) }
            let aliases = context.kms.aliases.filter { $0.keyID == key.id }.map(\.name)
            if !aliases.isEmpty { conditions["kms:ResourceAliases"] = aliases }
            needed.append(
                Permission(key.arn, context: conditions, policy: try? Policy(parsing: key.policy, as: .resource)))
        }
        return needed.isEmpty ? Permission.anything : needed
    }
}
