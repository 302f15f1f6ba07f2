package import CloudState
import ServiceModel

/// AWS Security Token Service.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html>
package enum STSService {
    package static let definition = ServiceDefinition(
        signingNames: ["sts"], model: { .sts },
        operations: [
            "GetCallerIdentity": .read { context, _ in
                Response([
                    "UserId": .string(context.caller.userID), "Account": .string(context.caller.accountID),
                    "Arn": .string(context.caller.arn),
                ])
            }
        ])
}
