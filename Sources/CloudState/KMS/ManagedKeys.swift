import ServiceModel

/// The keys that AWS's services have in every account: `alias/aws/ebs` and its like.
///
/// On AWS such a key comes to be when it is first used. Here it is a fact that follows from the seed, so that looking at
/// it changes nothing.
package enum ManagedKeys {
    /// <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk>
    package static let services = [
        "acm", "backup", "codecommit", "dynamodb", "ebs", "elasticfilesystem", "es", "kinesis", "lambda", "rds",
        "redshift",
        "s3", "secretsmanager", "sns", "sqs", "ssm",
    ]

    /// The key behind `alias/aws/SERVICE`; nil for a service that has none.
    package static func key(_ service: String, region: String, world: World) -> KMSKey? {
        guard services.contains(service) else { return nil }
        let seed = IDGenerator.hash("\(region)/aws/\(service)", world.ids.seed)
        let id = IDGenerator.uuid(IDGenerator.mix(seed), IDGenerator.mix(seed ^ 0xA11A5))
        let account = world.accountID
        var key = KMSKey(
            id: id, region: region, accountID: account,
            description: descriptions[service]
                ?? "Default key that protects my \(service) data when no other key is defined",
            usage: "ENCRYPT_DECRYPT", spec: "SYMMETRIC_DEFAULT",
            policy:
                #"{"Version":"2012-10-17","Id":"auto-\#(service)-2","Statement":[{"Sid":"Allow access through \#(service) for all principals in the account that are authorized to use it","Effect":"Allow","Principal":{"AWS":"*"},"Action":["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:CreateGrant","kms:DescribeKey"],"Resource":"*","Condition":{"StringEquals":{"kms:CallerAccount":"\#(account)","kms:ViaService":"\#(service).\#(region).amazonaws.com"}}},{"Sid":"Allow direct access to key metadata to the account","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::\#(account):root"},"Action":["kms:Describe*","kms:Get*","kms:List*","kms:RevokeGrant"],"Resource":"*"}]}"#,
            created: world.epoch)
        key.managedBy = service
        key.isRotated = true
        return key
    }

    private static let descriptions = [
        "ebs": "Default key that protects my EBS volumes when no other key is defined",
        "ssm": "Default key that protects my SSM parameters when no other key is defined",
        "s3": "Default key that protects my S3 objects when no other key is defined",
        "lambda": "Default key that protects my Lambda functions when no other key is defined",
        "sqs": "Default key that protects my SQS messages when no other key is defined",
        "sns": "Default key that protects my SNS data when no other key is defined",
        "rds": "Default key that protects my RDS database volumes when no other key is defined",
    ]
}

extension World {
    /// The key that an id, an ARN, an alias or an alias's ARN names in a region; nil where there is none.
    package func kmsKey(_ text: String, region: String) -> KMSKey? {
        guard let state = regions.first(where: { $0.name == region })?.kms else { return nil }
        var name = text
        let prefix = "arn:aws:kms:\(region):\(accountID):"
        if name.hasPrefix("arn:") {
            guard name.hasPrefix(prefix) else { return nil }
            name = String(name.dropFirst(prefix.count))
            if name.hasPrefix("key/") { name = String(name.dropFirst(4)) }
        }
        if name.hasPrefix("alias/aws/") {
            return ManagedKeys.key(String(name.dropFirst(10)), region: region, world: self)
        }
        if name.hasPrefix("alias/") { return state.aliases[name].flatMap { state.keys[$0.keyID] } }
        if let key = state.keys[name] { return key }
        return ManagedKeys.services.lazy.compactMap { ManagedKeys.key($0, region: region, world: self) }
            .first { $0.id == name }
    }
}

extension KMSKey {
    /// What seals under this key.
    package func material(_ world: World) -> UInt64 {
        IDGenerator.mix(IDGenerator.hash(arn, world.ids.seed ^ 0x6B6D73))
    }
}
