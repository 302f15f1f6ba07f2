import CloudState
import Digests
import ServiceModel

/// An object as a request describes it, before it has a body.
enum ObjectDraft {
    /// Headers that are kept with an object, by their members.
    static let kept = [
        "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Expires",
        "WebsiteRedirectLocation",
    ]

    /// AWS's bound on metadata: names and values together.
    private static let mostMetadata = 2048

    static func make(
        _ input: Input, _ bucket: S3Bucket, _ context: CallContext
    ) throws(ServiceError) -> S3Object {
        var object = S3Object(modified: context.now)
        for name in kept {
            if let text = input.string(name), !text.isEmpty { object.headers.append(name, .string(text)) }
        }
        if object.headers["ContentType"] == nil { object.headers.append("ContentType", "binary/octet-stream") }
        object.metadata = input["Metadata"]?.fields ?? Fields()
        let size = object.metadata.fields.reduce(0) { $0 + $1.name.utf8.count + ($1.value.text?.utf8.count ?? 0) }
        guard size <= mostMetadata else {
            throw S3Error.make(
                "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", 400,
                ["Size": "\(size)", "MaxSizeAllowed": "\(mostMetadata)"])
        }
        if let text = input.string("Tagging") { object.tags = try TagRules.tags(header: text) }
        if let storageClass = input.string("StorageClass") { object.storageClass = storageClass }
        object.encryption = try encryption(input, bucket, context)
        object.grants = try Grants.asked(input, bucket, context)
        try LockRules.apply(input, bucket, &object, context)
        return object
    }

    /// How a request, or else the bucket, wants a body encrypted.
    private static func encryption(
        _ input: Input, _ bucket: S3Bucket, _ context: CallContext
    ) throws(ServiceError) -> S3Encryption {
        if let algorithm = input.string("SSECustomerAlgorithm") {
            let md5 = try CustomerKey.md5(algorithm, input.string("SSECustomerKey"), input.string("SSECustomerKeyMD5"))
            return S3Encryption(algorithm: algorithm, customerKeyMD5: md5)
        }
        let rule = bucket.configurations["encryption"]?["Rules"]?.elements?.first
        let standard = rule?["ApplyServerSideEncryptionByDefault"]
        let algorithm = input.string("ServerSideEncryption") ?? standard?["SSEAlgorithm"]?.text ?? "AES256"
        guard algorithm.hasPrefix("aws:kms") else { return S3Encryption(algorithm: algorithm) }
        let isOwn = input.string("ServerSideEncryption") != nil
        let key = input.string("SSEKMSKeyId") ?? (isOwn ? nil : standard?["KMSMasterKeyID"]?.text)
        guard let found = context.world.kmsKey(key ?? "alias/aws/s3", region: bucket.region) else {
            throw S3Error.make(
                "KMS.NotFoundException", "Key '\((key ?? "").prefix(256))' does not exist")
        }
        var usesBucketKey = input.boolean("BucketKeyEnabled") ?? false
        if input.boolean("BucketKeyEnabled") == nil, case .boolean(let flag)? = rule?["BucketKeyEnabled"] {
            usesBucketKey = flag
        }
        return S3Encryption(algorithm: algorithm, keyID: found.arn, usesBucketKey: usesBucketKey)
    }

    /// Adds to an answer how a body is encrypted.
    static func add(_ encryption: S3Encryption, to fields: inout Fields) {
        if let md5 = encryption.customerKeyMD5 {
            fields["SSECustomerAlgorithm"] = .string(encryption.algorithm)
            fields["SSECustomerKeyMD5"] = .string(md5)
            return
        }
        fields["ServerSideEncryption"] = .string(encryption.algorithm)
        if let key = encryption.keyID { fields["SSEKMSKeyId"] = .string(key) }
        if encryption.usesBucketKey { fields["BucketKeyEnabled"] = true }
    }

    /// The id of a version that is stored now.
    static func versionID(_ bucket: S3Bucket, _ context: inout CallContext) -> String {
        bucket.isVersioned ? context.world.ids.capitals("s3/version", count: 32) : S3Object.noVersion
    }

    /// The id as answers show it; nil where the bucket never had versions.
    static func shown(_ versionID: String, _ bucket: S3Bucket) -> Value? {
        bucket.versioning == nil ? nil : .string(versionID)
    }

    static func checkKey(_ key: String) throws(ServiceError) {
        guard key.utf8.count <= 1024 else {
            throw S3Error.make(
                "KeyTooLongError", "Your key is too long", 400,
                ["Size": "\(key.utf8.count)", "MaxSizeAllowed": "1024"])
        }
    }
}

/// Keys that clients keep themselves and send with every request.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html>
enum CustomerKey {
    /// The digest of a key that is right in itself.
    static func md5(_ algorithm: String, _ key: String?, _ sent: String?) throws(ServiceError) -> String {
        guard algorithm == "AES256" else {
            throw S3Error.make(
                "InvalidEncryptionAlgorithmError",
                "The encryption request you specified is not valid. Supported value: AES256.")
        }
        guard let key, let bytes = Base64.decode(key), bytes.count == 32 else {
            throw S3Error.invalidRequest("The secret key was invalid for the specified algorithm.")
        }
        let md5 = Base64.encode(Digest.md5.of(bytes))
        guard sent == nil || sent == md5 else {
            throw S3Error.invalidRequest("The calculated MD5 hash of the key did not match the hash that was provided.")
        }
        return md5
    }

    /// Holds the key of a request against the one that an object was stored with.
    static func check(_ object: S3Object, _ input: Input, prefix: String = "") throws(ServiceError) {
        let algorithm = input.string("\(prefix)SSECustomerAlgorithm")
        guard let expected = object.encryption.customerKeyMD5 else {
            guard algorithm == nil else {
                throw S3Error.invalidRequest("The encryption parameters are not applicable to this object.")
            }
            return
        }
        guard let algorithm else {
            throw S3Error.invalidRequest(
                "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object."
            )
        }
        let md5 = try md5(
            algorithm, input.string("\(prefix)SSECustomerKey"), input.string("\(prefix)SSECustomerKeyMD5"))
        guard md5 == expected else { throw S3Error.make("AccessDenied", "Access Denied", 403) }
    }
}
