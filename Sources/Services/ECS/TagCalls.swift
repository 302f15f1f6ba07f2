import CloudState
import ServiceModel

/// Tags of all that ECS has.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TagResource.html>
enum TagCalls {
    static let operations: [String: Handler] = [
        "ListTagsForResource": .read(list),
        "TagResource": .write(tag),
        "UntagResource": .write(untag),
    ]

    /// The table and id of a resource that has that ARN.
    private static func change(
        _ context: inout CallContext, _ arn: String, _ change: (inout Tags) throws(ServiceError) -> Void
    ) throws(ServiceError) {
        let resource = arn.split(separator: ":", maxSplits: 5).last.map(String.init) ?? ""
        let kind = resource.prefix { $0 != "/" }
        let id = String(resource.dropFirst(kind.count + 1))
        let last = id.split(separator: "/").last.map(String.init) ?? id
        switch kind {
        case "cluster":
            guard var cluster = context.ecs.clusters[id], cluster.status == "ACTIVE" else { throw ECSError.noCluster }
            try change(&cluster.tags)
            context.ecs.clusters.insert(cluster)
        case "task-definition":
            guard var definition = context.ecs.taskDefinitions[id] else {
                throw ECSError.parameter("The specified task definition is not found.")
            }
            try change(&definition.tags)
            context.ecs.taskDefinitions.insert(definition)
        case "service":
            guard var service = context.ecs.services[id] else { throw ECSError.noService }
            try change(&service.tags)
            context.ecs.services.insert(service)
        case "task-set":
            let parts = id.split(separator: "/", maxSplits: 2).map(String.init)
            guard parts.count == 3, var service = context.ecs.services["\(parts[0])/\(parts[1])"],
                let place = service.taskSets.firstIndex(where: { $0.id == parts[2] })
            else { throw ServiceError("TaskSetNotFoundException", "The specified task set wasn't found.") }
            try change(&service.taskSets[place].tags)
            context.ecs.services.insert(service)
        case "task":
            guard var task = context.ecs.tasks[last] else {
                throw ServiceError("ResourceNotFoundException", "The specified task is not found.")
            }
            try change(&task.tags)
            context.ecs.tasks.insert(task)
        case "container-instance":
            guard var instance = context.ecs.containerInstances[last] else {
                throw ECSError.parameter("The specified container instance is not found.")
            }
            try change(&instance.tags)
            context.ecs.containerInstances.insert(instance)
        case "capacity-provider":
            guard var provider = context.ecs.capacityProviders[id] else {
                throw ECSError.parameter("The specified capacity provider is not found.")
            }
            try change(&provider.tags)
            context.ecs.capacityProviders.insert(provider)
        default:
            throw ECSError.parameter("The specified resource is not valid: \(arn.prefix(256))")
        }
    }

    static func tag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let more = try ECSTags.read(input)
        try change(&context, input.string("resourceArn") ?? "") { tags throws(ServiceError) in
            for tag in more.tags { tags[tag.key] = tag.value }
            try ECSTags.check(tags)
        }
        return .empty
    }

    static func untag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try change(&context, input.string("resourceArn") ?? "") { tags throws(ServiceError) in
            for key in input.strings("tagKeys") { tags[key] = nil }
        }
        return .empty
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var found = Tags()
        try change(&context, input.string("resourceArn") ?? "") { tags throws(ServiceError) in found = tags }
        return Response(["tags": ECSTags.view(found)])
    }
}
