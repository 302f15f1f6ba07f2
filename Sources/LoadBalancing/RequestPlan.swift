package import CloudState
import Reachability
import ServiceModel

/// What a load balancer does with one kind of request while the world stands still: which rule and which target serve it,
/// or with which status it is answered.
///
/// Everything is worked out when the plan is made; `next` only takes turns, over the addresses that the name gives and
/// over the healthy targets. When the world changes, a new plan takes over the turns of the old one. The same world and
/// the same turns give the same answers.
package struct RequestPlan: Sendable {
    private var nodes: [NodePlan] = []
    /// Requests so far.
    private var turn = 0
    private let fallback: RoutedRequest

    /// - Parameters:
    ///   - destination: the balancer's DNS name, or one of its addresses.
    ///   - previous: the plan of the moment before, whose turns go on.
    package init(
        to destination: String, _ request: BalancerRequest, _ world: World, region name: String,
        continuing previous: RequestPlan? = nil
    ) {
        turn = previous?.turn ?? 0
        guard let region = world.regions.first(where: { $0.name == name }),
            let found = BalancerName.find(destination, in: region), found.balancer.state == .active
        else {
            fallback = RoutedRequest(.noSuchName)
            return
        }
        fallback = RoutedRequest(.timedOut)
        let view = BalancerView(found.balancer, region, world)
        let zones = found.zone.map { [$0] } ?? view.zonesInDNS()
        nodes = zones.map { zone in
            NodePlan(view, zone, request, host: request.host ?? destination, isReached: view.reaches(zone, request))
        }
        takeTurns(of: previous)
    }

    /// A plan for requests that come from another load balancer.
    init(inside balancer: LoadBalancer, _ region: Region, _ request: BalancerRequest, _ world: World) {
        fallback = RoutedRequest(.timedOut)
        let view = BalancerView(balancer, region, world)
        nodes = balancer.zones.filter(view.isUp).map {
            NodePlan(view, $0, request, host: request.host ?? balancer.dnsName, isReached: true)
        }
    }

    private mutating func takeTurns(of previous: RequestPlan?) {
        guard let previous else { return }
        for place in nodes.indices {
            let zone = nodes[place].zone.zone
            if let old = previous.nodes.first(where: { $0.zone.zone == zone }) { nodes[place].takeTurns(of: old) }
        }
    }

    /// What becomes of the next request.
    package mutating func next() -> RoutedRequest {
        guard !nodes.isEmpty else { return fallback }
        let place = turn % nodes.count
        turn += 1
        return nodes[place].next()
    }

    /// What becomes of the next request when the client connects to the node of one zone; nil where the name does not lead
    /// there now.
    package mutating func next(inZone zone: String) -> RoutedRequest? {
        guard let place = nodes.firstIndex(where: { $0.zone.zone == zone }) else { return nil }
        turn += 1
        return nodes[place].next()
    }

    /// The zones that the name leads to now.
    package var zones: [String] { nodes.map(\.zone.zone) }
}

/// How load balancers are found by name or address.
package enum BalancerName {
    /// The load balancer that a DNS name or an address belongs to, and the one zone where it was an address.
    static func find(_ name: String, in region: Region) -> (balancer: LoadBalancer, zone: LoadBalancer.Zone?)? {
        let wanted = name.lowercased()
        if let address = IPv4Address(wanted) {
            for balancer in region.elb.loadBalancers {
                let zone = balancer.zones.first { $0.privateAddress == address || $0.publicAddress == address }
                if let zone { return (balancer, zone) }
            }
            return nil
        }
        return region.elb.loadBalancers.first { !$0.dnsName.isEmpty && $0.dnsName.lowercased() == wanted }
            .map { ($0, nil) }
    }

    /// Whether a DNS name or an address is a load balancer's.
    package static func exists(_ name: String, _ world: World, region: String) -> Bool {
        world.regions.first { $0.name == region }.flatMap { find(name, in: $0) } != nil
    }
}

extension BalancerView {
    /// The zones that the balancer's name leads to: without those that have failed for longer than DNS takes to notice, and
    /// without those whose nodes have too few healthy targets; all of them where none would be left.
    ///
    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health.html>
    func zonesInDNS() -> [LoadBalancer.Zone] {
        let groups = region.elb.targetGroups(of: balancer.id).compactMap { region.elb.targetGroups[$0] }
        let noticed = world.now.adding(milliseconds: -Timings.loadBalancerZoneFailover.milliseconds)
        let healthy = balancer.zones.filter { zone in
            if let outage = world.faults.outage(zone: zone.zone, region: region.name), outage.since <= noticed {
                return false
            }
            return groups.allSatisfy { isHealthy($0, in: zone) }
        }
        return healthy.isEmpty ? balancer.zones : healthy
    }

    /// Whether a group has so many healthy targets for a zone's node that DNS leads there.
    private func isHealthy(_ group: TargetGroup, in zone: LoadBalancer.Zone) -> Bool {
        let targets = eligible(group, for: zone)
        guard !targets.isEmpty else { return crossesZones(group) || group.targets.isEmpty }
        let count = targets.count { isHealthy($0, zone) }
        return Threshold(group, "dns_failover").isMet(count, of: targets.count)
    }
}

/// How many of a group's targets have to be healthy, in number and in per cent.
struct Threshold {
    private let count: Int
    private let percentage: Int

    init(_ group: TargetGroup, _ measure: String) {
        let prefix = "target_group_health.\(measure).minimum_healthy_targets"
        count = group.attributes["\(prefix).count"].flatMap { Int($0) } ?? 1
        percentage = group.attributes["\(prefix).percentage"].flatMap { Int($0) } ?? 0
    }

    func isMet(_ healthy: Int, of all: Int) -> Bool { healthy >= count && healthy * 100 >= percentage * all }
}
