import CloudState
import ServiceModel

/// The security policies that AWS offers for TLS.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html>
enum SSLPolicyCalls {
    static let operations: [String: Handler] = ["DescribeSSLPolicies": .read(describe)]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = input.strings("Names")
        var policies: [SSLPolicies.Policy] = []
        for name in names {
            guard let policy = SSLPolicies.named(name) else {
                throw ServiceError("SSLPolicyNotFound", "SSL policy '\(name.prefix(256))' not found")
            }
            policies.append(policy)
        }
        if names.isEmpty { policies = SSLPolicies.all }
        return try ELBPage(policies, input).response("SslPolicies") { policy in
            [
                "Name": .string(policy.name), "SslProtocols": .strings(policy.protocols),
                "Ciphers": .list(policy.ciphers.enumerated()) {
                    ["Name": .string($0.element), "Priority": .integer($0.offset + 1)]
                },
                "SupportedLoadBalancerTypes": ["application", "network"],
            ]
        }
    }
}

/// Policies by name: protocols and ciphers in the order of preference.
enum SSLPolicies {
    struct Policy: Sendable {
        var name: String
        var protocols: [String]
        var ciphers: [String]
    }

    /// What a listener has that names none.
    static let standard = "ELBSecurityPolicy-2016-08"

    static func named(_ name: String) -> Policy? { all.first { $0.name == name } }

    private static let tls13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
    private static let forwardGCM = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
    ]
    private static let forwardCBC = [
        "ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA384",
    ]
    private static let forwardSHA1 = [
        "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA", "ECDHE-ECDSA-AES256-SHA",
    ]
    private static let plain = ["AES128-GCM-SHA256", "AES128-SHA256", "AES256-GCM-SHA384", "AES256-SHA256"]
    private static let plainSHA1 = ["AES128-SHA", "AES256-SHA"]

    private static let all12 = ["TLSv1.2"]
    private static let from11 = ["TLSv1.1", "TLSv1.2"]
    private static let from10 = ["TLSv1", "TLSv1.1", "TLSv1.2"]
    private static let broad = forwardGCM + forwardCBC + forwardSHA1 + plain + plainSHA1

    static let all: [Policy] = [
        Policy(
            name: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06", protocols: ["TLSv1.2", "TLSv1.3"],
            ciphers: tls13 + forwardGCM),
        Policy(
            name: "ELBSecurityPolicy-TLS13-1-2-2021-06", protocols: ["TLSv1.2", "TLSv1.3"],
            ciphers: tls13 + forwardGCM + forwardCBC),
        Policy(
            name: "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", protocols: ["TLSv1.2", "TLSv1.3"],
            ciphers: tls13 + forwardGCM + forwardCBC + plain),
        Policy(
            name: "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", protocols: ["TLSv1.2", "TLSv1.3"], ciphers: tls13 + broad),
        Policy(name: "ELBSecurityPolicy-TLS13-1-3-2021-06", protocols: ["TLSv1.3"], ciphers: tls13),
        Policy(
            name: "ELBSecurityPolicy-TLS13-1-1-2021-06", protocols: ["TLSv1.1", "TLSv1.2", "TLSv1.3"],
            ciphers: tls13 + broad),
        Policy(
            name: "ELBSecurityPolicy-TLS13-1-0-2021-06", protocols: ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
            ciphers: tls13 + broad),
        Policy(name: "ELBSecurityPolicy-FS-1-2-Res-2020-10", protocols: all12, ciphers: forwardGCM),
        Policy(name: "ELBSecurityPolicy-FS-1-2-Res-2019-08", protocols: all12, ciphers: forwardGCM + forwardCBC),
        Policy(
            name: "ELBSecurityPolicy-FS-1-2-2019-08", protocols: all12, ciphers: forwardGCM + forwardCBC + forwardSHA1),
        Policy(
            name: "ELBSecurityPolicy-FS-1-1-2019-08", protocols: from11, ciphers: forwardGCM + forwardCBC + forwardSHA1),
        Policy(name: "ELBSecurityPolicy-FS-2018-06", protocols: from10, ciphers: forwardGCM + forwardCBC + forwardSHA1),
        Policy(name: "ELBSecurityPolicy-TLS-1-2-Ext-2018-06", protocols: all12, ciphers: broad),
        Policy(name: "ELBSecurityPolicy-TLS-1-2-2017-01", protocols: all12, ciphers: forwardGCM + forwardCBC + plain),
        Policy(name: "ELBSecurityPolicy-TLS-1-1-2017-01", protocols: from11, ciphers: broad),
        Policy(name: standard, protocols: from10, ciphers: broad),
        Policy(name: "ELBSecurityPolicy-2015-05", protocols: from10, ciphers: broad),
    ]
}
