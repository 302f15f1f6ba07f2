import CloudState
import ServiceModel

/// Instances of services.
///
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html>
enum InstanceCalls {
    static let operations: [String: Handler] = [
        "DeregisterInstance": .write(deregister),
        "GetInstance": .read(get),
        "GetInstancesHealthStatus": .read(health),
        "ListInstances": .read(list),
        "RegisterInstance": .write(register),
        "UpdateInstanceCustomHealthStatus": .write(updateHealth),
    ]

    private static func instance(
        _ input: Input, _ service: DiscoveryService
    ) throws(ServiceError) -> DiscoveryService.Instance {
        let id = input.string("InstanceId") ?? ""
        guard let instance = service.instances.first(where: { $0.id == id }) else {
            throw ServiceError("InstanceNotFound", "Instance \(id.prefix(64)) not found")
        }
        return instance
    }

    static func register(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let service = try context.discoveryService(input.string("ServiceId"))
        let id = input.string("InstanceId") ?? ""
        var attributes = Fields()
        for (key, value) in input.map("Attributes") { attributes[key] = .string(value) }
        if let host = attributes["AWS_EC2_INSTANCE_ID"]?.text {
            guard service.type == "HTTP" else {
                throw CloudMapError.input("AWS_EC2_INSTANCE_ID is only supported for services of type HTTP")
            }
            guard let address = context.ec2.primaryAddress(ofInstance: host) else {
                throw CloudMapError.input("The instance \(host.prefix(64)) does not exist")
            }
            attributes["AWS_INSTANCE_IPV4"] = .string(address.description)
        }
        try check(attributes, service)
        var health: String?
        if service.customHealthCheck != nil {
            health = attributes["AWS_INIT_HEALTH_STATUS"]?.text ?? "HEALTHY"
            guard health == "HEALTHY" || health == "UNHEALTHY" else {
                throw CloudMapError.input("AWS_INIT_HEALTH_STATUS must be HEALTHY or UNHEALTHY")
            }
        } else if attributes["AWS_INIT_HEALTH_STATUS"] != nil {
            throw CloudMapError.input(
                "AWS_INIT_HEALTH_STATUS is only supported for services with a custom health check")
        }
        guard service.instances.count < 1000 || service.instances.contains(where: { $0.id == id }) else {
            throw ServiceError("ResourceLimitExceeded", "A service can have at most 1000 instances.")
        }
        let instance = DiscoveryService.Instance(
            id: id, requestID: input.string("CreatorRequestId"), attributes: attributes, health: health)
        return Operations.begin(
            .register(service: service.id, instance), after: Timings.instanceRegistration, &context)
    }

    /// What the DNS records of a service are made of must be there.
    private static func check(_ attributes: Fields, _ service: DiscoveryService) throws(ServiceError) {
        guard attributes.fields.count <= 30 else {
            throw CloudMapError.input("An instance can have at most 30 attributes")
        }
        if let text = attributes["AWS_INSTANCE_IPV4"]?.text, IPv4Address(text) == nil {
            throw CloudMapError.input("AWS_INSTANCE_IPV4 must be an IPv4 address")
        }
        if let text = attributes["AWS_INSTANCE_PORT"]?.text, Int(text).map({ !(1...65535).contains($0) }) ?? true {
            throw CloudMapError.input("AWS_INSTANCE_PORT must be a number from 1 to 65535")
        }
        if attributes["AWS_ALIAS_DNS_NAME"] != nil { return }
        let needs = ["A": "AWS_INSTANCE_IPV4", "AAAA": "AWS_INSTANCE_IPV6", "CNAME": "AWS_INSTANCE_CNAME"]
        for type in service.recordTypes {
            if let need = needs[type], attributes[need] == nil {
                throw CloudMapError.input("\(need) must be specified for a service with a record of type \(type)")
            }
            guard type == "SRV" else { continue }
            guard attributes["AWS_INSTANCE_PORT"] != nil else {
                throw CloudMapError.input("AWS_INSTANCE_PORT must be specified for a service with a record of type SRV")
            }
        }
    }

    static func deregister(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let service = try context.discoveryService(input.string("ServiceId"))
        let instance = try instance(input, service)
        return Operations.begin(
            .deregister(service: service.id, instance: instance.id), after: Timings.instanceRegistration, &context)
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let service = try context.discoveryService(input.string("ServiceId"))
        let instance = try instance(input, service)
        return Response([
            "ResourceOwner": .string(context.accountID),
            "Instance": [
                "Id": .string(instance.id), "CreatorRequestId": .optional(instance.requestID),
                "Attributes": .map(instance.attributes), "CreatedByAccount": .string(context.accountID),
            ],
        ])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let service = try context.discoveryService(input.string("ServiceId"))
        let page = try CloudMapLists.page(service.instances, input)
        let owner = context.accountID
        return Response([
            "ResourceOwner": .string(owner),
            "Instances": .list(page.items) {
                ["Id": .string($0.id), "Attributes": .map($0.attributes), "CreatedByAccount": .string(owner)]
            }, "NextToken": page.token,
        ])
    }

    static func health(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let service = try context.discoveryService(input.string("ServiceId"))
        let wanted = input.strings("Instances")
        for id in wanted where !service.instances.contains(where: { $0.id == id }) {
            throw ServiceError("InstanceNotFound", "Instance \(id.prefix(64)) not found")
        }
        let found = service.instances.filter { wanted.isEmpty || wanted.contains($0.id) }
        let page = try CloudMapLists.page(found, input)
        return Response([
            "Status": .map(Fields(page.items.map { .init(name: $0.id, value: .string($0.health ?? "UNKNOWN")) })),
            "NextToken": page.token,
        ])
    }

    static func updateHealth(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var service = try context.discoveryService(input.string("ServiceId"))
        let id = try instance(input, service).id
        guard service.customHealthCheck != nil else {
            throw ServiceError(
                "CustomHealthNotFound", "Service \(service.id) does not have a custom health check")
        }
        guard let place = service.instances.firstIndex(where: { $0.id == id }) else { return .empty }
        service.instances[place].health = input.string("Status")
        service.revision += 1
        context.cloudMap.services.insert(service)
        return .empty
    }
}

/// Finding instances by name.
///
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_DiscoverInstances.html>
enum DiscoveryCalls {
    static let operations: [String: Handler] = [
        "DiscoverInstances": .read(discover), "DiscoverInstancesRevision": .read(revision),
    ]

    private static func service(_ input: Input, _ context: CallContext) throws(ServiceError) -> DiscoveryService {
        let namespace = input.string("NamespaceName") ?? ""
        let name = input.string("ServiceName") ?? ""
        let ids = context.cloudMap.namespaces.filter { $0.name == namespace }.map(\.id)
        guard !ids.isEmpty else {
            throw ServiceError("NamespaceNotFound", "Namespace \(namespace.prefix(255)) not found")
        }
        guard let service = context.cloudMap.services.first(where: { ids.contains($0.namespaceID) && $0.name == name })
        else { throw ServiceError("ServiceNotFound", "Service \(name.prefix(255)) not found") }
        return service
    }

    static func discover(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let service = try service(input, context)
        let required = input.map("QueryParameters")
        let optional = input.map("OptionalParameters")
        func has(_ instance: DiscoveryService.Instance, _ wanted: [(key: String, value: String)]) -> Bool {
            wanted.allSatisfy { instance.attributes[$0.key]?.text == $0.value }
        }
        var found = service.instances.filter { has($0, required) }
        let preferred = found.filter { has($0, optional) }
        // Optional parameters count where something has them.
        if !optional.isEmpty, !preferred.isEmpty { found = preferred }
        switch input.string("HealthStatus") ?? "HEALTHY_OR_ELSE_ALL" {
        case "ALL": break
        case "HEALTHY": found = found.healthy
        case "UNHEALTHY": found = found.filter { $0.health == "UNHEALTHY" }
        default: found = found.healthyOrElseAll
        }
        return Response([
            "Instances": .list(found.prefix(input.integer("MaxResults") ?? 100)) { instance in
                [
                    "InstanceId": .string(instance.id), "NamespaceName": input["NamespaceName"],
                    "ServiceName": .string(service.name),
                    "HealthStatus": .string(instance.health ?? "UNKNOWN"), "Attributes": .map(instance.attributes),
                ]
            }, "InstancesRevision": .integer(service.revision),
        ])
    }

    static func revision(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(["InstancesRevision": .integer(try service(input, context).revision)])
    }
}
