package import CloudState
import ServiceModel

/// Amazon Elastic Container Registry: repositories, images and their layers.
///
/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html>
package enum ECRService {
    package static let definition = ServiceDefinition(
        signingNames: ["ecr"], model: { .ecr },
        operations: groups.merged,
        authorization: ECRAuthorization.authorization)

    /// One line a group of operations.
    package static let groups: [[String: Handler]] = [
        ImageCalls.operations,
        ImageLookups.operations,
        LayerCalls.operations,
        PolicyCalls.operations,
        RegistryCalls.operations,
        RepositoryCalls.operations,
        ScanCalls.operations,
        TagCalls.operations,
    ]
}

/// ECR's errors, in its words.
enum ECRError {
    static func parameter(_ message: String) -> ServiceError { ServiceError("InvalidParameterException", message) }

    static func noRepository(_ name: String, _ context: CallContext) -> ServiceError {
        ServiceError(
            "RepositoryNotFoundException",
            "The repository with name '\(name)' does not exist in the registry with id '\(context.accountID)'")
    }

    static func noImage(tag: String?, digest: String?, _ name: String, _ context: CallContext) -> ServiceError {
        ServiceError(
            "ImageNotFoundException",
            "The image with imageId {imageDigest:'\(digest ?? "null")', imageTag:'\(tag ?? "null")'} does not exist within the repository with name '\(name)' in the registry with id '\(context.accountID)'"
        )
    }

    static let full = ServiceError(
        "LimitExceededException",
        "The registry is full: it holds at most \(LayerCalls.mostBytes >> 20) MiB of layers here.")
}

extension CallContext {
    /// The repository that a request names.
    func repository(_ input: Input) throws(ServiceError) -> ImageRepository {
        let name = input.string("repositoryName") ?? ""
        if let registry = input.shape.member("registryId").flatMap({ _ in input.string("registryId") }),
            registry != accountID
        {
            throw ServiceError(
                "RepositoryNotFoundException",
                "The repository with name '\(name)' does not exist in the registry with id '\(registry)'")
        }
        guard let repository = ecr.repositories[name] else { throw ECRError.noRepository(name, self) }
        return repository
    }

    /// `ACCOUNT.dkr.ecr.REGION.amazonaws.com`.
    var registryHost: String { "\(accountID).dkr.ecr.\(region).amazonaws.com" }
}

/// What ECR's operations need permission for.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html>
enum ECRAuthorization {
    static let authorization = Authorization(vendor: "ecr") { _, input, context in
        let root = "arn:aws:ecr:\(context.region):\(context.accountID):repository/"
        if input.shape.member("resourceArn") != nil, let arn = input.string("resourceArn") { return [Permission(arn)] }
        guard input.shape.member("repositoryName") != nil, let name = input.string("repositoryName") else {
            return Permission.anything
        }
        return [Permission(root + name)]
    }
}

/// Pages by an offset in the token.
enum ECRPaging {
    private static let tokens = OffsetToken("ecr:")

    static func page<Item>(
        _ items: [Item], _ input: Input, standard: Int = 100
    ) throws(ServiceError) -> (items: ArraySlice<Item>, token: Value?) {
        guard let start = tokens.offset(input.string("nextToken")) else {
            throw ECRError.parameter(
                "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid pagination token'")
        }
        let size = min(max(1, input.integer("maxResults") ?? standard), 1000)
        return tokens.page(of: items, from: start, size: size)
    }
}
