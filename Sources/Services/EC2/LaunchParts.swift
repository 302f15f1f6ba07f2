import CloudState
import ServiceModel

/// What a launch needs to know of an image, public or one's own.
struct LaunchImage {
    var id: String
    var name: String
    var architecture: String
    var rootDeviceName: String
    var rootVolumeGiB: Int
    var rootVolumeType: String
    var isWindows: Bool
    var bootMode: String?
    var enaSupport: Bool
    var platformDetails: String
    var usageOperation: String
    var snapshotID: String
    /// The volumes that the image itself asks for, the root device first.
    var devices: [BlockDeviceRequest]

    init(_ id: String, _ context: CallContext) throws(ServiceError) {
        try ResourceKind.image.check(id)
        guard let image = ListedImage.find(id, in: context.region, context)?.image else {
            throw EC2Error.notFound(.image, [id])
        }
        guard image.state == .available else { throw ImageRegistration.unavailable(id) }
        self.id = id
        name = image.name
        architecture = image.architecture
        rootDeviceName = image.rootDeviceName
        rootVolumeGiB = image.root?.size ?? 8
        rootVolumeType = image.root?.type ?? "gp2"
        isWindows = image.isWindows
        bootMode = image.bootMode
        enaSupport = image.enaSupport
        platformDetails = image.platformDetails
        usageOperation = image.usageOperation
        snapshotID = image.root?.snapshotID ?? ""
        let encryptsByDefault = context.ec2.storage.encryptsByDefault
        devices = image.devices.compactMap { device in
            device.volume.map { BlockDeviceRequest(device.name, $0, encryptsByDefault: encryptsByDefault) }
        }
        devices.sort { ($0.name == image.rootDeviceName ? 0 : 1) < ($1.name == image.rootDeviceName ? 0 : 1) }
    }
}

/// An interface of an instance to be: one entry of `NetworkInterfaces`, or what stands in its place.
struct InterfaceRequest {
    var deviceIndex: Int
    var networkCardIndex: Int
    var existingID: String?
    var subnetID: String?
    var groupIDs: [String]
    var address: IPv4Address?
    /// Secondary addresses by name, or how many of any.
    var secondaryAddresses: [IPv4Address] = []
    var secondaryCount: Int
    /// IPv6 addresses by name, or how many of any; nil for what the subnet says.
    var ipv6Addresses: [String]
    var prefixes: PrefixRequest?
    var ipv6Count: Int?
    var associatesPublicAddress: Bool?
    var deleteOnTermination: Bool
    var description: String
    var type: String

    /// How many IPv4 addresses a new interface takes.
    var addressCount: Int { 1 + secondaryAddresses.count + secondaryCount }

    /// The only interface of an instance whose request names none.
    init(_ launch: InstanceLaunch, _ site: LaunchSite) {
        deviceIndex = 0
        networkCardIndex = 0
        groupIDs = site.groupIDs
        address = launch.privateAddress
        secondaryCount = 0
        ipv6Addresses = launch.ipv6Addresses
        ipv6Count = launch.ipv6Count
        deleteOnTermination = true
        description = ""
        type = "interface"
    }

    init(_ input: Input) throws(ServiceError) {
        guard let deviceIndex = input.integer("DeviceIndex") else {
            throw EC2Error.invalidParameter("Each network interface requires a device index.")
        }
        self.deviceIndex = deviceIndex
        existingID = input.string("NetworkInterfaceId")
        subnetID = input.string("SubnetId")
        groupIDs = input.strings("Groups")
        networkCardIndex = input.integer("NetworkCardIndex") ?? 0
        type = input.string("InterfaceType") ?? "interface"
        guard ["interface", "efa", "efa-only"].contains(type) else {
            throw EC2Error.invalidParameter("Invalid value '\(type.prefix(64))' for interfaceType.")
        }
        secondaryCount = input.integer("SecondaryPrivateIpAddressCount") ?? 0
        ipv6Addresses = input.structures("Ipv6Addresses").compactMap { $0.string("Ipv6Address") }
        ipv6Count = input.integer("Ipv6AddressCount")
        associatesPublicAddress = input.boolean("AssociatePublicIpAddress")
        deleteOnTermination = input.boolean("DeleteOnTermination") ?? (existingID == nil)
        description = input.string("Description") ?? ""
        if let text = input.string("PrivateIpAddress") { address = try Self.address(text) }
        for entry in input.structures("PrivateIpAddresses") {
            guard let text = entry.string("PrivateIpAddress") else { continue }
            let parsed = try Self.address(text)
            guard entry.boolean("Primary") ?? false else {
                secondaryAddresses.append(parsed)
                continue
            }
            guard address == nil else {
                throw EC2Error.invalidCombination("Only one primary private IP address can be specified.")
            }
            address = parsed
        }
        guard secondaryAddresses.isEmpty || secondaryCount == 0 else {
            throw EC2Error.invalidCombination(
                "You may specify secondaryPrivateIpAddressCount or specific private IP addresses, but not both.")
        }
        guard secondaryCount >= 0, secondaryCount + secondaryAddresses.count <= 50 else {
            throw ServiceError("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.")
        }
        try Self.checkIPv6(ipv6Addresses, ipv6Count)
        prefixes = try PrefixRequest(making: input)
        guard existingID == nil || groupIDs.isEmpty && subnetID == nil && address == nil else {
            throw EC2Error.invalidCombination(
                "A network interface may not specify both a network interface ID and a \(subnetID == nil ? groupIDs.isEmpty ? "private IP address" : "security group" : "subnet")"
            )
        }
    }

    static func address(_ text: String) throws(ServiceError) -> IPv4Address {
        guard let address = IPv4Address(text) else {
            throw EC2Error.invalidParameter("invalid value for parameter address: \(text.prefix(256))")
        }
        return address
    }

    /// Addresses by name and a number of any exclude one another.
    static func checkIPv6(_ addresses: [String], _ count: Int?) throws(ServiceError) {
        guard addresses.isEmpty || count == nil else {
            throw EC2Error.invalidCombination(
                "The parameter ipv6AddressCount cannot be used with the parameter ipv6Addresses")
        }
    }
}

extension BlockDeviceRequest {
    /// What an image asks for. A gp2 volume's operations a second follow from its size.
    init(_ name: String, _ volume: Image.Template, encryptsByDefault: Bool) {
        self.init(
            name: name, size: volume.size, type: volume.type, iops: volume.type == "gp2" ? nil : volume.iops,
            throughput: volume.throughput, isEncrypted: volume.isEncrypted || encryptsByDefault,
            kmsKeyID: volume.kmsKeyARN, snapshotID: volume.snapshotID, deleteOnTermination: volume.deleteOnTermination)
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

    /// The image's devices, changed and added to by the request's mappings.
    static func all(
        _ input: Input, image: LaunchImage, _ context: CallContext
    ) throws(ServiceError) -> [BlockDeviceRequest] {
        var devices = image.devices
        let encryptsByDefault = context.ec2.storage.encryptsByDefault
        var names: Set<String> = []
        for mapping in input.structures("BlockDeviceMappings") {
            guard let name = mapping.string("DeviceName"), !name.isEmpty else {
                throw EC2Error.missingParameter("BlockDeviceMapping.1.DeviceName")
            }
            guard names.insert(name).inserted else {
                throw ServiceError(
                    "InvalidBlockDeviceMapping",
                    "The device '\(name.prefix(128))' is used in more than one block-device mapping")
            }
            guard VolumeAttachmentCalls.isDeviceName(name) else {
                throw ServiceError("InvalidBlockDeviceMapping", "Invalid device name \(name.prefix(128))")
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
            device.snapshotID = ebs.string("SnapshotId") ?? device.snapshotID
            let source = try device.snapshotID.map { id throws(ServiceError) in try SnapshotSource(id, context) }
            device.size = ebs.integer("VolumeSize") ?? max(device.size, source?.size ?? 0)
            if let source, device.size < source.size {
                throw ServiceError(
                    "InvalidBlockDeviceMapping",
                    "Volume of size \(device.size)GB is smaller than snapshot '\(source.id)', expect size >= \(source.size)GB"
                )
            }
            // The image's figures are good for its own type only.
            let isOtherType = ebs.string("VolumeType").map { $0 != device.type } ?? false
            device.type = ebs.string("VolumeType") ?? device.type
            device.iops = ebs.integer("Iops") ?? (isOtherType ? nil : device.iops)
            device.throughput = ebs.integer("Throughput") ?? (isOtherType ? nil : device.throughput)
            device.isEncrypted =
                encryptsByDefault || source?.isEncrypted ?? false || ebs.boolean("Encrypted") ?? device.isEncrypted
            device.kmsKeyID = ebs.string("KmsKeyId") ?? device.kmsKeyID
            device.deleteOnTermination = ebs.boolean("DeleteOnTermination") ?? device.deleteOnTermination
            guard device.size > 0 || device.snapshotID != nil else {
                throw ServiceError("MissingParameter", "The request must contain the parameter size or snapshotId")
            }
            if let index { devices[index] = device } else { devices.append(device) }
        }
        return try devices.map { device throws(ServiceError) in
            var device = device
            // Nothing boots from a hard disk; what AWS says of it does not say so.
            guard device.name != image.rootDeviceName || !["st1", "sc1"].contains(device.type) else {
                throw EC2Error.invalidCombination("The parameter iops is not supported for \(device.type) volumes")
            }
            try VolumeRules.check(
                size: max(device.size, 1), type: device.type, iops: &device.iops, throughput: &device.throughput)
            return device
        }
    }
}
