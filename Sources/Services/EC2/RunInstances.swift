import CloudState
import ServiceModel

/// RunInstances: from a checked request to instances with their interfaces and volumes.
enum RunInstances {
    static let operations: [String: Handler] = [
        "RunInstances": .write(run),
    ]

    static func run(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let launch = try InstanceLaunch(input, context)
        if let known = try repeated(launch, input, context) { return known }
        let site = try LaunchSite(launch, context)
        let count = try affordableCount(launch, site, context)

        let reservationID = context.newID("r")
        var instances: [Instance] = []
        instances.reserveCapacity(count)
        for index in 0..<count {
            instances.append(try make(index, launch, site, reservationID, &context))
        }
        if !launch.clientToken.isEmpty {
            context.ec2.idempotency.insert(
                IdempotentLaunch(
                    id: "RunInstances/\(launch.clientToken)", parameters: Idempotency.digest(input),
                    resource: reservationID))
        }
        return Response(InstanceViews.launched(reservationID, instances, context))
    }

    /// The same request with the same token: the reservation that it made the first time.
    private static func repeated(
        _ launch: InstanceLaunch, _ input: Input, _ context: CallContext
    ) throws(ServiceError) -> Response? {
        guard !launch.clientToken.isEmpty,
            let known = context.ec2.idempotency["RunInstances/\(launch.clientToken)"]
        else { return nil }
        guard known.parameters == Idempotency.digest(input) else {
            throw ServiceError(
                "IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
        }
        let instances = context.ec2.instances.filter { $0.reservationID == known.resource }
        return Response(InstanceViews.reservation(known.resource, instances, context))
    }

    /// How many instances there is room for between minimum and maximum: addresses in the subnet are what runs out.
    private static func affordableCount(
        _ launch: InstanceLaunch, _ site: LaunchSite, _ context: CallContext
    ) throws(ServiceError) -> Int {
        let room = context.ec2.subnets[site.subnet.id]?.availableAddresses ?? 0
        let each = max(1, launch.interfaces.reduce(0) { $0 + ($1.existingID == nil ? 1 + $1.secondaryCount : 0) })
        let affordable = min(launch.maximum, room / each)
        guard affordable >= launch.minimum else {
            throw ServiceError(
                "InsufficientFreeAddressesInSubnet",
                "There are not enough free addresses in subnet '\(site.subnet.id)' to satisfy the requested number of instances.")
        }
        return affordable
    }

    private static func make(
        _ index: Int, _ launch: InstanceLaunch, _ site: LaunchSite, _ reservationID: String,
        _ context: inout CallContext
    ) throws(ServiceError) -> Instance {
        let now = context.now
        var instance = Instance(
            id: context.newID("i"), reservationID: reservationID, ownerID: context.accountID,
            imageID: launch.image.id, type: launch.type.name, architecture: launch.image.architecture,
            platformDetails: launch.image.platformDetails, usageOperation: launch.image.usageOperation,
            rootDeviceName: launch.image.rootDeviceName, launchIndex: index, zone: site.subnet.zone,
            vpcID: site.subnet.vpcID, subnetID: site.subnet.id, launchTime: now)
        instance.platform = launch.image.isWindows ? "windows" : nil
        instance.keyName = launch.keyName
        instance.userData = launch.userData
        instance.clientToken = launch.clientToken
        instance.tags = launch.instanceTags
        instance.tenancy = launch.tenancy
        instance.placementGroup = launch.placementGroup
        instance.isMonitored = launch.isMonitored
        instance.isEBSOptimized = launch.isEBSOptimized
        instance.isHibernationEnabled = launch.isHibernationEnabled
        instance.terminationProtection = launch.terminationProtection
        instance.stopProtection = launch.stopProtection
        instance.terminatesOnShutdown = launch.terminatesOnShutdown
        instance.creditSpecification = launch.creditSpecification
        instance.metadata = launch.metadata
        instance.stateReason = Instance.StateReason(code: "pending", message: "pending")
        instance.bootMode = launch.image.isWindows ? nil : "uefi-preferred"
        try LaunchNetwork.attachInterfaces(to: &instance, launch, site, &context)
        for device in launch.devices {
            attachVolume(device, to: &instance, launch.volumeTags, &context)
        }
        instance.enter(.pending)
        context.ec2.instances.insert(instance)
        context.world.schedule(
            .instance(id: instance.id, region: context.region, .started(generation: instance.generation)),
            after: Timings.instanceStart)
        return instance
    }

    private static func attachVolume(
        _ device: BlockDeviceRequest, to instance: inout Instance, _ tags: Tags, _ context: inout CallContext
    ) {
        var volume = Volume(
            id: context.newID("vol"), zone: instance.zone, state: .inUse, size: device.size, type: device.type,
            createTime: context.now)
        volume.iops = device.iops
        volume.throughput = device.throughput
        volume.isEncrypted = device.isEncrypted
        volume.kmsKeyARN = device.isEncrypted ? EBSEncryption.keyARN(device.kmsKeyID, &context) : nil
        volume.snapshotID = device.snapshotID
        volume.tags = tags
        volume.attachments = [
            Volume.Attachment(
                instanceID: instance.id, device: device.name, state: .attached, attachTime: context.now,
                deleteOnTermination: device.deleteOnTermination)
        ]
        context.ec2.volumes.insert(volume)
        instance.blockDevices.append(Instance.BlockDevice(deviceName: device.name, volumeID: volume.id))
    }
}

/// Idempotency by client token.
enum Idempotency {
    /// What two requests with the same token must agree in: everything but the token and dry run.
    static func digest(_ input: Input) -> UInt64 {
        var fields = input.fields
        fields["ClientToken"] = nil
        fields["DryRun"] = nil
        return IDGenerator.hash("\(fields.fields.sorted { $0.name < $1.name })", 0xCBF2_9CE4_8422_2325)
    }

    /// The id of what the same request with the same token made before; nil where there was none.
    static func known(
        _ operation: String, _ token: String, _ input: Input, _ context: CallContext
    ) throws(ServiceError) -> String? {
        guard !token.isEmpty, let known = context.ec2.idempotency["\(operation)/\(token)"] else { return nil }
        guard known.parameters == digest(input) else {
            throw ServiceError(
                "IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
        }
        return known.resource
    }

    /// Keeps what a request with a token made.
    static func remember(
        _ operation: String, _ token: String, _ input: Input, _ resource: String, _ context: inout CallContext
    ) {
        guard !token.isEmpty else { return }
        context.ec2.idempotency.insert(
            IdempotentLaunch(id: "\(operation)/\(token)", parameters: digest(input), resource: resource))
    }
}
