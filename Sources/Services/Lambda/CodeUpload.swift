import Archives
import CloudState
import Digests
import ServiceModel

/// Deployment packages: inline zip files, zip files in S3, images.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
enum CodeUpload {
    static let mostUnpacked = 262_144_000
    static let mostPacked = 52_428_800
    static let mostStored = 80_530_636_800

    /// Reads what a request brings: `ZipFile`, `S3Bucket` and `S3Key`, or `ImageUri`.
    static func code(_ input: Input, _ context: CallContext, isLayer: Bool = false) throws(ServiceError) -> FunctionCode
    {
        let zip = input.blob("ZipFile")
        let bucket = input.string("S3Bucket")
        let image = isLayer ? nil : input.string("ImageUri")
        guard [zip != nil, bucket != nil, image != nil].count(where: { $0 }) == 1 else {
            throw LambdaError.parameter(
                [zip != nil, bucket != nil, image != nil].contains(true)
                    ? "Please do not provide other FunctionCode parameters when providing a ZipFile."
                    : "Please provide a source for function code.")
        }
        if let image { return try self.image(image, context) }
        let archive: [UInt8]
        if let zip {
            guard zip.count <= mostPacked else {
                throw ServiceError(
                    "RequestEntityTooLargeException",
                    "Request must be smaller than 70167211 bytes for the CreateFunction operation", status: 413)
            }
            archive = zip
        } else {
            archive = try object(
                bucket ?? "", input.string("S3Key") ?? "", version: input.string("S3ObjectVersion"), context)
        }
        let size = try unpackedSize(archive)
        guard context.lambda.codeBytes + archive.count <= mostStored else {
            throw LambdaError.storage("Code storage limit exceeded.")
        }
        return FunctionCode(
            archive: archive, sha256: Base64.encode(Digest.sha256.of(archive)), unpackedSize: size)
    }

    private static func unpackedSize(_ archive: [UInt8]) throws(ServiceError) -> Int {
        guard !archive.isEmpty else { throw LambdaError.parameter("Uploaded file must be a non-empty zip") }
        do throws(ArchiveError) {
            return try ZipArchive.unpackedSize(archive, limit: mostUnpacked)
        } catch {
            switch error {
            case .tooLarge:
                throw LambdaError.parameter("Unzipped size must be smaller than \(mostUnpacked) bytes")
            case .empty: throw LambdaError.parameter("Uploaded file must be a non-empty zip")
            case .unreadable, .badPath:
                throw LambdaError.parameter(
                    "Could not unzip uploaded file. Please check your file, then try to upload again.")
            }
        }
    }

    private static func object(
        _ bucket: String, _ key: String, version: String?, _ context: CallContext
    ) throws(ServiceError) -> [UInt8] {
        func failure(_ code: String, _ message: String) -> ServiceError {
            LambdaError.parameter(
                "Error occurred while GetObject. S3 Error Code: \(code). S3 Error Message: \(message)")
        }
        guard let owner = context.world.s3.buckets[bucket] else {
            throw failure("NoSuchBucket", "The specified bucket does not exist")
        }
        guard owner.region == context.region else {
            throw failure(
                "PermanentRedirect",
                "The bucket is in this region: \(owner.region). Please use this region to retry the request"
            )
        }
        guard let object = context.world.s3.object(bucket: bucket, key: key, versionID: version) else {
            throw failure("NoSuchKey", "The specified key does not exist.")
        }
        return object.bytes
    }

    private static func image(_ uri: String, _ context: CallContext) throws(ServiceError) -> FunctionCode {
        let host = uri.split(separator: "/", maxSplits: 1).first ?? ""
        guard uri.contains("/"), host.hasSuffix(".amazonaws.com"), host.contains(".dkr.ecr.") else {
            throw LambdaError.parameter(
                "Source image \(uri.prefix(256)) is not valid. Provide a valid source image.")
        }
        return FunctionCode(
            archive: [], sha256: Digest.sha256.of(uri).hex, unpackedSize: 0, imageURI: uri)
    }
}
