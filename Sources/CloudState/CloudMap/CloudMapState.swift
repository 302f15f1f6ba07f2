package import ServiceModel

/// AWS Cloud Map's records in one region.
///
/// <https://docs.aws.amazon.com/cloud-map/latest/api/Welcome.html>
package struct CloudMapState: Sendable, Equatable {
    package var namespaces = ResourceTable<DiscoveryNamespace>()
    package var services = ResourceTable<DiscoveryService>()
    package var operations = ResourceTable<DiscoveryOperation>()

    package init() {}

    /// A namespace by its ARN or its name.
    package func namespace(_ name: String) -> DiscoveryNamespace? {
        namespaces.first { name.hasPrefix("arn:") ? $0.arn == name : $0.name == name }
    }
}

extension CallContext {
    /// Cloud Map's records in the region that was called.
    package var cloudMap: CloudMapState {
        get { world.regions[regionIndex].cloudMap }
        _modify { yield &world.regions[regionIndex].cloudMap }
    }
}

/// What Cloud Map does by itself.
package enum CloudMapEvent: Sendable, Equatable {
    /// An operation comes to its end.
    case operation(id: String)
}

/// A namespace: the common part of the names of services.
package struct DiscoveryNamespace: ResourceRecord {
    package enum Kind: String, Sendable {
        case http = "HTTP"
        case dnsPrivate = "DNS_PRIVATE"
        case dnsPublic = "DNS_PUBLIC"
    }

    package var id: String
    package var arn: String
    package var name: String
    package var kind: Kind
    package var description: String?
    /// Of Route 53; nil for one of HTTP.
    package var hostedZoneID: String?
    /// Seconds that the hosted zone's SOA record may be kept for.
    package var timeToLive: Int
    package var vpcID: String?
    package var created: Timestamp
    package var requestID: String?
    package var tags: Tags

    package init(
        id: String, arn: String, name: String, kind: Kind, hostedZoneID: String?, timeToLive: Int, created: Timestamp,
        tags: Tags
    ) {
        self.id = id
        self.arn = arn
        self.name = name
        self.kind = kind
        self.hostedZoneID = hostedZoneID
        self.timeToLive = timeToLive
        self.created = created
        self.tags = tags
    }
}

/// A service: instances that are found under one name.
package struct DiscoveryService: ResourceRecord {
    package struct Instance: Sendable, Equatable {
        package var id: String
        package var requestID: String?
        package var attributes: Fields
        /// `HEALTHY` or `UNHEALTHY`, where the service leaves the health to those who register.
        package var health: String?

        package init(id: String, requestID: String?, attributes: Fields, health: String?) {
            self.id = id
            self.requestID = requestID
            self.attributes = attributes
            self.health = health
        }
    }

    package var id: String
    package var arn: String
    package var name: String
    package var namespaceID: String
    package var description: String?
    package var dnsConfig: Value?
    package var healthCheck: Value?
    package var customHealthCheck: Value?
    /// `HTTP`, `DNS_HTTP` or `DNS`.
    package var type: String
    package var created: Timestamp
    package var requestID: String?
    /// The service's own, not those of its instances.
    package var attributes = Fields()
    package var instances: [Instance] = []
    /// Counts the changes of its instances.
    package var revision = 1
    package var tags: Tags

    package init(
        id: String, arn: String, name: String, namespaceID: String, type: String, created: Timestamp, tags: Tags
    ) {
        self.id = id
        self.arn = arn
        self.name = name
        self.namespaceID = namespaceID
        self.type = type
        self.created = created
        self.tags = tags
    }

    /// The types of its DNS records.
    package var recordTypes: [String] {
        dnsConfig?["DnsRecords"]?.elements?.compactMap { $0["Type"]?.text } ?? []
    }
}

extension [DiscoveryService.Instance] {
    /// Those that are not known to be unhealthy.
    package var healthy: [DiscoveryService.Instance] { filter { $0.health != "UNHEALTHY" } }

    /// The healthy ones, or all where none is.
    package var healthyOrElseAll: [DiscoveryService.Instance] {
        let healthy = healthy
        return healthy.isEmpty ? self : healthy
    }
}

/// Something that Cloud Map was asked to do and that takes a while.
package struct DiscoveryOperation: ResourceRecord {
    /// What is so once it is through.
    package enum Work: Sendable, Equatable {
        case create(DiscoveryNamespace)
        case updateNamespace(id: String, description: String?, timeToLive: Int?)
        case deleteNamespace(id: String)
        case updateService(id: String, description: String?, dnsConfig: Value?, healthCheck: Value?)
        case register(service: String, DiscoveryService.Instance)
        case deregister(service: String, instance: String)
    }

    package var id: String
    package var work: Work
    /// `PENDING`, `SUCCESS` or `FAIL`.
    package var status = "PENDING"
    package var errorCode: String?
    package var errorMessage: String?
    package var created: Timestamp
    package var updated: Timestamp

    package init(id: String, work: Work, created: Timestamp) {
        self.id = id
        self.work = work
        self.created = created
        updated = created
    }

    /// For instance `CREATE_NAMESPACE`.
    package var type: String {
        switch work {
        case .create: "CREATE_NAMESPACE"
        case .updateNamespace: "UPDATE_NAMESPACE"
        case .deleteNamespace: "DELETE_NAMESPACE"
        case .updateService: "UPDATE_SERVICE"
        case .register: "REGISTER_INSTANCE"
        case .deregister: "DEREGISTER_INSTANCE"
        }
    }

    /// What it is about: ids by `NAMESPACE`, `SERVICE`, `INSTANCE`.
    package var targets: [(kind: String, id: String)] {
        switch work {
        case .create(let namespace): [("NAMESPACE", namespace.id)]
        case .updateNamespace(let id, _, _), .deleteNamespace(let id): [("NAMESPACE", id)]
        case .updateService(let id, _, _, _): [("SERVICE", id)]
        case .register(let service, let instance): [("INSTANCE", instance.id), ("SERVICE", service)]
        case .deregister(let service, let instance): [("INSTANCE", instance), ("SERVICE", service)]
        }
    }
}
