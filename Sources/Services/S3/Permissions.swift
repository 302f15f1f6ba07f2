import CloudState
import PolicyEngine
import ServiceModel

/// What S3's operations need permission for: actions are not named as the operations are.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>
enum Permissions {
    /// Actions that are not called like their operations.
    private static let actions = [
        "CompleteMultipartUpload": "PutObject", "CopyObject": "PutObject", "CreateMultipartUpload": "PutObject",
        "DeleteBucketCors": "PutBucketCORS", "DeleteBucketEncryption": "PutEncryptionConfiguration",
        "DeleteBucketLifecycle": "PutLifecycleConfiguration",
        "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
        "DeleteBucketReplication": "PutReplicationConfiguration", "DeleteBucketTagging": "PutBucketTagging",
        "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
        "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration", "GetBucketCors": "GetBucketCORS",
        "GetBucketEncryption": "GetEncryptionConfiguration",
        "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
        "GetBucketNotificationConfiguration": "GetBucketNotification",
        "GetBucketReplication": "GetReplicationConfiguration",
        "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
        "GetPublicAccessBlock": "GetBucketPublicAccessBlock", "HeadBucket": "ListBucket", "HeadObject": "GetObject",
        "ListBuckets": "ListAllMyBuckets", "ListMultipartUploads": "ListBucketMultipartUploads",
        "ListObjectVersions": "ListBucketVersions", "ListObjects": "ListBucket", "ListObjectsV2": "ListBucket",
        "ListParts": "ListMultipartUploadParts",
        "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration", "PutBucketCors": "PutBucketCORS",
        "PutBucketEncryption": "PutEncryptionConfiguration",
        "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
        "PutBucketNotificationConfiguration": "PutBucketNotification",
        "PutBucketReplication": "PutReplicationConfiguration",
        "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
        "PutPublicAccessBlock": "PutBucketPublicAccessBlock", "UploadPart": "PutObject",
        "UploadPartCopy": "PutObject",
    ]

    /// Actions that have a name of their own where a version is meant.
    private static let ofVersions = [
        "GetObject": "GetObjectVersion", "DeleteObject": "DeleteObjectVersion", "GetObjectAcl": "GetObjectVersionAcl",
        "PutObjectAcl": "PutObjectVersionAcl", "GetObjectTagging": "GetObjectVersionTagging",
        "PutObjectTagging": "PutObjectVersionTagging", "DeleteObjectTagging": "DeleteObjectVersionTagging",
        "GetObjectAttributes": "GetObjectVersionAttributes",
    ]

    @Sendable static func needed(_ operation: String, _ input: Input, _ context: CallContext) -> [Permission] {
        guard input.shape.member("Bucket") != nil, let bucket = input.string("Bucket") else {
            return [Permission("*", action: "s3:\(action(operation))")]
        }
        if operation == "DeleteObjects" {
            return (input.structure("Delete")?.structures("Objects") ?? []).map { object in
                permission(
                    "DeleteObject", bucket, object.string("Key"), object.string("VersionId"), input, context)
            }
        }
        let key = input.shape.member("Key") == nil ? nil : input.string("Key")
        let version = input.shape.member("VersionId") == nil ? nil : input.string("VersionId")
        var needed = [permission(action(operation), bucket, key, version, input, context)]
        if input.shape.member("CopySource") != nil, let source = try? CopySource(input) {
            needed.append(permission("GetObject", source.bucket, source.key, source.versionID, input, context))
        }
        if input.shape.member("BypassGovernanceRetention") != nil, input.boolean("BypassGovernanceRetention") == true {
            needed.append(permission("BypassGovernanceRetention", bucket, key, nil, input, context))
        }
        return needed
    }

    private static func action(_ operation: String) -> String {
        if let known = actions[operation] { return known }
        // `PutBucketMetricsConfiguration` needs `PutMetricsConfiguration`, to list needs what to get needs.
        for kind in ["Analytics", "IntelligentTiering", "Inventory", "Metrics"]
        where operation.contains("Bucket\(kind)Configuration") {
            let reads = operation.hasPrefix("Get") || operation.hasPrefix("List")
            return "\(reads ? "Get" : "Put")\(kind)Configuration"
        }
        return operation
    }

    private static func permission(
        _ action: String, _ bucket: String, _ key: String?, _ version: String?, _ input: Input,
        _ context: CallContext
    ) -> Permission {
        var conditions = ConditionContext()
        if let version { conditions.set("s3:VersionId", version) }
        for (member, name) in [("Prefix", "s3:prefix"), ("Delimiter", "s3:delimiter"), ("ACL", "s3:x-amz-acl")]
        where input.shape.member(member) != nil {
            if let text = input.string(member) { conditions.set(name, text) }
        }
        if input.shape.member("ServerSideEncryption") != nil, let text = input.string("ServerSideEncryption") {
            conditions.set("s3:x-amz-server-side-encryption", text)
        }
        let state = context.s3.buckets[bucket]
        if let key, let object = state?.current(ObjectKey(key)) {
            for tag in object.tags.tags { conditions.set("s3:ExistingObjectTag/\(tag.key)", tag.value) }
        }
        let policy = state?.policy.flatMap { try? Policy(parsing: $0, as: .resource) }
        let name = version == nil ? action : ofVersions[action] ?? action
        return Permission(
            "arn:aws:s3:::\(bucket)\(key.map { "/\($0)" } ?? "")", action: "s3:\(name)", context: conditions,
            policy: policy)
    }
}
