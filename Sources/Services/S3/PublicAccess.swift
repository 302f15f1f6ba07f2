import CloudState
import PolicyEngine
import ServiceModel

/// What anybody may do who does not sign requests: read what policies and ACLs have made public.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
enum PublicAccess {
    /// Refuses an anonymous caller what is not public; others have been asked about before.
    static func check(
        _ action: String, _ bucket: S3Bucket, key: String? = nil, object: S3Object? = nil, _ context: CallContext
    ) throws(ServiceError) {
        guard context.caller.isAnonymous else { return }
        guard allows(action, bucket, key: key, object: object, at: context.now) else {
            throw S3Error.make("AccessDenied", "Access Denied", 403)
        }
    }

    static func allows(
        _ action: String, _ bucket: S3Bucket, key: String? = nil, object: S3Object? = nil, at now: Timestamp
    ) -> Bool {
        let policy = bucket.policy.flatMap { try? Policy(parsing: $0, as: .resource) }
        let arn = "arn:aws:s3:::\(bucket.name)\(key.map { "/\($0)" } ?? "")"
        var conditions = ConditionContext()
        conditions.set("aws:CurrentTime", now.iso8601Seconds)
        conditions.set("aws:SecureTransport", "true")
        conditions.set("aws:SourceIp", "127.0.0.1")
        for tag in object?.tags.tags ?? [] { conditions.set("s3:ExistingObjectTag/\(tag.key)", tag.value) }
        let request = AccessRequest(
            principal: AccessRequest.Principal(arn: "*", accountID: ""), action: "s3:\(action)", resource: arn,
            context: conditions)
        var set = PolicySet()
        if let policy { set.resource = [NamedPolicy(name: arn, source: .resource, policy: policy)] }
        if case .explicitlyDenied = set.decide(request).outcome { return false }
        if !bucket.blocks("RestrictPublicBuckets"), let policy, policy.grant(request) != .refused { return true }
        guard !bucket.blocks("IgnorePublicAcls"), bucket.ownership != "BucketOwnerEnforced" else { return false }
        let grants = (key == nil ? bucket.grants : object?.grants)?.elements ?? []
        return grants.contains { grant in
            grant["Grantee"]?["URI"]?.text == Grants.everybody
                && ["READ", "FULL_CONTROL"].contains(grant["Permission"]?.text)
        }
    }
}
