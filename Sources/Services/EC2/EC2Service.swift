package import CloudState
import ServiceModel

/// Amazon EC2: instances, images, VPCs and what belongs to them.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html>
package enum EC2Service {
    package static let definition = ServiceDefinition(
        signingNames: ["ec2"], model: { .ec2 },
        operations: [
            "DescribeRegions": .read(RegionCalls.describeRegions),
            "DescribeAvailabilityZones": .read(RegionCalls.describeAvailabilityZones),
            "DescribeImages": .read(ImageCalls.describe),
            "DescribeInstanceTypes": .read(InstanceTypeCalls.describeInstanceTypes),
            "DescribeInstanceTypeOfferings": .read(InstanceTypeCalls.describeInstanceTypeOfferings),
            "DescribeVpcs": .read(VPCCalls.describeVPCs),
            "DescribeSubnets": .read(VPCCalls.describeSubnets),
            "DescribeSecurityGroups": .read(SecurityGroupCalls.describe),
            "CreateSecurityGroup": .write(SecurityGroupCalls.create),
            "AuthorizeSecurityGroupIngress": .write(SecurityGroupCalls.authorizeIngress),
            "AuthorizeSecurityGroupEgress": .write(SecurityGroupCalls.authorizeEgress),
            "RunInstances": .write(RunInstances.run),
            "DescribeInstances": .read(DescribeInstances.describe),
            "DescribeInstanceStatus": .readAtTime(DescribeInstances.describeStatus),
            "StartInstances": .write(InstanceLifecycleCalls.start),
            "StopInstances": .write(InstanceLifecycleCalls.stop),
            "RebootInstances": .write(InstanceLifecycleCalls.reboot),
            "TerminateInstances": .write(InstanceLifecycleCalls.terminate),
            "CreateTags": .write(TagCalls.create),
            "DeleteTags": .write(TagCalls.delete),
            "DescribeTags": .read(TagCalls.describe),
        ])
}
