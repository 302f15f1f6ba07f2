package import ServiceModel

/// A snapshot of a volume.
package struct Snapshot: ResourceRecord {
    package enum State: String, Sendable { case pending, completed, error }

    package var id: String
    package var ownerID: String
    /// `vol-ffffffff` for a copy.
    package var volumeID: String
    /// GiB.
    package var size: Int
    package var state: State
    package var startTime: Timestamp
    package var completionTime: Timestamp?
    package var description: String
    package var isEncrypted = false
    package var kmsKeyARN: String?
    /// Accounts, or `all`, that may make volumes of it.
    package var createVolumePermissions: [String] = []
    package var tags = Tags()

    package init(
        id: String, ownerID: String, volumeID: String, size: Int, state: State, startTime: Timestamp,
        description: String
    ) {
        self.id = id
        self.ownerID = ownerID
        self.volumeID = volumeID
        self.size = size
        self.state = state
        self.startTime = startTime
        self.description = description
    }
}

/// What an account has set for EBS and for its images in a region.
package struct StorageSettings: Sendable, Equatable {
    package var encryptsByDefault = false
    /// Nil stands for the key that AWS manages, `alias/aws/ebs`.
    package var defaultKMSKeyID: String?
    /// `unblocked`, `block-all-sharing` or `block-new-sharing`.
    package var snapshotPublicAccess = "unblocked"
    /// `unblocked` or `block-new-sharing`; new accounts have the latter.
    package var imagePublicAccess = "block-new-sharing"

    package init() {}
}
