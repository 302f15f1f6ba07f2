/// Regions and their Availability Zones, as a new account sees them.
///
/// <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>,
/// <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html>
package struct RegionFacts: Sendable {
    package struct Zone: Sendable {
        /// For instance `us-east-1a`.
        package var name: String
        /// For instance `use1-az1`: the same place for every account.
        package var id: String
    }

    package var name: String
    package var optInStatus: String
    package var zones: [Zone]

    /// The domain of private DNS names in a region.
    ///
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns-hostnames.html>
    package static func internalDomain(_ region: String) -> String {
        region == "us-east-1" ? "ec2.internal" : "\(region).compute.internal"
    }

    package static func named(_ name: String) -> RegionFacts? { all.first { $0.name == name } }

    /// Zone letters and ids are read from one line a region: name, prefix of the zone ids, then letter=number pairs.
    package static let all: [RegionFacts] = table.split(separator: "\n").map { line in
        let words = line.split(separator: " ").map(String.init)
        return RegionFacts(
            name: words[0], optInStatus: words[1],
            zones: words.dropFirst(3).map { pair in
                let letter = String(pair.prefix(1))
                return Zone(name: words[0] + letter, id: "\(words[2])-az\(pair.dropFirst(1))")
            })
    }

    private static let table = """
        af-south-1 not-opted-in afs1 a1 b2 c3
        ap-east-1 not-opted-in ape1 a1 b2 c3
        ap-northeast-1 opt-in-not-required apne1 a4 c1 d2
        ap-northeast-2 opt-in-not-required apne2 a1 b2 c3 d4
        ap-northeast-3 opt-in-not-required apne3 a3 b1 c2
        ap-south-1 opt-in-not-required aps1 a1 b3 c2
        ap-south-2 not-opted-in aps2 a1 b2 c3
        ap-southeast-1 opt-in-not-required apse1 a1 b2 c3
        ap-southeast-2 opt-in-not-required apse2 a1 b3 c2
        ap-southeast-3 not-opted-in apse3 a1 b2 c3
        ap-southeast-4 not-opted-in apse4 a1 b2 c3
        ap-southeast-5 not-opted-in apse5 a1 b2 c3
        ap-southeast-7 not-opted-in apse7 a1 b2 c3
        ca-central-1 opt-in-not-required cac1 a1 b2 d4
        ca-west-1 not-opted-in caw1 a1 b2 c3
        eu-central-1 opt-in-not-required euc1 a2 b3 c1
        eu-central-2 not-opted-in euc2 a1 b2 c3
        eu-north-1 opt-in-not-required eun1 a1 b2 c3
        eu-south-1 not-opted-in eus1 a1 b2 c3
        eu-south-2 not-opted-in eus2 a1 b2 c3
        eu-west-1 opt-in-not-required euw1 a1 b2 c3
        eu-west-2 opt-in-not-required euw2 a2 b3 c1
        eu-west-3 opt-in-not-required euw3 a1 b2 c3
        il-central-1 not-opted-in ilc1 a1 b2 c3
        me-central-1 not-opted-in mec1 a1 b2 c3
        me-south-1 not-opted-in mes1 a1 b2 c3
        mx-central-1 not-opted-in mxc1 a1 b2 c3
        sa-east-1 opt-in-not-required sae1 a1 b2 c3
        us-east-1 opt-in-not-required use1 a4 b6 c1 d2 e3 f5
        us-east-2 opt-in-not-required use2 a1 b2 c3
        us-west-1 opt-in-not-required usw1 a3 b1
        us-west-2 opt-in-not-required usw2 a1 b2 c3 d4
        """
}
