package import CloudState
package import LoadBalancing
import Reachability
package import ServiceModel

/// What a client on the internet gets, request after request, while the world stands still: through a load balancer, or
/// straight from an instance.
package struct ClientPlan: Sendable {
    private enum Way: Sendable {
        case balancer(RequestPlan)
        /// The same answer each time.
        case fixed(RoutedRequest)
    }

    private var way: Way
    /// When the answers may change although nothing happens in the world: a server comes up, a failure is noticed.
    package let expires: Timestamp?

    /// - Parameters:
    ///   - previous: the plan of the moment before, whose turns go on.
    ///   - request: what a load balancer sees of the request; nil for a plain GET.
    package init(
        _ url: ClientURL, _ world: World, region: String, request: BalancerRequest? = nil,
        continuing previous: ClientPlan? = nil
    ) {
        expires = Self.nextChange(world, region: region)
        if BalancerName.exists(url.host, world, region: region) {
            let request = request ?? BalancerRequest(host: url.host, path: url.path, port: url.port)
            var before: RequestPlan?
            if case .balancer(let plan)? = previous?.way { before = plan }
            way = .balancer(RequestPlan(to: url.host, request, world, region: region, continuing: before))
        } else {
            way = .fixed(Self.direct(url, world, region: region))
        }
    }

    /// What becomes of the next request. A client whose connection is not accepted tries the next of the addresses that
    /// the name gave it, as curl and browsers do.
    package mutating func next() -> RoutedRequest {
        guard case .balancer(var plan) = way else {
            guard case .fixed(let answer) = way else { return RoutedRequest(.noSuchName) }
            return answer
        }
        defer { way = .balancer(plan) }
        let answer = plan.next()
        guard answer.outcome == .timedOut, answer.targetID == nil, plan.zones.count > 1 else { return answer }
        for zone in plan.zones where zone != answer.nodeZone {
            if let other = plan.next(inZone: zone), other.outcome != .timedOut || other.targetID != nil { return other }
        }
        return answer
    }

    /// Whether a load balancer, or something with a public address, goes by that name or address.
    package static func knows(_ host: String, _ world: World, region name: String) -> Bool {
        if BalancerName.exists(host, world, region: name) { return true }
        // Asked for every request to the emulator; mostly it is called by an address of this machine's.
        guard let address = address(of: host), address.isPublic,
            let region = world.regions.first(where: { $0.name == name })
        else { return false }
        return region.ec2.networkInterfaces.contains { one in
            one.addresses.contains { $0.association?.address == address }
        }
    }

    // MARK: Without a load balancer

    private static func direct(_ url: ClientURL, _ world: World, region name: String) -> RoutedRequest {
        guard let region = world.regions.first(where: { $0.name == name }), let address = address(of: url.host),
            let interface = region.ec2.networkInterfaces.first(where: { interface in
                interface.addresses.contains { $0.association?.address == address }
            })
        else { return RoutedRequest(.noSuchName) }
        let analyzer = PathAnalyzer(world, region: name)
        let query = ReachabilityQuery(
            from: .internet, to: .interface(id: interface.id), port: url.port, destinationAddress: address)
        var answer = RoutedRequest(.timedOut)
        answer.address = address
        let instance = interface.attachment.flatMap { region.ec2.instances[$0.instanceID] }
        answer.targetID = instance?.id ?? interface.addresses.first?.address.description
        answer.targetPort = url.port
        answer.targetZone = interface.zone
        guard analyzer.reaches(query) else { return answer }
        let container =
            instance.map { ContainerAnswer(instance: $0.id, port: url.port, path: url.path, region.ecs) }
            ?? ContainerAnswer(interface: interface.id, port: url.port, path: url.path, region.ecs)
        if let container {
            guard case .status(let status) = container, !url.isSecure else {
                answer.outcome = .refused
                return answer
            }
            answer.outcome = .status(status)
            return answer
        }
        let server = instance.flatMap { instance in
            analyzer.servers(on: instance, now: world.now).first { $0.port == url.port }
        }
        // What is modelled speaks plain HTTP, so that a TLS handshake comes to nothing.
        answer.outcome = server.map { url.isSecure ? .refused : .status($0.status(ofPath: url.path)) } ?? .refused
        return answer
    }

    /// The address that a host's text or public DNS name gives: `ec2-203-0-113-25.compute-1.amazonaws.com`.
    ///
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html>
    private static func address(of host: String) -> IPv4Address? {
        if let address = IPv4Address(host) { return address }
        guard host.hasPrefix("ec2-"), host.hasSuffix(".amazonaws.com"), let label = host.split(separator: ".").first
        else { return nil }
        return IPv4Address(
            label.dropFirst(4).split(separator: "-", omittingEmptySubsequences: false).joined(separator: "."))
    }

    // MARK: Time

    /// The next moment at which a server comes up or an outage is noticed.
    private static func nextChange(_ world: World, region name: String) -> Timestamp? {
        guard let region = world.regions.first(where: { $0.name == name }) else { return nil }
        var next: Timestamp?
        func consider(_ time: Timestamp) {
            if time > world.now, next.map({ time < $0 }) ?? true { next = time }
        }
        for instance in region.ec2.instances where instance.state == .running && instance.userData != nil {
            guard let since = instance.runningSince else { continue }
            let delay = instance.boots > 1 ? Timings.serviceStart : Timings.userData
            consider(since.adding(milliseconds: delay.milliseconds))
        }
        for fault in world.faults.active {
            consider(fault.since.adding(milliseconds: Timings.loadBalancerZoneFailover.milliseconds))
        }
        return next
    }
}
