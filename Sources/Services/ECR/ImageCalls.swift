import CloudState
import Digests
import JSONValue
import ServiceModel

/// Images: manifests and their tags.
///
/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html>
enum ImageCalls {
    static let operations: [String: Handler] = [
        "BatchDeleteImage": .write(delete),
        "PutImage": .write(put),
    ]

    private static let mostTags = 1000
    private static let mostImages = 20_000
    private static let mostManifest = 4 << 20

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var repository = try context.repository(input)
        let manifest = Array((input.string("imageManifest") ?? "").utf8)
        let tag = input.string("imageTag")
        let digest = "sha256:\(Digest.sha256.of(manifest).hex)"
        if let wanted = input.string("imageDigest"), wanted != digest {
            throw ServiceError(
                "ImageDigestDoesNotMatchException",
                "The image digest '\(wanted)' does not match the digest of the image manifest '\(digest)'")
        }
        let contents = try contents(of: manifest, repository, context)
        let mediaType =
            contents.mediaType ?? input.string("imageManifestMediaType")
            ?? "application/vnd.docker.distribution.manifest.v2+json"
        if let tag { try checkTag(tag, digest, repository, context) }
        let place = repository.images.firstIndex { $0.digest == digest }
        if let place, tag.map(repository.images[place].tags.contains) ?? true {
            let name = tag.map { " and tag '\($0)'" } ?? ""
            throw ServiceError(
                "ImageAlreadyExistsException",
                "Image with digest '\(digest)'\(name) already exists in the repository with name '\(repository.id)' in registry with id '\(context.accountID)'"
            )
        }
        if let tag {
            for index in repository.images.indices { repository.images[index].tags.removeAll { $0 == tag } }
        }
        var image =
            place.map { repository.images[$0] }
            ?? ImageRepository.Image(
                digest: digest, manifest: manifest, mediaType: mediaType, tags: [], pushed: context.now,
                size: contents.size)
        if let tag { image.tags.append(tag) }
        if repository.scansOnPush { image.isScanned = true }
        guard image.tags.count <= mostTags, repository.images.count < mostImages else {
            throw ServiceError("LimitExceededException", "The quota for images or tags has been exceeded.")
        }
        if let place { repository.images[place] = image } else { repository.images.append(image) }
        context.ecr.repositories.insert(repository)
        return Response(["image": ImageLookups.view(image, tag: tag, repository, context)])
    }

    private static func checkTag(
        _ tag: String, _ digest: String, _ repository: ImageRepository, _ context: CallContext
    ) throws(ServiceError) {
        guard tag.utf8.count <= 300, !tag.isEmpty else {
            throw ECRError.parameter("Invalid parameter at 'imageTag' failed to satisfy constraint: 'must be a tag'")
        }
        let filters = repository.exclusions?.elements?.compactMap { $0["filter"]?.text } ?? []
        let isExcluded = filters.contains { matches($0, tag) }
        let isImmutable = repository.mutability.hasPrefix("IMMUTABLE") != isExcluded
        guard isImmutable, let holder = repository.images.first(where: { $0.tags.contains(tag) }),
            holder.digest != digest
        else { return }
        throw ServiceError(
            "ImageTagAlreadyExistsException",
            "The image tag '\(tag)' already exists in the '\(repository.id)' repository and cannot be overwritten because the tag is immutable."
        )
    }

    /// Whether a tag fits a filter with `*`.
    private static func matches(_ filter: String, _ tag: String) -> Bool {
        let parts = filter.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 1, let first = parts.first, let last = parts.last else { return filter == tag }
        guard tag.hasPrefix(first), tag.hasSuffix(last), tag.count >= first.count + last.count else { return false }
        var rest = tag.dropFirst(first.count).dropLast(last.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }

    /// What a manifest speaks of, which must be there.
    private static func contents(
        of manifest: [UInt8], _ repository: ImageRepository, _ context: CallContext
    ) throws(ServiceError) -> (mediaType: String?, size: Int) {
        guard manifest.count <= mostManifest, let document = try? JSON.parse(manifest), document.objectValue != nil,
            document["schemaVersion"]?.intValue == 2
        else {
            throw ECRError.parameter(
                "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'")
        }
        let mediaType = document["mediaType"]?.stringValue
        if let manifests = document["manifests"]?.arrayValue {
            let digests = manifests.compactMap { $0["digest"]?.stringValue }
            let missing = digests.filter { digest in !repository.images.contains { $0.digest == digest } }
            guard missing.isEmpty else {
                throw ServiceError(
                    "ReferencedImagesNotFoundException",
                    "Images with digests '[\(missing.joined(separator: ", "))]' required for pushing image into repository with name '\(repository.id)' in the registry with id '\(context.accountID)' do not exist"
                )
            }
            return (mediaType, 0)
        }
        guard let config = document["config"]?["digest"]?.stringValue, let layers = document["layers"]?.arrayValue
        else {
            throw ECRError.parameter(
                "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid image manifest'")
        }
        let digests = layers.compactMap { $0["digest"]?.stringValue }
        let missing = ([config] + digests).filter { repository.layers[$0] == nil }
        guard missing.isEmpty else {
            throw ServiceError(
                "LayersNotFoundException",
                "Layers with digests '[\(missing.joined(separator: ", "))]' required for pushing image into repository with name '\(repository.id)' in the registry with id '\(context.accountID)' do not exist"
            )
        }
        return (mediaType, digests.reduce(0) { $0 + (repository.layers[$1]?.count ?? 0) })
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var repository = try context.repository(input)
        var gone: [Value] = []
        var failures: [Value] = []
        for id in input.structures("imageIds") {
            let (tag, digest) = (id.string("imageTag"), id.string("imageDigest"))
            guard let image = repository.image(tag: tag, digest: digest),
                let place = repository.images.firstIndex(where: { $0.digest == image.digest })
            else {
                failures.append(ImageLookups.failure(tag: tag, digest: digest))
                continue
            }
            // A tag alone takes away the tag; the image goes with its last one.
            if let tag, digest == nil, image.tags.count > 1 {
                repository.images[place].tags.removeAll { $0 == tag }
                gone.append(["imageDigest": .string(image.digest), "imageTag": .string(tag)])
                continue
            }
            repository.images.remove(at: place)
            gone +=
                image.tags.isEmpty
                ? [["imageDigest": .string(image.digest)]]
                : image.tags.map { ["imageDigest": .string(image.digest), "imageTag": .string($0)] }
        }
        context.ecr.storedBytes -= dropUnused(&repository)
        context.ecr.repositories.insert(repository)
        return Response(["imageIds": .list(gone), "failures": .list(failures)])
    }

    /// Takes away layers that no image has any more; returns how many bytes they had.
    private static func dropUnused(_ repository: inout ImageRepository) -> Int {
        var used: Set<String> = []
        for image in repository.images {
            guard let document = try? JSON.parse(image.manifest) else { continue }
            if let config = document["config"]?["digest"]?.stringValue { used.insert(config) }
            used.formUnion(document["layers"]?.arrayValue?.compactMap { $0["digest"]?.stringValue } ?? [])
        }
        let unused = repository.layers.filter { !used.contains($0.key) }
        for digest in unused.keys { repository.layers[digest] = nil }
        return unused.values.reduce(0) { $0 + $1.count }
    }
}
