package import ServiceModel

/// An EBS volume.
package struct Volume: ResourceRecord {
    package enum State: String, Sendable {
        case creating, available, deleting, error
        case inUse = "in-use"
    }

    package struct Attachment: Sendable, Equatable {
        package enum State: String, Sendable { case attaching, attached, detaching, detached, busy }

        package var instanceID: String
        package var device: String
        package var state: State
        package var attachTime: Timestamp
        package var deleteOnTermination: Bool

        package init(
            instanceID: String, device: String, state: State, attachTime: Timestamp, deleteOnTermination: Bool
        ) {
            self.instanceID = instanceID
            self.device = device
            self.state = state
            self.attachTime = attachTime
            self.deleteOnTermination = deleteOnTermination
        }
    }

    /// What ModifyVolume changes.
    package struct Performance: Sendable, Equatable {
        package var size: Int
        package var type: String
        package var iops: Int?
        package var throughput: Int?
        package var isMultiAttach: Bool

        package init(size: Int, type: String, iops: Int?, throughput: Int?, isMultiAttach: Bool) {
            self.size = size
            self.type = type
            self.iops = iops
            self.throughput = throughput
            self.isMultiAttach = isMultiAttach
        }
    }

    package struct Modification: Sendable, Equatable {
        package enum State: String, Sendable { case modifying, optimizing, completed, failed }

        package var original: Performance
        package var target: Performance
        package var start: Timestamp
        package var end: Timestamp?
        package var state = State.modifying
        /// Percent.
        package var progress = 0

        package init(original: Performance, target: Performance, start: Timestamp) {
            self.original = original
            self.target = target
            self.start = start
        }
    }

    package var performance: Performance {
        Performance(size: size, type: type, iops: iops, throughput: throughput, isMultiAttach: isMultiAttach)
    }

    package var id: String
    package var zone: String
    package var state: State
    /// GiB.
    package var size: Int
    package var type: String
    package var iops: Int?
    /// MiB/s, for gp3.
    package var throughput: Int?
    package var isEncrypted = false
    package var kmsKeyARN: String?
    package var snapshotID: String?
    package var createTime: Timestamp
    /// Since when it is billed as what it is now: its creation or its last modification.
    package var meteredSince: Timestamp
    package var attachments: [Attachment] = []
    package var isMultiAttach = false
    /// The last change by ModifyVolume.
    package var modification: Modification?
    /// When it was changed within the last day.
    package var modificationTimes: [Timestamp] = []
    package var autoEnableIO = false
    package var tags = Tags()

    package init(id: String, zone: String, state: State, size: Int, type: String, createTime: Timestamp) {
        self.id = id
        self.zone = zone
        self.state = state
        self.size = size
        self.type = type
        self.createTime = createTime
        meteredSince = createTime
    }
}
