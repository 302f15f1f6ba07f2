import CloudState
import ServiceModel

/// Instances as answers show them.
enum InstanceViews {
    /// The answer of RunInstances: what the launch has not attached yet is not in it.
    static func launched(_ id: String, _ instances: [Instance], _ context: CallContext) -> Value {
        reservation(id, instances, context.ec2, context, isLaunching: true)
    }

    static func reservation(_ id: String, _ instances: some Sequence<Instance>, _ context: CallContext) -> Value {
        reservation(id, instances, context.ec2, context)
    }

    private static func reservation(
        _ id: String, _ instances: some Sequence<Instance>, _ state: EC2State, _ context: CallContext,
        isLaunching: Bool = false
    ) -> Value {
        let region = context.region
        let views = Array(instances).halves { half in
            half.map { view($0, state, region, isLaunching: isLaunching) }
        }
        return [
            "ReservationId": .string(id), "OwnerId": .string(context.accountID), "Groups": [],
            "Instances": .list(views.count == 1 ? views[0] : Array(views.joined())),
        ]
    }

    static func stateView(_ state: InstanceState) -> Value {
        ["Code": .integer(state.code), "Name": .string(state.rawValue)]
    }

    static func view(
        _ instance: Instance, _ state: EC2State, _ region: String, isLaunching: Bool = false
    ) -> Value {
        var interfaces = instance.networkInterfaceIDs.compactMap { state.networkInterfaces[$0] }
        if isLaunching {
            for index in interfaces.indices {
                for address in interfaces[index].addresses.indices {
                    interfaces[index].addresses[address].association = nil
                }
            }
        }
        let primary = interfaces.first
        let address = primary?.primary
        let isGone = instance.state == .terminated
        let publicAddress = address?.association?.address
        let hasDNSNames = state.vpcs[instance.vpcID]?.dnsHostnames ?? false
        let type = InstanceType.named(instance.type)
        let groups = groupViews(primary?.groupIDs ?? [], state)
        let privateName = privateName(instance, address?.address, region)
        return [
            "Architecture": .string(instance.architecture),
            "BlockDeviceMappings": isLaunching ? [] : deviceViews(instance, state),
            "ClientToken": .string(instance.clientToken), "EbsOptimized": .boolean(instance.isEBSOptimized),
            "EnaSupport": .boolean(instance.enaSupport), "Hypervisor": "xen",
            "IamInstanceProfile": instance.profile.map { ["Arn": .string($0.arn), "Id": .string($0.id)] },
            "NetworkInterfaces": .list(interfaces) {
                interfaceView(
                    $0, of: instance, state, region, hasDNSNames, primaryName: $0.id == primary?.id ? privateName : nil,
                    groups: $0.groupIDs == primary?.groupIDs ? groups : groupViews($0.groupIDs, state))
            },
            "RootDeviceName": .string(instance.rootDeviceName), "RootDeviceType": "ebs",
            "SecurityGroups": groups,
            "SourceDestCheck": isGone ? nil : primary.map { .boolean($0.sourceDestCheck) },
            "StateReason": instance.stateReason.map { ["Code": .string($0.code), "Message": .string($0.message)] },
            "Tags": instance.tags.viewIfAny, "VirtualizationType": "hvm",
            "CpuOptions": cpuView(instance, type),
            "Ipv6Address": isGone ? nil : .optional(primary?.ipv6Addresses.first),
            "CapacityReservationId": instance.holdsCapacity ? .optional(instance.capacityReservationID) : nil,
            "CapacityReservationSpecification": ReservationChoice.view(instance),
            "HibernationOptions": ["Configured": .boolean(instance.isHibernationEnabled)],
            "MetadataOptions": metadataView(instance),
            "EnclaveOptions": ["Enabled": .boolean(instance.isEnclaveEnabled)],
            "BootMode": .optional(instance.bootMode), "PlatformDetails": .string(instance.platformDetails),
            "UsageOperation": .string(instance.usageOperation),
            "UsageOperationUpdateTime": .timestamp(firstLaunch(instance, primary)),
            "PrivateDnsNameOptions": isGone
                ? nil
                : [
                    "HostnameType": .string(instance.privateDNSHostnameType),
                    "EnableResourceNameDnsARecord": .boolean(instance.publishesARecord),
                    "EnableResourceNameDnsAAAARecord": .boolean(instance.publishesAAAARecord),
                ],
            "MaintenanceOptions": maintenanceView(instance),
            "InstanceLifecycle": instance.spotRequestID.map { _ in "spot" },
            "SpotInstanceRequestId": .optional(instance.spotRequestID),
            "CurrentInstanceBootMode": .optional(currentBootMode(instance)),
            "Operator": ["Managed": false], "InstanceId": .string(instance.id), "ImageId": .string(instance.imageID),
            "State": stateView(instance.state),
            "PrivateDnsName": .string(isGone ? "" : privateName ?? ""),
            "PublicDnsName": .string(hasDNSNames ? publicAddress.map { publicName($0, region) } ?? "" : ""),
            "StateTransitionReason": .string(instance.stateTransitionReason), "KeyName": .optional(instance.keyName),
            "AmiLaunchIndex": .integer(instance.launchIndex), "ProductCodes": [],
            "InstanceType": .string(instance.type), "LaunchTime": .timestamp(instance.launchTime),
            "Placement": [
                "AvailabilityZone": .string(instance.zone), "AvailabilityZoneId": .optional(zoneID(instance, state)),
                "GroupName": .string(instance.placementGroup ?? ""), "GroupId": .optional(groupID(instance, state)),
                "PartitionNumber": instance.partition.map(Value.integer), "Tenancy": .string(instance.tenancy),
            ],
            "Platform": .optional(instance.platform),
            "Monitoring": ["State": .string(instance.isMonitored ? "enabled" : "disabled")],
            "SubnetId": isGone ? nil : .string(instance.subnetID), "VpcId": isGone ? nil : .string(instance.vpcID),
            "PrivateIpAddress": isGone ? nil : address.map { .string($0.address.description) },
            "PublicIpAddress": publicAddress.map { .string($0.description) },
        ]
    }

    private static func zoneID(_ instance: Instance, _ state: EC2State) -> String? {
        state.subnets[instance.subnetID]?.zoneID
    }

    private static func groupID(_ instance: Instance, _ state: EC2State) -> String? {
        instance.placementGroup.flatMap { name in state.placementGroups.first { $0.name == name }?.id }
    }

    /// How it has booted; nil while it does not run.
    static func currentBootMode(_ instance: Instance) -> String? {
        guard instance.state == .running, let type = InstanceType.named(instance.type) else { return nil }
        // <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-boot.html>
        switch instance.bootMode {
        case "uefi": return "uefi"
        case "uefi-preferred": return type.bootModes.contains("uefi") ? "uefi" : "legacy-bios"
        case let mode?: return mode
        case nil: return type.bootModes.contains("legacy-bios") ? "legacy-bios" : "uefi"
        }
    }

    /// When it was launched, however often it has been started since: its primary interface is attached as long.
    static func firstLaunch(_ instance: Instance, _ primary: NetworkInterface?) -> Timestamp {
        primary?.attachment?.attachTime ?? instance.launchTime
    }

    static func cpuView(_ instance: Instance, _ type: InstanceType?) -> Value? {
        if let own = instance.cpuOptions {
            return ["CoreCount": .integer(own.cores), "ThreadsPerCore": .integer(own.threadsPerCore)]
        }
        return type.map {
            ["CoreCount": .integer($0.defaultCores), "ThreadsPerCore": .integer($0.defaultThreadsPerCore)]
        }
    }

    static func maintenanceView(_ instance: Instance) -> Value {
        [
            "AutoRecovery": instance.autoRecovery ? "default" : "disabled",
            "RebootMigration": instance.rebootMigration ? "default" : "disabled",
        ]
    }

    static func metadataView(_ instance: Instance) -> Value {
        let options = instance.metadata
        return [
            "State": .string(instance.state == .pending ? "pending" : "applied"),
            "HttpTokens": .string(options.httpTokens),
            "HttpPutResponseHopLimit": .integer(options.httpPutResponseHopLimit),
            "HttpEndpoint": .string(options.httpEndpoint), "HttpProtocolIpv6": .string(options.httpProtocolIPv6),
            "InstanceMetadataTags": .string(options.instanceMetadataTags),
        ]
    }

    static func deviceViews(_ instance: Instance, _ state: EC2State) -> Value {
        .list(instance.blockDevices.compactMap { deviceView($0, instance, state) })
    }

    private static func deviceView(_ device: Instance.BlockDevice, _ instance: Instance, _ state: EC2State) -> Value? {
        guard let volume = state.volumes[device.volumeID],
            let attachment = volume.attachments.first(where: { $0.instanceID == instance.id })
        else { return nil }
        return [
            "DeviceName": .string(device.deviceName),
            "Ebs": [
                "AttachTime": .timestamp(attachment.attachTime),
                "DeleteOnTermination": .boolean(attachment.deleteOnTermination),
                "Status": .string(instance.state == .pending ? "attaching" : attachment.state.rawValue),
                "VolumeId": .string(volume.id),
            ],
        ]
    }

    static func groupViews(_ ids: [String], _ state: EC2State) -> Value {
        .list(ids.compactMap { state.securityGroups[$0] }) {
            ["GroupId": .string($0.id), "GroupName": .string($0.name)]
        }
    }

    private static func interfaceView(
        _ interface: NetworkInterface, of instance: Instance, _ state: EC2State, _ region: String,
        _ hasDNSNames: Bool, primaryName: String?, groups: Value
    ) -> Value {
        let primary = interface.primary
        let name = primaryName ?? privateName(instance, primary?.address, region)
        return [
            "Association": primary?.association.map { associationView($0, region, hasDNSNames) },
            "Attachment": interface.attachment.map {
                [
                    "AttachTime": .timestamp($0.attachTime), "AttachmentId": .string($0.id),
                    "DeleteOnTermination": .boolean($0.deleteOnTermination), "DeviceIndex": .integer($0.deviceIndex),
                    "Status": instance.state == .pending ? "attaching" : "attached",
                    "NetworkCardIndex": .integer($0.networkCardIndex),
                ]
            },
            "Description": .string(interface.description), "Groups": groups,
            "Ipv6Addresses": .list(interface.ipv6Addresses) { ["Ipv6Address": .string($0), "IsPrimaryIpv6": false] },
            "Ipv4Prefixes": interface.ipv4PrefixViews, "Ipv6Prefixes": interface.ipv6PrefixViews,
            "MacAddress": .string(interface.macAddress), "NetworkInterfaceId": .string(interface.id),
            "OwnerId": .string(interface.ownerID),
            "PrivateDnsName": .optional(name),
            "PrivateIpAddress": primary.map { .string($0.address.description) },
            "PrivateIpAddresses": .list(interface.addresses) { address in
                [
                    "Association": address.association.map { associationView($0, region, hasDNSNames) },
                    "Primary": .boolean(address.isPrimary),
                    "PrivateDnsName": .optional(
                        address.isPrimary ? name : privateName(instance, address.address, region)),
                    "PrivateIpAddress": .string(address.address.description),
                ]
            },
            "SourceDestCheck": .boolean(interface.sourceDestCheck), "Status": "in-use",
            "SubnetId": .string(interface.subnetID), "VpcId": .string(interface.vpcID),
            "InterfaceType": .string(interface.interfaceType), "Operator": ["Managed": false],
        ]
    }

    static func associationView(
        _ address: NetworkInterface.PublicAddress, _ region: String, _ hasDNSNames: Bool
    ) -> Value {
        [
            "IpOwnerId": .string(address.ownerID),
            "PublicDnsName": .string(hasDNSNames ? publicName(address.address, region) : ""),
            "PublicIp": .string(address.address.description),
        ]
    }

    /// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns-hostnames.html>
    static func privateName(_ address: IPv4Address, _ region: String) -> String {
        "ip-\(address.dashed).\(RegionFacts.internalDomain(region))"
    }

    /// By its address, or by its id where it is set so; nil where that takes an address and there is none.
    ///
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-naming.html>
    static func privateName(_ instance: Instance, _ address: IPv4Address?, _ region: String) -> String? {
        instance.privateDNSHostnameType == "resource-name"
            ? "\(instance.id).\(RegionFacts.internalDomain(region))" : address.map { privateName($0, region) }
    }

    static func publicName(_ address: IPv4Address, _ region: String) -> String {
        region == "us-east-1"
            ? "ec2-\(address.dashed).compute-1.amazonaws.com" : "ec2-\(address.dashed).\(region).compute.amazonaws.com"
    }
}
