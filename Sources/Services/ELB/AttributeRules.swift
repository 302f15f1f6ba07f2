import CloudState
import ServiceModel

/// The attributes that load balancers, listeners and target groups have, with what they are by default and what they may
/// be.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html> and the pages of
/// its neighbours.
enum AttributeRules {
    /// What a value may be.
    enum Form: Sendable {
        case flag
        case text
        case number(ClosedRange<Int>)
        case choice([String])
        /// A number, or `off`.
        case numberOrOff(ClosedRange<Int>)

        func accepts(_ value: String) -> Bool {
            switch self {
            case .flag: value == "true" || value == "false"
            case .text: value.utf8.count <= 1024
            case .number(let range): Int(value).map(range.contains) ?? false
            case .choice(let values): values.contains(value)
            case .numberOrOff(let range): value == "off" || Int(value).map(range.contains) ?? false
            }
        }

        var sentence: String {
            switch self {
            case .flag: "'true' or 'false'"
            case .text: "a text of up to 1024 characters"
            case .number(let range): "an integer between '\(range.lowerBound)' and '\(range.upperBound)'"
            case .choice(let values): "one of '\(values.joined(separator: ", "))'"
            case .numberOrOff(let range): "'off' or an integer between '\(range.lowerBound)' and '\(range.upperBound)'"
            }
        }
    }

    struct Attribute: Sendable {
        var key: String
        var value: String
        var form: Form

        init(_ key: String, _ value: String, _ form: Form) {
            self.key = key
            self.value = value
            self.form = form
        }
    }

    static func list(_ attributes: [Attribute]) -> AttributeList {
        AttributeList(attributes.map { ($0.key, $0.value) })
    }

    // MARK: Load balancers

    static func loadBalancer(_ kind: LoadBalancer.Kind) -> [Attribute] {
        switch kind {
        case .application:
            common + logs("access_logs") + logs("connection_logs") + logs("health_check_logs") + application
        case .network: common + logs("access_logs") + network
        case .gateway: common + [Attribute("load_balancing.cross_zone.enabled", "false", .flag)]
        }
    }

    private static let common = [Attribute("deletion_protection.enabled", "false", .flag)]

    private static func logs(_ name: String) -> [Attribute] {
        [
            Attribute("\(name).s3.enabled", "false", .flag), Attribute("\(name).s3.bucket", "", .text),
            Attribute("\(name).s3.prefix", "", .text),
        ]
    }

    private static let application = [
        Attribute("idle_timeout.timeout_seconds", "60", .number(1...4000)),
        Attribute("client_keep_alive.seconds", "3600", .number(60...604_800)),
        Attribute("routing.http.desync_mitigation_mode", "defensive", .choice(["monitor", "defensive", "strictest"])),
        Attribute("routing.http.drop_invalid_header_fields.enabled", "false", .flag),
        Attribute("routing.http.preserve_host_header.enabled", "false", .flag),
        Attribute("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false", .flag),
        Attribute("routing.http.xff_client_port.enabled", "false", .flag),
        Attribute("routing.http.xff_header_processing.mode", "append", .choice(["append", "preserve", "remove"])),
        Attribute("routing.http2.enabled", "true", .flag),
        Attribute("waf.fail_open.enabled", "false", .flag),
        Attribute("zonal_shift.config.enabled", "false", .flag),
        Attribute("load_balancing.cross_zone.enabled", "true", .choice(["true"])),
        Attribute("ipv6.deny_all_igw_traffic", "false", .flag),
    ]

    private static let network = [
        Attribute("load_balancing.cross_zone.enabled", "false", .flag),
        Attribute(
            "dns_record.client_routing_policy", "any_availability_zone",
            .choice(["availability_zone_affinity", "partial_availability_zone_affinity", "any_availability_zone"])),
        Attribute("zonal_shift.config.enabled", "false", .flag),
        Attribute("ipv6.deny_all_igw_traffic", "false", .flag),
        Attribute("secondary_ips.auto_assigned.per_subnet", "0", .number(0...7)),
    ]

    // MARK: Listeners

    static func listener(_ listenerProtocol: String?) -> [Attribute] {
        switch listenerProtocol {
        case "HTTP": responseHeaders
        case "HTTPS": responseHeaders + requestHeaders
        case "TCP": [Attribute("tcp.idle_timeout.seconds", "350", .number(60...6000))]
        case nil: [Attribute("tcp.idle_timeout.seconds", "350", .number(60...6000))]
        default: []
        }
    }

    private static let responseHeaders =
        [Attribute("routing.http.response.server.enabled", "true", .flag)]
        + [
            "strict_transport_security", "access_control_allow_origin", "access_control_allow_methods",
            "access_control_allow_headers", "access_control_allow_credentials", "access_control_expose_headers",
            "access_control_max_age", "content_security_policy", "x_content_type_options", "x_frame_options",
        ].map { Attribute("routing.http.response.\($0).header_value", "", .text) }

    private static let requestHeaders = [
        "x_amzn_mtls_clientcert_serial_number", "x_amzn_mtls_clientcert_issuer", "x_amzn_mtls_clientcert_subject",
        "x_amzn_mtls_clientcert_validity", "x_amzn_mtls_clientcert_leaf", "x_amzn_mtls_clientcert",
        "x_amzn_tls_version", "x_amzn_tls_cipher_suite",
    ].map { Attribute("routing.http.request.\($0).header_name", "", .text) }

    // MARK: Target groups

    static func targetGroup(_ group: TargetGroup) -> [Attribute] {
        if group.kind == .lambda {
            return [Attribute("lambda.multi_value_headers.enabled", "false", .flag)] + stickiness + health + crossZone
        }
        let delay = [Attribute("deregistration_delay.timeout_seconds", "300", .number(0...3600))]
        switch group.groupProtocol {
        case "HTTP", "HTTPS":
            return delay + stickiness + balancing + crossZone + health
        case "GENEVE":
            return delay + [
                Attribute("stickiness.enabled", "false", .flag),
                Attribute(
                    "stickiness.type", "source_ip_dest_ip_proto",
                    .choice(["source_ip_dest_ip_proto", "source_ip_dest_ip", "source_ip_dest_ip_proto_port"])),
                Attribute("target_failover.on_deregistration", "no_rebalance", .choice(["rebalance", "no_rebalance"])),
                Attribute("target_failover.on_unhealthy", "no_rebalance", .choice(["rebalance", "no_rebalance"])),
            ]
        default:
            return delay + networkGroup(group) + crossZone + health
        }
    }

    static func targetGroupDefaults(_ group: TargetGroup) -> AttributeList { list(targetGroup(group)) }

    private static let stickiness = [
        Attribute("stickiness.enabled", "false", .flag),
        Attribute("stickiness.type", "lb_cookie", .choice(["lb_cookie", "app_cookie"])),
        Attribute("stickiness.lb_cookie.duration_seconds", "86400", .number(1...604_800)),
        Attribute("stickiness.app_cookie.cookie_name", "", .text),
        Attribute("stickiness.app_cookie.duration_seconds", "86400", .number(1...604_800)),
    ]

    private static let balancing = [
        Attribute(
            "load_balancing.algorithm.type", "round_robin",
            .choice(["round_robin", "least_outstanding_requests", "weighted_random"])),
        Attribute("load_balancing.algorithm.anomaly_mitigation", "off", .choice(["on", "off"])),
        Attribute("slow_start.duration_seconds", "0", .number(0...900)),
    ]

    private static let crossZone = [
        Attribute(
            "load_balancing.cross_zone.enabled", "use_load_balancer_configuration",
            .choice(["true", "false", "use_load_balancer_configuration"]))
    ]

    private static let health = [
        Attribute("target_group_health.dns_failover.minimum_healthy_targets.count", "1", .numberOrOff(1...1000)),
        Attribute("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off", .numberOrOff(1...100)),
        Attribute("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1", .number(1...1000)),
        Attribute(
            "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off",
            .numberOrOff(1...100)),
    ]

    private static func networkGroup(_ group: TargetGroup) -> [Attribute] {
        let isDatagram = group.groupProtocol == "UDP" || group.groupProtocol == "TCP_UDP"
        let preserves = group.kind == .instance || group.kind == .alb || isDatagram
        return [
            Attribute("deregistration_delay.connection_termination.enabled", "false", .flag),
            Attribute("preserve_client_ip.enabled", preserves ? "true" : "false", .flag),
            Attribute("proxy_protocol_v2.enabled", "false", .flag),
            Attribute("stickiness.enabled", "false", .flag),
            Attribute("stickiness.type", "source_ip", .choice(["source_ip"])),
            Attribute("target_health_state.unhealthy.connection_termination.enabled", "true", .flag),
            Attribute("target_health_state.unhealthy.draining_interval_seconds", "0", .number(0...360_000)),
        ]
    }
}
