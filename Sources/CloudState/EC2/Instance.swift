package import ServiceModel

/// The states of an instance, with AWS's codes.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html>
package enum InstanceState: String, Sendable, CaseIterable {
    case pending, running, stopping, stopped, terminated
    case shuttingDown = "shutting-down"

    package var code: Int {
        switch self {
        case .pending: 0
        case .running: 16
        case .shuttingDown: 32
        case .terminated: 48
        case .stopping: 64
        case .stopped: 80
        }
    }
}

/// A virtual machine.
package struct Instance: ResourceRecord {
    package struct StateReason: Sendable, Equatable {
        package var code: String
        package var message: String

        package init(code: String, message: String) {
            self.code = code
            self.message = message
        }
    }

    package struct BlockDevice: Sendable, Equatable {
        package var deviceName: String
        package var volumeID: String

        package init(deviceName: String, volumeID: String) {
            self.deviceName = deviceName
            self.volumeID = volumeID
        }
    }

    package struct MetadataOptions: Sendable, Equatable {
        package var httpTokens = "required"
        package var httpPutResponseHopLimit = 2
        package var httpEndpoint = "enabled"
        package var httpProtocolIPv6 = "disabled"
        package var instanceMetadataTags = "disabled"

        package init() {}
    }

    /// Cores and threads, where they are not the type's own.
    package struct CPUOptions: Sendable, Equatable {
        package var cores: Int
        package var threadsPerCore: Int

        package init(cores: Int, threadsPerCore: Int) {
            self.cores = cores
            self.threadsPerCore = threadsPerCore
        }
    }

    package struct Profile: Sendable, Equatable {
        package var arn: String
        package var id: String
        package var associationID: String
        package var since = Timestamp(milliseconds: 0)

        package init(arn: String, id: String, associationID: String) {
            self.arn = arn
            self.id = id
            self.associationID = associationID
        }
    }

    // What it is.
    package var id: String
    package var reservationID: String
    package var ownerID: String
    package var imageID: String
    /// The image's name at launch, which tells what its operating system is.
    package var imageName: String?
    package var type: String
    package var architecture: String
    package var platform: String?
    package var platformDetails: String
    package var usageOperation: String
    package var rootDeviceName: String
    package var enaSupport = true
    package var bootMode: String?
    package var launchIndex: Int
    package var keyName: String?
    package var userData: String?
    package var clientToken = ""
    package var tags = Tags()

    // Where it is.
    package var zone: String
    package var tenancy = "default"
    package var placementGroup: String?
    package var partition: Int?
    package var vpcID: String
    package var subnetID: String
    /// In the order of their device index.
    package var networkInterfaceIDs: [String] = []
    package var blockDevices: [BlockDevice] = []
    /// Changes whenever the instance starts on another host.
    package private(set) var host = 0
    /// Counts how often the operating system has booted. Memory is lost each time; an instance that resumes from
    /// hibernation has not booted.
    package private(set) var boots = 0
    /// Which instance store it has: each host begins with an empty one, and a reboot keeps it.
    package var instanceStore: Int { host }
    package private(set) var isHibernated = false

    // How it is set.
    package var isMonitored = false
    package var isEBSOptimized = false
    package var isHibernationEnabled = false
    package var terminationProtection = false
    package var stopProtection = false
    package var terminatesOnShutdown = false
    package var creditSpecification: String?
    package var metadata = MetadataOptions()
    package var profile: Profile?
    package var privateDNSHostnameType = "ip-name"
    package var publishesARecord = false
    package var publishesAAAARecord = false
    package var cpuOptions: CPUOptions?
    package var isEnclaveEnabled = false
    package var autoRecovery = true
    package var rebootMigration = true
    package var capacityReservationPreference = "open"
    /// The Capacity Reservation that it asks for by id.
    package var capacityReservationTarget: String?
    /// The one that it runs in.
    package var capacityReservationID: String?
    package var spotRequestID: String?

    // What it does.
    package private(set) var state: InstanceState = .pending
    package var stateReason: StateReason?
    /// For instance `User initiated (2026-11-23 18:00:57 GMT)`.
    package var stateTransitionReason = ""
    /// When it was launched, or last started.
    package var launchTime: Timestamp
    /// When it last became `running`; status checks follow from it.
    package var runningSince: Timestamp?
    /// vCPUs that count against the quota.
    package var vCPUs = 1
    /// Since when it is billed; nil while it is not.
    package private(set) var billedSince: Timestamp?
    /// Billed time that is over.
    package private(set) var usage: [Usage] = []
    /// Guards against transitions that a later call has overtaken.
    package private(set) var generation = 0

    package init(
        id: String, reservationID: String, ownerID: String, imageID: String, type: String, architecture: String,
        platformDetails: String, usageOperation: String, rootDeviceName: String, launchIndex: Int, zone: String,
        vpcID: String, subnetID: String, launchTime: Timestamp
    ) {
        self.id = id
        self.reservationID = reservationID
        self.ownerID = ownerID
        self.imageID = imageID
        self.type = type
        self.architecture = architecture
        self.platformDetails = platformDetails
        self.usageOperation = usageOperation
        self.rootDeviceName = rootDeviceName
        self.launchIndex = launchIndex
        self.zone = zone
        self.vpcID = vpcID
        self.subnetID = subnetID
        self.launchTime = launchTime
    }

    /// Enters a state; transitions that were scheduled for the old one no longer apply.
    ///
    /// Running is billed, and stopping to hibernate; pending, stopping otherwise and stopped are not.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html>
    package mutating func enter(_ state: InstanceState, at time: Timestamp, toHibernate: Bool = false) {
        switch state {
        case .pending:
            if self.state == .stopped { host += 1 }
            if !isHibernated { boots += 1 }
        case .running:
            billedSince = time
            isHibernated = false
        case .stopping: isHibernated = toHibernate
        case .shuttingDown, .terminated: isHibernated = false
        case .stopped: break
        }
        if let start = billedSince, state != .running, !(state == .stopping && toHibernate) {
            usage.append(Usage(meter, from: start, to: time))
            billedSince = nil
        }
        self.state = state
        generation += 1
    }

    /// The operating system starts again on the same host: addresses and instance store stay, memory does not.
    package mutating func reboot() { boots += 1 }

    /// Whether its vCPUs count against the quota now.
    package var countsAgainstQuota: Bool { state == .pending || state == .running }
}
