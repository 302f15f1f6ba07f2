import CloudState
import ServiceModel

/// Registering task definitions, and taking them out of use.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>
enum TaskDefinitionCalls {
    static let operations: [String: Handler] = [
        "DeleteTaskDefinitions": .write(delete),
        "DeregisterTaskDefinition": .write(deregister),
        "RegisterTaskDefinition": .write(register),
    ]

    static func register(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let rules = try TaskDefinitionRules(input)
        let revision = (context.ecs.lastRevisions[rules.family] ?? 0) + 1
        guard revision <= 1_000_000 else { throw ECSError.client("Too many revisions of the family.") }
        let definition = TaskDefinition(
            family: rules.family, revision: revision,
            arn: context.ecsARN("task-definition/\(rules.family):\(revision)"), content: rules.content(input),
            networkMode: rules.networkMode, compatibilities: rules.compatibilities, cpu: rules.cpu,
            memory: rules.memory, registered: context.now, registeredBy: context.caller.arn,
            tags: try ECSTags.read(input))
        context.ecs.lastRevisions[rules.family] = revision
        context.ecs.taskDefinitions.insert(definition)
        return Response([
            "taskDefinition": view(definition),
            "tags": definition.tags.isEmpty ? nil : ECSTags.view(definition.tags),
        ])
    }

    static func deregister(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("taskDefinition") ?? ""
        let id = CallContext.lastPart(name)
        guard id.contains(":") else { throw ECSError.client("Invalid revision number. Number: null") }
        guard var definition = context.ecs.taskDefinitions[id] else {
            throw ECSError.client("Unable to describe task definition.")
        }
        guard definition.status != .deleting else {
            throw ECSError.client("The specified task definition is being deleted.")
        }
        definition.status = .inactive
        definition.deregistered = definition.deregistered ?? context.now
        context.ecs.taskDefinitions.insert(definition)
        return Response(["taskDefinition": view(definition)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = input.strings("taskDefinitions")
        guard (1...10).contains(names.count) else {
            throw ECSError.parameter("Between 1 and 10 task definitions can be deleted in a request.")
        }
        var deleted: [Value] = []
        var failures: [Value] = []
        for name in names {
            let id = CallContext.lastPart(name)
            guard var definition = context.ecs.taskDefinitions[id] else {
                failures.append(["arn": .string(name), "reason": "The specified task definition does not exist."])
                continue
            }
            guard definition.status != .active else {
                failures.append([
                    "arn": .string(definition.arn),
                    "reason":
                        "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
                ])
                continue
            }
            definition.status = .deleting
            definition.deleteRequested = context.now
            deleted.append(view(definition))
            let isUsed =
                context.ecs.tasks.contains { $0.definitionID == id && $0.status != .stopped }
                || context.ecs.services.contains { service in
                    service.status == "ACTIVE" && service.deployments.contains { $0.definitionID == id }
                }
            if isUsed {
                context.ecs.taskDefinitions.insert(definition)
            } else {
                context.ecs.taskDefinitions.remove(id)
            }
        }
        return Response(["taskDefinitions": .list(deleted), "failures": .list(failures)])
    }

    static func view(_ definition: TaskDefinition) -> Value {
        var fields = definition.content
        fields["taskDefinitionArn"] = .string(definition.arn)
        fields["family"] = .string(definition.family)
        fields["revision"] = .integer(definition.revision)
        fields["status"] = .string(definition.status.rawValue)
        fields["compatibilities"] = .strings(definition.compatibilities)
        fields["requiresAttributes"] = .list(RequiredAttributes.names(of: definition)) { ["name": .string($0)] }
        fields["registeredAt"] = .timestamp(definition.registered)
        fields["registeredBy"] = .string(definition.registeredBy)
        if let time = definition.deregistered { fields["deregisteredAt"] = .timestamp(time) }
        if let time = definition.deleteRequested { fields["deleteRequestedAt"] = .timestamp(time) }
        return .structure(fields)
    }
}

/// Looking at task definitions.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html>
enum TaskDefinitionLookups {
    static let operations: [String: Handler] = [
        "DescribeTaskDefinition": .read(describe),
        "ListTaskDefinitionFamilies": .read(listFamilies),
        "ListTaskDefinitions": .read(list),
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let definition = context.definition(input.string("taskDefinition")) else {
            throw ECSError.client("Unable to describe task definition.")
        }
        let wantsTags = input.strings("include").contains("TAGS")
        return Response([
            "taskDefinition": TaskDefinitionCalls.view(definition),
            "tags": wantsTags ? ECSTags.view(definition.tags) : nil,
        ])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let family = input.string("familyPrefix")
        let status = input.string("status") ?? "ACTIVE"
        var found = context.ecs.taskDefinitions.filter { definition in
            (family.map { $0 == definition.family } ?? true) && definition.status.rawValue == status
        }
        found.sort { ($0.family, $0.revision) < ($1.family, $1.revision) }
        if input.string("sort") == "DESC" { found.reverse() }
        let page = try ECSPaging.page(found.map(\.arn), input)
        return Response(["taskDefinitionArns": page.items, "nextToken": page.token])
    }

    static func listFamilies(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let prefix = input.string("familyPrefix") ?? ""
        let status = input.string("status") ?? "ALL"
        let active = Set(context.ecs.taskDefinitions.filter { $0.status == .active }.map(\.family))
        let families = Set(context.ecs.taskDefinitions.map(\.family)).filter { family in
            family.hasPrefix(prefix) && (status == "ALL" || active.contains(family) == (status == "ACTIVE"))
        }
        let page = try ECSPaging.page(families.sorted(), input)
        return Response(["families": page.items, "nextToken": page.token])
    }
}

/// What a container instance has to have for tasks of a definition.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html>
enum RequiredAttributes {
    static func names(of definition: TaskDefinition) -> [String] {
        var names: Set<String> = []
        if definition.content["taskRoleArn"] != nil {
            names.insert("com.amazonaws.ecs.capability.task-iam-role")
            if definition.networkMode == "host" {
                names.insert("com.amazonaws.ecs.capability.task-iam-role-network-host")
            }
        }
        if definition.networkMode == "awsvpc" { names.insert("ecs.capability.task-eni") }
        for container in definition.containers {
            if let log = container["logConfiguration"] {
                let driver = log["logDriver"]?.text ?? ""
                names.insert("com.amazonaws.ecs.capability.logging-driver.\(driver)")
                names.insert("com.amazonaws.ecs.capability.docker-remote-api.1.19")
                if definition.content["executionRoleArn"] != nil, driver == "awslogs" {
                    names.insert("ecs.capability.execution-role-awslogs")
                }
            }
            if (container["image"]?.text ?? "").isPrivateRegistry {
                names.insert("com.amazonaws.ecs.capability.ecr-auth")
                if definition.content["executionRoleArn"] != nil {
                    names.insert("ecs.capability.execution-role-ecr-pull")
                }
            }
            if container["healthCheck"] != nil { names.insert("ecs.capability.container-health-check") }
            if !(container["dependsOn"]?.elements ?? []).isEmpty { names.insert("ecs.capability.container-ordering") }
            if !(container["secrets"]?.elements ?? []).isEmpty {
                names.insert("ecs.capability.secrets.ssm.environment-variables")
            }
            names.insert("com.amazonaws.ecs.capability.docker-remote-api.1.18")
        }
        return names.sorted()
    }
}

extension String {
    /// Whether an image is in ECR.
    var isPrivateRegistry: Bool { contains(".dkr.ecr.") && contains(".amazonaws.com") }
}
