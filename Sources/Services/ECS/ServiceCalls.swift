import CloudState
import ServiceModel

/// Services.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>
enum ServiceCalls {
    static let operations: [String: Handler] = [
        "CreateService": .write(create),
        "DeleteService": .write(delete),
        "UpdateService": .write(update),
    ]

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        let name = input.string("serviceName") ?? ""
        guard Names.isValid(name) else { throw ECSError.parameter("Invalid service name.") }
        if let existing = context.ecs.services["\(cluster.id)/\(name)"] {
            if existing.status == "DRAINING" {
                throw ECSError.parameter("Unable to Start a service that is still Draining.")
            }
            if existing.status == "ACTIVE" {
                guard let token = input.string("clientToken"), token == existing.clientToken else {
                    throw ECSError.parameter("Creation of service was not idempotent.")
                }
                return Response(["service": ServiceViews.view(existing, context)])
            }
        }
        let kind = input.structure("deploymentController")?.string("type") ?? "ECS"
        guard kind != "EXTERNAL" else { return try createExternal(&context, input, cluster, name) }
        let isDaemon = input.string("schedulingStrategy") == "DAEMON"
        guard let definition = context.definition(input.string("taskDefinition")) else {
            throw ECSError.noDefinition
        }
        guard definition.status == .active else { throw ECSError.client("TaskDefinition is inactive") }
        let desired = try desiredCount(input, isDaemon: isDaemon)
        let strategy = try Launch.strategy(
            input["capacityProviderStrategy"]?.elements, launchType: input.string("launchType"), in: cluster)
        var plan = TaskPlan(definition: definition, group: "service:\(name)")
        plan.platformVersion = input.string("platformVersion")
        plan.network = try Network.read(input.structure("networkConfiguration"), &context)
        plan.constraints = input.structures("placementConstraints").map(\.fields)
        plan.strategy = input.structures("placementStrategy").map(\.fields)
        try plan.settle(launchType: input.string("launchType"), strategy: strategy, context)
        try Placement.check(plan, cluster, context)
        if isDaemon, plan.launchType == "FARGATE" {
            throw ECSError.parameter("The daemon scheduling strategy is not supported for this launch type.")
        }
        let limits = try Limits(input.structure("deploymentConfiguration"), isDaemon: isDaemon, old: nil)
        let deployment = ContainerService.Deployment(
            id: "ecs-svc/" + context.newECSNumber("deployment"), definition: definition,
            launchType: strategy.isEmpty ? plan.launchType : nil, strategy: strategy,
            platformVersion: plan.launchType == "FARGATE" ? input.string("platformVersion") ?? "LATEST" : nil,
            network: input["networkConfiguration"], now: context.now)
        var service = ContainerService(
            name: name, clusterName: cluster.id, arn: context.ecsARN("service/\(cluster.id)/\(name)"),
            desired: desired, isDaemon: isDaemon, minimumHealthyPercent: limits.minimum,
            maximumPercent: limits.maximum, deploymentConfiguration: limits.view, deployment: deployment,
            created: context.now, createdBy: context.caller.arn, tags: try ECSTags.read(input))
        limits.apply(to: &service)
        try apply(input, to: &service, definition, &context)
        guard
            !input.has("role")
                || definition.networkMode != "awsvpc" && service.loadBalancers.count < 2
                    && service.registries.isEmpty
        else {
            throw ECSError.parameter(
                "You cannot specify an IAM role for services that require a service linked role.")
        }
        service.placementConstraints = input["placementConstraints"]?.elements ?? []
        service.placementStrategy = input["placementStrategy"]?.elements ?? []
        service.role = input.string("role")
        let rebalances = kind == "ECS" && service.canBalanceZones ? "ENABLED" : "DISABLED"
        service.rebalancing = input.string("availabilityZoneRebalancing") ?? rebalances
        service.clientToken = input.string("clientToken")
        if kind != "ECS" { hand(&service, deployment, to: kind, context) }
        context.ecs.services.remove(service.id)
        context.ecs.services.insert(service)
        Scheduler.lookSoon(at: service.id, &context)
        return Response(["service": ServiceViews.view(service, context)])
    }

    /// The first task set of a service that CodeDeploy deploys is made with it.
    private static func hand(
        _ service: inout ContainerService, _ deployment: ContainerService.Deployment, to controller: String,
        _ context: CallContext
    ) {
        service.controller = controller
        service.dropDeployments()
        var set = ContainerService.TaskSet(
            arn: context.ecsARN("task-set/\(service.id)/\(deployment.id)"), deployment: deployment, scale: 100,
            tags: Tags())
        set.status = "PRIMARY"
        set.loadBalancers = service.loadBalancers
        set.registries = service.registries
        service.taskSets = [set]
    }

    /// A service whose tasks come with its task sets.
    private static func createExternal(
        _ context: inout CallContext, _ input: Input, _ cluster: ContainerCluster, _ name: String
    ) throws(ServiceError) -> Response {
        for (member, words) in [
            ("taskDefinition", "TaskDefinition"), ("launchType", "LaunchType"),
            ("networkConfiguration", "NetworkConfiguration"), ("platformVersion", "PlatformVersion"),
            ("loadBalancers", "LoadBalancers"), ("serviceRegistries", "ServiceRegistries"),
        ] where input.has(member) && input[member] != .list([]) {
            throw ECSError.parameter("\(words) must be blank")
        }
        let isDaemon = input.string("schedulingStrategy") == "DAEMON"
        let limits = try Limits(input.structure("deploymentConfiguration"), isDaemon: isDaemon, old: nil)
        var service = ContainerService(
            name: name, clusterName: cluster.id, arn: context.ecsARN("service/\(cluster.id)/\(name)"),
            desired: input.has("desiredCount") ? try desiredCount(input, isDaemon: isDaemon) : 0, isDaemon: isDaemon,
            minimumHealthyPercent: limits.minimum, maximumPercent: limits.maximum,
            deploymentConfiguration: limits.view, deployment: nil, created: context.now,
            createdBy: context.caller.arn, tags: try ECSTags.read(input))
        service.controller = "EXTERNAL"
        service.placementConstraints = input["placementConstraints"]?.elements ?? []
        service.placementStrategy = input["placementStrategy"]?.elements ?? []
        service.managesTags = input.boolean("enableECSManagedTags") ?? false
        service.propagatesTags = input.string("propagateTags")
        service.graceSeconds = input.integer("healthCheckGracePeriodSeconds")
        service.clientToken = input.string("clientToken")
        context.ecs.services.remove(service.id)
        context.ecs.services.insert(service)
        return Response(["service": ServiceViews.view(service, context)])
    }

    private static func desiredCount(_ input: Input, isDaemon: Bool) throws(ServiceError) -> Int {
        guard !isDaemon else {
            guard !input.has("desiredCount") else {
                throw ECSError.parameter(
                    "The daemon scheduling strategy does not support a desired count for services.")
            }
            return 0
        }
        guard let count = input.integer("desiredCount") else {
            throw ECSError.parameter(
                "Desired count cannot be empty for a service with the REPLICA scheduling strategy.")
        }
        guard (0...5000).contains(count) else {
            throw ECSError.parameter("Desired count must be between 0 and 5000.")
        }
        return count
    }

    /// What create and update have in common.
    private static func apply(
        _ input: Input, to service: inout ContainerService, _ definition: TaskDefinition, _ context: inout CallContext
    ) throws(ServiceError) {
        if let balancers = input["loadBalancers"]?.elements {
            service.loadBalancers = balancers
        }
        // A new definition has to have what the balancers lead to.
        if input.has("loadBalancers") || input.has("taskDefinition") {
            for balancer in service.loadBalancers {
                try ServiceRules.check(balancer, definition, context.world.regions[context.regionIndex])
            }
        }
        if let registries = input["serviceRegistries"]?.elements {
            try Registries.check(input.structures("serviceRegistries"), context)
            service.registries = registries
        }
        if let grace = input.integer("healthCheckGracePeriodSeconds") {
            guard !service.loadBalancers.isEmpty else {
                throw ECSError.parameter(
                    "Health check grace period is only valid for services configured to use load balancers")
            }
            service.graceSeconds = grace
        } else if service.graceSeconds == nil, !service.loadBalancers.isEmpty {
            service.graceSeconds = 0
        }
        if let isOn = input.boolean("enableECSManagedTags") { service.managesTags = isOn }
        if let isOn = input.boolean("enableExecuteCommand") { service.enablesExecute = isOn }
        guard !service.enablesExecute || definition.content["taskRoleArn"] != nil else {
            let isThere = context.ecs.services[service.id]?.status == "ACTIVE"
            throw ECSError.parameter(
                "The service couldn't be \(isThere ? "updated" : "created") because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again."
            )
        }
        if let source = input.string("propagateTags") { service.propagatesTags = source }
        if let connect = input["serviceConnectConfiguration"] {
            service.serviceConnect = connect
            try Connect.prepare(service, definition, &context)
        }
        if let volumes = input["volumeConfigurations"] { service.volumes = volumes }
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        var service = try context.service(input.string("service"), in: cluster)
        guard service.status == "ACTIVE" else { throw ECSError.inactiveService }
        guard service.controller == "ECS" else { return try updateForeign(&context, input, service) }
        guard let primary = service.deployments.first else { throw ECSError.inactiveService }
        let old = service
        var definition = context.ecs.taskDefinitions[primary.definitionID]
        if input.has("taskDefinition") { definition = try context.activeDefinition(input.string("taskDefinition")) }
        guard let definition else { throw ECSError.noDefinition }
        if input.has("desiredCount") { service.desired = try desiredCount(input, isDaemon: service.isDaemon) }
        if input.has("deploymentConfiguration") {
            let limits = try Limits(
                input.structure("deploymentConfiguration"), isDaemon: service.isDaemon, old: service)
            service.minimumHealthyPercent = limits.minimum
            service.maximumPercent = limits.maximum
            service.deploymentConfiguration = limits.view
            limits.apply(to: &service)
        }
        try apply(input, to: &service, definition, &context)
        if let constraints = input["placementConstraints"]?.elements { service.placementConstraints = constraints }
        if let strategy = input["placementStrategy"]?.elements { service.placementStrategy = strategy }
        if let rebalancing = input.string("availabilityZoneRebalancing") { service.rebalancing = rebalancing }
        try roll(&service, old, primary, definition, input, cluster, &context)
        context.ecs.services.insert(service)
        Scheduler.lookSoon(at: service.id, &context)
        return Response(["service": ServiceViews.view(service, context)])
    }

    /// Of a service that ECS does not deploy only what no deployment is made of can be changed.
    private static func updateForeign(
        _ context: inout CallContext, _ input: Input, _ service: ContainerService
    ) throws(ServiceError) -> Response {
        let members = [
            ("taskDefinition", "task definition"), ("networkConfiguration", "network parameters"),
            ("platformVersion", "platform version"), ("capacityProviderStrategy", "capacity provider strategy"),
            ("loadBalancers", "load balancers"), ("serviceRegistries", "service registries"),
        ]
        let way =
            service.controller == "CODE_DEPLOY"
            ? "Use AWS CodeDeploy to trigger a new deployment." : "Use task sets to trigger a new deployment."
        for (member, words) in members where input.has(member) {
            throw ECSError.parameter(
                "Unable to update \(words) on services with a \(service.controller) deployment controller. \(way)")
        }
        if input.boolean("forceNewDeployment") ?? false {
            throw ECSError.parameter(
                "Cannot force a new deployment on services with a \(service.controller) deployment controller. \(way)")
        }
        var service = service
        if input.has("desiredCount") { service.desired = try desiredCount(input, isDaemon: service.isDaemon) }
        if let grace = input.integer("healthCheckGracePeriodSeconds") { service.graceSeconds = grace }
        if let isOn = input.boolean("enableECSManagedTags") { service.managesTags = isOn }
        if let source = input.string("propagateTags") { service.propagatesTags = source }
        context.ecs.services.insert(service)
        Scheduler.lookSoon(at: service.id, &context)
        return Response(["service": ServiceViews.view(service, context)])
    }

    /// Begins a new deployment where something has changed that tasks are made of.
    private static func roll(
        _ service: inout ContainerService, _ old: ContainerService, _ primary: ContainerService.Deployment,
        _ definition: TaskDefinition, _ input: Input, _ cluster: ContainerCluster, _ context: inout CallContext
    ) throws(ServiceError) {
        var strategy = primary.strategy
        if let wanted = input["capacityProviderStrategy"]?.elements {
            try Strategy.check(wanted, in: cluster)
            strategy = wanted
        }
        let network = input["networkConfiguration"] ?? primary.network
        let version = input.string("platformVersion") ?? primary.platformVersion
        var plan = TaskPlan(definition: definition, group: "service:\(service.name)")
        plan.platformVersion = version
        plan.network = try Network.read(network, &context)
        plan.constraints = service.placementConstraints.compactMap(\.fields)
        plan.strategy = service.placementStrategy.compactMap(\.fields)
        try plan.settle(launchType: strategy.isEmpty ? primary.launchType : nil, strategy: strategy, context)
        try Placement.check(plan, cluster, context)
        let hasChanged =
            input.boolean("forceNewDeployment") ?? false || definition.id != primary.definitionID
            || strategy != primary.strategy || network != primary.network || version != primary.platformVersion
            || service.loadBalancers != old.loadBalancers || service.serviceConnect != old.serviceConnect
            || service.registries != old.registries || service.volumes != old.volumes
        guard hasChanged else {
            service.deployments[0].updated = context.now
            return
        }
        let deployment = ContainerService.Deployment(
            id: "ecs-svc/" + context.newECSNumber("deployment"), definition: definition,
            launchType: strategy.isEmpty ? primary.launchType ?? plan.launchType : nil, strategy: strategy,
            platformVersion: version, network: network, now: context.now)
        for index in service.deployments.indices { service.deployments[index].isPrimary = false }
        // One that has not got through is overtaken.
        service.deployments.removeAll { deployment in
            deployment.rollout != "COMPLETED"
                && !context.ecs.tasks.contains { $0.deploymentID == deployment.id && $0.status != .stopped }
        }
        service.updateRollout {
            $0.stop("Service deployment stopped because another one was started.", at: context.now)
        }
        service.begin(deployment)
    }

    /// What scales a service goes with it.
    private static func deregisterScaling(
        of service: ContainerService, _ context: inout CallContext
    ) throws(ServiceError) {
        let (resource, dimension) = ("service/\(service.id)", "ecs:service:DesiredCount")
        let id = ScalableTarget.id(namespace: "ecs", resource: resource, dimension: dimension)
        guard context.applicationScaling.targets[id] != nil else { return }
        _ = try context.call(
            "application-autoscaling", "DeregisterScalableTarget",
            [
                "ServiceNamespace": "ecs", "ResourceId": .string(resource), "ScalableDimension": .string(dimension),
            ])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let cluster = try context.cluster(input.string("cluster"))
        var service = try context.service(input.string("service"), in: cluster)
        guard service.status == "ACTIVE" else { throw ECSError.inactiveService }
        guard service.desired == 0 || input.boolean("force") ?? false || service.isDaemon else {
            throw ECSError.parameter("The service cannot be stopped while it is scaled above 0.")
        }
        service.status = "DRAINING"
        service.desired = 0
        try deregisterScaling(of: service, &context)
        context.ecs.services.insert(service)
        Scheduler.lookSoon(at: service.id, &context)
        return Response(["service": ServiceViews.view(service, context)])
    }
}

/// How many tasks a deployment may add and take away.
struct Limits {
    let minimum: Int
    let maximum: Int
    let view: Value
    private let breaks: Bool
    private let rollsBack: Bool

    init(_ input: Input?, isDaemon: Bool, old: ContainerService?) throws(ServiceError) {
        minimum = input?.integer("minimumHealthyPercent") ?? old?.minimumHealthyPercent ?? (isDaemon ? 0 : 100)
        maximum = input?.integer("maximumPercent") ?? old?.maximumPercent ?? (isDaemon ? 100 : 200)
        guard (0...100).contains(minimum) || !isDaemon, minimum >= 0, maximum > minimum || isDaemon && maximum > 0
        else {
            throw ECSError.parameter(
                minimum == 100 && maximum == 100
                    ? "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments."
                    : "maximumPercent should be greater than minimumHealthyPercent.")
        }
        let breaker = input?.structure("deploymentCircuitBreaker")
        breaks = breaker?.boolean("enable") ?? old?.breaksCircuit ?? false
        rollsBack = breaker?.boolean("rollback") ?? old?.rollsBack ?? false
        var fields = old?.deploymentConfiguration.fields ?? Fields()
        for field in input?.fields.fields ?? [] { fields[field.name] = field.value }
        fields["minimumHealthyPercent"] = .integer(minimum)
        fields["maximumPercent"] = .integer(maximum)
        fields["deploymentCircuitBreaker"] = ["enable": .boolean(breaks), "rollback": .boolean(rollsBack)]
        if fields["strategy"] == nil { fields["strategy"] = "ROLLING" }
        if fields["bakeTimeInMinutes"] == nil { fields["bakeTimeInMinutes"] = 0 }
        guard fields["strategy"] == "ROLLING" else {
            throw ECSError.notEmulated("The deployment strategy \(fields["strategy"]?.text ?? "")")
        }
        view = .structure(fields)
    }

    func apply(to service: inout ContainerService) {
        service.breaksCircuit = breaks
        service.rollsBack = rollsBack
    }
}

/// What AWS requires of a service's load balancers.
enum ServiceRules {
    static func check(_ balancer: Value, _ definition: TaskDefinition, _ region: Region) throws(ServiceError) {
        guard let arn = balancer["targetGroupArn"]?.text else {
            throw ECSError.notEmulated("A Classic Load Balancer")
        }
        guard let group = region.elb.targetGroups[arn] else {
            throw ECSError.parameter("The target group with targetGroupArn \(arn.prefix(256)) does not exist.")
        }
        guard !region.elb.loadBalancers(using: arn).isEmpty else {
            throw ECSError.parameter(
                "The target group with targetGroupArn \(arn) does not have an associated load balancer.")
        }
        let name = balancer["containerName"]?.text ?? ""
        let port = balancer["containerPort"]?.number ?? 0
        guard definition.containers.contains(where: { $0["name"]?.text == name }) else {
            throw ECSError.parameter("The container \(name.prefix(255)) does not exist in the task definition.")
        }
        guard definition.ports.contains(where: { $0.container == name && $0.port == port }) else {
            throw ECSError.parameter("The container \(name) did not have a container port \(port) defined.")
        }
        let wanted: TargetGroup.TargetKind = definition.networkMode == "awsvpc" ? .ip : .instance
        guard group.kind == wanted else {
            throw ECSError.parameter(
                "The provided target group \(arn) has target type \(group.kind.rawValue), which is incompatible with the \(definition.networkMode) network mode specified in the task definition."
            )
        }
    }
}
