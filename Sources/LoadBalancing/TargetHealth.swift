package import CloudState

/// The health of a target as AWS shows it.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html>
package struct TargetHealth: Sendable, Equatable {
    package enum State: String, Sendable {
        case initial, healthy, unhealthy, unused, draining, unavailable
    }

    package var state: State
    /// For instance `Target.FailedHealthChecks`; nil while healthy.
    package var reason: String?
    package var description: String?

    private init(_ state: State, _ reason: String? = nil, _ description: String? = nil) {
        self.state = state
        self.reason = reason
        self.description = description
    }

    /// A target that the group has not.
    package static let notRegistered = TargetHealth(
        .unused, "Target.NotRegistered", "Target is not registered to the target group")

    /// The health of a target of a group at this moment.
    package init(_ target: Target, in group: TargetGroup, _ world: World, region name: String) {
        guard let region = world.regions.first(where: { $0.name == name }) else {
            self = .notRegistered
            return
        }
        let balancer = region.elb.loadBalancers(using: group.id).first
        self.init(target, in: group, region, world, balancer.map { BalancerView($0, region, world) })
    }

    init(_ target: Target, in group: TargetGroup, _ region: Region, _ world: World, _ view: BalancerView?) {
        if target.drainingUntil != nil {
            self.init(.draining, "Target.DeregistrationInProgress", "Target deregistration is in progress")
            return
        }
        if group.kind == .lambda, !group.healthCheck.isEnabled {
            self.init(.unavailable, "Target.HealthCheckDisabled", "Health checks are not enabled for this target")
            return
        }
        guard let view else {
            self.init(
                .unused, "Target.NotInUse",
                "Target group is not configured to receive traffic from the load balancer")
            return
        }
        guard let site = TargetSite(target, in: group, region) else {
            self.init(.unused, "Target.InvalidState", "Target is in the terminated state")
            return
        }
        if let state = site.instance?.state, state == .stopped || state == .terminated {
            self.init(.unused, "Target.InvalidState", "Target is in the \(state.rawValue) state")
            return
        }
        guard view.isZoneEnabled(site) else {
            self.init(
                .unused, "Target.NotInUse",
                "Target is in an Availability Zone that is not enabled for the load balancer")
            return
        }
        self = Self.checked(target, site, view)
    }

    /// What the checks say. A zone's node whose zone is out has no say.
    private static func checked(_ target: Target, _ site: TargetSite, _ view: BalancerView) -> TargetHealth {
        let isSameRun = site.instance?.runningSince == nil || target.observedRun == site.instance?.runningSince
        let checks = isSameRun ? target.checks : []
        guard !checks.isEmpty else {
            return TargetHealth(.initial, "Elb.RegistrationInProgress", "Target registration is in progress")
        }
        let up = checks.filter { check in view.balancer.zones.contains { $0.zone == check.zone && view.isUp($0) } }
        let heard = up.isEmpty ? checks : up
        if heard.contains(where: { $0.verdict == .healthy }) { return TargetHealth(.healthy) }
        for check in heard {
            guard case .unhealthy(let failure) = check.verdict else { continue }
            return TargetHealth(failure, isNetwork: view.balancer.kind == .network)
        }
        return TargetHealth(.initial, "Elb.InitialHealthChecking", "Initial health checks in progress")
    }

    private init(_ failure: CheckFailure, isNetwork: Bool) {
        switch failure {
        case .status(let status) where !isNetwork:
            self.init(
                .unhealthy, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [\(status)]")
        case .timeout where !isNetwork: self.init(.unhealthy, "Target.Timeout", "Request timed out")
        default: self.init(.unhealthy, "Target.FailedHealthChecks", "Health checks failed")
        }
    }
}
