import CloudState
import JSONValue
import PolicyEngine
import ServiceModel

/// Lambda's permission to pull a function's image: the policy of the image's repository must give it. Where it does not,
/// Lambda adds a statement to it, as far as the caller may change the policy.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#gettingstarted-images-permissions>
enum ImagePermission {
    private static let service = "lambda.amazonaws.com"

    static let denied = ServiceError(
        "AccessDeniedException",
        "Lambda does not have permission to access the ECR image. Check the ECR permissions.", status: 403)

    /// Sees to it that Lambda may pull images of a repository of the caller's account.
    static func obtain(_ repository: ImageRepository, _ context: inout CallContext) throws(ServiceError) {
        if let policy = repository.policy, lets(policy, repository, context) { return }
        let current = try policy(of: repository, &context)
        let wanted = adding(to: current, context)
        do throws(ServiceError) {
            _ = try context.checkedCall(
                "ecr", "SetRepositoryPolicy",
                ["repositoryName": .string(repository.id), "policyText": .string(wanted)])
        } catch {
            throw denied
        }
        // What is denied stays so, whatever is allowed besides.
        guard lets(wanted, repository, context) else { throw denied }
    }

    private static func lets(_ policy: String, _ repository: ImageRepository, _ context: CallContext) -> Bool {
        ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"].allSatisfy { action in
            context.lets(service, action, repository.arn, policy, context.functionARN("*"))
        }
    }

    private static func policy(
        of repository: ImageRepository, _ context: inout CallContext
    ) throws(ServiceError) -> String? {
        do throws(ServiceError) {
            return try context.checkedCall(
                "ecr", "GetRepositoryPolicy", ["repositoryName": .string(repository.id)])["policyText"]?.text
        } catch {
            guard error.code == "RepositoryPolicyNotFoundException" else { throw denied }
            return nil
        }
    }

    private static func adding(to policy: String?, _ context: CallContext) -> String {
        let statement: JSON = [
            "Sid": "LambdaECRImageRetrievalPolicy", "Effect": "Allow",
            "Principal": ["Service": .string(service)],
            "Action": [
                "ecr:BatchGetImage", "ecr:DeleteRepositoryPolicy", "ecr:GetDownloadUrlForLayer",
                "ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy",
            ],
            "Condition": ["StringLike": ["aws:sourceArn": .string(context.functionARN("*"))]],
        ]
        let known = policy.flatMap { try? JSON.parse($0) }
        let before = known?["Statement"]
        let statements = before?.arrayValue ?? before.map { [$0] } ?? []
        let document: JSON = [
            "Version": known?["Version"] ?? "2008-10-17", "Statement": .array(statements + [statement]),
        ]
        return document.serializedString()
    }
}
