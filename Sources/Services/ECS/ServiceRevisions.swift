import CloudState
import ServiceModel

/// What a service's deployments bring about: a revision each.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html>
enum ServiceRevisions {
    static let operations: [String: Handler] = ["DescribeServiceRevisions": .read(describe)]

    /// - Parameter deployment: the id of the deployment that brought it.
    static func arn(_ deployment: String, _ service: ContainerService, _ context: CallContext) -> String {
        context.ecsARN("service-revision/\(service.id)/\(deployment.dropFirst("ecs-svc/".count))")
    }

    /// How far a revision has come.
    static func summary(_ deployment: String, _ service: ContainerService, _ context: CallContext) -> Value {
        let own = context.ecs.tasks.filter { $0.deploymentID == deployment && $0.serviceID == service.id }
        let isPrimary = service.deployments.first?.id == deployment
        return [
            "arn": .string(arn(deployment, service, context)),
            "requestedTaskCount": .integer(isPrimary ? service.desired : 0),
            "runningTaskCount": .integer(own.count { $0.status == .running && $0.isWanted }),
            "pendingTaskCount": .integer(own.count { $0.status < .running && $0.isWanted }),
        ]
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var found: [Value] = []
        var failures: [Value] = []
        for wanted in input.strings("serviceRevisionArns") {
            let match = context.ecs.services.lazy.flatMap { service in
                service.history.map { (service, $0.target) }
            }.first { arn($0.1.id, $0.0, context) == wanted }
            if let (service, deployment) = match {
                found.append(view(deployment, service, context))
            } else {
                failures.append(["arn": .string(wanted), "reason": "MISSING"])
            }
        }
        return Response(["serviceRevisions": .list(found), "failures": .list(failures)])
    }

    private static func view(
        _ deployment: ContainerService.Deployment, _ service: ContainerService, _ context: CallContext
    ) -> Value {
        let isPrimary = service.deployments.first?.id == deployment.id
        let containers = context.ecs.taskDefinitions[deployment.definitionID]?.containers ?? []
        return [
            "serviceRevisionArn": .string(arn(deployment.id, service, context)), "serviceArn": .string(service.arn),
            "clusterArn": .optional(context.ecs.clusters[service.clusterName]?.arn),
            "taskDefinition": .string(deployment.definitionARN), "launchType": .optional(deployment.launchType),
            "capacityProviderStrategy": deployment.strategy.isEmpty ? nil : .list(deployment.strategy),
            "platformVersion": deployment.platformVersion.map { .string(FargateRules.version($0)) },
            "platformFamily": deployment.platformVersion == nil ? nil : "Linux",
            "networkConfiguration": deployment.network, "loadBalancers": .list(service.loadBalancers),
            "serviceRegistries": .list(service.registries),
            "serviceConnectConfiguration": isPrimary ? service.serviceConnect : nil,
            "volumeConfigurations": isPrimary ? service.volumes : nil,
            "containerImages": .list(containers) { container in
                ["containerName": container["name"], "image": container["image"]]
            },
            "guardDutyEnabled": false, "createdAt": .timestamp(deployment.created),
        ]
    }
}
