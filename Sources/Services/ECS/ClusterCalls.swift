import CloudState
import ServiceModel

/// Clusters.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html>
enum ClusterCalls {
    static let operations: [String: Handler] = [
        "CreateCluster": .write(create),
        "DeleteCluster": .write(delete),
        "DescribeClusters": .read(describe),
        "ListClusters": .read(list),
        "PutClusterCapacityProviders": .write(putProviders),
        "UpdateCluster": .write(update),
        "UpdateClusterSettings": .write(updateSettings),
    ]

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("clusterName") ?? "default"
        guard Names.isValid(name) else {
            throw ECSError.parameter(
                "Identifier is invalid. The cluster name must contain only letters, numbers, hyphens and underscores, up to 255 of them."
            )
        }
        if let existing = context.ecs.clusters[name], existing.status == "ACTIVE" {
            var wanted = existing
            try change(&wanted, input, &context)
            try setProviders(&wanted, input, context)
            if input.has("tags") { wanted.tags = try ECSTags.read(input) }
            guard wanted == existing else {
                throw ECSError.parameter(
                    "Arguments on this idempotent request are inconsistent with those used in previous request(s).")
            }
            return Response(["cluster": view(existing, context, all: true)])
        }
        context.ecs.clusters.remove(name)
        var cluster = ContainerCluster(
            name: name, arn: context.ecsARN("cluster/\(name)"), tags: try ECSTags.read(input))
        let inherited = context.ecs.accountSettings["containerInsights"] ?? "disabled"
        cluster.settings = [["name": "containerInsights", "value": .string(inherited)]]
        try change(&cluster, input, &context)
        try setProviders(&cluster, input, context)
        context.ecs.clusters.insert(cluster)
        Agents.watch(&context)
        return Response(["cluster": view(cluster, context, all: true)])
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var cluster = try context.cluster(input.string("cluster"))
        try change(&cluster, input, &context)
        context.ecs.clusters.insert(cluster)
        return Response(["cluster": view(cluster, context, all: true)])
    }

    static func updateSettings(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var cluster = try context.cluster(input.string("cluster"))
        try setSettings(&cluster, input)
        context.ecs.clusters.insert(cluster)
        return Response(["cluster": view(cluster, context, all: true)])
    }

    private static func change(
        _ cluster: inout ContainerCluster, _ input: Input, _ context: inout CallContext
    ) throws(ServiceError) {
        try setSettings(&cluster, input)
        // A namespace that is named and is not there yet is made.
        if let name = input.structure("serviceConnectDefaults")?.string("namespace"), !name.isEmpty,
            !name.hasPrefix("arn:"), context.cloudMap.namespace(name) == nil
        {
            _ = try context.call("servicediscovery", "CreateHttpNamespace", ["Name": .string(name)])
        }
        if let configuration = input["configuration"] { cluster.configuration = configuration }
        if let defaults = input["serviceConnectDefaults"] { cluster.serviceConnectDefaults = defaults }
    }

    private static func setSettings(_ cluster: inout ContainerCluster, _ input: Input) throws(ServiceError) {
        for setting in input.structures("settings") {
            let value = setting.string("value") ?? ""
            guard setting.string("name") == "containerInsights", ["enabled", "disabled", "enhanced"].contains(value)
            else { throw ECSError.parameter("Invalid cluster setting value: \(value.prefix(64))") }
            cluster.settings = [["name": "containerInsights", "value": .string(value)]]
        }
    }

    static func putProviders(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var cluster = try context.cluster(input.string("cluster"))
        let kept = Set(input.strings("capacityProviders"))
        guard cluster.capacityProviders.allSatisfy({ kept.contains($0) || !isUsed($0, in: cluster, context) }) else {
            throw ServiceError(
                "ResourceInUseException", "The specified capacity provider is in use and cannot be removed.")
        }
        try setProviders(&cluster, input, context)
        context.ecs.clusters.insert(cluster)
        return Response(["cluster": view(cluster, context, all: true)])
    }

    /// Whether tasks or services of a cluster run on a capacity provider.
    private static func isUsed(_ provider: String, in cluster: ContainerCluster, _ context: CallContext) -> Bool {
        context.ecs.tasks.contains {
            $0.clusterName == cluster.id && $0.capacityProvider == provider && $0.status != .stopped
        }
            || context.ecs.services.contains { service in
                service.clusterName == cluster.id && service.status == "ACTIVE"
                    && service.deployments.contains {
                        $0.strategy.contains { $0["capacityProvider"]?.text == provider }
                    }
            }
    }

    private static func setProviders(
        _ cluster: inout ContainerCluster, _ input: Input, _ context: CallContext
    ) throws(ServiceError) {
        if input.has("capacityProviders") { cluster.capacityProviders = input.strings("capacityProviders") }
        if let strategy = input["defaultCapacityProviderStrategy"]?.elements { cluster.defaultStrategy = strategy }
        for name in cluster.capacityProviders where !CapacityProviderCalls.isKnown(name, context) {
            throw ECSError.parameter("The specified capacity provider was not found.")
        }
        try Strategy.check(cluster.defaultStrategy, in: cluster)
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var cluster = try context.cluster(input.string("cluster"))
        if context.ecs.services.contains(where: { $0.clusterName == cluster.id && $0.status == "ACTIVE" }) {
            throw ServiceError(
                "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")
        }
        if context.ecs.containerInstances.contains(where: { $0.clusterName == cluster.id }) {
            throw ServiceError(
                "ClusterContainsContainerInstancesException",
                "The Cluster cannot be deleted while Container Instances are active or draining.")
        }
        if context.ecs.tasks.contains(where: { $0.clusterName == cluster.id && $0.status != .stopped }) {
            throw ServiceError(
                "ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")
        }
        cluster.status = "INACTIVE"
        context.ecs.clusters.insert(cluster)
        return Response(["cluster": view(cluster, context, all: true)])
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = input.has("clusters") ? input.strings("clusters") : ["default"]
        guard names.count <= 100 else { throw ECSError.parameter("clusters can have at most 100 items.") }
        let include = Set(input.strings("include"))
        var found: [Value] = []
        var failures: [Value] = []
        for name in names {
            let id = CallContext.lastPart(name)
            if let cluster = context.ecs.clusters[id] {
                found.append(view(cluster, context, include: include))
            } else {
                failures.append(["arn": .string(context.ecsARN("cluster/\(id)")), "reason": "MISSING"])
            }
        }
        return Response(["clusters": .list(found), "failures": .list(failures)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try ECSPaging.page(context.ecs.clusters.filter { $0.status == "ACTIVE" }.map(\.arn), input)
        return Response(["clusterArns": page.items, "nextToken": page.token])
    }

    static func view(
        _ cluster: ContainerCluster, _ context: CallContext, include: Set<String> = [], all: Bool = false
    ) -> Value {
        let tasks = context.ecs.tasks.filter { $0.clusterName == cluster.id }
        let services = context.ecs.services.filter { $0.clusterName == cluster.id && $0.status == "ACTIVE" }
        let running = tasks.filter { $0.status == .running }
        let pending = tasks.filter { $0.status < .running }
        var statistics: [Value] = []
        if include.contains("STATISTICS") {
            for type in ["EC2", "Fargate"] {
                let kind = type.uppercased()
                func add(_ name: String, _ count: Int) {
                    statistics.append(["name": .string(name), "value": .string(String(count))])
                }
                add("running\(type)TasksCount", running.count { $0.launchType == kind })
                add("pending\(type)TasksCount", pending.count { $0.launchType == kind })
                add("active\(type)ServiceCount", services.count { ($0.deployments.first?.launchType ?? "EC2") == kind })
                add("draining\(type)ServiceCount", 0)
            }
        }
        return [
            "clusterArn": .string(cluster.arn), "clusterName": .string(cluster.id), "status": .string(cluster.status),
            "registeredContainerInstancesCount": .integer(
                context.ecs.containerInstances.count { $0.clusterName == cluster.id }),
            "runningTasksCount": .integer(running.count), "pendingTasksCount": .integer(pending.count),
            "activeServicesCount": .integer(services.count), "statistics": .list(statistics),
            "tags": all || include.contains("TAGS") ? ECSTags.view(cluster.tags) : [],
            "settings": all || include.contains("SETTINGS") ? .list(cluster.settings) : [],
            "configuration": all || include.contains("CONFIGURATIONS") ? cluster.configuration : nil,
            "capacityProviders": .strings(cluster.capacityProviders),
            "defaultCapacityProviderStrategy": .list(cluster.defaultStrategy),
            "serviceConnectDefaults": context.world.regions[context.regionIndex].connectNamespace(
                nil, cluster: cluster.id
            ).map { ["namespace": .string($0.arn)] }
                ?? cluster.serviceConnectDefaults,
        ]
    }
}

/// Names of clusters, families, containers and services.
enum Names {
    static func isValid(_ name: String) -> Bool {
        (1...255).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
