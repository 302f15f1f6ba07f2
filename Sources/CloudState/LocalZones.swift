/// A Local Zone: a piece of a region in another city. An account must opt into its group first.
///
/// <https://docs.aws.amazon.com/local-zones/latest/ug/available-local-zones.html>
package struct LocalZone: Sendable {
    package var region: String
    /// For instance `us-west-2-lax-1a`.
    package var name: String
    /// For instance `usw2-lax1-az1`.
    package var id: String
    /// For instance `US West (Los Angeles)`.
    package var longName: String
    /// The zone that handles its control plane, where known: for instance `use1-az4`.
    package var parentZoneID: String?

    /// As a place for subnets.
    package var place: RegionFacts.Zone { RegionFacts.Zone(name: name, id: id) }

    /// The group that is opted into, and from which its public addresses are announced: `us-west-2-lax-1`.
    package var group: String { String(name.dropLast()) }

    package static func all(in region: String) -> [LocalZone] { all.filter { $0.region == region } }

    /// Read from one line a zone: region, location with number and letter, number of the parent zone or a dash, name.
    package static let all: [LocalZone] = table.split(separator: "\n").compactMap { line in
        let words = line.split(separator: " ", maxSplits: 3).map(String.init)
        guard words.count == 4, let facts = RegionFacts.named(words[0]), let some = facts.zones.first,
            let letter = words[1].utf8.last
        else { return nil }
        let prefix = some.id.prefix { $0 != "-" }
        let location = words[1].dropLast().replacing("-", with: "")
        let number = Int(letter) - 96
        return LocalZone(
            region: words[0], name: "\(words[0])-\(words[1])", id: "\(prefix)-\(location)-az\(number)",
            longName: words[3], parentZoneID: words[2] == "-" ? nil : "\(prefix)-az\(words[2])")
    }

    private static let table = """
        af-south-1 los-1a - Nigeria (Lagos)
        ap-northeast-1 tpe-1a - Taiwan (Taipei)
        ap-south-1 ccu-1a - India (Kolkata)
        ap-south-1 del-1a - India (Delhi)
        ap-southeast-1 bkk-1a - Thailand (Bangkok)
        ap-southeast-1 mnl-1a - Philippines (Manila)
        ap-southeast-2 akl-1a - New Zealand (Auckland)
        ap-southeast-2 per-1a - Australia (Perth)
        eu-central-1 ham-1a - Germany (Hamburg)
        eu-central-1 waw-1a - Poland (Warsaw)
        eu-north-1 cph-1a - Denmark (Copenhagen)
        eu-north-1 hel-1a - Finland (Helsinki)
        me-south-1 mct-1a - Oman (Muscat)
        us-east-1 atl-1a 4 US East (Atlanta)
        us-east-1 atl-2a 5 US East (Atlanta) 2
        us-east-1 bos-1a 4 US East (Boston)
        us-east-1 bue-1a - Argentina (Buenos Aires)
        us-east-1 chi-1a 5 US East (Chicago)
        us-east-1 chi-2a 6 US East (Chicago) 2
        us-east-1 dfw-2a 4 US East (Dallas) 2
        us-east-1 iah-2a - US East (Houston) 2
        us-east-1 lim-1a - Peru (Lima)
        us-east-1 mci-1a - US East (Kansas City) 2
        us-east-1 mia-2a - US East (Miami) 2
        us-east-1 msp-1a - US East (Minneapolis)
        us-east-1 nyc-2a - US East (New York City) 2
        us-east-1 phl-1a - US East (Philadelphia)
        us-east-1 qro-1a 1 Mexico (Queretaro)
        us-east-1 scl-1a - Chile (Santiago)
        us-west-2 den-1a - US West (Denver)
        us-west-2 hnl-1a - US West (Honolulu)
        us-west-2 las-1a - US West (Las Vegas)
        us-west-2 lax-1a - US West (Los Angeles)
        us-west-2 lax-1b - US West (Los Angeles)
        us-west-2 pdx-1a - US West (Portland)
        us-west-2 phx-2a - US West (Phoenix) 2
        us-west-2 sea-1a - US West (Seattle)
        """
}

extension RegionFacts {
    /// The region's name for people, for instance `US East (N. Virginia)`.
    package var longName: String { Self.longNames[name] ?? name }

    /// <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>
    private static let longNames: [String: String] = [
        "af-south-1": "Africa (Cape Town)", "ap-east-1": "Asia Pacific (Hong Kong)",
        "ap-northeast-1": "Asia Pacific (Tokyo)", "ap-northeast-2": "Asia Pacific (Seoul)",
        "ap-northeast-3": "Asia Pacific (Osaka)", "ap-south-1": "Asia Pacific (Mumbai)",
        "ap-south-2": "Asia Pacific (Hyderabad)", "ap-southeast-1": "Asia Pacific (Singapore)",
        "ap-southeast-2": "Asia Pacific (Sydney)", "ap-southeast-3": "Asia Pacific (Jakarta)",
        "ap-southeast-4": "Asia Pacific (Melbourne)", "ap-southeast-5": "Asia Pacific (Malaysia)",
        "ap-southeast-7": "Asia Pacific (Thailand)", "ca-central-1": "Canada (Central)",
        "ca-west-1": "Canada West (Calgary)", "eu-central-1": "Europe (Frankfurt)",
        "eu-central-2": "Europe (Zurich)", "eu-north-1": "Europe (Stockholm)", "eu-south-1": "Europe (Milan)",
        "eu-south-2": "Europe (Spain)", "eu-west-1": "Europe (Ireland)", "eu-west-2": "Europe (London)",
        "eu-west-3": "Europe (Paris)", "il-central-1": "Israel (Tel Aviv)", "me-central-1": "Middle East (UAE)",
        "me-south-1": "Middle East (Bahrain)", "mx-central-1": "Mexico (Central)",
        "sa-east-1": "South America (Sao Paulo)", "us-east-1": "US East (N. Virginia)",
        "us-east-2": "US East (Ohio)", "us-west-1": "US West (N. California)", "us-west-2": "US West (Oregon)",
    ]
}
