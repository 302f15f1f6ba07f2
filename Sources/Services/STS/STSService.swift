package import CloudState
import ServiceModel

/// AWS Security Token Service.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html>
package enum STSService {
    package static let definition = ServiceDefinition(
        signingNames: ["sts"], model: { .sts },
        operations: groups.merged,
        authorization: Authorization(
            vendor: "sts", free: ["GetCallerIdentity", "GetSessionToken", "AssumeRoleWithWebIdentity", "AssumeRole"]
        ) { _, _, _ in Permission.anything })

    /// One line a group, so that groups can be added side by side.
    package static let groups: [[String: Handler]] = [
        AssumeRole.operations,
        IdentityCalls.operations,
        TokenCalls.operations,
        WebIdentity.operations,
    ]
}
