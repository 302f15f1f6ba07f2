import CloudState
import ServiceModel

/// Making, changing and deleting namespaces.
///
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePrivateDnsNamespace.html>
enum NamespaceCalls {
    static let operations: [String: Handler] = [
        "CreateHttpNamespace": .write { context, input throws(ServiceError) in
            try create(.http, &context, input)
        },
        "CreatePrivateDnsNamespace": .write { context, input throws(ServiceError) in
            try create(.dnsPrivate, &context, input)
        },
        "CreatePublicDnsNamespace": .write { context, input throws(ServiceError) in
            try create(.dnsPublic, &context, input)
        },
        "DeleteNamespace": .write(delete),
        "UpdateHttpNamespace": .write { context, input throws(ServiceError) in
            try update(.http, &context, input)
        },
        "UpdatePrivateDnsNamespace": .write { context, input throws(ServiceError) in
            try update(.dnsPrivate, &context, input)
        },
        "UpdatePublicDnsNamespace": .write { context, input throws(ServiceError) in
            try update(.dnsPublic, &context, input)
        },
    ]

    static let hasServices =
        "Namespace has associated services; delete the services before deleting the namespace"

    private static func isDomain(_ name: String) -> Bool {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        return name.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count)
                    && label.utf8.allSatisfy { byte in
                        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                    }
            }
    }

    private static func create(
        _ kind: DiscoveryNamespace.Kind, _ context: inout CallContext, _ input: Input
    ) throws(ServiceError) -> Response {
        let name = input.string("Name") ?? ""
        let request = input.string("CreatorRequestId")
        if let request, let again = begun(by: request, context) {
            guard again.name == name, again.kind == kind else {
                throw ServiceError(
                    "DuplicateRequest", "The request with the CreatorRequestId \(request) is already in progress.",
                    details: Fields([.init(name: "DuplicateOperationId", value: .string(again.operation))]))
            }
            return Response(["OperationId": .string(again.operation)])
        }
        guard !name.isEmpty, kind == .http || isDomain(name) else {
            throw CloudMapError.input("Name \(name.prefix(255)) is not a valid namespace name")
        }
        if kind == .dnsPublic, !name.contains(".") {
            throw CloudMapError.input("Name \(name) is not a valid public domain name")
        }
        let isTaken = context.cloudMap.namespaces.contains { $0.name == name && $0.kind == kind }
        if let existing = context.cloudMap.namespaces.first(where: { $0.name == name }), isTaken, kind != .dnsPrivate {
            throw ServiceError(
                "NamespaceAlreadyExists", "Namespace \(name) already exists",
                details: Fields([
                    .init(name: "CreatorRequestId", value: .string(existing.requestID ?? "")),
                    .init(name: "NamespaceId", value: .string(existing.id)),
                ]))
        }
        let id = context.newCloudMapID("ns")
        let zone = "Z" + context.world.ids.capitals("\(context.region)/servicediscovery/zone", count: 20)
        let properties = kind == .http ? nil : input.structure("Properties")?.structure("DnsProperties")
        var namespace = DiscoveryNamespace(
            id: id, arn: context.cloudMapARN("namespace/\(id)"), name: name, kind: kind,
            hostedZoneID: kind == .http ? nil : zone,
            timeToLive: properties?.structure("SOA")?.integer("TTL") ?? 15, created: context.now,
            tags: try TagCalls.read(input))
        namespace.description = input.string("Description")
        namespace.vpcID = kind == .dnsPrivate ? input.string("Vpc") : nil
        namespace.requestID = request
        return Operations.begin(
            .create(namespace), after: kind == .http ? Timings.namespace : Timings.namespaceZone, &context)
    }

    /// What a request of that id has begun.
    private static func begun(
        by request: String, _ context: CallContext
    ) -> (operation: String, name: String, kind: DiscoveryNamespace.Kind)? {
        for operation in context.cloudMap.operations {
            if case .create(let namespace) = operation.work, namespace.requestID == request {
                return (operation.id, namespace.name, namespace.kind)
            }
        }
        return nil
    }

    private static func update(
        _ kind: DiscoveryNamespace.Kind, _ context: inout CallContext, _ input: Input
    ) throws(ServiceError) -> Response {
        let namespace = try context.discoveryNamespace(input.string("Id"))
        guard namespace.kind == kind else {
            throw CloudMapError.input("Namespace \(namespace.id) is of type \(namespace.kind.rawValue)")
        }
        let change = input.structure("Namespace")
        let properties = kind == .http ? nil : change?.structure("Properties")?.structure("DnsProperties")
        return Operations.begin(
            .updateNamespace(
                id: namespace.id, description: change?.string("Description"),
                timeToLive: properties?.structure("SOA")?.integer("TTL")), after: Timings.namespace, &context)
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let namespace = try context.discoveryNamespace(input.string("Id"))
        guard !context.cloudMap.services.contains(where: { $0.namespaceID == namespace.id }) else {
            throw CloudMapError.inUse(hasServices)
        }
        return Operations.begin(
            .deleteNamespace(id: namespace.id),
            after: namespace.kind == .http ? Timings.namespace : Timings.namespaceZone, &context)
    }
}

/// Looking at namespaces.
enum NamespaceLookups {
    static let operations: [String: Handler] = ["GetNamespace": .read(get), "ListNamespaces": .read(list)]

    private static func view(_ namespace: DiscoveryNamespace, _ context: CallContext) -> Value {
        [
            "Id": .string(namespace.id), "Arn": .string(namespace.arn), "ResourceOwner": .string(context.accountID),
            "Name": .string(namespace.name), "Type": .string(namespace.kind.rawValue),
            "Description": .optional(namespace.description),
            "ServiceCount": .integer(context.cloudMap.services.count { $0.namespaceID == namespace.id }),
            "Properties": [
                "DnsProperties": [
                    "HostedZoneId": .optional(namespace.hostedZoneID),
                    "SOA": namespace.hostedZoneID == nil ? nil : ["TTL": .integer(namespace.timeToLive)],
                ], "HttpProperties": ["HttpName": .string(namespace.name)],
            ], "CreateDate": .timestamp(namespace.created),
        ]
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let namespace = try context.discoveryNamespace(input.string("Id"))
        var fields = view(namespace, context).fields ?? Fields()
        fields["CreatorRequestId"] = .optional(namespace.requestID)
        return Response(["Namespace": .structure(fields)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let owner = context.accountID
        let found = context.cloudMap.namespaces.filter { namespace in
            CloudMapLists.passes(input) { name in
                switch name {
                case "TYPE": return [namespace.kind.rawValue]
                case "NAME", "HTTP_NAME": return [namespace.name]
                case "RESOURCE_OWNER": return ["SELF", owner]
                default: return []
                }
            }
        }
        let page = try CloudMapLists.page(found, input)
        let current = context
        return Response(["Namespaces": .list(page.items) { view($0, current) }, "NextToken": page.token])
    }
}
