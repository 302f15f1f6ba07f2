import CloudState
import ServiceModel

/// DescribeRegions.
enum RegionCalls {
    static let operations: [String: Handler] = [
        "DescribeRegions": .read(describeRegions)
    ]

    static func describeRegions(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let filters = try Filter.all(input)
        let names = input.strings("RegionNames")
        let unknown = names.filter { RegionFacts.named($0) == nil }
        guard unknown.isEmpty else {
            throw EC2Error.invalidParameter("Invalid region name(s) provided: \(unknown.joined(separator: ", "))")
        }
        let all = input.boolean("AllRegions") ?? false
        var regions: [Value] = []
        for region in RegionFacts.all where names.isEmpty || names.contains(region.name) {
            guard all || !names.isEmpty || region.optInStatus != "not-opted-in" else { continue }
            let endpoint = "ec2.\(region.name).amazonaws.com"
            let facts = ["region-name": region.name, "endpoint": endpoint, "opt-in-status": region.optInStatus]
            guard try filters.allMatch(facts) else { continue }
            regions.append([
                "RegionName": .string(region.name), "Endpoint": .string(endpoint),
                "OptInStatus": .string(region.optInStatus),
            ])
        }
        return Response(["Regions": .list(regions)])
    }
}

extension [Filter] {
    /// Holds facts of one value each against all filters; a filter of another name is an error.
    func allMatch(_ facts: [String: String]) throws(ServiceError) -> Bool {
        for filter in self {
            guard let value = facts[filter.name] else {
                throw EC2Error.invalidParameter("The filter '\(filter.name.prefix(256))' is invalid")
            }
            if !filter.matches([value]) { return false }
        }
        return true
    }
}
