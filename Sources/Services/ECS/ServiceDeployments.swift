import CloudState
import ServiceModel

/// What has been rolled out of a service, and how that went.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html>
enum ServiceDeployments {
    static let operations: [String: Handler] = [
        "DescribeServiceDeployments": .read(describe), "ListServiceDeployments": .read(list),
        "StopServiceDeployment": .write(stop),
    ]

    private static func arn(
        _ deployment: ServiceDeployment, _ service: ContainerService, _ context: CallContext
    ) -> String {
        context.ecsARN("service-deployment/\(service.id)/\(deployment.target.id.dropFirst("ecs-svc/".count))")
    }

    private static func find(_ arn: String, _ context: CallContext) -> (ContainerService, ServiceDeployment)? {
        context.ecs.services.lazy.flatMap { service in service.history.map { (service, $0) } }
            .first { self.arn($0.1, $0.0, context) == arn }
    }

    private static func view(
        _ deployment: ServiceDeployment, _ service: ContainerService, _ context: CallContext
    ) -> Fields {
        var fields = Fields()
        fields["serviceDeploymentArn"] = .string(arn(deployment, service, context))
        fields["serviceArn"] = .string(service.arn)
        fields["clusterArn"] = .optional(context.ecs.clusters[service.clusterName]?.arn)
        fields["startedAt"] = .timestamp(deployment.target.created)
        fields["createdAt"] = .timestamp(deployment.target.created)
        fields["finishedAt"] = deployment.finished.map(Value.timestamp)
        fields["status"] = .string(deployment.status.rawValue)
        fields["statusReason"] = .optional(deployment.reason)
        return fields
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        let service = try context.service(input.string("service"), in: cluster)
        let wanted = input.strings("status")
        let time = input.structure("createdAt")
        let found = service.history.filter { deployment in
            let created = deployment.target.created
            return (wanted.isEmpty || wanted.contains(deployment.status.rawValue))
                && (time?.timestamp("before").map { created < $0 } ?? true)
                && (time?.timestamp("after").map { created > $0 } ?? true)
        }
        let page = try ECSPaging.page(found.map { arn($0, service, context) }, input, size: 20)
        let shown = Set(page.items.elements?.compactMap(\.text) ?? [])
        return Response([
            "serviceDeployments": .list(found.filter { shown.contains(arn($0, service, context)) }) { deployment in
                var fields = view(deployment, service, context)
                fields["targetServiceRevisionArn"] = .string(
                    ServiceRevisions.arn(deployment.target.id, service, context))
                return .structure(fields)
            }, "nextToken": page.token,
        ])
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var found: [Value] = []
        var failures: [Value] = []
        for wanted in input.strings("serviceDeploymentArns") {
            guard let (service, deployment) = find(wanted, context) else {
                failures.append(["arn": .string(wanted), "reason": "MISSING"])
                continue
            }
            var fields = view(deployment, service, context)
            fields["updatedAt"] = .timestamp(deployment.updated)
            if deployment.status == .stopped { fields["stoppedAt"] = deployment.finished.map(Value.timestamp) }
            fields["targetServiceRevision"] = ServiceRevisions.summary(deployment.target.id, service, context)
            fields["sourceServiceRevisions"] = .list(deployment.sources) {
                ServiceRevisions.summary($0, service, context)
            }
            fields["deploymentConfiguration"] = service.deploymentConfiguration
            fields["deploymentCircuitBreaker"] = breaker(deployment, service)
            if let rollback = deployment.rollback {
                fields["rollback"] = [
                    "reason": .string(rollback.reason), "startedAt": .timestamp(rollback.started),
                    "serviceRevisionArn": .string(ServiceRevisions.arn(rollback.target, service, context)),
                ]
            }
            found.append(.structure(fields))
        }
        return Response(["serviceDeployments": .list(found), "failures": .list(failures)])
    }

    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeploymentCircuitBreaker.html>
    private static func breaker(_ deployment: ServiceDeployment, _ service: ContainerService) -> Value {
        guard service.breaksCircuit || deployment.failures != nil else {
            return ["status": "DISABLED", "failureCount": 0, "threshold": 0]
        }
        let now = service.deployments.first { $0.id == deployment.target.id }?.failedTasks ?? 0
        let state =
            deployment.failures != nil
            ? "TRIGGERED" : deployment.isUnderWay ? "MONITORING" : "MONITORING_COMPLETE"
        return [
            "status": .string(state), "failureCount": .integer(deployment.failures ?? now),
            "threshold": .integer(Scheduler.breakingThreshold(of: service)),
        ]
    }

    /// Of a rolling deployment only the way back can be asked for.
    ///
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopServiceDeployment.html>
    static func stop(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let wanted = input.string("serviceDeploymentArn") ?? ""
        guard let (service, deployment) = find(wanted, context) else {
            throw ServiceError("ServiceDeploymentNotFoundException", "Service deployment not found.")
        }
        guard input.string("stopType") ?? "ROLLBACK" == "ROLLBACK" else {
            throw ECSError.parameter("The stop type ABORT is not supported for rolling deployments.")
        }
        guard deployment.status == .inProgress, service.deployments.first?.rollout == "IN_PROGRESS" else {
            throw ServiceError("ConflictException", "The service deployment is not in progress.")
        }
        guard Scheduler.stopDeployment(of: service, &context) else {
            throw ServiceError("ConflictException", "There is no service revision to roll back to.")
        }
        return Response(["serviceDeploymentArn": .string(wanted)])
    }
}
