import CloudState
import ServiceModel

/// Running and stopping tasks.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html>
enum TaskCalls {
    static let operations: [String: Handler] = [
        "GetTaskProtection": .read(getProtection),
        "RunTask": .write(run),
        "StartTask": .write(start),
        "StopTask": .write(stop),
        "UpdateTaskProtection": .write(updateProtection),
    ]

    static func run(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        let token = input.string("clientToken").map { "\(cluster.id)/\($0)" }
        if let known = token.flatMap({ context.ecs.taskRequests[$0] }) {
            return try repeated(known, input, context)
        }
        let count = input.integer("count") ?? 1
        guard (1...10).contains(count) else { throw ECSError.parameter("Count must be between 1 and 10.") }
        var plan = try plan(&context, input, cluster)
        plan.constraints = input.structures("placementConstraints").map(\.fields)
        plan.strategy = input.structures("placementStrategy").map(\.fields)
        try Placement.check(plan, cluster, context)
        let strategy =
            try Launch.strategy(
                input["capacityProviderStrategy"]?.elements, launchType: input.string("launchType"), in: cluster)
        try plan.settle(launchType: input.string("launchType"), strategy: strategy, context)
        if plan.launchType == "EC2", !context.ecs.containerInstances.contains(where: { $0.clusterName == cluster.id }) {
            throw ECSError.parameter("No Container Instances were found in your cluster.")
        }
        var tasks: [Value] = []
        var failures: [Value] = []
        var counts: [String: Int] = [:]
        try TaskRoles.check(plan.definition, overrides: plan.overrides, context)
        var board = PlacementBoard(plan, in: cluster, context)
        for _ in 0..<count {
            if !strategy.isEmpty {
                plan.capacityProvider = Strategy.next(strategy, counts: counts)
                counts[plan.capacityProvider ?? "", default: 0] += 1
            }
            switch TaskStart.start(plan, in: cluster, &board, &context) {
            case .success(let task): tasks.append(TaskViews.view(task, context))
            case .failure(let problem): failures += problem.views
            }
        }
        if let token, !tasks.isEmpty {
            context.ecs.taskRequests[token] = ECSState.TaskRequest(
                parameters: input.fields, tasks: tasks.compactMap { $0["taskArn"]?.text })
        }
        return Response(["tasks": .list(tasks), "failures": .list(failures)])
    }

    /// The answer to a request whose token has come before.
    ///
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html>
    private static func repeated(
        _ known: ECSState.TaskRequest, _ input: Input, _ context: CallContext
    ) throws(ServiceError) -> Response {
        guard known.parameters == input.fields else {
            var details = Fields()
            details.append("resourceIds", .list(known.tasks.map(Value.string)))
            throw ServiceError(
                "ConflictException", "The provided clientToken is already in use with a different RunTask request.",
                details: details)
        }
        let tasks = known.tasks.compactMap { context.ecs.tasks[CallContext.lastPart($0)] }
        return Response(["tasks": .list(tasks) { TaskViews.view($0, context) }, "failures": []])
    }

    static func start(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        var plan = try plan(&context, input, cluster)
        plan.launchType = "EC2"
        try plan.checkNetwork()
        try TaskRoles.check(plan.definition, overrides: plan.overrides, context)
        var tasks: [Value] = []
        var failures: [Value] = []
        for name in input.strings("containerInstances") {
            let id = CallContext.lastPart(name)
            guard let instance = context.ecs.containerInstances[id], instance.clusterName == cluster.id else {
                failures.append([
                    "arn": .string(context.ecsARN("container-instance/\(cluster.id)/\(id)")), "reason": "MISSING",
                ])
                continue
            }
            plan.instances = [instance.id]
            var board = PlacementBoard(plan, in: cluster, context)
            switch TaskStart.start(plan, in: cluster, &board, &context) {
            case .success(let task): tasks.append(TaskViews.view(task, context))
            case .failure(let problem): failures += problem.views
            }
        }
        return Response(["tasks": .list(tasks), "failures": .list(failures)])
    }

    /// What RunTask and StartTask have in common.
    private static func plan(
        _ context: inout CallContext, _ input: Input, _ cluster: ContainerCluster
    ) throws(ServiceError) -> TaskPlan {
        let definition = try context.activeDefinition(input.string("taskDefinition"))
        var plan = TaskPlan(definition: definition, group: input.string("group") ?? "family:\(definition.family)")
        guard !plan.group.hasPrefix("service:") else {
            throw ECSError.parameter("The task group name must not begin with service:")
        }
        plan.startedBy = input.string("startedBy")
        guard (plan.startedBy?.count ?? 0) <= 128 else {
            throw ECSError.parameter("startedBy can have at most 128 characters.")
        }
        plan.tags = try ECSTags.read(input)
        if input.string("propagateTags") == "TASK_DEFINITION" {
            for tag in definition.tags.tags where plan.tags[tag.key] == nil { plan.tags[tag.key] = tag.value }
        }
        if input.boolean("enableECSManagedTags") ?? false { plan.tags["aws:ecs:clusterName"] = cluster.id }
        plan.enablesExecute = input.boolean("enableExecuteCommand") ?? false
        if input.shape.member("platformVersion") != nil { plan.platformVersion = input.string("platformVersion") }
        plan.network = try Network.read(input.structure("networkConfiguration"), &context)
        plan.overrides = try Overrides.read(input.structure("overrides"), definition)
        let role = plan.overrides["taskRoleArn"]?.text ?? definition.content["taskRoleArn"]?.text
        guard !plan.enablesExecute || role != nil else {
            throw ECSError.parameter(
                "The execute command failed because a valid task role is not being used. Specify a valid task role in your task definition or as a task override and try again."
            )
        }
        return plan
    }

    static func stop(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        let id = try taskID(input.string("task") ?? "")
        guard let task = context.ecs.tasks[id], task.clusterName == cluster.id else { throw ECSError.noTask }
        if task.desiredStatus == "RUNNING" {
            TaskRun.stop(
                id, code: "UserInitiated", reason: input.string("reason") ?? "Task stopped by user", &context)
        }
        return Response(["task": context.ecs.tasks[id].map { TaskViews.view($0, context) }])
    }

    /// The id in a name or ARN of a task.
    static func taskID(_ name: String) throws(ServiceError) -> String {
        let id = CallContext.lastPart(name)
        guard [32, 36].contains(id.count) else {
            throw ECSError.parameter("taskId length should be one of [32,36]")
        }
        return id
    }

    // MARK: Protection from scaling in

    static func updateProtection(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        let isProtected = input.boolean("protectionEnabled") ?? false
        let minutes = input.integer("expiresInMinutes") ?? 120
        guard (1...2880).contains(minutes) else {
            throw ECSError.parameter("expiresInMinutes must be between 1 and 2880.")
        }
        return try protections(&context, input, cluster) { task, now in
            task.protectedUntil = isProtected ? now.adding(seconds: minutes * 60) : nil
        }
    }

    static func getProtection(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try protections(&context, input, try context.cluster(input.string("cluster"))) { _, _ in }
    }

    private static func protections(
        _ context: inout CallContext, _ input: Input, _ cluster: ContainerCluster,
        _ change: (inout ContainerTask, Timestamp) -> Void
    ) throws(ServiceError) -> Response {
        var found: [Value] = []
        var failures: [Value] = []
        for name in input.strings("tasks") {
            let id = CallContext.lastPart(name)
            guard var task = context.ecs.tasks[id], task.clusterName == cluster.id, task.isWanted,
                task.serviceID != nil
            else {
                failures.append(["arn": .string(name), "reason": "TASK_NOT_VALID"])
                continue
            }
            change(&task, context.now)
            context.ecs.tasks.insert(task)
            let end = task.protectedUntil.flatMap { $0 > context.now ? $0 : nil }
            found.append([
                "taskArn": .string(task.arn), "protectionEnabled": .boolean(end != nil),
                "expirationDate": end.map(Value.timestamp),
            ])
        }
        return Response(["protectedTasks": .list(found), "failures": .list(failures)])
    }
}

/// Looking at tasks.
enum TaskLookups {
    static let operations: [String: Handler] = ["DescribeTasks": .read(describe), "ListTasks": .read(list)]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        let names = input.strings("tasks")
        guard !names.isEmpty else { throw ECSError.parameter("Tasks cannot be empty.") }
        guard names.count <= 100 else { throw ECSError.parameter("Tasks can have at most 100 items.") }
        let wantsTags = input.strings("include").contains("TAGS")
        var found: [Value] = []
        var failures: [Value] = []
        for name in names {
            let id = try TaskCalls.taskID(name)
            if let task = context.ecs.tasks[id], task.clusterName == cluster.id {
                found.append(TaskViews.view(task, context, withTags: wantsTags))
            } else {
                failures.append([
                    "arn": .string(context.ecsARN("task/\(cluster.id)/\(id)")), "reason": "MISSING",
                ])
            }
        }
        return Response(["tasks": .list(found), "failures": .list(failures)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        let status = input.string("desiredStatus") ?? "RUNNING"
        let instance = input.string("containerInstance").map(CallContext.lastPart)
        let family = input.string("family")
        let startedBy = input.string("startedBy")
        let service = input.string("serviceName").map { "\(cluster.id)/\(CallContext.lastPart($0))" }
        if let service, context.ecs.services[service] == nil { throw ECSError.noService }
        let launchType = input.string("launchType")
        let found = context.ecs.tasks.filter { task in
            task.clusterName == cluster.id && (task.desiredStatus == status)
                && (instance.map { $0 == task.containerInstanceID } ?? true)
                && (family.map { task.definitionID.hasPrefix("\($0):") } ?? true)
                && (startedBy.map { $0 == task.startedBy } ?? true)
                && (service.map { $0 == task.serviceID } ?? true)
                && (launchType.map { $0 == task.launchType } ?? true)
        }
        let page = try ECSPaging.page(found.map(\.arn), input)
        return Response(["taskArns": page.items, "nextToken": page.token])
    }
}

/// Tasks as answers show them.
enum TaskViews {
    static func view(_ task: ContainerTask, _ context: CallContext, withTags: Bool = true) -> Value {
        let definition = context.ecs.taskDefinitions[task.definitionID]
        let isFargate = task.launchType == "FARGATE"
        let instance = task.containerInstanceID.flatMap { context.ecs.containerInstances[$0] }
        return [
            "attachments": .list(task.attachment.map { [attachment($0, context.region)] } ?? []),
            "attributes": [["name": "ecs.cpu-architecture", "value": .string(architecture(definition))]],
            "availabilityZone": .string(task.zone), "capacityProviderName": .optional(task.capacityProvider),
            "clusterArn": .optional(context.ecs.clusters[task.clusterName]?.arn),
            "connectivity": task.connected == nil ? nil : "CONNECTED",
            "connectivityAt": task.connected.map(Value.timestamp), "containerInstanceArn": .optional(instance?.arn),
            "containers": .list(containers(task, definition)), "cpu": .optional(task.cpu),
            "createdAt": .timestamp(task.created), "desiredStatus": .string(task.desiredStatus),
            "enableExecuteCommand": .boolean(task.enablesExecute),
            "ephemeralStorage": isFargate ? definition?.content["ephemeralStorage"] ?? ["sizeInGiB": 20] : nil,
            "executionStoppedAt": task.executionStopped.map(Value.timestamp), "group": .string(task.group),
            "healthStatus": .string(health(task, definition)), "lastStatus": .string(task.status.rawValue),
            "launchType": .string(task.launchType), "memory": .optional(task.memory), "overrides": task.overrides,
            "platformFamily": isFargate ? "Linux" : nil, "platformVersion": .optional(task.platformVersion),
            "pullStartedAt": task.pullStarted.map(Value.timestamp),
            "pullStoppedAt": task.pullStopped.map(Value.timestamp), "startedAt": task.started.map(Value.timestamp),
            "startedBy": .optional(task.startedBy), "stopCode": .optional(task.stopCode),
            "stoppedAt": task.stopped.map(Value.timestamp), "stoppedReason": .optional(task.stoppedReason),
            "stoppingAt": task.stopping.map(Value.timestamp), "tags": withTags ? ECSTags.view(task.tags) : [],
            "taskArn": .string(task.arn), "taskDefinitionArn": .string(task.definitionARN),
            "version": .integer(task.version),
        ]
    }

    private static func architecture(_ definition: TaskDefinition?) -> String {
        definition?.content["runtimePlatform"]?["cpuArchitecture"]?.text == "ARM64" ? "arm64" : "x86_64"
    }

    private static func attachment(_ attachment: ContainerTask.Attachment, _ region: String) -> Value {
        var details: [(String, String)] = [("subnetId", attachment.subnetID)]
        if let id = attachment.interfaceID { details.append(("networkInterfaceId", id)) }
        if let mac = attachment.macAddress { details.append(("macAddress", mac)) }
        if let address = attachment.privateAddress {
            details.append(("privateDnsName", "ip-\(address.dashed).\(RegionFacts.internalDomain(region))"))
            details.append(("privateIPv4Address", address.description))
        }
        return [
            "id": .string(attachment.id), "type": "ElasticNetworkInterface", "status": .string(attachment.status),
            "details": .list(details) { ["name": .string($0.0), "value": .string($0.1)] },
        ]
    }

    /// What the health checks of essential containers say; what is modelled passes them.
    private static func health(_ task: ContainerTask, _ definition: TaskDefinition?) -> String {
        if let runs = task.runs {
            return RunningTasks.health(runs, definition)
        }
        let checked = definition?.containers.contains { $0["healthCheck"] != nil } ?? false
        return checked && task.status == .running ? "HEALTHY" : "UNKNOWN"
    }

    /// Ids that follow from the task's.
    static func containerARN(_ task: ContainerTask, _ name: String) -> String {
        let number = IDGenerator.hash("\(task.id)/\(name)", 0x5EED)
        // `arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID`
        let place = task.arn.utf8.firstIndex(of: UInt8(ascii: "/")) ?? task.arn.endIndex
        return "\(task.arn[..<place].dropLast(4))container\(task.arn[place...])/"
            + IDGenerator.uuid(number, IDGenerator.mix(number))
    }

    static func runtimeID(_ task: ContainerTask, _ name: String) -> String {
        "\(task.id)-\(IDGenerator.hash("\(task.id)/\(name)", 0x5EED) % 10_000_000_000)"
    }

    /// Containers that others wait for to end: what is modelled ends with 0.
    private static func ending(_ definition: TaskDefinition?) -> Set<String> {
        let waits = (definition?.containers ?? []).flatMap { $0["dependsOn"]?.elements ?? [] }
        let ends = waits.filter { ["COMPLETE", "SUCCESS"].contains($0["condition"]?.text) }
        return Set(ends.compactMap { $0["containerName"]?.text })
    }

    private static func containers(_ task: ContainerTask, _ definition: TaskDefinition?) -> [Value] {
        let ending = ending(definition)
        return (definition?.containers ?? []).enumerated().map { index, container in
            let name = container["name"]?.text ?? ""
            let hasRun = task.started != nil
            let run = task.runs?[name]
            let modelled: String =
                switch task.status {
                case .provisioning, .pending, .activating: "PENDING"
                case .running, .deactivating: ending.contains(name) ? "STOPPED" : "RUNNING"
                case .stopping, .deprovisioning, .stopped: "STOPPED"
                }
            let status = run.map { task.status == .stopped ? "STOPPED" : $0.status } ?? modelled
            let interfaces: [Value] =
                task.attachment.flatMap { attachment in
                    attachment.privateAddress.map {
                        [
                            [
                                "attachmentId": .string(attachment.id), "privateIpv4Address": .string($0.description),
                            ]
                        ]
                    }
                } ?? []
            let bindings = task.bindings.filter { $0.container == name && task.status >= .running }
            return [
                "containerArn": .string(containerARN(task, name)),
                "taskArn": .string(task.arn), "name": .string(name), "image": container["image"],
                "runtimeId": hasRun ? .string(runtimeID(task, name)) : nil,
                "lastStatus": .string(status),
                "exitCode": run != nil
                    ? run?.exitCode.map(Value.integer) : status == "STOPPED" && hasRun ? 0 : nil,
                "reason": run?.reason.map(Value.string)
                    ?? (status == "STOPPED" && index == 0 ? .optional(task.containerReason) : nil),
                "networkBindings": .list(bindings) {
                    [
                        "bindIP": "0.0.0.0", "containerPort": .integer($0.port), "hostPort": .integer($0.hostPort),
                        "protocol": .string($0.isUDP ? "udp" : "tcp"),
                    ]
                },
                "networkInterfaces": .list(interfaces),
                "healthStatus": run.map { .string($0.health) }
                    ?? (container["healthCheck"] != nil && status == "RUNNING" ? "HEALTHY" : "UNKNOWN"),
                "cpu": .string(String(container["cpu"]?.number ?? 0)),
                "memory": .optional(container["memory"]?.number.map(String.init)),
                "memoryReservation": .optional(container["memoryReservation"]?.number.map(String.init)),
            ]
        }
    }
}
