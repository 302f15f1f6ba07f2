package import CloudState
import ServiceModel

/// AWS Identity and Access Management: users, groups, roles and policies.
///
/// Each group of operations names its own in `operations`. Signatures name the region us-east-1; the records are global.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html>
package enum IAMService {
    package static let definition = ServiceDefinition(
        signingNames: ["iam"], model: { .iam },
        operations: groups.merged,
        authorization: IAMAuthorization.authorization)

    /// One line a group, so that groups can be added side by side.
    package static let groups: [[String: Handler]] = [
        AccessKeyCalls.operations,
        AccountCalls.operations,
        AuthorizationDetails.operations,
        BoundaryCalls.operations,
        CredentialCalls.operations,
        CredentialReportCalls.operations,
        GroupCalls.operations,
        InlinePolicyCalls.operations,
        InstanceProfileCalls.operations,
        LoginProfileCalls.operations,
        MFACalls.operations,
        ManagedPolicyCalls.operations,
        OpenIDCalls.operations,
        PolicyAttachmentCalls.operations,
        PolicyVersionCalls.operations,
        RoleCalls.operations,
        ServerCertificateCalls.operations,
        ServiceLinkedRoleCalls.operations,
        SimulationCalls.operations,
        TagCalls.operations,
        UserCalls.operations,
    ]
}
