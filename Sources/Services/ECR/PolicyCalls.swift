import CloudState
import JSONValue
import PolicyEngine
import ServiceModel

/// Policies of repositories: who may, and what is cleared away.
enum PolicyCalls {
    static let operations: [String: Handler] = [
        "DeleteLifecyclePolicy": .write(deleteLifecycle),
        "DeleteRepositoryPolicy": .write(delete),
        "GetLifecyclePolicy": .read(getLifecycle),
        "GetRepositoryPolicy": .read(get),
        "PutLifecyclePolicy": .write(putLifecycle),
        "SetRepositoryPolicy": .write(set),
    ]

    private static func view(_ repository: ImageRepository, _ context: CallContext) -> Fields {
        var fields = Fields()
        fields.append("registryId", .string(context.accountID))
        fields.append("repositoryName", .string(repository.id))
        return fields
    }

    private static func answer(
        _ repository: ImageRepository, _ context: CallContext, _ member: String, _ text: String?, isLook: Bool = false
    ) -> Response {
        var fields = view(repository, context)
        if let text { fields.append(member, .string(text)) }
        if isLook, let time = repository.lifecycleEvaluated {
            fields.append("lastEvaluatedAt", .timestamp(time))
        }
        return Response(.structure(fields))
    }

    static func set(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var repository = try context.repository(input)
        let text = input.string("policyText") ?? ""
        guard (try? Policy(parsing: text, as: .resource)) != nil else {
            throw ECRError.parameter(
                "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'")
        }
        repository.policy = text
        context.ecr.repositories.insert(repository)
        return answer(repository, context, "policyText", text)
    }

    private static func noPolicy(_ repository: ImageRepository, _ context: CallContext) -> ServiceError {
        ServiceError(
            "RepositoryPolicyNotFoundException",
            "Repository policy does not exist for the repository with name '\(repository.id)' in the registry with id '\(context.accountID)'"
        )
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let repository = try context.repository(input)
        guard let policy = repository.policy else { throw noPolicy(repository, context) }
        return answer(repository, context, "policyText", policy)
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var repository = try context.repository(input)
        guard let policy = repository.policy else { throw noPolicy(repository, context) }
        repository.policy = nil
        context.ecr.repositories.insert(repository)
        return answer(repository, context, "policyText", policy)
    }

    // MARK: Lifecycle

    private static func noLifecycle(_ repository: ImageRepository, _ context: CallContext) -> ServiceError {
        ServiceError(
            "LifecyclePolicyNotFoundException",
            "Lifecycle policy does not exist for the repository with name '\(repository.id)' in the registry with id '\(context.accountID)'"
        )
    }

    /// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html>
    static func putLifecycle(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var repository = try context.repository(input)
        let text = input.string("lifecyclePolicyText") ?? ""
        if let problem = problem(of: text) {
            throw ECRError.parameter(
                "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: \(problem)'"
            )
        }
        repository.lifecyclePolicy = text
        repository.lifecycleEvaluated = context.now
        context.ecr.repositories.insert(repository)
        return answer(repository, context, "lifecyclePolicyText", text)
    }

    private static func problem(of text: String) -> String? {
        guard let document = try? JSON.parse(text), let rules = document["rules"]?.arrayValue, !rules.isEmpty else {
            return "string is not a lifecycle policy: object has missing required properties ([\"rules\"])"
        }
        var priorities: Set<Int> = []
        let ranked = rules.compactMap { rule in rule["rulePriority"]?.intValue.map { ($0, rule) } }
        let last = ranked.map(\.0).max()
        if ranked.contains(where: { $0.0 != last && $0.1["selection"]?["tagStatus"]?.stringValue == "any" }) {
            return "rule with tagStatus 'any' must have the highest rulePriority"
        }
        for rule in rules {
            guard let priority = rule["rulePriority"]?.intValue, priority >= 1 else {
                return "object has missing required properties ([\"rulePriority\"])"
            }
            guard priorities.insert(priority).inserted else {
                return "rulePriority \(priority) is not unique"
            }
            guard let selection = rule["selection"], rule["action"]?["type"]?.stringValue == "expire" else {
                return "object has missing required properties ([\"action\",\"selection\"])"
            }
            guard let status = selection["tagStatus"]?.stringValue, ["tagged", "untagged", "any"].contains(status),
                let type = selection["countType"]?.stringValue,
                ["imageCountMoreThan", "sinceImagePushed"].contains(type),
                let number = selection["countNumber"]?.intValue, number >= 1
            else { return "instance failed to match exactly one schema (matched 0 out of 2)" }
            if status == "tagged",
                selection["tagPrefixList"]?.arrayValue?.isEmpty ?? true,
                selection["tagPatternList"]?.arrayValue?.isEmpty ?? true
            {
                return "tagPrefixList or tagPatternList is required when tagStatus is tagged"
            }
            guard (type == "sinceImagePushed") == (selection["countUnit"]?.stringValue != nil) else {
                return "countUnit is required with, and only with, countType sinceImagePushed"
            }
        }
        return nil
    }

    static func getLifecycle(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let repository = try context.repository(input)
        guard let policy = repository.lifecyclePolicy else { throw noLifecycle(repository, context) }
        return answer(repository, context, "lifecyclePolicyText", policy, isLook: true)
    }

    static func deleteLifecycle(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var repository = try context.repository(input)
        guard let policy = repository.lifecyclePolicy else { throw noLifecycle(repository, context) }
        repository.lifecyclePolicy = nil
        context.ecr.repositories.insert(repository)
        return answer(repository, context, "lifecyclePolicyText", policy)
    }
}
