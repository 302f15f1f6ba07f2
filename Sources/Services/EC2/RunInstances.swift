import CloudState
import ServiceModel

/// RunInstances: from a checked request to instances with their interfaces and volumes.
enum RunInstances {
    static let operations: [String: Handler] = [
        "RunInstances": .write(run)
    ]

    static func run(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let token = input.string("ClientToken") ?? ""
        if let known = try Idempotency.known("RunInstances", token, input, context) {
            let instances = context.ec2.instances.filter { $0.reservationID == known }
            return Response(InstanceViews.reservation(known, instances, context))
        }
        let (whole, template) = try LaunchTemplateData.applied(to: input, context)
        var launch = try InstanceLaunch(whole, &context)
        if let template {
            launch.instanceTags["aws:ec2launchtemplate:id"] = template.template.id
            launch.instanceTags["aws:ec2launchtemplate:version"] = "\(template.version.number)"
        }
        let (reservationID, instances) = try start(launch, &context)
        Idempotency.remember("RunInstances", token, input, reservationID, &context)
        return Response(InstanceViews.launched(reservationID, instances, context))
    }

    /// Makes the instances of a launch: as many as there is room for, at least its minimum.
    static func start(
        _ launch: InstanceLaunch, _ context: inout CallContext
    ) throws(ServiceError) -> (reservationID: String, instances: [Instance]) {
        let site = try LaunchSite(launch, context)
        let room = try CapacityReservations.room(for: launch, zone: site.subnet.zone, context)
        let count = try affordableCount(launch, site, room, context)
        let reservationID = context.newID("r")
        var instances: [Instance] = []
        instances.reserveCapacity(count)
        for index in 0..<count {
            let capacity = room.flatMap { index < $0.places ? $0.id : nil }
            instances.append(try make(index, launch, site, reservationID, capacity, &context))
        }
        return (reservationID, instances)
    }

    /// How many instances there is room for between minimum and maximum: vCPUs of the quota, places in the placement
    /// group and addresses in the subnet are what runs out.
    private static func affordableCount(
        _ launch: InstanceLaunch, _ site: LaunchSite, _ room: CapacityReservations.Room?, _ context: CallContext
    ) throws(ServiceError) -> Int {
        var affordable = launch.maximum
        if let room, room.isLimit {
            affordable = min(affordable, room.places)
            guard affordable >= launch.minimum else { throw CapacityReservations.exceeded }
        } else if launch.minimum > room?.places ?? 0 {
            // What is reserved is there, whatever is short.
            try LaunchCapacity.check(launch.type, zone: site.subnet.zone, isSpot: launch.spot != nil, context)
        }
        let vCPUs = launch.type.defaultVCPUs
        affordable = min(
            affordable, LaunchCapacity.quotaRoom(launch.type.name, vCPUs: vCPUs, isSpot: launch.spot != nil, context))
        guard affordable >= launch.minimum else {
            throw LaunchCapacity.quotaExceeded(launch.type.name, isSpot: launch.spot != nil, context)
        }
        if let group = launch.placementGroup {
            affordable = min(
                affordable, try LaunchCapacity.groupRoom(group, launch.type, zone: site.subnet.zone, context))
            guard affordable >= launch.minimum else {
                throw LaunchCapacity.insufficient(
                    "We currently do not have sufficient \(launch.type.name) capacity for placement group '\(group.name)': a spread placement group takes at most 7 running instances per Availability Zone."
                )
            }
        }
        let room = context.ec2.subnets[site.subnet.id]?.availableAddresses ?? 0
        let each = max(1, launch.interfaces.reduce(0) { $0 + ($1.existingID == nil ? $1.addressCount : 0) })
        if !site.subnet.isIPv6Native { affordable = min(affordable, room / each) }
        guard affordable >= launch.minimum else {
            throw ServiceError(
                "InsufficientFreeAddressesInSubnet",
                "There are not enough free addresses in subnet '\(site.subnet.id)' to satisfy the requested number of instances."
            )
        }
        return affordable
    }

    private static func make(
        _ index: Int, _ launch: InstanceLaunch, _ site: LaunchSite, _ reservationID: String, _ capacity: String?,
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
        instance.imageName = launch.image.name
        instance.keyName = launch.keyName
        instance.userData = launch.userData
        instance.clientToken = launch.clientToken
        instance.tags = launch.instanceTags
        instance.tenancy = launch.tenancy
        instance.placementGroup = launch.placementGroup?.name
        instance.partition =
            launch.partition ?? launch.placementGroup.flatMap { LaunchCapacity.nextPartition($0, context) }
        instance.isMonitored = launch.isMonitored
        instance.isEBSOptimized = launch.isEBSOptimized
        instance.isHibernationEnabled = launch.isHibernationEnabled
        instance.terminationProtection = launch.terminationProtection
        instance.stopProtection = launch.stopProtection
        instance.terminatesOnShutdown = launch.terminatesOnShutdown
        instance.creditSpecification = launch.creditSpecification
        instance.metadata = launch.metadata
        instance.vCPUs = launch.type.defaultVCPUs
        instance.privateDNSHostnameType = site.subnet.hostnameType
        instance.publishesARecord = site.subnet.resourceNameDNSARecord
        instance.publishesAAAARecord = site.subnet.resourceNameDNSAAAARecord
        launch.options.apply(to: &instance, &context)
        instance.capacityReservationID = capacity
        instance.stateReason = Instance.StateReason(code: "pending", message: "pending")
        instance.bootMode = launch.image.bootMode
        instance.enaSupport = launch.image.enaSupport
        try LaunchNetwork.attachInterfaces(to: &instance, launch, site, &context)
        for device in launch.devices {
            attachVolume(device, to: &instance, launch.volumeTags, &context)
        }
        if let spot = launch.spot { instance.spotRequestID = spot.request(for: instance, &context) }
        context.ec2.launch(&instance, now: now)
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
