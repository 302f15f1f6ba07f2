import CloudState
import ServiceModel

/// Container instances.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeContainerInstances.html>
enum ContainerInstanceCalls {
    static let operations: [String: Handler] = [
        "DeregisterContainerInstance": .write(deregister),
        "DescribeContainerInstances": .read(describe),
        "ListContainerInstances": .read(list),
        "UpdateContainerInstancesState": .write(updateState),
    ]

    static func deregister(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        let id = CallContext.lastPart(input.string("containerInstance") ?? "")
        guard let host = context.ecs.containerInstances[id], host.clusterName == cluster.id else {
            throw ECSError.parameter("Referenced container instance \(id.prefix(64)) not found.")
        }
        let tasks = context.ecs.tasks.filter { $0.containerInstanceID == id && $0.status != .stopped }
        guard tasks.isEmpty || input.boolean("force") ?? false else {
            throw ECSError.parameter("Found running tasks on the instance.")
        }
        var shown = view(host, context)
        context.ecs.containerInstances.remove(id)
        context.ecs.deregistered.insert(host.instanceID)
        if var fields = shown.fields {
            fields["status"] = "INACTIVE"
            shown = .structure(fields)
        }
        return Response(["containerInstance": shown])
    }

    static func updateState(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let status = input.string("status") ?? ""
        guard status == "ACTIVE" || status == "DRAINING" else {
            throw ECSError.parameter("Container instance status should be one of [ACTIVE,DRAINING]")
        }
        return try each(&context, input) { context, host in
            context.ecs.containerInstances.update(host.id) {
                $0.status = status
                $0.version += 1
            }
        }
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard !input.strings("containerInstances").isEmpty else {
            throw ECSError.parameter("Container instance cannot be empty.")
        }
        return try each(&context, input) { _, _ in }
    }

    private static func each(
        _ context: inout CallContext, _ input: Input, _ change: (inout CallContext, ContainerInstance) -> Void
    ) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        var found: [Value] = []
        var failures: [Value] = []
        for name in input.strings("containerInstances") {
            let id = CallContext.lastPart(name)
            guard let host = context.ecs.containerInstances[id], host.clusterName == cluster.id else {
                failures.append([
                    "arn": .string(context.ecsARN("container-instance/\(cluster.id)/\(id)")), "reason": "MISSING",
                ])
                continue
            }
            change(&context, host)
            if let host = context.ecs.containerInstances[id] { found.append(view(host, context)) }
        }
        return Response(["containerInstances": .list(found), "failures": .list(failures)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        var query: ClusterQuery?
        if let text = input.string("filter") {
            guard let parsed = ClusterQuery(text) else { throw ECSError.parameter("Invalid filter expression.") }
            query = parsed
        }
        let found = context.ecs.containerInstances.filter { host in
            host.clusterName == cluster.id && (input.string("status").map { $0 == host.status } ?? true)
                && (query.map { $0.matches(host, context.ecs) } ?? true)
        }
        let page = try ECSPaging.page(found.map(\.arn), input)
        return Response(["containerInstanceArns": page.items, "nextToken": page.token])
    }

    private static func view(_ host: ContainerInstance, _ context: CallContext) -> Value {
        let load = Placement.Load(host, context.ecs)
        let tasks = context.ecs.tasks.filter { $0.containerInstanceID == host.id }
        func resources(_ cpu: Int, _ memory: Int, _ ports: Set<Int>) -> Value {
            func number(_ name: String, _ value: Int) -> Value {
                [
                    "name": .string(name), "type": "INTEGER", "doubleValue": .double(0), "longValue": 0,
                    "integerValue": .integer(value),
                ]
            }
            func set(_ name: String, _ values: [Int]) -> Value {
                [
                    "name": .string(name), "type": "STRINGSET", "doubleValue": .double(0), "longValue": 0,
                    "integerValue": 0, "stringSetValue": .strings(values.map(String.init)),
                ]
            }
            return [number("CPU", cpu), number("MEMORY", memory), set("PORTS", ports.sorted()), set("PORTS_UDP", [])]
        }
        return [
            "containerInstanceArn": .string(host.arn), "ec2InstanceId": .string(host.instanceID),
            "version": .integer(host.version),
            "versionInfo": ["agentVersion": "1.98.0", "dockerVersion": "DockerVersion: 25.0.8"],
            "remainingResources": resources(load.cpu, load.memory, load.ports),
            "registeredResources": resources(host.cpu, host.memory, [22, 2375, 2376, 51678, 51679]),
            "status": .string(host.status), "agentConnected": .boolean(host.isConnected),
            "runningTasksCount": .integer(tasks.count { $0.status == .running }),
            "pendingTasksCount": .integer(tasks.count { $0.status < .running }),
            "attributes": .list(host.attributes) { ["name": .string($0.name), "value": .optional($0.value)] },
            "registeredAt": .timestamp(host.registered), "attachments": [], "tags": ECSTags.view(host.tags),
        ]
    }
}

/// Attributes of container instances.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAttributes.html>
enum AttributeCalls {
    static let operations: [String: Handler] = [
        "DeleteAttributes": .write(delete), "ListAttributes": .read(list), "PutAttributes": .write(put),
    ]

    private static func change(
        _ context: inout CallContext, _ input: Input,
        _ change: (inout [ContainerInstance.Attribute], ContainerInstance.Attribute) -> Void
    ) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        var changed: [Value] = []
        for attribute in input.structures("attributes") {
            let id = CallContext.lastPart(attribute.string("targetId") ?? "")
            guard var host = context.ecs.containerInstances[id], host.clusterName == cluster.id else {
                throw ServiceError("TargetNotFoundException", "The specified target was not found.")
            }
            let item = ContainerInstance.Attribute(attribute.string("name") ?? "", attribute.string("value"))
            change(&host.attributes, item)
            context.ecs.containerInstances.insert(host)
            changed.append([
                "name": .string(item.name), "value": .optional(item.value), "targetId": .string(host.arn),
            ])
        }
        return Response(["attributes": .list(changed)])
    }

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try change(&context, input) { all, item in
            all.removeAll { $0.name == item.name }
            all.append(item)
        }
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try change(&context, input) { all, item in all.removeAll { $0.name == item.name } }
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        let name = input.string("attributeName")
        let value = input.string("attributeValue")
        let found = context.ecs.containerInstances.filter { $0.clusterName == cluster.id }.flatMap { host in
            host.attributes.filter { item in
                (name.map { $0 == item.name } ?? true) && (value.map { $0 == item.value } ?? true)
            }.map { item -> Value in
                ["name": .string(item.name), "value": .optional(item.value), "targetId": .string(host.arn)]
            }
        }
        return Response(["attributes": .list(found)])
    }
}
