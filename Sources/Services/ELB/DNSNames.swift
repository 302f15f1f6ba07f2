import CloudState

/// The names of load balancers, and the Route 53 zones that they are in.
///
/// <https://docs.aws.amazon.com/general/latest/gr/elb.html>
enum DNSNames {
    /// A new balancer's name; a Gateway Load Balancer has none.
    static func newName(_ balancer: LoadBalancer, _ context: inout CallContext) -> String {
        let prefix = balancer.isInternetFacing ? "" : "internal-"
        switch balancer.kind {
        case .gateway: return ""
        case .network:
            let digits = balancer.id.split(separator: "/").last.map(String.init) ?? ""
            return "\(balancer.name)-\(digits).elb.\(context.region).amazonaws.com"
        case .application:
            let number = context.world.ids.bits("\(context.region)/elb-name") % 2_000_000_000 + 100_000_000
            return "\(prefix)\(balancer.name)-\(number).\(context.region).elb.amazonaws.com"
        }
    }

    /// The hosted zone for alias records; nil where the table lacks the region.
    static func hostedZone(_ balancer: LoadBalancer) -> String? {
        let parts = balancer.id.split(separator: ":")
        guard parts.count > 3, let zones = hostedZones[String(parts[3])] else { return nil }
        switch balancer.kind {
        case .application: return zones.application
        case .network: return zones.network
        case .gateway: return nil
        }
    }

    private static let hostedZones: [String: (application: String, network: String)] = [
        "us-east-1": ("Z35SXDOTRQ7X7K", "Z26RNL4JYFTOTI"), "us-east-2": ("Z3AADJGX6KTTL2", "ZLMOA37VPKANP"),
        "us-west-1": ("Z368ELLRRE2KJ0", "Z24FKFUX50B4VW"), "us-west-2": ("Z1H1FL5HABSF5", "Z18D5FSROUN65G"),
        "ap-south-1": ("ZP97RAFLXTNZK", "ZVDDRBQ08TROA"), "ap-northeast-1": ("Z14GRHDCWA56QT", "Z31USIVHYNEOWT"),
        "ap-northeast-2": ("ZWKZPGTI48KDX", "ZIBE1TIR4HY56"), "ap-southeast-1": ("Z1LMS91P8CMLE5", "ZKVM4W9LS7TM"),
        "ap-southeast-2": ("Z1GM3OXH4ZPM65", "ZCT6FZBF4DROD"), "ca-central-1": ("ZQSVJUPU6J1EY", "Z2EPGBW3API2WT"),
        "eu-central-1": ("Z215JYRZR1TBD5", "Z3F0SRJ5LGBH90"), "eu-west-1": ("Z32O12XQLNTSW2", "Z2IFOLAFXWLO4F"),
        "eu-west-2": ("ZHURV8PSTC4K8", "ZD4D7Y8KGAS4G"), "eu-west-3": ("Z3Q77PNBQS71R4", "Z1CMS0P5QUZ6D5"),
        "eu-north-1": ("Z23TAZ6LKFMNIO", "Z1UDT6IFJ4EJM"), "sa-east-1": ("Z2P70J7HTTTPLU", "ZTK26PT1VY4CU"),
    ]
}
