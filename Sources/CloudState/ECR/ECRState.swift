package import ServiceModel

/// Amazon Elastic Container Registry's records in one region: the account's private registry.
///
/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html>
package struct ECRState: Sendable, Equatable {
    /// By name.
    package var repositories = ResourceTable<ImageRepository>()
    /// Layers that are on their way, by upload id.
    package var uploads: [String: LayerUpload] = [:]
    /// What authorization tokens were given out, the oldest first: the password and whose it is.
    package var tokens: [RegistryToken] = []
    package var policy: String?
    package var scanning: Value?
    package var replication: Value?
    package var accountSettings: [String: String] = [:]
    /// Bytes of all layers and manifests.
    package var storedBytes = 0

    package init() {}
}

extension CallContext {
    /// ECR's records in the region that was called.
    package var ecr: ECRState {
        get { world.regions[regionIndex].ecr }
        _modify { yield &world.regions[regionIndex].ecr }
    }
}

/// The password of `docker login`, good for twelve hours.
package struct RegistryToken: Sendable, Equatable {
    package var password: String
    package var caller: Caller
    package var expires: Timestamp

    package init(password: String, caller: Caller, expires: Timestamp) {
        self.password = password
        self.caller = caller
        self.expires = expires
    }
}

/// A layer of which parts have come.
package struct LayerUpload: Sendable, Equatable {
    package var repository: String
    package var bytes: [UInt8] = []

    package init(repository: String) { self.repository = repository }
}

/// A repository.
package struct ImageRepository: ResourceRecord {
    package struct Image: Sendable, Equatable {
        package var digest: String
        package var manifest: [UInt8]
        package var mediaType: String
        package var tags: [String]
        package var pushed: Timestamp
        package var pulled: Timestamp?
        /// Bytes of the layers.
        package var size: Int
        package var isScanned = false

        package init(
            digest: String, manifest: [UInt8], mediaType: String, tags: [String], pushed: Timestamp, size: Int
        ) {
            self.digest = digest
            self.manifest = manifest
            self.mediaType = mediaType
            self.tags = tags
            self.pushed = pushed
            self.size = size
        }
    }

    package var id: String
    package var arn: String
    package var created: Timestamp
    package var mutability = "MUTABLE"
    package var exclusions: Value?
    package var scansOnPush = false
    package var encryption: Value
    package var policy: String?
    package var lifecyclePolicy: String?
    package var lifecycleEvaluated: Timestamp?
    package var tags: Tags
    /// Configurations and layers, by digest.
    package var layers: [String: [UInt8]] = [:]
    /// The oldest first.
    package var images: [Image] = []

    package init(name: String, arn: String, created: Timestamp, encryption: Value, tags: Tags) {
        id = name
        self.arn = arn
        self.created = created
        self.encryption = encryption
        self.tags = tags
    }

    /// The image of a tag or a digest.
    package func image(tag: String?, digest: String?) -> Image? {
        images.first { image in
            (digest.map { $0 == image.digest } ?? true) && (tag.map(image.tags.contains) ?? true)
                && (digest != nil || tag != nil)
        }
    }
}
