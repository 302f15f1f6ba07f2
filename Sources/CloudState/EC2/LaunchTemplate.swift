package import ServiceModel

/// A launch template: parameters of a launch, in numbered versions.
package struct LaunchTemplate: ResourceRecord {
    package struct Version: Sendable, Equatable {
        package var number: Int
        package var description: String?
        package var createTime: Timestamp
        package var createdBy: String
        /// The members of `RequestLaunchTemplateData`, as they were given.
        package var data: Fields

        package init(number: Int, description: String?, createTime: Timestamp, createdBy: String, data: Fields) {
            self.number = number
            self.description = description
            self.createTime = createTime
            self.createdBy = createdBy
            self.data = data
        }
    }

    /// `lt-…`.
    package var id: String
    package var name: String
    package var createTime: Timestamp
    package var createdBy: String
    /// Those that have not been deleted, by ascending number; never empty.
    package var versions: [Version]
    package var defaultVersion = 1
    /// The number of the version made last; numbers are never given again.
    package var latestVersion = 1
    package var tags = Tags()

    package init(id: String, name: String, version: Version) {
        self.id = id
        self.name = name
        createTime = version.createTime
        createdBy = version.createdBy
        versions = [version]
    }

    package func version(_ number: Int) -> Version? { versions.first { $0.number == number } }
}
