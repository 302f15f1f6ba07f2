package import CloudState
import ServiceModel

/// Amazon EC2 Auto Scaling.
///
/// Requests change what a group wants; `Engine` brings about, in virtual time and by API calls to EC2 and Elastic Load
/// Balancing, that it is so.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/Welcome.html>
package enum AutoScalingService {
    package static let definition = ServiceDefinition(
        signingNames: ["autoscaling"], model: { .autoScaling },
        operations: groups.merged,
        reactions: ServiceReactions(handle: Engine.handle, isAwaited: Engine.isAwaited))

    /// One line a group of operations.
    package static let groups: [[String: Handler]] = [
        ActivityCalls.operations,
        CollectionCalls.operations,
        GroupCalls.operations,
        GroupViews.operations,
        HookCalls.operations,
        InstanceCalls.operations,
        LaunchConfigurationCalls.operations,
        PolicyCalls.operations,
        ProcessCalls.operations,
        RefreshCalls.operations,
        ScheduleCalls.operations,
        StandbyCalls.operations,
        TagCalls.operations,
        TrafficSourceCalls.operations,
        WarmPoolCalls.operations,
    ]
}
