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
        operations: groups.merged,
        authorization: EC2Authorization.authorization)

    /// One line a group, so that groups can be added side by side.
    package static let groups: [[String: Handler]] = [
        DescribeInstances.operations,
        ImageCalls.operations,
        InstanceAttributeCalls.operations,
        InstanceConsoleCalls.operations,
        InstanceLifecycleCalls.operations,
        InstanceOptionCalls.operations,
        InstanceProfileCalls.operations,
        InstanceTypeCalls.operations,
        LaunchTemplateCalls.operations,
        LaunchTemplateFromInstance.operations,
        LaunchTemplateVersionCalls.operations,
        PlacementGroupCalls.operations,
        RegionCalls.operations,
        RunInstances.operations,
        SecurityGroupCalls.operations,
        SpotCalls.operations,
        SpotPriceCalls.operations,
        TagCalls.operations,
        VPCCalls.operations,
        VPNGatewayCalls.operations,
        CustomerGatewayCalls.operations,
        AccountCalls.operations,
        AccountDefaultCalls.operations,
        CapacityReservationCalls.operations,
        SubnetReservationCalls.operations,
        DHCPOptionsCalls.operations,
        ElasticIPAssociationCalls.operations,
        ElasticIPCalls.operations,
        InternetGatewayCalls.operations,
        NATGatewayAddressCalls.operations,
        NATGatewayCalls.operations,
        NetworkACLCalls.operations,
        NetworkACLEntryCalls.operations,
        RouteCalls.operations,
        RouteTableCalls.operations,
        SubnetBlocks.operations,
        SubnetCalls.operations,
        VPCBlockCalls.operations,
        ZoneCalls.operations,
        KeyPairCalls.operations,
        SecurityGroupRuleCalls.operations,
        SecurityGroupUse.operations,
        PrefixLists.operations,
        PrefixListViews.operations,
        NetworkInterfaceViews.operations,
        NetworkInterfaceCalls.operations,
        NetworkInterfaceAddresses.operations,
        NetworkInterfaceAttributes.operations,
        EBSEncryption.operations,
        VolumeCalls.operations,
        VolumeAttachmentCalls.operations,
        VolumeModificationCalls.operations,
        VolumeStatusCalls.operations,
        SnapshotCalls.operations,
        SnapshotSharing.operations,
        ImageRegistration.operations,
        ImageAttributes.operations,
        EndpointServiceCalls.operations,
        VPCEndpointCalls.operations,
        VPCPeeringCalls.operations,
        FlowLogCalls.operations,
        NetworkInsightsPathCalls.operations,
        NetworkInsightsAnalysisCalls.operations,
    ]
}
