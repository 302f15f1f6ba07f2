import CloudState
import ServiceModel

/// S3's errors.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
enum S3Error {
    static func make(
        _ code: String, _ message: String, _ status: Int = 400, _ details: KeyValuePairs<String, String> = [:]
    ) -> ServiceError {
        ServiceError(
            code, message, status: status,
            details: Fields(details.map { Fields.Field(name: $0.key, value: .string($0.value)) }))
    }

    static func noBucket(_ name: String) -> ServiceError {
        make("NoSuchBucket", "The specified bucket does not exist", 404, ["BucketName": String(name.prefix(128))])
    }
    static func noKey(_ key: String) -> ServiceError {
        make("NoSuchKey", "The specified key does not exist.", 404, ["Key": key])
    }
    static func noVersion(_ key: String, _ versionID: String) -> ServiceError {
        make(
            "NoSuchVersion", "The specified version does not exist.", 404,
            ["Key": key, "VersionId": String(versionID.prefix(128))])
    }
    static func invalidArgument(_ message: String, _ name: String, _ value: String) -> ServiceError {
        make(
            "InvalidArgument", message, 400, ["ArgumentName": name, "ArgumentValue": String(value.prefix(256))])
    }
    static func invalidRequest(_ message: String) -> ServiceError { make("InvalidRequest", message) }

    static var malformedXML: ServiceError {
        make(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema")
    }

    static func preconditionFailed(_ condition: String) -> ServiceError {
        make(
            "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412,
            ["Condition": condition])
    }

    /// Codes `x-amz-` are headers of the answer.
    static func isDeleted(_ key: String, _ versionID: String) -> ServiceError {
        make(
            "NoSuchKey", "The specified key does not exist.", 404,
            ["Key": key, "x-amz-delete-marker": "true", "x-amz-version-id": versionID])
    }

    static func isMarker(_ key: String, _ versionID: String) -> ServiceError {
        make(
            "MethodNotAllowed", "The specified method is not allowed against this resource.", 405,
            ["Method": "GET", "ResourceType": "DeleteMarker", "x-amz-delete-marker": "true"])
    }

    static func notEmulated(_ what: String) -> ServiceError {
        ServiceError("NotImplemented", "\(what) is not emulated here.", status: 501, isNotEmulated: true)
    }
}

extension CallContext {
    /// The bucket that a call is about.
    ///
    /// - Throws: `NoSuchBucket`; `AccessDenied` where it is not the expected owner's.
    func bucket(_ input: Input) throws(ServiceError) -> S3Bucket {
        try expectOwner(input)
        let name = input.string("Bucket") ?? ""
        guard let bucket = s3.buckets[name] else { throw S3Error.noBucket(name) }
        return bucket
    }

    private func expectOwner(_ input: Input) throws(ServiceError) {
        guard input.shape.member("ExpectedBucketOwner") != nil, let owner = input.string("ExpectedBucketOwner"),
            owner != accountID
        else { return }
        throw S3Error.make("AccessDenied", "Access Denied", 403)
    }

    /// Stores a changed bucket, if all that is stored still fits.
    ///
    /// - Throws: `EntityTooLarge` where it does not.
    mutating func keep(_ bucket: S3Bucket) throws(ServiceError) {
        let before = s3.buckets[bucket.name]?.weight ?? 0
        let used = s3.used - before + bucket.weight
        guard used <= S3State.quota || bucket.weight <= before else {
            throw S3Error.make(
                "EntityTooLarge",
                "Your proposed upload exceeds the maximum allowed size: all objects together may have \(S3State.quota >> 20) MiB here.",
                400,
                ["ProposedSize": String(bucket.weight - before), "MaxSizeAllowed": String(S3State.quota)])
        }
        s3.buckets.insert(bucket)
    }
}
