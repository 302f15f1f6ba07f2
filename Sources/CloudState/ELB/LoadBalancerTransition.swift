/// What happens to a load balancer by itself.
package enum LoadBalancerTransition: Sendable, Equatable {
    /// `provisioning` → `active`.
    case active
    /// Of a balancer that was deleted or has left subnets: its network interfaces there are gone.
    case interfacesDeleted([String])
}

extension World {
    mutating func apply(_ transition: LoadBalancerTransition, toLoadBalancer arn: String, region: String) {
        let index = regionIndex(region)
        switch transition {
        case .active:
            regions[index].elb.loadBalancers.update(arn) { if $0.state == .provisioning { $0.state = .active } }
        case .interfacesDeleted(let interfaces):
            for interface in interfaces { regions[index].ec2.deleteNetworkInterface(interface) }
        }
    }
}
