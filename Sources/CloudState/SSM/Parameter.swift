package import ServiceModel

/// Systems Manager's records in one region.
package struct SSMState: Sendable, Equatable {
    package var parameters = ResourceTable<Parameter>()

    package init() {}
}

/// A parameter of Parameter Store with its history.
///
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html>
package struct Parameter: ResourceRecord {
    package struct Version: Sendable, Equatable {
        package var number: Int
        package var value: String
        /// `String`, `StringList` or `SecureString`.
        package var type: String
        /// The key of a `SecureString`, as it was given.
        package var keyID: String?
        package var description: String?
        package var allowedPattern: String?
        /// `Standard` or `Advanced`.
        package var tier: String
        /// For instance `text` or `aws:ec2:image`.
        package var dataType: String
        package var policies: String?
        package var labels: [String] = []
        package var modified: Timestamp
        /// ARN of who set it.
        package var user: String

        package init(
            number: Int, value: String, type: String, tier: String, dataType: String, modified: Timestamp, user: String
        ) {
            self.number = number
            self.value = value
            self.type = type
            self.tier = tier
            self.dataType = dataType
            self.modified = modified
            self.user = user
        }
    }

    package var name: String
    /// Oldest first, at most a hundred.
    package var versions: [Version]
    package var tags = Tags()

    package var id: String { name }

    package init(name: String, version: Version) {
        self.name = name
        versions = [version]
    }

    package var latest: Version? { versions.last }
}

/// A parameter that AWS offers to everybody, for instance the id of the newest image of a kind.
package struct PublicParameter: Sendable {
    /// For instance `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64`.
    package var name: String
    package var value: String
    package var dataType: String
    package var modified: Timestamp
    package var version: Int

    package init(name: String, value: String, dataType: String, modified: Timestamp, version: Int) {
        self.name = name
        self.value = value
        self.dataType = dataType
        self.modified = modified
        self.version = version
    }
}
