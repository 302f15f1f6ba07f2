package import ServiceModel

/// A machine image of the account's own.
package struct Image: ResourceRecord {
    package enum State: String, Sendable { case pending, available, disabled, failed }

    /// A device that an instance of the image starts with.
    package struct Device: Sendable, Equatable {
        package var name: String
        /// Nil where there is no EBS volume behind it.
        package var volume: Template?
        package var virtualName: String?

        package init(name: String, volume: Template?, virtualName: String? = nil) {
            self.name = name
            self.volume = volume
            self.virtualName = virtualName
        }
    }

    /// The volume that a device is made of.
    package struct Template: Sendable, Equatable {
        package var snapshotID: String?
        /// GiB.
        package var size: Int
        package var type: String
        package var iops: Int?
        package var throughput: Int?
        package var isEncrypted: Bool
        package var kmsKeyARN: String?
        package var deleteOnTermination: Bool

        package init(
            snapshotID: String?, size: Int, type: String, iops: Int?, throughput: Int?, isEncrypted: Bool,
            kmsKeyARN: String?, deleteOnTermination: Bool
        ) {
            self.snapshotID = snapshotID
            self.size = size
            self.type = type
            self.iops = iops
            self.throughput = throughput
            self.isEncrypted = isEncrypted
            self.kmsKeyARN = kmsKeyARN
            self.deleteOnTermination = deleteOnTermination
        }
    }

    /// Who besides the owner may launch it.
    package enum Permission: Sendable, Equatable {
        case everybody
        case account(String)
        case organization(arn: String)
        case organizationalUnit(arn: String)
    }

    package var id: String
    package var ownerID: String
    package var name: String
    package var description: String
    package var architecture: String
    package var state: State
    package var creationDate: Timestamp
    package var rootDeviceName: String
    package var devices: [Device]
    package var isWindows = false
    package var platformDetails = "Linux/UNIX"
    package var usageOperation = "RunInstances"
    package var enaSupport = true
    package var sriovNetSupport: String? = "simple"
    package var bootMode: String?
    package var imdsSupport: String?
    package var tpmSupport: String?
    package var virtualizationType = "hvm"
    package var sourceInstanceID: String?
    package var sourceImageID: String?
    package var sourceRegion: String?
    package var permissions: [Permission] = []
    package var deprecationTime: Timestamp?
    /// `disabled`, `enabled-with-cooldown` or `enabled-without-cooldown`.
    package var deregistrationProtection = "disabled"
    package var lastLaunchedTime: Timestamp?
    package var tags = Tags()

    package init(
        id: String, ownerID: String, name: String, description: String, architecture: String, state: State,
        creationDate: Timestamp, rootDeviceName: String, devices: [Device]
    ) {
        self.id = id
        self.ownerID = ownerID
        self.name = name
        self.description = description
        self.architecture = architecture
        self.state = state
        self.creationDate = creationDate
        self.rootDeviceName = rootDeviceName
        self.devices = devices
    }

    package var isPublic: Bool { permissions.contains(.everybody) }

    package var root: Template? { devices.first { $0.name == rootDeviceName }?.volume }

    package var snapshotIDs: [String] { devices.compactMap { $0.volume?.snapshotID } }
}
