package import ServiceModel

/// A user's long-term access key.
package struct AccessKey: ResourceRecord {
    /// For instance `AKIAIOSFODNN7EXAMPLE`.
    package var id: String
    package var secret: String
    package var userName: String
    package var isActive = true
    package var createDate: Timestamp

    package init(id: String, secret: String, userName: String, createDate: Timestamp) {
        self.id = id
        self.secret = secret
        self.userName = userName
        self.createDate = createDate
    }
}

/// Temporary credentials of AWS STS, and who they make one.
package struct STSSession: ResourceRecord {
    package enum Source: Sendable, Equatable {
        /// A role's name.
        case role(String)
        /// A user's name, by GetSessionToken.
        case user(String)
        /// By GetFederationToken: the user's name, or nil for the account itself.
        case federated(String?)
        /// The account itself, by GetSessionToken.
        case account
    }

    /// For instance `ASIAIOSFODNN7EXAMPLE`.
    package var id: String
    package var secret: String
    package var token: String
    package var source: Source
    package var arn: String
    /// For instance `AROACKCEVSQ6C2EXAMPLE:session-name`.
    package var userID: String
    package var issueTime: Timestamp
    package var expiration: Timestamp
    /// The policies of the session, which limit what it may do.
    package var policies: [PolicyDocument] = []
    package var policyARNs: [String] = []
    package var tags = Tags()
    package var transitiveTagKeys: [String] = []
    package var sourceIdentity: String?
    /// Whether GetSessionToken was shown an MFA device.
    package var isMultiFactor = false

    package init(
        id: String, secret: String, token: String, source: Source, arn: String, userID: String, issueTime: Timestamp,
        expiration: Timestamp
    ) {
        self.id = id
        self.secret = secret
        self.token = token
        self.source = source
        self.arn = arn
        self.userID = userID
        self.issueTime = issueTime
        self.expiration = expiration
    }
}

/// The report on the users' credentials, as it was made.
package struct CredentialReport: Sendable, Equatable {
    /// Comma-separated values.
    package var content: String
    package var date: Timestamp

    package init(content: String, date: Timestamp) {
        self.content = content
        self.date = date
    }
}

/// An OpenID Connect identity provider.
package struct OpenIDProvider: ResourceRecord {
    package var arn: String
    /// Without `https://`.
    package var url: String
    package var clientIDs: [String]
    package var thumbprints: [String]
    package var createDate: Timestamp
    package var tags = Tags()

    package var id: String { arn }

    package init(
        url: String, accountID: String, clientIDs: [String], thumbprints: [String], createDate: Timestamp
    ) {
        self.url = url
        self.clientIDs = clientIDs
        self.thumbprints = thumbprints
        self.createDate = createDate
        arn = "arn:aws:iam::\(accountID):oidc-provider/\(url)"
    }
}

/// A virtual or assigned MFA device.
package struct MFADevice: ResourceRecord {
    package var serialNumber: String
    package var seed: String
    package var userName: String?
    package var enableDate: Timestamp?
    package var tags = Tags()

    package var id: String { serialNumber }

    package init(serialNumber: String, seed: String) {
        self.serialNumber = serialNumber
        self.seed = seed
    }
}

/// An SSH public key, a signing certificate or a service-specific credential of a user.
package struct UserCredential: ResourceRecord {
    package enum Kind: Sendable, Equatable { case sshKey, signingCertificate, serviceSpecific }

    package var id: String
    package var kind: Kind
    package var userName: String
    /// The key's or certificate's text; the password of a service-specific credential.
    package var body: String
    /// For instance `codecommit.amazonaws.com`.
    package var service: String?
    package var isActive = true
    package var date: Timestamp

    package init(id: String, kind: Kind, userName: String, body: String, service: String? = nil, date: Timestamp) {
        self.id = id
        self.kind = kind
        self.userName = userName
        self.body = body
        self.service = service
        self.date = date
    }
}

/// The account's rules for passwords.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html>
package struct PasswordPolicy: Sendable, Equatable {
    package var minimumLength = 6
    package var requiresSymbols = false
    package var requiresNumbers = false
    package var requiresUppercase = false
    package var requiresLowercase = false
    package var allowsChange = false
    /// Days; nil where passwords do not expire.
    package var maximumAge: Int?
    package var reusePrevention: Int?
    package var hardExpiry: Bool?

    package init() {}
}

/// The deletion of a service-linked role, asked for by its service.
package struct DeletionTask: ResourceRecord {
    package var id: String
    package var role: String

    package init(id: String, role: String) {
        self.id = id
        self.role = role
    }
}
