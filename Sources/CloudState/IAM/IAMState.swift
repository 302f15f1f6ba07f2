/// The account's users, roles and policies. They are global: the same in all regions.
package struct IAMState: Sendable, Equatable {
    package var users = ResourceTable<IAMUser>()
    package var groups = ResourceTable<IAMGroup>()
    package var roles = ResourceTable<IAMRole>()
    /// The account's own; AWS's are facts, see `policy(arn:)`.
    package var policies = ResourceTable<ManagedPolicy>()
    package var instanceProfiles = ResourceTable<InstanceProfile>()
    package var accessKeys = ResourceTable<AccessKey>()
    package var sessions = ResourceTable<STSSession>()
    package var openIDProviders = ResourceTable<OpenIDProvider>()
    package var mfaDevices = ResourceTable<MFADevice>()
    /// SSH keys, signing certificates and service-specific credentials.
    package var credentials = ResourceTable<UserCredential>()
    package var serverCertificates = ResourceTable<ServerCertificate>()
    /// When the credential report was last made.
    package var credentialReport: CredentialReport?
    /// `v1Token` or `v2Token`: what the global endpoint of AWS STS gives.
    package var globalTokenVersion = "v1Token"
    package var accountAlias: String?
    package var passwordPolicy: PasswordPolicy?
    /// Deletion tasks of service-linked roles: the names of the roles by task.
    package var deletionTasks = ResourceTable<DeletionTask>()

    package init() {}

    /// Names are unique whatever their case.
    package static func key(_ name: String) -> String { name.lowercased() }

    package func user(_ name: String) -> IAMUser? { users[Self.key(name)] }
    package func group(_ name: String) -> IAMGroup? { groups[Self.key(name)] }
    package func role(_ name: String) -> IAMRole? { roles[Self.key(name)] }
    package func instanceProfile(_ name: String) -> InstanceProfile? { instanceProfiles[Self.key(name)] }

    /// A managed policy, the account's own or one of AWS's.
    package func policy(arn: String) -> ManagedPolicy? { policies[arn] ?? AWSManagedPolicies.policy(arn: arn) }

    /// How many users, groups and roles a managed policy is attached to.
    package func attachmentCount(_ arn: String) -> Int {
        users.count { $0.permissions.attached.contains(arn) } + groups.count { $0.permissions.attached.contains(arn) }
            + roles.count { $0.permissions.attached.contains(arn) }
    }

    /// How many users and roles a managed policy bounds.
    package func boundaryCount(_ arn: String) -> Int {
        users.count { $0.permissions.boundary == arn } + roles.count { $0.permissions.boundary == arn }
    }

    /// The instance profile behind a name or an ARN, as EC2 takes either.
    package func instanceProfile(nameOrARN text: String) -> InstanceProfile? {
        text.hasPrefix("arn:") ? instanceProfiles.first { $0.arn == text } : instanceProfile(text)
    }
}
