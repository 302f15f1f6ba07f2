package import CloudState
import ServiceModel

/// AWS Systems Manager, of which Parameter Store is emulated.
///
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/Welcome.html>
package enum SSMService {
    /// - Parameter publicParameters: what AWS offers to everybody in a region, in the order of the names. They are facts
    ///   of other services' catalogues.
    package static func definition(
        publicParameters: @escaping @Sendable (_ region: String) -> [PublicParameter]
    ) -> ServiceDefinition {
        let reading = ReadingCalls(publicParameters: publicParameters)
        let groups = [reading.operations, WritingCalls.operations, LabelCalls.operations, ParameterTagCalls.operations]
        return ServiceDefinition(
            signingNames: ["ssm"], model: { .ssm },
            operations: groups.merged,
            authorization: SSMAuthorization.authorization)
    }
}
