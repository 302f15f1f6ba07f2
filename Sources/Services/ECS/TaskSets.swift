import CloudState
import ServiceModel

/// Task sets of services that ECS does not deploy itself: each has its share of the desired count.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-external.html>
enum TaskSets {
    /// Tasks of a set that hold their places.
    private static func tasks(_ set: ContainerService.TaskSet, _ state: ECSState) -> [ContainerTask] {
        state.tasks.filter { $0.deploymentID == set.id && $0.isWanted }
    }

    static func isAwaited(_ service: ContainerService, _ region: Region, _ now: Timestamp) -> Bool {
        guard service.status == "ACTIVE" else { return true }
        return service.taskSets.contains { set in
            let isWaiting = set.deployment.retryAfter.map { $0 > now } ?? false
            return set.status == "DRAINING"
                || !isWaiting && tasks(set, region.ecs).count != set.desired(of: service.desired)
        }
    }

    static func look(at service: ContainerService, _ context: inout CallContext) {
        let isGone = service.status != "ACTIVE"
        var retry: Timestamp?
        for set in service.taskSets {
            let own = tasks(set, context.ecs)
            let wanted = isGone ? 0 : set.desired(of: service.desired)
            // The newest go first.
            for task in own.reversed().prefix(max(0, own.count - wanted)) {
                let reason =
                    isGone
                    ? "Service \(service.name) was deleted." : "Scaling activity initiated by (task-set \(set.id))"
                TaskRun.stop(task.id, code: "ServiceSchedulerInitiated", reason: reason, &context)
            }
            guard own.count < wanted else { continue }
            if let after = set.deployment.retryAfter, after > context.now {
                retry = after
            } else {
                Scheduler.start(wanted - own.count, of: set.deployment, service.id, &context)
            }
        }
        clean(service, isGone, &context)
        let event = ServiceEvent.ecs(.service(id: service.id))
        if let retry {
            let delay = max(1000, retry.milliseconds - context.now.milliseconds)
            context.world.schedule(.event(event, region: context.region), after: .milliseconds(delay))
        } else if context.ecs.services[service.id]?.status != "INACTIVE" {
            context.world.rest(event, region: context.region, period: Scheduler.period)
        }
    }

    /// What is to go and has no tasks any more is gone.
    private static func clean(_ service: ContainerService, _ isGone: Bool, _ context: inout CallContext) {
        func isEmpty(_ id: String?) -> Bool {
            !context.ecs.tasks.contains { $0.serviceID == service.id && $0.deploymentID == id && $0.status != .stopped }
        }
        let gone = service.taskSets.filter { $0.status == "DRAINING" && isEmpty($0.id) }.map(\.id)
        if !gone.isEmpty {
            context.ecs.services.update(service.id) { $0.taskSets.removeAll { gone.contains($0.id) } }
        }
        if isGone, service.taskSets.allSatisfy({ isEmpty($0.id) }) { Scheduler.retire(service.id, &context) }
    }

    static func view(_ set: ContainerService.TaskSet, _ service: ContainerService, _ context: CallContext) -> Value {
        let own = tasks(set, context.ecs)
        let running = own.count { $0.status == .running }
        let desired = set.desired(of: service.desired)
        let deployment = set.deployment
        return [
            "id": .string(set.id), "taskSetArn": .string(set.arn), "serviceArn": .string(service.arn),
            "clusterArn": .optional(context.ecs.clusters[service.clusterName]?.arn),
            "externalId": .optional(set.externalID), "status": .string(set.status),
            "taskDefinition": .string(deployment.definitionARN), "computedDesiredCount": .integer(desired),
            "pendingCount": .integer(own.count - running), "runningCount": .integer(running),
            "createdAt": .timestamp(deployment.created), "updatedAt": .timestamp(deployment.updated),
            "launchType": .optional(deployment.launchType),
            "capacityProviderStrategy": deployment.strategy.isEmpty ? nil : .list(deployment.strategy),
            "platformVersion": deployment.platformVersion.map { .string(FargateRules.version($0)) },
            "platformFamily": deployment.platformVersion == nil ? nil : "Linux",
            "networkConfiguration": deployment.network, "loadBalancers": .list(set.loadBalancers),
            "serviceRegistries": .list(set.registries), "scale": ["value": .double(set.scale), "unit": "PERCENT"],
            "stabilityStatus": running == desired && own.count == desired ? "STEADY_STATE" : "STABILIZING",
            "stabilityStatusAt": .timestamp(deployment.updated), "tags": ECSTags.view(set.tags),
        ]
    }
}

/// Calls on task sets.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateTaskSet.html>
enum TaskSetCalls {
    static let operations: [String: Handler] = [
        "CreateTaskSet": .write(create),
        "DeleteTaskSet": .write(delete),
        "DescribeTaskSets": .read(describe),
        "UpdateServicePrimaryTaskSet": .write(makePrimary),
        "UpdateTaskSet": .write(update),
    ]

    private static let noSet = ServiceError("TaskSetNotFoundException", "The specified task set wasn't found.")

    /// The service of a call, which must be one that ECS does not deploy.
    private static func service(_ context: CallContext, _ input: Input) throws(ServiceError) -> ContainerService {
        let cluster = try context.cluster(input.string("cluster"))
        let service = try context.service(input.string("service"), in: cluster)
        guard service.status == "ACTIVE" else { throw ECSError.inactiveService }
        guard service.controller == "EXTERNAL" else {
            throw ECSError.parameter(
                "Amazon ECS only supports task set management on services configured to use external deployment controllers."
            )
        }
        return service
    }

    private static func place(of text: String?, in service: ContainerService) throws(ServiceError) -> Int {
        let id = text ?? ""
        guard
            let place = service.taskSets.firstIndex(where: { $0.id == id || $0.arn == id || $0.arn.hasSuffix("/\(id)") }
            )
        else { throw noSet }
        return place
    }

    private static func scale(_ input: Input?) throws(ServiceError) -> Double? {
        guard let value = input?.double("value") else { return nil }
        guard (0...100).contains(value) else { throw ECSError.parameter("Scale value should be between 0 and 100.") }
        return value
    }

    private static func answer(
        _ service: ContainerService, _ place: Int, _ context: inout CallContext
    ) -> Response {
        context.ecs.services.insert(service)
        Scheduler.lookSoon(at: service.id, &context)
        return Response(["taskSet": TaskSets.view(service.taskSets[place], service, context)])
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var service = try service(context, input)
        if let token = input.string("clientToken"),
            let place = service.taskSets.firstIndex(where: { $0.clientToken == token })
        {
            return Response(["taskSet": TaskSets.view(service.taskSets[place], service, context)])
        }
        guard service.taskSets.count < 5 else {
            throw ECSError.parameter(
                "5 deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit."
            )
        }
        let cluster = try context.cluster(input.string("cluster"))
        let definition = try context.activeDefinition(input.string("taskDefinition"))
        let strategy = try Launch.strategy(
            input["capacityProviderStrategy"]?.elements, launchType: input.string("launchType"), in: cluster)
        var plan = TaskPlan(definition: definition, group: "service:\(service.name)")
        plan.platformVersion = input.string("platformVersion")
        plan.network = try Network.read(input.structure("networkConfiguration"), &context)
        try plan.settle(launchType: input.string("launchType"), strategy: strategy, context)
        for balancer in input["loadBalancers"]?.elements ?? [] {
            try ServiceRules.check(balancer, definition, context.world.regions[context.regionIndex])
        }
        try Registries.check(input.structures("serviceRegistries"), context)
        let deployment = ContainerService.Deployment(
            id: "ecs-svc/" + context.newECSNumber("deployment"), definition: definition,
            launchType: strategy.isEmpty ? plan.launchType : nil, strategy: strategy,
            platformVersion: plan.launchType == "FARGATE" ? input.string("platformVersion") ?? "LATEST" : nil,
            network: input["networkConfiguration"], now: context.now)
        var set = ContainerService.TaskSet(
            arn: context.ecsARN("task-set/\(service.id)/\(deployment.id)"), deployment: deployment,
            scale: try scale(input.structure("scale")) ?? 100, tags: try ECSTags.read(input))
        set.externalID = input.string("externalId")
        set.loadBalancers = input["loadBalancers"]?.elements ?? []
        set.registries = input["serviceRegistries"]?.elements ?? []
        set.clientToken = input.string("clientToken")
        service.taskSets.append(set)
        return answer(service, service.taskSets.count - 1, &context)
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var service = try service(context, input)
        let place = try place(of: input.string("taskSet"), in: service)
        service.taskSets[place].scale = try scale(input.structure("scale")) ?? service.taskSets[place].scale
        service.taskSets[place].deployment.updated = context.now
        return answer(service, place, &context)
    }

    static func makePrimary(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var service = try service(context, input)
        let place = try place(of: input.string("primaryTaskSet"), in: service)
        for index in service.taskSets.indices where service.taskSets[index].status == "PRIMARY" {
            service.taskSets[index].status = "ACTIVE"
        }
        service.taskSets[place].status = "PRIMARY"
        service.taskSets[place].deployment.updated = context.now
        return answer(service, place, &context)
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var service = try service(context, input)
        let place = try place(of: input.string("taskSet"), in: service)
        let isForced = input.boolean("force") ?? false
        if service.taskSets[place].status == "PRIMARY", !isForced {
            throw ECSError.parameter("The primary task set of a service cannot be deleted.")
        }
        guard isForced || service.taskSets[place].scale == 0 else {
            throw ECSError.parameter("The task set cannot be deleted while it is scaled above 0.")
        }
        service.taskSets[place].status = "DRAINING"
        service.taskSets[place].deployment.updated = context.now
        return answer(service, place, &context)
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let service = try service(context, input)
        let wanted = input.strings("taskSets")
        var found: [Value] = []
        var failures: [Value] = []
        for id in wanted {
            if let place = try? place(of: id, in: service) {
                found.append(TaskSets.view(service.taskSets[place], service, context))
            } else {
                failures.append(["arn": .string(id), "reason": "MISSING"])
            }
        }
        if wanted.isEmpty { found = service.taskSets.map { TaskSets.view($0, service, context) } }
        return Response(["taskSets": .list(found), "failures": .list(failures)])
    }
}
