import CloudState
import ServiceModel

/// The quotas of an account.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeAccountLimits.html>
enum AccountLimits {
    static let operations: [String: Handler] = ["DescribeAccountLimits": .read(describe)]

    private static let limits: [(name: String, maximum: Int)] = [
        ("application-load-balancers", 50), ("condition-values-per-alb-rule", 5),
        ("condition-wildcards-per-alb-rule", 6), ("gateway-load-balancers", 100),
        ("gateway-load-balancers-per-vpc", 100), ("geneve-target-groups", 100),
        ("listeners-per-application-load-balancer", 50), ("listeners-per-network-load-balancer", 50),
        ("network-load-balancer-enis-per-vpc", 1200), ("network-load-balancers", 50),
        ("rules-per-application-load-balancer", 100), ("target-groups", 3000),
        ("target-groups-per-action-on-application-load-balancer", 5),
        ("target-groups-per-action-on-network-load-balancer", 1), ("target-groups-per-application-load-balancer", 100),
        ("targets-per-application-load-balancer", 1000),
        ("targets-per-availability-zone-per-gateway-load-balancer", 300),
        ("targets-per-availability-zone-per-network-load-balancer", 500), ("targets-per-network-load-balancer", 3000),
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try ELBPage(limits, input).response("Limits") { ["Name": .string($0.name), "Max": .string("\($0.maximum)")] }
    }
}
