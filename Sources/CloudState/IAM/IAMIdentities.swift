package import ServiceModel

/// A user.
package struct IAMUser: ResourceRecord {
    package var name: String
    /// For instance `AIDACKCEVSQ6C2EXAMPLE`.
    package var userID: String
    package var path: String
    package var arn: String
    package var createDate: Timestamp
    package var permissions = IAMPermissions()
    /// Names of groups in the order in which the user joined.
    package var groups: [String] = []
    package var loginProfile: LoginProfile?
    package var tags = Tags()

    package var id: String { IAMState.key(name) }

    package struct LoginProfile: Sendable, Equatable {
        package var createDate: Timestamp
        package var isResetRequired: Bool

        package init(createDate: Timestamp, isResetRequired: Bool) {
            self.createDate = createDate
            self.isResetRequired = isResetRequired
        }
    }

    package init(name: String, userID: String, path: String, accountID: String, createDate: Timestamp) {
        self.name = name
        self.userID = userID
        self.path = path
        self.createDate = createDate
        arn = "arn:aws:iam::\(accountID):user\(path)\(name)"
    }
}

/// A group of users.
package struct IAMGroup: ResourceRecord {
    package var name: String
    /// For instance `AGPACKCEVSQ6C2EXAMPLE`.
    package var groupID: String
    package var path: String
    package var arn: String
    package var createDate: Timestamp
    package var permissions = IAMPermissions()

    package var id: String { IAMState.key(name) }

    package init(name: String, groupID: String, path: String, accountID: String, createDate: Timestamp) {
        self.name = name
        self.groupID = groupID
        self.path = path
        self.createDate = createDate
        arn = "arn:aws:iam::\(accountID):group\(path)\(name)"
    }
}

/// A role.
package struct IAMRole: ResourceRecord {
    package var name: String
    /// For instance `AROACKCEVSQ6C2EXAMPLE`.
    package var roleID: String
    package var path: String
    package var arn: String
    package var createDate: Timestamp
    package var trust: PolicyDocument
    package var description: String?
    /// Seconds.
    package var maximumSession: Int
    package var permissions = IAMPermissions()
    package var tags = Tags()
    /// The service whose role it is, for instance `autoscaling.amazonaws.com`; nil for the account's own roles.
    package var linkedService: String?

    package var id: String { IAMState.key(name) }

    package init(
        name: String, roleID: String, path: String, accountID: String, createDate: Timestamp, trust: PolicyDocument,
        description: String?, maximumSession: Int = 3600
    ) {
        self.name = name
        self.roleID = roleID
        self.path = path
        self.createDate = createDate
        self.trust = trust
        self.description = description
        self.maximumSession = maximumSession
        arn = "arn:aws:iam::\(accountID):role\(path)\(name)"
    }
}

/// What puts a role into an instance.
package struct InstanceProfile: ResourceRecord {
    package var name: String
    /// For instance `AIPACKCEVSQ6C2EXAMPLE`.
    package var profileID: String
    package var path: String
    package var arn: String
    package var createDate: Timestamp
    /// At most one.
    package var role: String?
    package var tags = Tags()

    package var id: String { IAMState.key(name) }

    package init(name: String, profileID: String, path: String, accountID: String, createDate: Timestamp) {
        self.name = name
        self.profileID = profileID
        self.path = path
        self.createDate = createDate
        arn = "arn:aws:iam::\(accountID):instance-profile\(path)\(name)"
    }
}

/// A managed policy with its versions.
package struct ManagedPolicy: ResourceRecord {
    package struct Version: Sendable, Equatable {
        /// `v1`, `v2`…
        package var id: String
        package var document: PolicyDocument
        package var createDate: Timestamp

        package init(id: String, document: PolicyDocument, createDate: Timestamp) {
            self.id = id
            self.document = document
            self.createDate = createDate
        }
    }

    package var name: String
    /// For instance `ANPACKCEVSQ6C2EXAMPLE`.
    package var policyID: String
    package var path: String
    package var arn: String
    package var description: String?
    package var createDate: Timestamp
    package var updateDate: Timestamp
    /// Oldest first, at most five.
    package var versions: [Version]
    package var defaultVersion: String
    /// The number that the next version gets.
    package var nextVersion: Int
    package var tags = Tags()

    package var id: String { arn }

    package var isAWSManaged: Bool { arn.hasPrefix("arn:aws:iam::aws:") }

    package func version(_ id: String) -> Version? { versions.first { $0.id == id } }

    /// The version in force.
    package var document: PolicyDocument? { version(defaultVersion)?.document }

    package init(
        name: String, policyID: String, path: String, owner: String, description: String?, document: PolicyDocument,
        createDate: Timestamp, version: Int = 1, updateDate: Timestamp? = nil
    ) {
        self.name = name
        self.policyID = policyID
        self.path = path
        self.description = description
        self.createDate = createDate
        self.updateDate = updateDate ?? createDate
        arn = "arn:aws:iam::\(owner):policy\(path)\(name)"
        versions = [Version(id: "v\(version)", document: document, createDate: updateDate ?? createDate)]
        defaultVersion = "v\(version)"
        nextVersion = version + 1
    }
}
