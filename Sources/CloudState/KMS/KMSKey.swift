package import ServiceModel

/// AWS KMS's records in one region.
package struct KMSState: Sendable, Equatable {
    package var keys = ResourceTable<KMSKey>()
    package var aliases = ResourceTable<KMSAlias>()
    package var grants = ResourceTable<KMSGrant>()

    package init() {}
}

/// A KMS key.
package struct KMSKey: ResourceRecord {
    package enum State: String, Sendable {
        case enabled = "Enabled", disabled = "Disabled", pendingDeletion = "PendingDeletion"
    }

    /// A UUID.
    package var id: String
    package var arn: String
    package var accountID: String
    package var description: String
    /// `ENCRYPT_DECRYPT`, `SIGN_VERIFY`, `GENERATE_VERIFY_MAC`…
    package var usage: String
    package var spec: String
    package var isMultiRegion = false
    package var state = State.enabled
    /// The service whose key it is, for instance `ebs`; nil for the account's own keys.
    package var managedBy: String?
    package var policy: String
    package var created: Timestamp
    package var deletionDate: Timestamp?
    package var isRotated = false
    /// Days.
    package var rotationPeriod = 365
    package var tags = Tags()

    package init(
        id: String, region: String, accountID: String, description: String, usage: String, spec: String, policy: String,
        created: Timestamp
    ) {
        self.id = id
        self.accountID = accountID
        self.description = description
        self.usage = usage
        self.spec = spec
        self.policy = policy
        self.created = created
        arn = "arn:aws:kms:\(region):\(accountID):key/\(id)"
    }

    /// The region in its ARN.
    package var region: String {
        let parts = arn.split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false)
        return parts.count > 3 ? String(parts[3]) : ""
    }
}

/// Another name for a key.
package struct KMSAlias: ResourceRecord {
    /// For instance `alias/app`.
    package var name: String
    package var keyID: String
    package var created: Timestamp
    package var updated: Timestamp

    package var id: String { name }

    package init(name: String, keyID: String, created: Timestamp) {
        self.name = name
        self.keyID = keyID
        self.created = created
        updated = created
    }
}

/// What a key's owner lets somebody do with it.
package struct KMSGrant: ResourceRecord {
    package var id: String
    package var keyID: String
    package var token: String
    package var name: String?
    package var grantee: String
    package var retiring: String?
    package var operations: [String]
    package var created: Timestamp

    package init(id: String, keyID: String, token: String, grantee: String, operations: [String], created: Timestamp) {
        self.id = id
        self.keyID = keyID
        self.token = token
        self.grantee = grantee
        self.operations = operations
        self.created = created
    }
}
