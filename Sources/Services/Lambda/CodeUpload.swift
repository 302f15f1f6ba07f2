import Archives
import CloudState
import Digests
import JSONValue
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
    static func code(
        _ input: Input, _ context: inout CallContext, isLayer: Bool = false
    ) throws(ServiceError) -> FunctionCode {
        let zip = input.blob("ZipFile")
        let bucket = input.string("S3Bucket")
        let image = isLayer ? nil : input.string("ImageUri")
        guard [zip != nil, bucket != nil, image != nil].count(where: { $0 }) == 1 else {
            throw LambdaError.parameter(
                [zip != nil, bucket != nil, image != nil].contains(true)
                    ? "Please do not provide other FunctionCode parameters when providing a ZipFile."
                    : "Please provide a source for function code.")
        }
        if let image { return try self.image(image, &context) }
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

    private static func image(_ uri: String, _ context: inout CallContext) throws(ServiceError) -> FunctionCode {
        let parts = uri.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let labels = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, labels.count == 6, labels[1] == "dkr", labels[2] == "ecr",
            labels[4...].elementsEqual(["amazonaws", "com"]), labels[3] == context.region
        else { throw invalid(uri) }
        guard labels[0] == context.accountID else { throw ImagePermission.denied }
        let (name, tag, digest) = try self.name(parts[1], uri)
        if let repository = context.ecr.repositories[name], let image = repository.image(tag: tag, digest: digest) {
            guard manifests.contains(image.mediaType) else {
                throw LambdaError.parameter(
                    "The image manifest, config or layer media type for the source image \(uri) is not supported.")
            }
            try ImagePermission.obtain(repository, &context)
            let wanted = Self.blobs(of: image.manifest)
            return FunctionCode(
                image: FunctionImage(
                    uri: uri, digest: image.digest, manifest: image.manifest,
                    blobs: repository.layers.filter { wanted.contains($0.key) }))
        }
        let atHand = context.world.imagesAtHand
        let place = "\(parts[0])/\(name)"
        let found =
            tag.flatMap { atHand["\(place):\($0)"] }
            ?? digest.flatMap { digest in
                atHand.contains { $0.value == digest && $0.key.hasPrefix("\(place):") } ? digest : nil
            }
        guard let found, digest == nil || digest == found else {
            throw LambdaError.parameter(
                "Source image \(uri.prefix(512)) does not exist. Provide a valid source image.")
        }
        return FunctionCode(image: FunctionImage(uri: uri, digest: found))
    }

    private static func invalid(_ uri: String) -> ServiceError {
        LambdaError.parameter("Source image \(uri.prefix(512)) is not valid. Provide a valid source image.")
    }

    /// What Lambda runs; no lists of images for several machines.
    private static let manifests = [
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
    ]

    /// The repository, and the tag or digest.
    private static func name(
        _ text: Substring, _ uri: String
    ) throws(ServiceError) -> (name: String, tag: String?, digest: String?) {
        let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let named = halves[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let digest = halves.count > 1 ? String(halves[1]) : nil
        let tag = named.count > 1 ? String(named[1]) : digest == nil ? "latest" : nil
        guard !named[0].isEmpty, tag?.isEmpty != true, digest?.hasPrefix("sha256:") != false else {
            throw invalid(uri)
        }
        return (String(named[0]), tag, digest)
    }

    /// The digests of a manifest's configuration and layers.
    private static func blobs(of manifest: [UInt8]) -> Set<String> {
        guard let document = try? JSON.parse(manifest) else { return [] }
        let layers = document["layers"]?.arrayValue ?? []
        return Set((layers + [document["config"]].compactMap { $0 }).compactMap { $0["digest"]?.stringValue })
    }
}
