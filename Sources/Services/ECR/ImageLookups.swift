import CloudState
import ServiceModel

/// Looking at images.
enum ImageLookups {
    static let operations: [String: Handler] = [
        "BatchGetImage": .read(get),
        "DescribeImages": .read(describe),
        "ListImages": .read(list),
    ]

    static func failure(tag: String?, digest: String?) -> Value {
        [
            "imageId": ["imageTag": .optional(tag), "imageDigest": .optional(digest)],
            "failureCode": "ImageNotFound", "failureReason": "Requested image not found",
        ]
    }

    static func view(
        _ image: ImageRepository.Image, tag: String?, _ repository: ImageRepository, _ context: CallContext
    ) -> Value {
        [
            "registryId": .string(context.accountID), "repositoryName": .string(repository.id),
            "imageId": ["imageDigest": .string(image.digest), "imageTag": .optional(tag)],
            "imageManifest": .string(String(decoding: image.manifest, as: UTF8.self)),
            "imageManifestMediaType": .string(image.mediaType),
        ]
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let repository = try context.repository(input)
        var images: [Value] = []
        var failures: [Value] = []
        for id in input.structures("imageIds") {
            let (tag, digest) = (id.string("imageTag"), id.string("imageDigest"))
            if let image = repository.image(tag: tag, digest: digest) {
                images.append(view(image, tag: tag, repository, context))
            } else {
                failures.append(failure(tag: tag, digest: digest))
            }
        }
        return Response(["images": .list(images), "failures": .list(failures)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let repository = try context.repository(input)
        let status = input.structure("filter")?.string("tagStatus") ?? "ANY"
        let ids = repository.images.flatMap { image -> [(digest: String, tag: String?)] in
            image.tags.isEmpty ? [(image.digest, nil)] : image.tags.map { (image.digest, $0) }
        }.filter { status == "ANY" || (status == "TAGGED") == ($0.tag != nil) }
        let page = try ECRPaging.page(ids, input)
        return Response([
            "imageIds": .list(page.items) { ["imageDigest": .string($0.digest), "imageTag": .optional($0.tag)] },
            "nextToken": page.token,
        ])
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let repository = try context.repository(input)
        var found = repository.images
        let wanted = input.structures("imageIds")
        if !wanted.isEmpty {
            found = []
            for id in wanted {
                let (tag, digest) = (id.string("imageTag"), id.string("imageDigest"))
                guard let image = repository.image(tag: tag, digest: digest) else {
                    throw ECRError.noImage(tag: tag, digest: digest, repository.id, context)
                }
                found.append(image)
            }
        }
        let status = input.structure("filter")?.string("tagStatus") ?? "ANY"
        found = found.filter { status == "ANY" || (status == "TAGGED") == !$0.tags.isEmpty }
        let page = try ECRPaging.page(found, input)
        let account = context.accountID
        return Response([
            "imageDetails": .list(page.items) { image in
                [
                    "registryId": .string(account), "repositoryName": .string(repository.id),
                    "imageDigest": .string(image.digest),
                    "imageTags": image.tags.isEmpty ? nil : .list(image.tags.map(Value.string)),
                    "imageSizeInBytes": .integer(image.size), "imagePushedAt": .timestamp(image.pushed),
                    "imageManifestMediaType": .string(image.mediaType),
                    "artifactMediaType": "application/vnd.docker.container.image.v1+json",
                    "lastRecordedPullTime": image.pulled.map(Value.timestamp),
                    "imageScanStatus": image.isScanned ? ScanCalls.complete : nil,
                    "imageScanFindingsSummary": image.isScanned
                        ? [
                            "imageScanCompletedAt": .timestamp(image.pushed),
                            "vulnerabilitySourceUpdatedAt": .timestamp(image.pushed),
                            "findingSeverityCounts": .map(Fields()),
                        ] : nil,
                ]
            }, "nextToken": page.token,
        ])
    }
}

/// Scanning: everything is scanned at once, and nothing is found, since nothing is known of vulnerabilities here.
enum ScanCalls {
    static let operations: [String: Handler] = [
        "BatchGetRepositoryScanningConfiguration": .read(configurations),
        "DescribeImageScanFindings": .read(findings),
        "GetRegistryScanningConfiguration": .read(registry),
        "PutRegistryScanningConfiguration": .write(putRegistry),
        "StartImageScan": .write(start),
    ]

    static let complete: Value = [
        "status": "COMPLETE",
        "description": "The scan was completed successfully. No vulnerabilities are known to this emulator.",
    ]

    private static func image(
        _ context: CallContext, _ input: Input
    ) throws(ServiceError) -> (ImageRepository, ImageRepository.Image, Value) {
        let repository = try context.repository(input)
        let id = input.structure("imageId")
        let (tag, digest) = (id?.string("imageTag"), id?.string("imageDigest"))
        guard let image = repository.image(tag: tag, digest: digest) else {
            throw ECRError.noImage(tag: tag, digest: digest, repository.id, context)
        }
        return (repository, image, ["imageDigest": .string(image.digest), "imageTag": .optional(tag)])
    }

    static func start(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (repository, image, id) = try image(context, input)
        if let place = repository.images.firstIndex(where: { $0.digest == image.digest }) {
            repository.images[place].isScanned = true
            image = repository.images[place]
        }
        context.ecr.repositories.insert(repository)
        return Response([
            "registryId": .string(context.accountID), "repositoryName": .string(repository.id), "imageId": id,
            "imageScanStatus": ["status": "IN_PROGRESS"],
        ])
    }

    static func findings(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (repository, image, id) = try image(context, input)
        guard image.isScanned else {
            throw ServiceError(
                "ScanNotFoundException",
                "Image scan does not exist for the image with '{imageDigest:'\(image.digest)', imageTag:'\(id["imageTag"]?.text ?? "null")'}' in the repository with name '\(repository.id)' in the registry with id '\(context.accountID)'"
            )
        }
        return Response([
            "registryId": .string(context.accountID), "repositoryName": .string(repository.id), "imageId": id,
            "imageScanStatus": complete,
            "imageScanFindings": [
                "imageScanCompletedAt": .timestamp(image.pushed),
                "vulnerabilitySourceUpdatedAt": .timestamp(image.pushed), "findings": [],
                "findingSeverityCounts": .map(Fields()),
            ],
        ])
    }

    static func configurations(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var found: [Value] = []
        var failures: [Value] = []
        for name in input.strings("repositoryNames") {
            guard let repository = context.ecr.repositories[name] else {
                failures.append([
                    "repositoryName": .string(name), "failureCode": "REPOSITORY_NOT_FOUND",
                    "failureReason": .string(ECRError.noRepository(name, context).message),
                ])
                continue
            }
            found.append([
                "repositoryArn": .string(repository.arn), "repositoryName": .string(name),
                "scanOnPush": .boolean(repository.scansOnPush),
                "scanFrequency": repository.scansOnPush ? "SCAN_ON_PUSH" : "MANUAL", "appliedScanFilters": [],
            ])
        }
        return Response(["scanningConfigurations": .list(found), "failures": .list(failures)])
    }

    static func registry(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response([
            "registryId": .string(context.accountID),
            "scanningConfiguration": context.ecr.scanning ?? ["scanType": "BASIC", "rules": []],
        ])
    }

    static func putRegistry(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let configuration: Value = [
            "scanType": .string(input.string("scanType") ?? "BASIC"),
            "rules": .list(input.structures("rules")) { .structure($0.fields) },
        ]
        context.ecr.scanning = configuration
        return Response(["registryScanningConfiguration": configuration])
    }
}
