import CloudState
import Digests
import ServiceModel

/// Layers: sent in parts, and held against their digest.
///
/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UploadLayerPart.html>
enum LayerCalls {
    static let operations: [String: Handler] = [
        "BatchCheckLayerAvailability": .read(check),
        "CompleteLayerUpload": .write(complete),
        "GetDownloadUrlForLayer": .read(download),
        "InitiateLayerUpload": .write(initiate),
        "UploadLayerPart": .write(upload),
    ]

    /// Layers of a region, those on their way included: they are in memory.
    static let mostBytes = 1 << 30
    private static let mostUploads = 100

    static func check(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let repository = try context.repository(input)
        var layers: [Value] = []
        var failures: [Value] = []
        for digest in input.strings("layerDigests") {
            guard isDigest(digest) else {
                failures.append([
                    "layerDigest": .string(digest), "failureCode": "InvalidLayerDigest",
                    "failureReason": "Invalid layer digest",
                ])
                continue
            }
            let bytes = repository.layers[digest]
            layers.append([
                "layerDigest": .string(digest), "layerAvailability": bytes == nil ? "UNAVAILABLE" : "AVAILABLE",
                "layerSize": bytes.map { .integer($0.count) },
                "mediaType": bytes == nil ? nil : "application/vnd.docker.image.rootfs.diff.tar.gzip",
            ])
        }
        return Response(["layers": .list(layers), "failures": .list(failures)])
    }

    static func initiate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let repository = try context.repository(input)
        guard context.ecr.uploads.count < mostUploads else {
            throw ServiceError("LimitExceededException", "More than \(mostUploads) uploads are under way.")
        }
        let id = context.world.ids.uuid("\(context.region)/ecr/upload")
        context.ecr.uploads[id] = LayerUpload(repository: repository.id)
        return Response(["uploadId": .string(id), "partSize": .integer(20 << 20)])
    }

    private static func upload(
        of input: Input, _ repository: ImageRepository, _ context: CallContext
    ) throws(ServiceError) -> (id: String, upload: LayerUpload) {
        let id = input.string("uploadId") ?? ""
        guard let upload = context.ecr.uploads[id], upload.repository == repository.id else {
            throw ServiceError(
                "UploadNotFoundException",
                "The upload with id '\(id)' does not exist in the repository with name '\(repository.id)' in the registry with id '\(context.accountID)'"
            )
        }
        return (id, upload)
    }

    static func upload(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let repository = try context.repository(input)
        let (id, upload) = try upload(of: input, repository, context)
        let part = input.blob("layerPartBlob") ?? []
        let (first, last) = (input.integer("partFirstByte") ?? 0, input.integer("partLastByte") ?? 0)
        guard first == upload.bytes.count, last == first + part.count - 1 else {
            var details = Fields()
            details.append("registryId", .string(context.accountID))
            details.append("repositoryName", .string(repository.id))
            details.append("uploadId", .string(id))
            details.append("lastValidByteReceived", .integer(max(0, upload.bytes.count - 1)))
            throw ServiceError(
                "InvalidLayerPartException",
                "Invalid layer part. Part first byte must be \(upload.bytes.count), and the part must have as many bytes as it says.",
                details: details)
        }
        guard context.ecr.storedBytes + part.count <= mostBytes else { throw ECRError.full }
        context.ecr.uploads[id]?.bytes += part
        context.ecr.storedBytes += part.count
        return Response([
            "registryId": .string(context.accountID), "repositoryName": .string(repository.id),
            "uploadId": .string(id), "lastByteReceived": .integer(last),
        ])
    }

    static func complete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var repository = try context.repository(input)
        let (id, upload) = try upload(of: input, repository, context)
        guard !upload.bytes.isEmpty else {
            throw ServiceError(
                "EmptyUploadException", "The specified layer upload '\(id)' does not contain any layer parts.")
        }
        let digest = "sha256:\(Digest.sha256.of(upload.bytes).hex)"
        let wanted = input.strings("layerDigests")
        guard wanted.contains(digest) else {
            throw ServiceError(
                "InvalidLayerException",
                "Layer digest mismatch: the uploaded layer has digest '\(digest)', not '\(wanted.first ?? "")'")
        }
        context.ecr.uploads[id] = nil
        if repository.layers[digest] != nil {
            context.ecr.storedBytes -= upload.bytes.count
            throw ServiceError(
                "LayerAlreadyExistsException",
                "Layer with digest '\(digest)' already exists in the repository with name '\(repository.id)' in the registry with id '\(context.accountID)'"
            )
        }
        repository.layers[digest] = upload.bytes
        context.ecr.repositories.insert(repository)
        return Response([
            "registryId": .string(context.accountID), "repositoryName": .string(repository.id),
            "uploadId": .string(id), "layerDigest": .string(digest),
        ])
    }

    static func download(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let repository = try context.repository(input)
        let digest = input.string("layerDigest") ?? ""
        guard repository.layers[digest] != nil else {
            throw ServiceError(
                "LayersNotFoundException",
                "The layer with digest '\(digest)' does not exist in the repository with name '\(repository.id)' in the registry with id '\(context.accountID)'"
            )
        }
        return Response([
            "downloadUrl": .string("https://\(context.registryHost)/v2/\(repository.id)/blobs/\(digest)"),
            "layerDigest": .string(digest),
        ])
    }

    static func isDigest(_ text: String) -> Bool {
        text.hasPrefix("sha256:") && text.utf8.count == 71
            && text.utf8.dropFirst(7).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
