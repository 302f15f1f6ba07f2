import CloudState
import Reachability
import ServiceModel

/// One load balancer of a world at a moment: its nodes, and what they see of their targets.
struct BalancerView: Sendable {
    let world: World
    let region: Region
    let analyzer: PathAnalyzer
    let balancer: LoadBalancer

    init(_ balancer: LoadBalancer, _ region: Region, _ world: World) {
        self.world = world
        self.region = region
        self.balancer = balancer
        analyzer = PathAnalyzer(world, region: region.name)
    }

    /// Whether the node in a zone is at work.
    func isUp(_ zone: LoadBalancer.Zone) -> Bool { world.faults.outage(zone: zone.zone, region: region.name) == nil }

    /// Whether a group's targets get requests from the nodes of all zones.
    ///
    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html>
    func crossesZones(_ group: TargetGroup) -> Bool {
        switch group.attributes["load_balancing.cross_zone.enabled"] {
        case "true": true
        case "false": false
        default: balancer.kind == .application || balancer.attributes.isOn("load_balancing.cross_zone.enabled")
        }
    }

    /// The nodes that send requests and health checks to a target in that zone.
    func nodes(for site: TargetSite, _ group: TargetGroup) -> [LoadBalancer.Zone] {
        guard let zone = site.zone, !crossesZones(group) else { return balancer.zones }
        return balancer.zones.filter { $0.zone == zone }
    }

    /// Whether a target can get requests as far as its zone goes.
    ///
    /// With cross-zone load balancing, too, a target has to be in a zone that the load balancer is enabled in.
    func isZoneEnabled(_ site: TargetSite) -> Bool { site.zone.map(balancer.isEnabled) ?? true }

    // MARK: Asking a target

    /// What comes of a connection from a node to a target.
    enum Contact: Sendable, Equatable {
        /// Nothing comes back.
        case noAnswer
        /// The host is there and nothing listens.
        case refused
        /// Something listens; it answers the path with that status.
        case answer(status: Int)

        init(_ answer: ContainerAnswer) {
            switch answer {
            case .refused: self = .refused
            case .status(let status): self = .answer(status: status)
            }
        }
    }

    /// What comes of asking a target for a path.
    ///
    /// - Parameter client: the packets' source where the balancer preserves it.
    func contact(
        _ site: TargetSite, from node: LoadBalancer.Zone, port: Int, path: String, client: IPv4Address? = nil
    ) -> Contact {
        switch site.host {
        case .function:
            // Functions are not emulated: there is none behind the ARN.
            return .refused
        case .loadBalancer(let other):
            return contact(other, port: port, path: path)
        case .other, .instance:
            guard let endpoint = site.endpoint else { return .noAnswer }
            let query = ReachabilityQuery(
                from: .interface(id: node.interfaceID), to: endpoint, .tcp, port: port, sourceAddress: client)
            guard analyzer.reaches(query) else { return .noAnswer }
            guard let instance = site.instance else {
                return container(endpoint, port: port, path: path) ?? .refused
            }
            guard instance.state == .running, world.faults.failure(of: instance, region: region.name) == nil else {
                return .noAnswer
            }
            if let answer = ContainerAnswer(instance: instance.id, port: port, path: path, region.ecs) {
                return Contact(answer)
            }
            let server = analyzer.servers(on: instance, now: world.now).first { $0.port == port }
            return server.map { .answer(status: $0.status(ofPath: path)) } ?? .refused
        }
    }

    /// What comes of asking a task by its own interface; nil where there is none.
    private func container(_ endpoint: ReachabilityEndpoint, port: Int, path: String) -> Contact? {
        guard case .interface(let id) = endpoint else { return nil }
        return ContainerAnswer(interface: id, port: port, path: path, region.ecs).map { Contact($0) }
    }

    /// A load balancer as the target of another one: it answers as it would answer a client.
    private func contact(_ other: LoadBalancer, port: Int, path: String) -> Contact {
        guard other.kind == .application, other.state == .active else { return .noAnswer }
        let request = BalancerRequest(path: path, port: port)
        var plan = RequestPlan(inside: other, region, request, world)
        switch plan.next().outcome {
        case .status(let status): return .answer(status: status)
        case .refused: return .refused
        case .timedOut, .noSuchName: return .noAnswer
        }
    }

    // MARK: Health checks

    /// What a health check of a target by a node finds: nil when it passes.
    func checkFailure(
        _ target: Target, _ site: TargetSite, _ group: TargetGroup, from node: LoadBalancer.Zone
    ) -> CheckFailure? {
        let check = group.healthCheck
        let port = Int(check.port) ?? target.port ?? group.port ?? 80
        switch contact(site, from: node, port: port, path: check.path ?? "/") {
        case .noAnswer: return check.checkProtocol == "TCP" ? .connection : .timeout
        case .refused: return check.checkProtocol == "TCP" ? .connection : .refused
        case .answer(let status):
            guard check.checkProtocol != "TCP" else { return nil }
            // What is modelled speaks plain HTTP/1.1: it understands neither TLS nor gRPC.
            guard check.checkProtocol == "HTTP", !check.isGRPC else { return .refused }
            return StatusMatcher(check.matcher ?? "200").matches(status) ? nil : .status(status)
        }
    }
}

/// The codes that a health check accepts: `200`, `200,202` or `200-399`.
package struct StatusMatcher: Sendable {
    private let ranges: [ClosedRange<Int>]

    package init(_ text: String) {
        ranges = text.split(separator: ",").compactMap { part in
            let ends = part.split(separator: "-").map { Int($0.filter { $0 != " " }) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else { return nil }
            return first...last
        }
    }

    package func matches(_ status: Int) -> Bool { ranges.contains { $0.contains(status) } }

    /// Whether the text is a list of codes within bounds.
    package static func isValid(_ text: String, within bounds: ClosedRange<Int>) -> Bool {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        return !parts.isEmpty
            && parts.allSatisfy { part in
                let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
                guard (1...2).contains(ends.count), let first = ends.first ?? nil, let last = ends.last ?? nil else {
                    return false
                }
                return first <= last && bounds.contains(first) && bounds.contains(last)
            }
    }
}
