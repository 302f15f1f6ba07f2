import CloudState
import ServiceModel

/// What a launch needs to know of an image, public or one's own.
struct LaunchImage {
    var id: String
    var architecture: String
    var rootDeviceName: String
    var rootVolumeGiB: Int
    var rootVolumeType: String
    var isWindows: Bool
    var platformDetails: String
    var usageOperation: String
    var snapshotID: String

    init(_ id: String, _ context: CallContext) throws(ServiceError) {
        try ResourceKind.image.check(id)
        guard let image = PublicImage.withID(id, in: context.region) else { throw EC2Error.notFound(.image, [id]) }
        self.id = id
        architecture = image.architecture
        rootDeviceName = image.rootDeviceName
        rootVolumeGiB = image.rootVolumeGiB
        rootVolumeType = image.rootVolumeType
        isWindows = image.isWindows
        platformDetails = image.platformDetails
        usageOperation = image.usageOperation
        snapshotID = image.snapshotID
    }
}

/// One entry of `NetworkInterfaces`.
struct InterfaceRequest {
    var deviceIndex: Int
    var existingID: String?
    var subnetID: String?
    var groupIDs: [String]
    var address: IPv4Address?
    var secondaryCount: Int
    var associatesPublicAddress: Bool?
    var deleteOnTermination: Bool
    var description: String

    init(_ input: Input) throws(ServiceError) {
        guard let deviceIndex = input.integer("DeviceIndex") else {
            throw EC2Error.invalidParameter("Each network interface requires a device index.")
        }
        self.deviceIndex = deviceIndex
        existingID = input.string("NetworkInterfaceId")
        subnetID = input.string("SubnetId")
        groupIDs = input.strings("Groups")
        if let text = input.string("PrivateIpAddress") ?? input.structures("PrivateIpAddresses").first(where: {
            $0.boolean("Primary") ?? false
        })?.string("PrivateIpAddress") {
            guard let parsed = IPv4Address(text) else {
                throw EC2Error.invalidParameter("invalid value for parameter address: \(text.prefix(256))")
            }
            address = parsed
        }
        secondaryCount = input.integer("SecondaryPrivateIpAddressCount") ?? 0
        guard (0...50).contains(secondaryCount) else {
            throw ServiceError("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.")
        }
        associatesPublicAddress = input.boolean("AssociatePublicIpAddress")
        deleteOnTermination = input.boolean("DeleteOnTermination") ?? (existingID == nil)
        description = input.string("Description") ?? ""
    }
}

/// A volume to be made with an instance.
struct BlockDeviceRequest {
    var name: String
    var size: Int
    var type: String
    var iops: Int?
    var throughput: Int?
    var isEncrypted: Bool
    var kmsKeyID: String?
    var snapshotID: String?
    var deleteOnTermination: Bool

    /// The image's root device, changed and added to by the request's mappings.
    static func all(_ input: Input, image: LaunchImage) throws(ServiceError) -> [BlockDeviceRequest] {
        var devices = [
            BlockDeviceRequest(
                name: image.rootDeviceName, size: image.rootVolumeGiB, type: image.rootVolumeType, iops: nil,
                throughput: nil, isEncrypted: false, kmsKeyID: nil, snapshotID: image.snapshotID,
                deleteOnTermination: true)
        ]
        var names: Set<String> = []
        for mapping in input.structures("BlockDeviceMappings") {
            guard let name = mapping.string("DeviceName"), !name.isEmpty else {
                throw EC2Error.missingParameter("BlockDeviceMapping.1.DeviceName")
            }
            guard names.insert(name).inserted else {
                throw ServiceError(
                    "InvalidBlockDeviceMapping", "The device '\(name.prefix(128))' is used in more than one block-device mapping")
            }
            if mapping.has("NoDevice") {
                devices.removeAll { $0.name == name && name != image.rootDeviceName }
                continue
            }
            // Instance-store mappings by virtual name make no volume.
            guard let ebs = mapping.structure("Ebs") else { continue }
            let index = devices.firstIndex { $0.name == name }
            var device =
                index.map { devices[$0] }
                ?? BlockDeviceRequest(
                    name: name, size: 0, type: "gp2", iops: nil, throughput: nil, isEncrypted: false, kmsKeyID: nil,
                    snapshotID: nil, deleteOnTermination: true)
            device.type = ebs.string("VolumeType") ?? device.type
            if let size = ebs.integer("VolumeSize") {
                if index != nil, size < image.rootVolumeGiB {
                    throw ServiceError(
                        "InvalidBlockDeviceMapping",
                        "Volume of size \(size)GB is smaller than snapshot '\(image.snapshotID)', expect size >= \(image.rootVolumeGiB)GB")
                }
                device.size = size
            }
            device.iops = ebs.integer("Iops")
            device.throughput = ebs.integer("Throughput")
            device.isEncrypted = ebs.boolean("Encrypted") ?? false
            device.kmsKeyID = ebs.string("KmsKeyId")
            device.snapshotID = ebs.string("SnapshotId") ?? device.snapshotID
            device.deleteOnTermination = ebs.boolean("DeleteOnTermination") ?? true
            guard device.size > 0 || device.snapshotID != nil else {
                throw ServiceError("MissingParameter", "The request must contain the parameter size or snapshotId")
            }
            if let index { devices[index] = device } else { devices.append(device) }
        }
        return try devices.map { device throws(ServiceError) in
            var device = device
            try VolumeRules.check(
                size: max(device.size, 1), type: device.type, iops: &device.iops, throughput: &device.throughput)
            return device
        }
    }
}
