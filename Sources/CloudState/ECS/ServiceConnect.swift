package import ServiceModel

/// Service Connect: the names by which services find one another in a namespace.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts.html>
extension Region {
    /// The namespace of a configuration, or of the cluster's defaults; nil where it is not there.
    package func connectNamespace(_ configuration: Value?, cluster: String) -> DiscoveryNamespace? {
        let defaults = ecs.clusters[cluster]?.serviceConnectDefaults?["namespace"]?.text
        return (configuration?["namespace"]?.text ?? defaults).flatMap(cloudMap.namespace)
    }

    /// Where a name leads that a task asks for: addresses and ports, none of them where nothing is registered; nil for a
    /// name that it does not know.
    ///
    /// A task knows the client aliases of its namespace, if its service has Service Connect, and the private namespaces
    /// of DNS of its VPC.
    package func places(of host: String, port: Int, for task: ContainerTask) -> [(address: String, port: Int)]? {
        connected(host, port, task) ?? discovered(host, port, task)
    }

    private func connected(_ host: String, _ port: Int, _ task: ContainerTask) -> [(address: String, port: Int)]? {
        guard let own = task.serviceID.flatMap({ ecs.services[$0] }), own.connects,
            let namespace = connectNamespace(own.serviceConnect, cluster: own.clusterName)
        else { return nil }
        for service in ecs.services where service.connects && service.status == "ACTIVE" {
            guard connectNamespace(service.serviceConnect, cluster: service.clusterName)?.id == namespace.id else {
                continue
            }
            for entry in service.connectNames {
                let isMeant = entry.aliases.contains { alias in
                    let name = alias["dnsName"]?.text ?? "\(entry.name).\(namespace.name)"
                    return name.lowercased() == host && alias["port"]?.number == port
                }
                guard isMeant else { continue }
                let found = cloudMap.services.first { $0.namespaceID == namespace.id && $0.name == entry.name }
                return found?.healthyPlaces(port: nil) ?? []
            }
        }
        return nil
    }

    private func discovered(_ host: String, _ port: Int, _ task: ContainerTask) -> [(address: String, port: Int)]? {
        let subnetID = task.attachment?.subnetID ?? self.host(of: task)?.subnetID
        guard let vpcID = subnetID.flatMap({ ec2.subnets[$0]?.vpcID }) else { return nil }
        for namespace in cloudMap.namespaces where namespace.vpcID == vpcID {
            guard host.hasSuffix(".\(namespace.name.lowercased())") else { continue }
            let name = host.dropLast(namespace.name.count + 1)
            let found = cloudMap.services.first {
                $0.namespaceID == namespace.id && $0.name.lowercased() == name && $0.dnsConfig != nil
            }
            if let found { return found.healthyPlaces(port: port) }
        }
        return nil
    }

    /// The instance that a task runs on; nil where it is on Fargate.
    package func host(of task: ContainerTask) -> Instance? {
        task.containerInstanceID.flatMap { ecs.containerInstances[$0] }.flatMap { ec2.instances[$0.instanceID] }
    }
}

extension ContainerService {
    /// Whether it has Service Connect.
    package var connects: Bool { serviceConnect?["enabled"] == .boolean(true) }

    /// The names that it is found by, the ports that they stand for, and what clients call them.
    package var connectNames: [(name: String, portName: String, aliases: [Value])] {
        (serviceConnect?["services"]?.elements ?? []).compactMap { service in
            guard let port = service["portName"]?.text else { return nil }
            return (service["discoveryName"]?.text ?? port, port, service["clientAliases"]?.elements ?? [])
        }
    }
}

extension DiscoveryService {
    /// The addresses of its healthy instances, or of all where none is; with their own ports, or with one of the caller's.
    fileprivate func healthyPlaces(port: Int?) -> [(address: String, port: Int)] {
        instances.healthyOrElseAll.compactMap { instance in
            guard let address = instance.attributes["AWS_INSTANCE_IPV4"]?.text,
                let port = port ?? instance.attributes["AWS_INSTANCE_PORT"]?.text.flatMap(Int.init)
            else { return nil }
            return (address, port)
        }
    }
}
