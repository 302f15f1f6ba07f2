import CloudState

/// A prefix list that AWS manages for a service of a region.
struct AWSPrefixList: Sendable {
    var id: String
    /// For instance `com.amazonaws.us-east-1.s3`.
    var name: String
    var addressFamily: String
    var blocks: [String]

    static func named(_ id: String, in region: String) -> AWSPrefixList? { all(in: region).first { $0.id == id } }

    /// <https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html>
    static func all(in region: String) -> [AWSPrefixList] {
        var known: [String: (id: String, blocks: [String])] = [:]
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words[0] == region { known[words[1]] = (words[2], Array(words.dropFirst(3))) }
        }
        return services.map { service in
            let name = "com.amazonaws.\(service.isGlobal ? "global" : region).\(service.name)"
            let facts = known[service.name]
            return AWSPrefixList(
                id: facts?.id ?? derivedID(name, region), name: name, addressFamily: service.family,
                blocks: facts?.blocks ?? service.blocks)
        }
    }

    /// A form-correct id for lists whose real one is not known here.
    private static func derivedID(_ name: String, _ region: String) -> String {
        "pl-"
            + IDGenerator.hexadecimal(IDGenerator.mix(IDGenerator.hash("\(region)/\(name)", 0xCBF2_9CE4_8422_2325)))
            .suffix(8)
    }

    private struct Service {
        var name: String
        var family = "IPv4"
        var isGlobal = false
        /// Where the region's own are not known here.
        var blocks: [String]
    }

    private static let services = [
        Service(name: "s3", blocks: ["3.5.0.0/16", "52.92.0.0/14", "52.216.0.0/14"]),
        Service(name: "dynamodb", blocks: ["52.94.0.0/19", "52.119.192.0/18"]),
        Service(
            name: "cloudfront.origin-facing", isGlobal: true,
            blocks: [
                "13.124.199.0/24", "130.176.0.0/18", "15.158.0.0/16", "54.182.0.0/16", "64.252.64.0/18",
                "70.132.0.0/18",
            ]),
        Service(name: "ec2-instance-connect", blocks: ["18.206.107.24/29"]),
        Service(name: "route53-healthchecks", blocks: ["15.177.0.0/18", "54.228.16.0/26", "54.232.40.64/26"]),
        Service(name: "vpc-lattice", blocks: ["169.254.171.0/24"]),
        Service(name: "ipv6.vpc-lattice", family: "IPv6", blocks: ["fd00:ec2:80::/64"]),
    ]

    // Region, service, id, blocks.
    private static let table = """
        us-east-1 s3 pl-63a5400a 52.216.0.0/15 3.5.0.0/19 18.34.0.0/19 54.231.0.0/16 16.182.0.0/16 18.34.232.0/21 16.15.176.0/20
        us-east-1 dynamodb pl-02cd2c6b 52.94.0.0/22 3.218.180.0/22 3.218.184.0/21 52.119.224.0/20 35.71.64.0/22 52.119.232.0/21
        us-east-1 cloudfront.origin-facing pl-3b927c52 13.124.199.0/24 130.176.0.0/18 15.158.0.0/16 54.182.0.0/16 64.252.64.0/18 70.132.0.0/18
        us-east-2 s3 pl-7ba54012 52.219.80.0/20 3.5.128.0/21 52.219.96.0/20 18.34.72.0/21
        us-east-2 dynamodb pl-4ca54025 52.94.4.0/24 52.119.248.0/21
        us-east-2 cloudfront.origin-facing pl-b6a144df 13.124.199.0/24 130.176.0.0/18 15.158.0.0/16 54.182.0.0/16 64.252.64.0/18 70.132.0.0/18
        us-west-2 s3 pl-68a54001 52.218.128.0/17 3.5.76.0/22 52.92.128.0/17 18.34.48.0/20
        us-west-2 dynamodb pl-00a54069 52.94.10.0/24 52.119.252.0/22
        us-west-2 cloudfront.origin-facing pl-82a045eb 13.124.199.0/24 130.176.0.0/18 15.158.0.0/16 54.182.0.0/16 64.252.64.0/18 70.132.0.0/18
        eu-west-1 s3 pl-6da54004 52.218.0.0/17 3.5.64.0/21 52.92.0.0/17 18.34.240.0/22
        eu-west-1 dynamodb pl-6fa54006 52.94.24.0/23 52.94.26.0/23 52.119.240.0/21
        eu-west-1 cloudfront.origin-facing pl-4fa04526 13.124.199.0/24 130.176.0.0/18 15.158.0.0/16 54.182.0.0/16 64.252.64.0/18 70.132.0.0/18
        eu-central-1 s3 pl-6ea54007 52.219.44.0/22 3.5.136.0/22 52.219.72.0/22 52.219.140.0/24
        eu-central-1 dynamodb pl-66a5400f 52.94.17.0/24 52.119.188.0/22
        eu-central-1 cloudfront.origin-facing pl-a3a144ca 13.124.199.0/24 130.176.0.0/18 15.158.0.0/16 54.182.0.0/16 64.252.64.0/18 70.132.0.0/18
        """
}
