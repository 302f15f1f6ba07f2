import CloudState
import Reachability
import ServiceModel

/// What the node of a load balancer in one zone does with one kind of request.
struct NodePlan: Sendable {
    /// A target group with what comes of a request to each of its targets that takes turns.
    struct Group: Sendable {
        var arn: String
        var weight: Int
        var answers: [RoutedRequest]
        /// Requests so far.
        var turn = 0
        /// Where the group stands among its rule's groups: the one with the most credit is next.
        var credit = 0
    }

    let zone: LoadBalancer.Zone
    private var groups: [Group] = []
    /// The answer where no target is asked.
    private var fixed: RoutedRequest

    init(
        _ view: BalancerView, _ zone: LoadBalancer.Zone, _ request: BalancerRequest, host: String, isReached: Bool
    ) {
        self.zone = zone
        fixed = RoutedRequest(.timedOut)
        fixed.nodeZone = zone.zone
        fixed.address = zone.publicAddress ?? zone.privateAddress
        guard isReached, view.isUp(zone),
            let listener = view.region.elb.listeners(of: view.balancer.id).first(where: { $0.port == request.port })
        else { return }
        fixed.listenerARN = listener.id
        let isNetwork = view.balancer.kind == .network
        if !isNetwork, listener.listenerProtocol == "HTTP" || listener.listenerProtocol == "HTTPS" {
            fixed.outcome = .status(503)
        }
        let source = view.source(request)
        let rule = view.region.elb.rules(of: listener.id).first { rule in
            isNetwork ? rule.isDefault : rule.matches(request, host: host, source: source)
        }
        guard let rule else { return }
        fixed.ruleARN = rule.id
        for action in rule.actions.sorted(by: { ($0.order ?? 0) < ($1.order ?? 0) }) {
            switch action.kind {
            case .authenticate(let type, let configuration):
                guard let status = Self.refusal(type, configuration) else { continue }
                fixed.outcome = .status(status)
                return
            case .fixedResponse(let response):
                fixed.outcome = .status(Int(response.statusCode) ?? 500)
                return
            case .redirect(let redirect):
                fixed.outcome = .status(redirect.statusCode == "HTTP_301" ? 301 : 302)
                fixed.location = redirect.location(request, host: host, listener)
                return
            case .forward(let forward):
                groups = forward.groups.filter { $0.weight > 0 }.compactMap { weighted in
                    view.region.elb.targetGroups[weighted.targetGroup].map { group in
                        Group(
                            arn: group.id, weight: weighted.weight,
                            answers: view.answers(group, from: zone, request, fixed))
                    }
                }
                return
            }
        }
    }

    /// Nobody who asks here is logged in: the status with which an authenticating action answers; nil where it lets
    /// anonymous requests through.
    private static func refusal(_ type: String, _ configuration: Value) -> Int? {
        if type == "jwt-validation" { return 401 }
        switch configuration["OnUnauthenticatedRequest"]?.text {
        case "allow": return nil
        case "deny": return 401
        default: return 302
        }
    }

    mutating func takeTurns(of old: NodePlan) {
        for place in groups.indices {
            guard let known = old.groups.first(where: { $0.arn == groups[place].arn }) else { continue }
            groups[place].turn = known.turn
            groups[place].credit = known.credit
        }
    }

    /// The answer to the next request: among groups by weight, smoothly, and round robin within a group.
    mutating func next() -> RoutedRequest {
        guard !groups.isEmpty else { return fixed }
        var chosen = 0
        if groups.count > 1 {
            var total = 0
            for place in groups.indices {
                groups[place].credit += groups[place].weight
                total += groups[place].weight
                if groups[place].credit > groups[chosen].credit { chosen = place }
            }
            groups[chosen].credit -= total
        }
        let answers = groups[chosen].answers
        guard !answers.isEmpty else {
            var answer = fixed
            answer.targetGroupARN = groups[chosen].arn
            return answer
        }
        let turn = groups[chosen].turn
        groups[chosen].turn = turn + 1
        return answers[turn % answers.count]
    }
}

extension BalancerView {
    /// Whether a client can open a connection to a node.
    func reaches(_ zone: LoadBalancer.Zone, _ request: BalancerRequest) -> Bool {
        let source: ReachabilityEndpoint
        switch request.client {
        case .internet: source = .internet
        case .address(let address): source = .address(address)
        case .instance(let id): source = .instance(id: id)
        }
        return analyzer.reaches(
            ReachabilityQuery(from: source, to: .interface(id: zone.interfaceID), .tcp, port: request.port))
    }

    /// The address that the client's packets come from.
    func source(_ request: BalancerRequest) -> IPv4Address? {
        switch request.client {
        case .internet: InternetProbe.address
        case .address(let address): address
        case .instance(let id):
            region.ec2.instances[id]?.networkInterfaceIDs.first
                .flatMap { region.ec2.networkInterfaces[$0]?.primary?.address }
        }
    }

    /// The targets of a group that a node may send requests to, healthy or not.
    func eligible(_ group: TargetGroup, for zone: LoadBalancer.Zone) -> [(target: Target, site: TargetSite)] {
        let crosses = crossesZones(group)
        return group.targets.compactMap { target in
            guard let site = TargetSite(target, in: group, region),
                site.zone == nil || crosses || site.zone == zone.zone
            else { return nil }
            switch TargetHealth(target, in: group, region, world, self).state {
            case .unused, .draining: return nil
            default: return (target, site)
            }
        }
    }

    /// Whether a node holds a target to be healthy.
    func isHealthy(_ candidate: (target: Target, site: TargetSite), _ zone: LoadBalancer.Zone) -> Bool {
        let run = candidate.site.instance?.runningSince
        guard run == nil || run == candidate.target.observedRun else { return false }
        return candidate.target.checks.contains { $0.zone == zone.zone && $0.verdict == .healthy }
    }

    /// What comes of a request to each of the targets that take turns at a node. Where too few are healthy, all take part:
    /// the load balancer fails open.
    ///
    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health.html>
    func answers(
        _ group: TargetGroup, from zone: LoadBalancer.Zone, _ request: BalancerRequest, _ base: RoutedRequest
    ) -> [RoutedRequest] {
        let all = eligible(group, for: zone)
        let healthy = all.filter { isHealthy($0, zone) }
        let open = !Threshold(group, "unhealthy_state_routing").isMet(healthy.count, of: all.count)
        let isNetwork = balancer.kind == .network
        let client = isNetwork && group.attributes.isOn("preserve_client_ip.enabled") ? source(request) : nil
        return (open ? all : healthy).map { target, site in
            var answer = base
            answer.targetGroupARN = group.id
            answer.targetID = target.id
            answer.targetPort = target.port
            answer.targetZone = site.zone
            let port = target.port ?? group.port ?? 80
            switch contact(site, from: zone, port: port, path: request.path, client: client) {
            case .answer(let status):
                let isPlain = isNetwork || group.groupProtocol == "HTTP" && group.protocolVersion != "GRPC"
                answer.outcome = .status(isPlain ? status : 502)
            case .refused: answer.outcome = isNetwork ? .refused : .status(502)
            case .noAnswer: answer.outcome = isNetwork ? .timedOut : .status(504)
            }
            return answer
        }
    }
}

extension RuleAction.Redirect {
    /// The address that a client is sent to. <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html>
    fileprivate func location(_ request: BalancerRequest, host: String, _ listener: Listener) -> String {
        let query =
            request.path.firstIndex(of: "?").map { String(request.path[request.path.index(after: $0)...]) } ?? ""
        func fill(_ text: String) -> String {
            text.replacing("#{protocol}", with: listener.listenerProtocol?.lowercased() ?? "http")
                .replacing("#{host}", with: host).replacing("#{port}", with: String(request.port))
                .replacing("#{path}", with: String(request.plainPath.dropFirst())).replacing("#{query}", with: query)
        }
        let end = fill(self.query)
        return "\(fill(urlProtocol).lowercased())://\(fill(self.host)):\(fill(port))\(fill(path))"
            + (end.isEmpty ? "" : "?\(end)")
    }
}
