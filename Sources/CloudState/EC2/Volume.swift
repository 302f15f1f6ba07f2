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
    package var attachments: [Attachment] = []
    package var isMultiAttach = false
    package var autoEnableIO = false
    package var tags = Tags()

    package init(id: String, zone: String, state: State, size: Int, type: String, createTime: Timestamp) {
        self.id = id
        self.zone = zone
        self.state = state
        self.size = size
        self.type = type
        self.createTime = createTime
    }
}
