import CloudState
import LoadBalancing
import ServiceModel

/// The settings of health checks: what they are by default and what they may be.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html>
enum HealthCheckRules {
    static func defaults(_ kind: TargetGroup.TargetKind, groupProtocol: String?) -> TargetGroup.HealthCheck {
        switch (kind, groupProtocol) {
        case (.lambda, _):
            TargetGroup.HealthCheck(
                isEnabled: false, checkProtocol: "HTTP", path: "/", interval: 35, timeout: 30, matcher: "200")
        case (.alb, _):
            TargetGroup.HealthCheck(checkProtocol: "HTTP", path: "/", interval: 30, timeout: 6, matcher: "200-399")
        case (_, "GENEVE"):
            TargetGroup.HealthCheck(
                checkProtocol: "TCP", port: "80", path: nil, interval: 10, timeout: 5, matcher: nil)
        case (_, "HTTP"), (_, "HTTPS"), (_, nil):
            TargetGroup.HealthCheck(checkProtocol: "HTTP", path: "/", interval: 30, timeout: 5, matcher: "200")
        default:
            TargetGroup.HealthCheck(checkProtocol: "TCP", path: nil, interval: 30, timeout: 10, matcher: nil)
        }
    }

    /// Takes over what a request says.
    static func read(_ input: Input, _ group: inout TargetGroup) throws(ServiceError) {
        var check = group.healthCheck
        if let enabled = input.boolean("HealthCheckEnabled") {
            guard enabled || group.kind == .lambda else {
                throw ELBError.validation(
                    "Health check enabled must be true for target groups with target type '\(group.kind.rawValue)'")
            }
            check.isEnabled = enabled
        }
        if let wanted = input.string("HealthCheckProtocol"), wanted != check.checkProtocol {
            try change(&check, to: wanted, group)
        }
        if let port = input.string("HealthCheckPort"), group.kind != .lambda {
            guard port == "traffic-port" || (1...65_535).contains(Int(port) ?? 0) else {
                throw ELBError.validation(
                    "Health check port '\(port.prefix(64))' must be 'traffic-port' or a number between '1' and '65535'")
            }
            check.port = port
        }
        if let path = input.string("HealthCheckPath") {
            guard check.checkProtocol != "TCP" else {
                throw ELBError.validation("Health check path is not supported for health checks with protocol 'TCP'")
            }
            guard path.hasPrefix("/"), path.unicodeScalars.allSatisfy({ (0x21...0x7E).contains($0.value) }) else {
                throw ELBError.validation("Health check path '\(path.prefix(256))' must begin with a '/' character")
            }
            check.path = path
        }
        check.interval = input.integer("HealthCheckIntervalSeconds") ?? check.interval
        check.timeout = input.integer("HealthCheckTimeoutSeconds") ?? check.timeout
        check.healthyThreshold = input.integer("HealthyThresholdCount") ?? check.healthyThreshold
        check.unhealthyThreshold = input.integer("UnhealthyThresholdCount") ?? check.unhealthyThreshold
        try readMatcher(input, &check, group)
        guard check.timeout < check.interval || check.checkProtocol == "TCP" && check.timeout == check.interval else {
            throw ELBError.validation("Health check interval must be greater than the timeout.")
        }
        group.healthCheck = check
    }

    private static func change(
        _ check: inout TargetGroup.HealthCheck, to wanted: String, _ group: TargetGroup
    ) throws(ServiceError) {
        let isApplication = group.groupProtocol == "HTTP" || group.groupProtocol == "HTTPS" || group.kind == .alb
        let allowed = isApplication ? ["HTTP", "HTTPS"] : ["HTTP", "HTTPS", "TCP"]
        guard allowed.contains(wanted), group.kind != .lambda else {
            throw ELBError.validation(
                "Health check protocol '\(wanted)' must be one of '\(allowed.joined(separator: ", "))'")
        }
        let isOverHTTP = wanted != "TCP"
        if isOverHTTP, check.checkProtocol == "TCP" {
            check.path = "/"
            check.matcher = "200-399"
            if group.groupProtocol != "GENEVE" { check.timeout = 6 }
        } else if !isOverHTTP {
            check.path = nil
            check.matcher = nil
            check.timeout = 10
        }
        check.checkProtocol = wanted
    }

    private static func readMatcher(
        _ input: Input, _ check: inout TargetGroup.HealthCheck, _ group: TargetGroup
    ) throws(ServiceError) {
        guard let matcher = input.structure("Matcher") else { return }
        if let codes = matcher.string("GrpcCode") {
            guard check.isGRPC, StatusMatcher.isValid(codes, within: 0...99) else {
                throw ELBError.validation("Health check matcher GRPC code '\(codes.prefix(64))' must be within '0-99'")
            }
            check.matcher = codes
        }
        if let codes = matcher.string("HttpCode") {
            guard check.checkProtocol != "TCP", !check.isGRPC else {
                throw ELBError.validation(
                    "Health check matcher HTTP code cannot be specified for health checks with protocol 'TCP'")
            }
            guard StatusMatcher.isValid(codes, within: 200...499) || StatusMatcher.isValid(codes, within: 200...599)
            else {
                throw ELBError.validation(
                    "Health check matcher HTTP code '\(codes.prefix(64))' must be within '200-499'")
            }
            check.matcher = codes
        }
    }
}
