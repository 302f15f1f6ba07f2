package import CloudState
import ServiceModel

/// Amazon Simple Storage Service: buckets and objects, versions, multipart uploads and what buckets are configured with.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html>
package enum S3Service {
    package static let definition = ServiceDefinition(
        signingNames: ["s3"], model: { .s3 },
        operations: groups.merged,
        authorization: Authorization(vendor: "s3", permissions: Permissions.needed))

    /// One line a group of operations.
    package static let groups: [[String: Handler]] = [
        ACLCalls.operations,
        BucketCalls.operations,
        ConfigurationCalls.operations,
        CopyCalls.operations,
        DeleteCalls.operations,
        ListCalls.operations,
        LockCalls.operations,
        MultipartCalls.operations,
        NamedConfigurationCalls.operations,
        PartListCalls.operations,
        PolicyCalls.operations,
        PutCalls.operations,
        ReadCalls.operations,
        ReplicationCalls.operations,
        TagCalls.operations,
        VersioningCalls.operations,
    ]
}
