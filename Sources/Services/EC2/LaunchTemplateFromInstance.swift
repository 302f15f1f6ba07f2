import CloudState
import ServiceModel

/// GetLaunchTemplateData: an instance's parameters as a launch template would hold them.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetLaunchTemplateData.html>
enum LaunchTemplateFromInstance {
    static let operations: [String: Handler] = [
        "GetLaunchTemplateData": .read(get)
    ]

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let instance = try InstanceAttributeCalls.instance(input, context)
        return Response(["LaunchTemplateData": view(instance, context.ec2)])
    }

    private static func view(_ instance: Instance, _ state: EC2State) -> Value {
        let options = instance.metadata
        return [
            "ImageId": .string(instance.imageID), "InstanceType": .string(instance.type),
            "KeyName": .optional(instance.keyName), "UserData": .optional(instance.userData),
            "EbsOptimized": .boolean(instance.isEBSOptimized),
            "IamInstanceProfile": instance.profile.map { ["Arn": .string($0.arn)] },
            "BlockDeviceMappings": .list(instance.blockDevices.compactMap { deviceView($0, instance, state) }),
            "NetworkInterfaces": .list(
                instance.networkInterfaceIDs.compactMap { state.networkInterfaces[$0] }, interfaceView),
            "Monitoring": ["Enabled": .boolean(instance.isMonitored)],
            "Placement": [
                "AvailabilityZone": .string(instance.zone), "GroupName": .string(instance.placementGroup ?? ""),
                "Tenancy": .string(instance.tenancy), "PartitionNumber": instance.partition.map(Value.integer),
            ],
            "DisableApiTermination": .boolean(instance.terminationProtection),
            "DisableApiStop": .boolean(instance.stopProtection),
            "InstanceInitiatedShutdownBehavior": instance.terminatesOnShutdown ? "terminate" : "stop",
            "TagSpecifications": instance.tags.isEmpty
                ? [] : [["ResourceType": "instance", "Tags": instance.tags.view]],
            "CreditSpecification": instance.creditSpecification.map { ["CpuCredits": .string($0)] },
            "CpuOptions": InstanceViews.cpuView(instance, InstanceType.named(instance.type)),
            "CapacityReservationSpecification": ReservationChoice.view(instance),
            "HibernationOptions": ["Configured": .boolean(instance.isHibernationEnabled)],
            "EnclaveOptions": ["Enabled": .boolean(instance.isEnclaveEnabled)],
            "MetadataOptions": [
                "HttpTokens": .string(options.httpTokens),
                "HttpPutResponseHopLimit": .integer(options.httpPutResponseHopLimit),
                "HttpEndpoint": .string(options.httpEndpoint), "HttpProtocolIpv6": .string(options.httpProtocolIPv6),
                "InstanceMetadataTags": .string(options.instanceMetadataTags),
            ],
            "PrivateDnsNameOptions": [
                "HostnameType": .string(instance.privateDNSHostnameType),
                "EnableResourceNameDnsARecord": .boolean(instance.publishesARecord),
                "EnableResourceNameDnsAAAARecord": .boolean(instance.publishesAAAARecord),
            ],
            "MaintenanceOptions": ["AutoRecovery": instance.autoRecovery ? "default" : "disabled"],
        ]
    }

    private static func deviceView(_ device: Instance.BlockDevice, _ instance: Instance, _ state: EC2State) -> Value? {
        guard let volume = state.volumes[device.volumeID],
            let attachment = volume.attachments.first(where: { $0.instanceID == instance.id })
        else { return nil }
        return [
            "DeviceName": .string(device.deviceName),
            "Ebs": [
                "Encrypted": .boolean(volume.isEncrypted),
                "DeleteOnTermination": .boolean(attachment.deleteOnTermination),
                "Iops": volume.iops.map(Value.integer), "Throughput": volume.throughput.map(Value.integer),
                "KmsKeyId": .optional(volume.kmsKeyARN), "SnapshotId": .optional(volume.snapshotID),
                "VolumeSize": .integer(volume.size), "VolumeType": .string(volume.type),
            ],
        ]
    }

    private static func interfaceView(_ interface: NetworkInterface) -> Value {
        [
            "AssociatePublicIpAddress": .boolean(interface.borrowsPublicAddress),
            "DeleteOnTermination": .boolean(interface.attachment?.deleteOnTermination ?? true),
            "Description": .string(interface.description),
            "DeviceIndex": .integer(interface.attachment?.deviceIndex ?? 0), "Groups": .strings(interface.groupIDs),
            "InterfaceType": .string(interface.interfaceType), "SubnetId": .string(interface.subnetID),
            "NetworkCardIndex": .integer(interface.attachment?.networkCardIndex ?? 0),
        ]
    }
}
