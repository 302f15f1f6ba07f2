import CloudState
import ServiceModel

/// Services.
///
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateService.html>
enum ServiceCalls {
    static let operations: [String: Handler] = [
        "CreateService": .write(create),
        "DeleteService": .write(delete),
        "GetService": .read(get),
        "ListServices": .read(list),
        "UpdateService": .write(update),
    ]

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("Name") ?? ""
        let dns = input.structure("DnsConfig")
        guard let wanted = input.string("NamespaceId") ?? dns?.string("NamespaceId") else {
            throw CloudMapError.input("NamespaceId must be specified")
        }
        let namespace = try context.discoveryNamespace(wanted)
        guard !name.isEmpty, name.utf8.count <= 127 else {
            throw CloudMapError.input("Name \(name.prefix(255)) is not a valid service name")
        }
        if let existing = context.cloudMap.services.first(where: {
            $0.namespaceID == namespace.id && $0.name.lowercased() == name.lowercased()
        }) {
            let request = input.string("CreatorRequestId")
            if let request, request == existing.requestID, existing.name == name {
                return Response(["Service": view(existing, context)])
            }
            throw ServiceError(
                "ServiceAlreadyExists", "Service already exists.",
                details: Fields([
                    .init(name: "CreatorRequestId", value: .string(existing.requestID ?? "")),
                    .init(name: "ServiceId", value: .string(existing.id)),
                    .init(name: "ServiceArn", value: .string(existing.arn)),
                ]))
        }
        try check(dns, input, namespace)
        let id = context.newCloudMapID("srv")
        let isHTTP = namespace.kind == .http || dns == nil
        var service = DiscoveryService(
            id: id, arn: context.cloudMapARN("service/\(id)"), name: name, namespaceID: namespace.id,
            type: isHTTP ? "HTTP" : "DNS_HTTP", created: context.now, tags: try TagCalls.read(input))
        service.description = input.string("Description")
        if var fields = dns?.fields {
            fields["NamespaceId"] = .string(namespace.id)
            if fields["RoutingPolicy"] == nil { fields["RoutingPolicy"] = "MULTIVALUE" }
            service.dnsConfig = .structure(fields)
        }
        if var fields = input.structure("HealthCheckConfig")?.fields {
            if fields["FailureThreshold"] == nil { fields["FailureThreshold"] = 1 }
            service.healthCheck = .structure(fields)
        }
        // The threshold of a custom check is always one, whatever is asked for.
        if input.has("HealthCheckCustomConfig") { service.customHealthCheck = ["FailureThreshold": 1] }
        service.requestID = input.string("CreatorRequestId")
        context.cloudMap.services.insert(service)
        return Response(["Service": view(service, context)])
    }

    private static func check(
        _ dns: Input?, _ input: Input, _ namespace: DiscoveryNamespace
    ) throws(ServiceError) {
        if namespace.kind == .http || input.string("Type") == "HTTP", dns != nil {
            throw CloudMapError.input("DnsConfig cannot be specified for a service that is of type HTTP")
        }
        if namespace.kind != .http, dns == nil, input.string("Type") != "HTTP" {
            throw CloudMapError.input("DnsConfig must be specified for a service in a DNS namespace")
        }
        if input.has("HealthCheckConfig") {
            guard !input.has("HealthCheckCustomConfig") else {
                throw CloudMapError.input("HealthCheckConfig and HealthCheckCustomConfig cannot both be specified")
            }
            guard namespace.kind == .dnsPublic else {
                throw CloudMapError.input("HealthCheckConfig is only supported for services in public DNS namespaces")
            }
            let check = input.structure("HealthCheckConfig")
            if check?.string("Type") == "TCP", check?.has("ResourcePath") ?? false {
                throw CloudMapError.input("ResourcePath cannot be specified for a health check of type TCP")
            }
        }
        if let dns { try check(dns.structures("DnsRecords").map { $0.string("Type") ?? "" }, dns) }
    }

    private static func check(_ types: [String], _ dns: Input) throws(ServiceError) {
        guard !types.isEmpty, Set(types).count == types.count else {
            throw CloudMapError.input("DnsRecords must have one or more records of different types")
        }
        guard types.contains("CNAME") else { return }
        guard types.count == 1 else {
            throw CloudMapError.input("A CNAME record cannot be specified together with other records")
        }
        guard dns.string("RoutingPolicy") == "WEIGHTED" else {
            throw CloudMapError.input("A CNAME record requires the routing policy WEIGHTED")
        }
    }

    static func view(_ service: DiscoveryService, _ context: CallContext) -> Value {
        [
            "Id": .string(service.id), "Arn": .string(service.arn), "ResourceOwner": .string(context.accountID),
            "Name": .string(service.name), "NamespaceId": .string(service.namespaceID),
            "Description": .optional(service.description), "InstanceCount": .integer(service.instances.count),
            "DnsConfig": service.dnsConfig, "Type": .string(service.type),
            "HealthCheckConfig": service.healthCheck, "HealthCheckCustomConfig": service.customHealthCheck,
            "CreateDate": .timestamp(service.created), "CreatorRequestId": .optional(service.requestID),
            "CreatedByAccount": .string(context.accountID),
        ]
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(["Service": view(try context.discoveryService(input.string("Id")), context)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let owner = context.accountID
        let found = context.cloudMap.services.filter { service in
            CloudMapLists.passes(input) { name in
                switch name {
                case "NAMESPACE_ID": return [service.namespaceID]
                case "RESOURCE_OWNER": return ["SELF", owner]
                default: return []
                }
            }
        }
        let page = try CloudMapLists.page(found, input)
        let current = context
        return Response([
            "Services": .list(page.items) { service in
                var fields = view(service, current).fields ?? Fields()
                fields["NamespaceId"] = nil
                fields["CreatorRequestId"] = nil
                return .structure(fields)
            }, "NextToken": page.token,
        ])
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let service = try context.discoveryService(input.string("Id"))
        let change = input.structure("Service")
        if let records = change?.structure("DnsConfig")?.structures("DnsRecords") {
            guard Set(records.map { $0.string("Type") ?? "" }) == Set(service.recordTypes) else {
                throw CloudMapError.input("The types of the DNS records of a service cannot be changed")
            }
        }
        return Operations.begin(
            .updateService(
                id: service.id, description: change?.string("Description"), dnsConfig: change?["DnsConfig"],
                healthCheck: change?["HealthCheckConfig"]), after: Timings.namespace, &context)
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let service = try context.discoveryService(input.string("Id"))
        guard service.instances.isEmpty else {
            throw CloudMapError.inUse(
                "Service contains registered instances; delete the instances before deleting the service")
        }
        context.cloudMap.services.remove(service.id)
        return .empty
    }
}

/// Attributes of services themselves.
///
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdateServiceAttributes.html>
enum ServiceAttributeCalls {
    static let operations: [String: Handler] = [
        "DeleteServiceAttributes": .write(delete),
        "GetServiceAttributes": .read(get),
        "UpdateServiceAttributes": .write(update),
    ]

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let service = try context.discoveryService(input.string("ServiceId"))
        return Response([
            "ServiceAttributes": [
                "ServiceArn": .string(service.arn), "ResourceOwner": .string(context.accountID),
                "Attributes": .map(service.attributes),
            ]
        ])
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var service = try context.discoveryService(input.string("ServiceId"))
        for (key, value) in input.map("Attributes") { service.attributes[key] = .string(value) }
        guard service.attributes.fields.count <= 30 else {
            throw ServiceError(
                "ServiceAttributesLimitExceededException", "A service can have at most 30 attributes.")
        }
        context.cloudMap.services.insert(service)
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var service = try context.discoveryService(input.string("ServiceId"))
        for key in input.strings("Attributes") { service.attributes[key] = nil }
        context.cloudMap.services.insert(service)
        return .empty
    }
}
