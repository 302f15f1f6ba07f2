import CloudState
import ServiceModel

/// Tasks as instances of Cloud Map's services.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html>,
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts.html>
enum Registries {
    static func register(_ task: ContainerTask, of service: ContainerService, _ context: inout CallContext) {
        for registry in registries(task, service, context) {
            guard let attributes = attributes(task, service, registry, context) else { continue }
            let before = context.world
            do throws(ServiceError) {
                _ = try context.call(
                    "servicediscovery", "RegisterInstance",
                    [
                        "ServiceId": .string(registry.service.id), "InstanceId": .string(task.id),
                        "Attributes": .map(attributes),
                    ])
            } catch {
                context.world = before
                Scheduler.note(
                    "was unable to register (task \(task.id)) in (service-registry \(registry.service.arn)) due to (reason \(error.message)).",
                    service.id, &context)
            }
        }
    }

    /// What is not registered need not be taken out.
    static func deregister(_ task: ContainerTask, _ context: inout CallContext) {
        guard task.serviceID != nil else { return }
        for service in context.cloudMap.services where service.instances.contains(where: { $0.id == task.id }) {
            _ = try? context.call(
                "servicediscovery", "DeregisterInstance",
                ["ServiceId": .string(service.id), "InstanceId": .string(task.id)])
        }
    }

    /// A service of Cloud Map that tasks are registered in, and the container and port that it is about.
    private struct Registry {
        var service: DiscoveryService
        var container: String?
        var port: Int?
        /// Registries of Service Connect always name a port.
        var isConnect = false
    }

    private static func registries(
        _ task: ContainerTask, _ service: ContainerService, _ context: CallContext
    ) -> [Registry] {
        var found = service.registries(of: task).compactMap { value -> Registry? in
            let id = value["registryArn"]?.text.map(CallContext.lastPart) ?? ""
            return context.cloudMap.services[id].map {
                Registry(
                    service: $0, container: value["containerName"]?.text,
                    port: value["containerPort"]?.number ?? value["port"]?.number)
            }
        }
        guard service.connects,
            let namespace = context.connectNamespace(of: service),
            let definition = context.ecs.taskDefinitions[task.definitionID]
        else { return found }
        for (name, portName, _) in service.connectNames {
            guard let port = Connect.port(portName, definition),
                let target = context.cloudMap.services.first(where: {
                    $0.namespaceID == namespace.id && $0.name == name
                })
            else { continue }
            found.append(Registry(service: target, container: port.container, port: port.port, isConnect: true))
        }
        return found
    }

    /// What Cloud Map is told of a task; nil where it has no address.
    private static func attributes(
        _ task: ContainerTask, _ service: ContainerService, _ registry: Registry, _ context: CallContext
    ) -> Fields? {
        var fields = Fields()
        func add(_ name: String, _ value: String?) {
            if let value { fields[name] = .string(value) }
        }
        var port = registry.port
        if let address = task.attachment?.privateAddress {
            add("AWS_INSTANCE_IPV4", address.description)
        } else {
            guard let host = task.containerInstanceID.flatMap({ context.ecs.containerInstances[$0] }),
                let address = context.ec2.primaryAddress(ofInstance: host.instanceID)
            else { return nil }
            add("AWS_INSTANCE_IPV4", address.description)
            add("EC2_INSTANCE_ID", host.instanceID)
            port = task.bindings.first { $0.container == registry.container && $0.port == registry.port }?.hostPort
        }
        if registry.isConnect || registry.service.recordTypes.contains("SRV") || registry.service.type == "HTTP" {
            add("AWS_INSTANCE_PORT", port.map(String.init))
        }
        if registry.service.customHealthCheck != nil { add("AWS_INIT_HEALTH_STATUS", "HEALTHY") }
        add("AVAILABILITY_ZONE", task.zone)
        add("REGION", context.region)
        add("ECS_CLUSTER_NAME", task.clusterName)
        add("ECS_SERVICE_NAME", service.name)
        add("ECS_TASK_DEFINITION_FAMILY", context.ecs.taskDefinitions[task.definitionID]?.family)
        return fields
    }

    /// - Throws: where a registry is not there.
    static func check(_ registries: [Input], _ context: CallContext) throws(ServiceError) {
        for registry in registries {
            let arn = registry.string("registryArn") ?? ""
            guard context.cloudMap.services[CallContext.lastPart(arn)]?.arn == arn else {
                throw ECSError.parameter("The service registry \(arn.prefix(256)) does not exist.")
            }
        }
    }
}

/// Service Connect: the names that a service has in a namespace.
///
/// The names are registered in Cloud Map and can be discovered there; where containers run, their requests find them by the emulator as their proxy.
enum Connect {
    /// The container and port of a name that a task definition gives to a port.
    static func port(_ name: String, _ definition: TaskDefinition) -> (container: String, port: Int)? {
        for container in definition.containers {
            for mapping in container["portMappings"]?.elements ?? [] where mapping["name"]?.text == name {
                guard let port = mapping["containerPort"]?.number else { continue }
                return (container["name"]?.text ?? "", port)
            }
        }
        return nil
    }

    /// Deletes what was made for a service that is gone, unless others are found by the same name.
    static func remove(of service: ContainerService, _ context: inout CallContext) {
        guard service.connects, let namespace = context.connectNamespace(of: service) else { return }
        for (name, _, _) in service.connectNames {
            let isUsed = context.ecs.services.contains { other in
                other.id != service.id && other.status != "INACTIVE"
                    && context.connectNamespace(of: other)?.id == namespace.id
                    && other.connectNames.contains { $0.name == name }
            }
            let made = context.cloudMap.services.first {
                $0.namespaceID == namespace.id && $0.name == name && $0.type == "HTTP" && $0.instances.isEmpty
            }
            guard !isUsed, let made else { continue }
            _ = try? context.call("servicediscovery", "DeleteService", ["Id": .string(made.id)])
        }
    }

    /// Makes the services of a configuration in its namespace, those that are not there yet.
    static func prepare(
        _ service: ContainerService, _ definition: TaskDefinition, _ context: inout CallContext
    ) throws(ServiceError) {
        guard service.connects else { return }
        guard let namespace = context.connectNamespace(of: service) else {
            throw ServiceError("NamespaceNotFoundException", "The specified namespace was not found.")
        }
        for (name, portName, _) in service.connectNames {
            guard port(portName, definition) != nil else {
                throw ECSError.parameter(
                    "The port name \(portName.prefix(64)) in the Service Connect configuration is not in the task definition."
                )
            }
            let isThere = context.cloudMap.services.contains { $0.namespaceID == namespace.id && $0.name == name }
            guard !isThere else { continue }
            _ = try context.call(
                "servicediscovery", "CreateService",
                ["Name": .string(name), "NamespaceId": .string(namespace.id), "Type": "HTTP"])
        }
    }
}

extension CallContext {
    /// The namespace of a service's Service Connect configuration.
    fileprivate func connectNamespace(of service: ContainerService) -> DiscoveryNamespace? {
        world.regions[regionIndex].connectNamespace(service.serviceConnect, cluster: service.clusterName)
    }
}

/// Services by the namespace in which they are found.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServicesByNamespace.html>
enum NamespaceLookups {
    static let operations: [String: Handler] = ["ListServicesByNamespace": .read(list)]

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("namespace") ?? ""
        guard let namespace = context.cloudMap.namespace(name) else {
            throw ServiceError("NamespaceNotFoundException", "The specified namespace was not found.")
        }
        let current = context
        let found = context.ecs.services.filter { service in
            service.status == "ACTIVE" && service.connects
                && current.connectNamespace(of: service)?.id == namespace.id
        }
        let page = try ECSPaging.page(found.map(\.arn), input, size: 10)
        return Response(["serviceArns": page.items, "nextToken": page.token])
    }
}
