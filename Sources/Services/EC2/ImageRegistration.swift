import CloudState
import ServiceModel

/// Making the account's own images: of an instance, of another image, of snapshots; and giving them up.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/creating-an-ami-ebs.html>
enum ImageRegistration {
    static let operations: [String: Handler] = [
        "CreateImage": .write(create),
        "CopyImage": .write(copy),
        "RegisterImage": .write(register),
        "DeregisterImage": .write(deregister),
    ]

    /// The account's own image that a request names.
    static func owned(_ input: Input, _ context: CallContext) throws(ServiceError) -> Image {
        let id = input.string("ImageId") ?? ""
        try ResourceKind.image.check(id)
        guard let image = context.ec2.images[id] else {
            guard PublicImage.withID(id, in: context.region) == nil else {
                throw ServiceError("AuthFailure", "Not authorized for image:\(id)", status: 403)
            }
            throw EC2Error.notFound(.image, [id])
        }
        return image
    }

    private static func newName(_ input: Input, _ context: CallContext) throws(ServiceError) -> String {
        let name = input.string("Name") ?? ""
        let allowed = name.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "()[] ./-'@_".unicodeScalars.contains($0))
        }
        guard (3...128).contains(name.unicodeScalars.count), allowed else {
            throw ServiceError(
                "InvalidAMIName.Malformed",
                "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'"
            )
        }
        if let other = context.ec2.images.first(where: { $0.name == name }) {
            throw ServiceError("InvalidAMIName.Duplicate", "AMI name \(name) is already in use by AMI \(other.id)")
        }
        return name
    }

    private static func tags(_ input: Input) throws(ServiceError) -> (image: Tags, snapshot: Tags) {
        let kinds: [ResourceKind] = [.image, .snapshot]
        return (
            try TagRules.specified(input, for: .image, allowing: kinds),
            try TagRules.specified(input, for: .snapshot, allowing: kinds)
        )
    }

    private static func insert(_ image: Image, _ context: inout CallContext) {
        context.ec2.images.insert(image)
        if image.state == .pending { context.schedule(.imageAvailable, image.id, after: Timings.image) }
    }

    // MARK: Of an instance

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let instanceID = input.string("InstanceId") ?? ""
        try ResourceKind.instance.check(instanceID)
        guard let instance = context.ec2.instances[instanceID] else { throw EC2Error.notFound(.instance, [instanceID]) }
        let name = try newName(input, context)
        let tags = try tags(input)
        guard [.running, .stopping, .stopped].contains(instance.state) else {
            throw ServiceError("IncorrectState", "Instance is not in state 'running' or 'stopped'.")
        }
        // Without NoReboot the instance reboots, which keeps its state.
        let id = context.newID("ami")
        let changes = try ImageDevices.requested(input, context)
        var devices: [Image.Device] = []
        for device in instance.blockDevices {
            guard var volume = context.ec2.volumes[device.volumeID] else { continue }
            let change = changes.first { $0.name == device.deviceName }
            if change?.isDropped ?? false, device.deviceName != instance.rootDeviceName { continue }
            let attachment = volume.attachments.first { $0.instanceID == instanceID }
            let snapshot = SnapshotCalls.make(
                of: volume, description: "Created by CreateImage(\(instanceID)) for \(id)", tags: tags.snapshot,
                &context)
            volume.size = max(change?.size ?? volume.size, volume.size)
            var template = Image.Template(
                snapshotID: snapshot.id, size: volume.size, type: change?.type ?? volume.type,
                // What gp2 has follows from its size.
                iops: change?.type == nil ? (volume.type == "gp2" ? nil : volume.iops) : change?.iops,
                throughput: change?.type == nil ? volume.throughput : change?.throughput,
                isEncrypted: volume.isEncrypted, kmsKeyARN: nil,
                deleteOnTermination: change?.deleteOnTermination ?? attachment?.deleteOnTermination ?? false)
            try VolumeRules.check(
                size: template.size, type: template.type, iops: &template.iops, throughput: &template.throughput)
            devices.append(Image.Device(name: device.deviceName, volume: template))
        }
        for change in changes where !instance.blockDevices.contains(where: { $0.deviceName == change.name }) {
            if let device = try change.device(context) { devices.append(device) }
        }
        devices.sort { ($0.name == instance.rootDeviceName ? 0 : 1) < ($1.name == instance.rootDeviceName ? 0 : 1) }
        var image = Image(
            id: id, ownerID: context.accountID, name: name, description: input.string("Description") ?? "",
            architecture: instance.architecture, state: .pending, creationDate: context.now,
            rootDeviceName: instance.rootDeviceName, devices: devices)
        image.isWindows = instance.platform == "windows"
        image.platformDetails = instance.platformDetails
        image.usageOperation = instance.usageOperation
        image.bootMode = instance.bootMode
        image.imdsSupport = ListedImage.find(instance.imageID, in: context.region, context)?.image.imdsSupport
        image.sourceInstanceID = instanceID
        image.sourceImageID = instance.imageID
        image.sourceRegion = context.region
        image.tags = tags.image
        insert(image, &context)
        return Response(["ImageId": .string(id)])
    }

    // MARK: Of another image

    static func copy(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let region = input.string("SourceRegion") ?? ""
        guard RegionFacts.named(region) != nil else {
            throw EC2Error.invalidParameter("Invalid value '\(region.prefix(64))' for SourceRegion.")
        }
        let sourceID = input.string("SourceImageId") ?? ""
        try ResourceKind.image.check(sourceID)
        let token = input.string("ClientToken") ?? ""
        if let known = try Idempotency.known("CopyImage", token, input, context) {
            return Response(["ImageId": .string(known)])
        }
        guard let source = ListedImage.find(sourceID, in: region, context)?.image else {
            throw EC2Error.notFound(.image, [sourceID])
        }
        guard source.state == .available else { throw unavailable(sourceID) }
        let name = try newName(input, context)
        let tags = try tags(input)
        var image = source
        image.id = context.newID("ami")
        image.ownerID = context.accountID
        image.name = name
        image.description = input.string("Description") ?? "[Copied \(sourceID) from \(region)] \(source.name)"
        image.state = .pending
        image.creationDate = context.now
        image.permissions = []
        image.deprecationTime = nil
        image.deregistrationProtection = "disabled"
        image.lastLaunchedTime = nil
        image.sourceInstanceID = nil
        image.sourceImageID = sourceID
        image.sourceRegion = region
        image.tags = tags.image
        if input.boolean("CopyImageTags") ?? false {
            for tag in source.tags.tags where image.tags[tag.key] == nil { image.tags[tag.key] = tag.value }
        }
        for index in image.devices.indices {
            guard let template = image.devices[index].volume, let from = template.snapshotID else { continue }
            let encryption = try EBSEncryption.decide(
                input, source: template.isEncrypted,
                sourceKey: region == context.region ? template.kmsKeyARN : nil, &context)
            var snapshot = Snapshot(
                id: context.newID("snap"), ownerID: context.accountID, volumeID: "vol-ffffffff", size: template.size,
                state: .pending, startTime: context.now,
                description:
                    "Copied for DestinationAmi \(image.id) from SourceAmi \(sourceID) for SourceSnapshot \(from). Task created on \(context.now.milliseconds)."
            )
            snapshot.isEncrypted = encryption.isEncrypted
            snapshot.kmsKeyARN = encryption.keyARN
            snapshot.tags = tags.snapshot
            SnapshotCalls.insert(snapshot, &context)
            image.devices[index].volume?.snapshotID = snapshot.id
            image.devices[index].volume?.isEncrypted = encryption.isEncrypted
        }
        insert(image, &context)
        Idempotency.remember("CopyImage", token, input, image.id, &context)
        return Response(["ImageId": .string(image.id)])
    }

    static func unavailable(_ id: String) -> ServiceError {
        ServiceError("InvalidAMIID.Unavailable", "The image ID '\(id)' is not available")
    }

    // MARK: Of snapshots

    static func register(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try newName(input, context)
        let tags = try TagRules.specified(input, for: .image)
        let requests = try ImageDevices.requested(input, context)
        let root = input.string("RootDeviceName") ?? "/dev/sda1"
        var devices: [Image.Device] = []
        for request in requests {
            if let device = try request.device(context) { devices.append(device) }
        }
        guard let first = devices.first(where: { $0.name == root }), first.volume?.snapshotID != nil else {
            throw ServiceError("InvalidBlockDeviceMapping", "No root snapshot specified in device mapping.")
        }
        let architecture = input.string("Architecture") ?? "i386"
        guard ["i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac"].contains(architecture) else {
            throw EC2Error.invalidParameter("Invalid architecture: \(architecture.prefix(64))")
        }
        var image = Image(
            id: context.newID("ami"), ownerID: context.accountID, name: name,
            description: input.string("Description") ?? "", architecture: architecture, state: .available,
            creationDate: context.now, rootDeviceName: root, devices: devices)
        image.virtualizationType = input.string("VirtualizationType") ?? "paravirtual"
        image.enaSupport = input.boolean("EnaSupport") ?? false
        image.sriovNetSupport = input.string("SriovNetSupport")
        image.bootMode = input.string("BootMode")
        image.imdsSupport = input.string("ImdsSupport")
        image.tpmSupport = input.string("TpmSupport")
        image.tags = tags
        insert(image, &context)
        return Response(["ImageId": .string(image.id)])
    }

    static func deregister(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let image = try owned(input, context)
        guard image.deregistrationProtection == "disabled" else {
            throw ServiceError(
                "OperationNotPermitted",
                "Deregistration protection is enabled for the AMI '\(image.id)'. Disable it and try again.")
        }
        context.ec2.images[image.id] = nil
        guard input.boolean("DeleteAssociatedSnapshots") ?? false else { return Response(["Return": true]) }
        var results: [Value] = []
        for id in image.snapshotIDs {
            let isShared = context.ec2.images.contains { $0.snapshotIDs.contains(id) }
            if !isShared { context.ec2.deleteSnapshot(id, now: context.now) }
            results.append(["SnapshotId": .string(id), "ReturnCode": isShared ? "client-error" : "success"])
        }
        return Response(["Return": true, "DeleteSnapshotResults": .list(results)])
    }
}
