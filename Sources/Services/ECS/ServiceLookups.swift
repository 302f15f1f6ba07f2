import CloudState
import ServiceModel

/// Looking at services.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html>
enum ServiceLookups {
    static let operations: [String: Handler] = ["DescribeServices": .read(describe), "ListServices": .read(list)]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        let names = input.strings("services")
        guard !names.isEmpty else { throw ECSError.parameter("Services cannot be empty.") }
        guard names.count <= 10 else { throw ECSError.parameter("Services can have at most 10 items.") }
        let wantsTags = input.strings("include").contains("TAGS")
        var found: [Value] = []
        var failures: [Value] = []
        for name in names {
            let id = CallContext.lastPart(name)
            if let service = context.ecs.services["\(cluster.id)/\(id)"] {
                found.append(ServiceViews.view(service, context, withTags: wantsTags))
            } else {
                failures.append([
                    "arn": .string(context.ecsARN("service/\(cluster.id)/\(id)")), "reason": "MISSING",
                ])
            }
        }
        return Response(["services": .list(found), "failures": .list(failures)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        let found = context.ecs.services.filter { service in
            service.clusterName == cluster.id && service.status != "INACTIVE"
                && (input.string("launchType").map { $0 == service.deployments.first?.launchType } ?? true)
                && (input.string("schedulingStrategy").map { ($0 == "DAEMON") == service.isDaemon } ?? true)
        }
        let page = try ECSPaging.page(found.map(\.arn), input, size: 10)
        return Response(["serviceArns": page.items, "nextToken": page.token])
    }
}

/// Services as answers show them.
enum ServiceViews {
    static func view(_ service: ContainerService, _ context: CallContext, withTags: Bool = true) -> Value {
        let tasks = context.ecs.tasks.filter { $0.serviceID == service.id }
        let running = tasks.count { $0.status == .running && $0.isWanted }
        let pending = tasks.count { $0.status < .running && $0.isWanted }
        let primary = service.deployments.first ?? service.taskSets.first { $0.status == "PRIMARY" }?.deployment
        let desired =
            service.isDaemon
            ? context.ecs.containerInstances.count { $0.clusterName == service.clusterName && $0.status == "ACTIVE" }
            : service.desired
        let linkedRole =
            "arn:aws:iam::\(context.accountID):role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
        let isVPC = primary?.network != nil
        return [
            "serviceArn": .string(service.arn), "serviceName": .string(service.name),
            "clusterArn": .optional(context.ecs.clusters[service.clusterName]?.arn),
            "loadBalancers": .list(service.loadBalancers), "serviceRegistries": .list(service.registries),
            "status": .string(service.status), "desiredCount": .integer(desired),
            "runningCount": .integer(running), "pendingCount": .integer(pending),
            "launchType": .optional(primary?.launchType),
            "capacityProviderStrategy": primary.flatMap { $0.strategy.isEmpty ? nil : .list($0.strategy) },
            "platformVersion": .optional(primary?.platformVersion),
            "platformFamily": primary?.platformVersion == nil ? nil : "Linux",
            "taskDefinition": .optional(primary?.definitionARN),
            "deploymentConfiguration": service.deploymentConfiguration,
            "taskSets": service.controller == "ECS"
                ? nil : .list(service.taskSets) { TaskSets.view($0, service, context) },
            "deployments": .list(service.deployments) { deployment($0, service, tasks, desired) },
            "roleArn": .optional(
                service.role ?? (isVPC || !service.loadBalancers.isEmpty ? linkedRole : nil)),
            "events": .list(service.events) {
                ["id": .string($0.id), "createdAt": .timestamp($0.time), "message": .string($0.message)]
            },
            "createdAt": .timestamp(service.created), "placementConstraints": .list(service.placementConstraints),
            "placementStrategy": .list(service.placementStrategy), "networkConfiguration": primary?.network,
            "healthCheckGracePeriodSeconds": service.graceSeconds.map(Value.integer),
            "schedulingStrategy": service.isDaemon ? "DAEMON" : "REPLICA",
            "deploymentController": ["type": .string(service.controller)],
            "tags": withTags && !service.tags.isEmpty ? ECSTags.view(service.tags) : nil,
            "createdBy": .string(service.createdBy), "enableECSManagedTags": .boolean(service.managesTags),
            "propagateTags": .string(service.propagatesTags ?? "NONE"),
            "enableExecuteCommand": .boolean(service.enablesExecute),
            "availabilityZoneRebalancing": .string(service.rebalancing),
        ]
    }

    private static func deployment(
        _ deployment: ContainerService.Deployment, _ service: ContainerService, _ tasks: [ContainerTask],
        _ desired: Int
    ) -> Value {
        let own = tasks.filter { $0.deploymentID == deployment.id }
        return [
            "id": .string(deployment.id), "status": deployment.isPrimary ? "PRIMARY" : "ACTIVE",
            "taskDefinition": .string(deployment.definitionARN),
            "desiredCount": .integer(deployment.isPrimary ? desired : 0),
            "pendingCount": .integer(own.count { $0.status < .running && $0.isWanted }),
            "runningCount": .integer(own.count { $0.status == .running && $0.isWanted }),
            "failedTasks": .integer(deployment.failedTasks), "createdAt": .timestamp(deployment.created),
            "updatedAt": .timestamp(deployment.updated), "launchType": .optional(deployment.launchType),
            "capacityProviderStrategy": deployment.strategy.isEmpty ? nil : .list(deployment.strategy),
            "platformVersion": deployment.platformVersion.map { .string(FargateRules.version($0)) },
            "platformFamily": deployment.platformVersion == nil ? nil : "Linux",
            "networkConfiguration": deployment.network, "rolloutState": .string(deployment.rollout),
            "rolloutStateReason": .string(deployment.reason),
            "serviceConnectConfiguration": deployment.isPrimary ? service.serviceConnect : nil,
            "volumeConfigurations": deployment.isPrimary ? service.volumes : nil,
        ]
    }
}
