import CloudState
import ServiceModel

/// Repositories.
///
/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html>
enum RepositoryCalls {
    static let operations: [String: Handler] = [
        "CreateRepository": .write(create),
        "DeleteRepository": .write(delete),
        "DescribeRepositories": .read(describe),
        "PutImageScanningConfiguration": .write(putScanning),
        "PutImageTagMutability": .write(putMutability),
    ]

    private static let most = 10_000

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("repositoryName") ?? ""
        try checkName(name)
        guard context.ecr.repositories[name] == nil else {
            throw ServiceError(
                "RepositoryAlreadyExistsException",
                "The repository with name '\(name)' already exists in the registry with id '\(context.accountID)'")
        }
        guard context.ecr.repositories.count < most else {
            throw ServiceError(
                "LimitExceededException",
                "The quota for the number of repositories per registry has been exceeded: \(most)")
        }
        var encryption: Value = ["encryptionType": "AES256"]
        if let wanted = input.structure("encryptionConfiguration") {
            let type = wanted.string("encryptionType") ?? "AES256"
            let key = wanted.string("kmsKey")
            guard type != "AES256" || key == nil else {
                throw ECRError.parameter(
                    "Invalid parameter at 'encryptionConfiguration' failed to satisfy constraint: 'KMS key is only supported with encryption type KMS'"
                )
            }
            encryption = [
                "encryptionType": .string(type),
                "kmsKey": type == "AES256"
                    ? nil : .string(key ?? "arn:aws:kms:\(context.region):\(context.accountID):alias/aws/ecr"),
            ]
        }
        var repository = ImageRepository(
            name: name, arn: "arn:aws:ecr:\(context.region):\(context.accountID):repository/\(name)",
            created: context.now, encryption: encryption, tags: try TagCalls.tags(input))
        repository.scansOnPush = input.structure("imageScanningConfiguration")?.boolean("scanOnPush") ?? false
        try setMutability(input, &repository)
        context.ecr.repositories.insert(repository)
        return Response(["repository": view(repository, context)])
    }

    /// Words of small letters and digits, joined by `.`, `_`, `-` and `/`.
    private static func checkName(_ name: String) throws(ServiceError) {
        let isGood = name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            func isSmall(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) }
            guard let first = part.utf8.first, let last = part.utf8.last, isSmall(first), isSmall(last) else {
                return false
            }
            return part.utf8.allSatisfy { isSmall($0) || [0x2D, 0x2E, 0x5F].contains($0) }
        }
        guard isGood, (2...256).contains(name.utf8.count) else {
            throw ECRError.parameter(
                "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*''"
            )
        }
    }

    private static func setMutability(_ input: Input, _ repository: inout ImageRepository) throws(ServiceError) {
        let mutability = input.string("imageTagMutability") ?? repository.mutability
        let filters = input.structures("imageTagMutabilityExclusionFilters")
        guard mutability.hasSuffix("_WITH_EXCLUSION") != filters.isEmpty else {
            throw ECRError.parameter(
                "Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: 'must be given with, and only with, a tag mutability with exclusion'"
            )
        }
        repository.mutability = mutability
        repository.exclusions = filters.isEmpty ? nil : .list(filters) { .structure($0.fields) }
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let repository = try context.repository(input)
        guard repository.images.isEmpty || input.boolean("force") ?? false else {
            throw ServiceError(
                "RepositoryNotEmptyException",
                "The repository with name '\(repository.id)' in registry with id '\(context.accountID)' cannot be deleted because it still contains images"
            )
        }
        context.ecr.storedBytes -= repository.layers.values.reduce(0) { $0 + $1.count }
        context.ecr.repositories.remove(repository.id)
        context.ecr.uploads = context.ecr.uploads.filter { $0.value.repository != repository.id }
        return Response(["repository": view(repository, context)])
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = input.strings("repositoryNames")
        for name in names where context.ecr.repositories[name] == nil { throw ECRError.noRepository(name, context) }
        let found = context.ecr.repositories.filter { names.isEmpty || names.contains($0.id) }.sorted { $0.id < $1.id }
        let page = try ECRPaging.page(found, input)
        let state = context
        return Response(["repositories": .list(page.items) { view($0, state) }, "nextToken": page.token])
    }

    static func putScanning(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var repository = try context.repository(input)
        repository.scansOnPush = input.structure("imageScanningConfiguration")?.boolean("scanOnPush") ?? false
        context.ecr.repositories.insert(repository)
        return Response([
            "registryId": .string(context.accountID), "repositoryName": .string(repository.id),
            "imageScanningConfiguration": ["scanOnPush": .boolean(repository.scansOnPush)],
        ])
    }

    static func putMutability(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var repository = try context.repository(input)
        try setMutability(input, &repository)
        context.ecr.repositories.insert(repository)
        return Response([
            "registryId": .string(context.accountID), "repositoryName": .string(repository.id),
            "imageTagMutability": .string(repository.mutability),
            "imageTagMutabilityExclusionFilters": repository.exclusions,
        ])
    }

    static func view(_ repository: ImageRepository, _ context: CallContext) -> Value {
        [
            "repositoryArn": .string(repository.arn), "registryId": .string(context.accountID),
            "repositoryName": .string(repository.id),
            "repositoryUri": .string("\(context.registryHost)/\(repository.id)"),
            "createdAt": .timestamp(repository.created), "imageTagMutability": .string(repository.mutability),
            "imageTagMutabilityExclusionFilters": repository.exclusions,
            "imageScanningConfiguration": ["scanOnPush": .boolean(repository.scansOnPush)],
            "encryptionConfiguration": repository.encryption,
        ]
    }
}

/// Tags of repositories.
enum TagCalls {
    static let operations: [String: Handler] = [
        "ListTagsForResource": .read(list),
        "TagResource": .write(tag),
        "UntagResource": .write(untag),
    ]

    static func tags(_ input: Input) throws(ServiceError) -> Tags {
        var tags = Tags()
        for tag in input.structures("tags") { tags[tag.string("Key") ?? ""] = tag.string("Value") ?? "" }
        guard tags.count <= 50 else {
            throw ServiceError("TooManyTagsException", "The list of tags on the repository is over the limit: 50")
        }
        return tags
    }

    private static func repository(_ context: CallContext, _ input: Input) throws(ServiceError) -> ImageRepository {
        let arn = input.string("resourceArn") ?? ""
        guard let range = arn.firstRange(of: ":repository/") else {
            throw ECRError.parameter("Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'")
        }
        let name = String(arn[range.upperBound...])
        guard let repository = context.ecr.repositories[name], repository.arn == arn else {
            throw ECRError.noRepository(name, context)
        }
        return repository
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let tags = try repository(context, input).tags.tags
        return Response(["tags": .list(tags) { ["Key": .string($0.key), "Value": .string($0.value)] }])
    }

    static func tag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var repository = try repository(context, input)
        for tag in try tags(input).tags { repository.tags[tag.key] = tag.value }
        guard repository.tags.count <= 50 else {
            throw ServiceError("TooManyTagsException", "The list of tags on the repository is over the limit: 50")
        }
        context.ecr.repositories.insert(repository)
        return .empty
    }

    static func untag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var repository = try repository(context, input)
        for key in input.strings("tagKeys") { repository.tags[key] = nil }
        context.ecr.repositories.insert(repository)
        return .empty
    }
}
