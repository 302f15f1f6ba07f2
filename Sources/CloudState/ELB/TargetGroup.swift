package import ServiceModel

/// Targets that a load balancer forwards to, and how their health is checked.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroup.html>
package struct TargetGroup: ResourceRecord {
    package enum TargetKind: String, Sendable { case instance, ip, lambda, alb }

    package struct HealthCheck: Sendable, Equatable {
        package var isEnabled: Bool
        /// `HTTP`, `HTTPS` or `TCP`.
        package var checkProtocol: String
        /// A number or `traffic-port`.
        package var port: String
        /// Of checks by HTTP.
        package var path: String?
        /// Seconds.
        package var interval: Int
        package var timeout: Int
        package var healthyThreshold: Int
        package var unhealthyThreshold: Int
        /// Codes as `200`, `200,202` or `200-399`.
        package var matcher: String?
        package var isGRPC = false

        package init(
            isEnabled: Bool = true, checkProtocol: String, port: String = "traffic-port", path: String?, interval: Int,
            timeout: Int, healthyThreshold: Int = 5, unhealthyThreshold: Int = 2, matcher: String?
        ) {
            self.isEnabled = isEnabled
            self.checkProtocol = checkProtocol
            self.port = port
            self.path = path
            self.interval = interval
            self.timeout = timeout
            self.healthyThreshold = healthyThreshold
            self.unhealthyThreshold = unhealthyThreshold
            self.matcher = matcher
        }
    }

    /// The ARN.
    package var id: String
    package var name: String
    package var kind: TargetKind
    /// Nil for functions.
    package var groupProtocol: String?
    package var port: Int?
    package var vpcID: String?
    package var protocolVersion: String?
    package var ipAddressType = "ipv4"
    package var healthCheck: HealthCheck
    package var attributes: AttributeList
    /// In the order of their registration.
    package var targets: [Target] = []
    package var tags = Tags()
    /// When the next round of health checks is on the agenda.
    package var nextRound: Timestamp?

    package init(
        id: String, name: String, kind: TargetKind, groupProtocol: String?, port: Int?, vpcID: String?,
        healthCheck: HealthCheck, attributes: AttributeList
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.groupProtocol = groupProtocol
        self.port = port
        self.vpcID = vpcID
        self.healthCheck = healthCheck
        self.attributes = attributes
    }

    /// The place of a target in `targets`; a port of nil stands for any.
    package func place(of id: String, port: Int?) -> Int? {
        targets.firstIndex { $0.id == id && (port == nil || $0.port == port) }
    }

    /// How long a target that is to go still gets the rest of its requests.
    package var deregistrationDelay: Duration {
        .seconds(attributes["deregistration_delay.timeout_seconds"].flatMap { Int($0) } ?? 300)
    }
}

/// Something that gets requests: an instance, an address, a function or another load balancer.
package struct Target: Sendable, Equatable {
    /// What the checks of the balancer's node in one zone have found: each node has a view of its own.
    package struct NodeCheck: Sendable, Equatable {
        package enum Verdict: Sendable, Equatable {
            /// Too few checks have ended.
            case checking
            case healthy
            case unhealthy(CheckFailure)
        }

        /// The node's zone.
        package var zone: String
        package var verdict: Verdict = .checking
        /// Checks in a row that ended the same way.
        package var successes = 0
        package var failures = 0

        package init(zone: String) { self.zone = zone }
    }

    /// An instance's id, an address, or an ARN.
    package var id: String
    /// Nil for functions.
    package var port: Int?
    /// Where the request named one: a zone, or `all`.
    package var zone: String?
    package var registered: Timestamp
    /// Set when it is to go: until then it is draining.
    package var drainingUntil: Timestamp?
    /// Empty until the first check, and again whenever it gets no traffic.
    package var checks: [NodeCheck] = []
    /// When it is checked next; nil while nothing that a check would find can change.
    package var nextCheck: Timestamp?
    /// Since when the instance had been running at the last check: another start begins anew.
    package var observedRun: Timestamp?

    package init(id: String, port: Int?, zone: String?, registered: Timestamp) {
        self.id = id
        self.port = port
        self.zone = zone
        self.registered = registered
    }
}

/// Why a health check failed.
package enum CheckFailure: Sendable, Equatable {
    /// Nothing answered: the way is closed, or the host is down.
    case timeout
    /// The host refused the connection: nothing listens there.
    case refused
    /// Another status than those that are asked for.
    case status(Int)
    /// A check by TCP, which knows no more.
    case connection
}
