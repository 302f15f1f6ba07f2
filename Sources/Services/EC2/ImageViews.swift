import CloudState
import ServiceModel

/// An image of either kind: the account's own, or one that everybody may launch.
struct ListedImage: Sendable {
    var image: Image
    /// `amazon`, `aws-marketplace`, or nil.
    var ownerAlias: String?

    init(_ image: Image) { self.image = image }

    init(_ source: PublicImage) {
        let isGP3 = source.rootVolumeType == "gp3"
        let template = Image.Template(
            snapshotID: source.snapshotID, size: source.rootVolumeGiB, type: source.rootVolumeType,
            iops: isGP3 ? 3000 : nil, throughput: isGP3 ? 125 : nil, isEncrypted: false, kmsKeyARN: nil,
            deleteOnTermination: true)
        image = Image(
            id: source.id, ownerID: source.ownerID, name: source.name, description: source.description,
            architecture: source.architecture, state: .available, creationDate: source.creationDate,
            rootDeviceName: source.rootDeviceName,
            devices: [Image.Device(name: source.rootDeviceName, volume: template)])
        image.isWindows = source.isWindows
        image.platformDetails = source.platformDetails
        image.usageOperation = source.usageOperation
        image.bootMode = source.isWindows ? nil : "uefi-preferred"
        image.imdsSupport = source.name.hasPrefix("al2023") ? "v2.0" : nil
        image.permissions = [.everybody]
        ownerAlias = source.ownerAlias
        isFreeTierEligible = true
    }

    /// The account's own images of a region, then those that everybody may launch.
    static func all(_ context: CallContext) -> [ListedImage] {
        context.ec2.images.map(ListedImage.init) + PublicImage.all(in: context.region).map(ListedImage.init)
    }

    /// An image by id, in any region.
    static func find(_ id: String, in region: String, _ context: CallContext) -> ListedImage? {
        if let own = context.world.regions.first(where: { $0.name == region })?.ec2.images[id] {
            return ListedImage(own)
        }
        return PublicImage.withID(id, in: region).map(ListedImage.init)
    }

    static let list = ItemList<ListedImage>(
        filters: [
            "architecture": { [$0.image.architecture] },
            "block-device-mapping.device-name": { $0.image.devices.map(\.name) },
            "block-device-mapping.volume-type": { $0.image.devices.compactMap { $0.volume?.type } },
            "block-device-mapping.volume-size": { $0.image.devices.compactMap { $0.volume.map { "\($0.size)" } } },
            "block-device-mapping.snapshot-id": { $0.image.snapshotIDs },
            "block-device-mapping.delete-on-termination": {
                $0.image.devices.compactMap { $0.volume.map { "\($0.deleteOnTermination)" } }
            },
            "block-device-mapping.encrypted": { $0.image.devices.compactMap { $0.volume.map { "\($0.isEncrypted)" } } },
            "creation-date": { [$0.image.creationDate.iso8601] },
            "description": { [$0.image.description] },
            "free-tier-eligible": { ["\($0.isFreeTierEligible)"] },
            "ena-support": { ["\($0.image.enaSupport)"] },
            "hypervisor": { _ in ["xen"] },
            "image-allowed": { _ in ["true"] },
            "image-id": { [$0.image.id] },
            "image-type": { _ in ["machine"] },
            "is-public": { ["\($0.image.isPublic)"] },
            "kernel-id": { _ in [] },
            "manifest-location": { [$0.location] },
            "name": { [$0.image.name] },
            "owner-alias": { $0.ownerAlias.map { [$0] } ?? [] },
            "owner-id": { [$0.image.ownerID] },
            "platform": { $0.image.isWindows ? ["windows"] : [] },
            "product-code": { _ in [] },
            "product-code.type": { _ in [] },
            "ramdisk-id": { _ in [] },
            "root-device-name": { [$0.image.rootDeviceName] },
            "root-device-type": { _ in ["ebs"] },
            "source-image-id": { $0.image.sourceImageID.map { [$0] } ?? [] },
            "source-image-region": { $0.image.sourceRegion.map { [$0] } ?? [] },
            "source-instance-id": { $0.image.sourceInstanceID.map { [$0] } ?? [] },
            "sriov-net-support": { $0.image.sriovNetSupport.map { [$0] } ?? [] },
            "state": { [$0.image.state.rawValue] },
            "state-reason-code": { _ in [] },
            "state-reason-message": { _ in [] },
            "virtualization-type": { [$0.image.virtualizationType] },
        ],
        tags: { $0.image.tags })

    /// Whether the free tier covers it, as all of the catalogue's.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-free-tier-usage.html>
    var isFreeTierEligible = false

    var location: String { "\(ownerAlias ?? image.ownerID)/\(image.name)" }

    var view: Value {
        [
            "PlatformDetails": .string(image.platformDetails), "UsageOperation": .string(image.usageOperation),
            "BlockDeviceMappings": deviceViews,
            "Description": image.description.isEmpty ? nil : .string(image.description),
            "EnaSupport": .boolean(image.enaSupport), "Hypervisor": "xen", "ImageOwnerAlias": .optional(ownerAlias),
            "Name": .string(image.name), "RootDeviceName": .string(image.rootDeviceName), "RootDeviceType": "ebs",
            "SriovNetSupport": .optional(image.sriovNetSupport),
            "VirtualizationType": .string(image.virtualizationType), "BootMode": .optional(image.bootMode),
            "TpmSupport": .optional(image.tpmSupport), "ImdsSupport": .optional(image.imdsSupport),
            "DeprecationTime": image.deprecationTime.map { .string($0.iso8601) },
            "SourceInstanceId": .optional(image.sourceInstanceID), "SourceImageId": .optional(image.sourceImageID),
            "SourceImageRegion": .optional(image.sourceRegion), "Tags": image.tags.viewIfAny,
            "DeregistrationProtection": ownerAlias == nil && !image.isPublic
                ? .string(image.deregistrationProtection) : nil,
            "LastLaunchedTime": image.lastLaunchedTime.map { .string($0.iso8601) },
            "FreeTierEligible": .boolean(isFreeTierEligible),
            "Platform": image.isWindows ? "windows" : nil, "ImageId": .string(image.id),
            "ImageLocation": .string(location), "State": .string(image.state.rawValue),
            "OwnerId": .string(image.ownerID), "CreationDate": .string(image.creationDate.iso8601),
            "Public": .boolean(image.isPublic), "Architecture": .string(image.architecture), "ImageType": "machine",
            "ProductCodes": nil,
        ]
    }

    var deviceViews: Value {
        .list(image.devices) { device in
            [
                "DeviceName": .string(device.name), "VirtualName": .optional(device.virtualName),
                "Ebs": device.volume.map { volume in
                    [
                        "DeleteOnTermination": .boolean(volume.deleteOnTermination),
                        "Iops": volume.type == "gp2" ? nil : volume.iops.map(Value.integer),
                        "SnapshotId": .optional(volume.snapshotID), "VolumeSize": .integer(volume.size),
                        "VolumeType": .string(volume.type), "KmsKeyId": .optional(volume.kmsKeyARN),
                        "Throughput": volume.throughput.map(Value.integer), "Encrypted": .boolean(volume.isEncrypted),
                    ]
                },
            ]
        }
    }
}
