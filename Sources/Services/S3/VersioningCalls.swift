import CloudState
import ServiceModel

/// Whether a bucket keeps versions.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html>
enum VersioningCalls {
    static let operations: [String: Handler] = [
        "GetBucketVersioning": .read(get),
        "PutBucketVersioning": .write(put),
    ]

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(["Status": .optional(try context.bucket(input).versioning)])
    }

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        let configuration = input.structure("VersioningConfiguration")
        guard let status = configuration?.string("Status") else { throw S3Error.malformedXML }
        guard configuration?.string("MFADelete") != "Enabled" else { throw S3Error.notEmulated("MFA delete") }
        if status != "Enabled" {
            guard !bucket.hasObjectLock else {
                throw S3Error.make(
                    "InvalidBucketState",
                    "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
                    409)
            }
            guard bucket.configurations["replication"] == nil else {
                throw S3Error.make(
                    "InvalidBucketState",
                    "A replication configuration is present on this bucket, so you cannot change the versioning state. To change the versioning state, first delete the replication configuration.",
                    409)
            }
        }
        bucket.versioning = status
        try context.keep(bucket)
        return .empty
    }
}
