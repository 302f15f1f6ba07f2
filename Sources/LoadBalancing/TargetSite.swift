import CloudState
import Reachability

/// Where a target is: what the ways to it and its health depend on.
struct TargetSite: Sendable, Equatable {
    enum Host: Sendable, Equatable {
        case instance(Instance)
        /// An address that no instance has.
        case other
        case function
        case loadBalancer(LoadBalancer)
    }

    var host: Host
    /// The Availability Zone; nil for a target that belongs to every zone.
    var zone: String?
    /// The end of the way to it.
    var endpoint: ReachabilityEndpoint?

    /// The site of a target; nil where there is no such instance or load balancer any more.
    init?(_ target: Target, in group: TargetGroup, _ region: Region) {
        switch group.kind {
        case .lambda:
            host = .function
        case .alb:
            guard let balancer = region.elb.loadBalancers[target.id] else { return nil }
            host = .loadBalancer(balancer)
        case .instance:
            guard let instance = region.ec2.instances[target.id] else { return nil }
            host = .instance(instance)
            zone = instance.zone
            endpoint = instance.networkInterfaceIDs.first.map { .interface(id: $0) } ?? .instance(id: instance.id)
        case .ip:
            guard let address = IPv4Address(target.id) else {
                host = .other
                return
            }
            endpoint = .address(address)
            zone = target.zone == "all" ? nil : target.zone
            host = .other
            guard let vpcID = group.vpcID,
                let interface = region.ec2.networkInterface(havingPrivate: address, in: vpcID)
            else { return }
            zone = interface.zone
            endpoint = .interface(id: interface.id)
            if let id = interface.attachment?.instanceID, let instance = region.ec2.instances[id] {
                host = .instance(instance)
            }
        }
    }

    var instance: Instance? {
        guard case .instance(let instance) = host else { return nil }
        return instance
    }
}
