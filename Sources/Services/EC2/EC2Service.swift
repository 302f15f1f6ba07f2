package import CloudState
import ServiceModel

/// Amazon EC2: instances, images, VPCs and what belongs to them.
///
/// Each group of operations names its own in `operations`; an operation that two groups name is a mistake that a test
/// catches.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html>
package enum EC2Service {
    package static let definition = ServiceDefinition(
        signingNames: ["ec2"], model: { .ec2 },
        operations: groups.reduce(into: [:]) { all, group in all.merge(group) { first, _ in first } },
        authorization: EC2Authorization.authorization)

    /// One line a group, so that groups can be added side by side.
    package static let groups: [[String: Handler]] = [
        DescribeInstances.operations,
        ImageCalls.operations,
        InstanceLifecycleCalls.operations,
        InstanceTypeCalls.operations,
        RegionCalls.operations,
        RunInstances.operations,
        SecurityGroupCalls.operations,
        TagCalls.operations,
        VPCCalls.operations,
    ]
}
