import CloudState
import ServiceModel

/// DescribeRegions and DescribeAvailabilityZones.
enum RegionCalls {
    static let operations: [String: Handler] = [
        "DescribeRegions": .read(describeRegions),
        "DescribeAvailabilityZones": .read(describeAvailabilityZones),
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

    static func describeAvailabilityZones(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let filters = try Filter.all(input)
        let names = input.strings("ZoneNames")
        let ids = input.strings("ZoneIds")
        let zones = RegionFacts.named(context.region)?.zones ?? []
        if let unknown = names.first(where: { name in !zones.contains { $0.name == name } }) {
            throw EC2Error.invalidParameter("Invalid availability zone: [\(unknown)]")
        }
        if let unknown = ids.first(where: { id in !zones.contains { $0.id == id } }) {
            throw EC2Error.invalidParameter("Invalid availability zone-id: [\(unknown)]")
        }
        var views: [Value] = []
        for zone in zones {
            guard names.isEmpty || names.contains(zone.name), ids.isEmpty || ids.contains(zone.id) else { continue }
            let facts = [
                "zone-name": zone.name, "zone-id": zone.id, "region-name": context.region, "state": "available",
                "zone-type": "availability-zone", "opt-in-status": "opt-in-not-required",
                "group-name": "\(context.region)-zg-1", "group-long-name": "", "message": "",
                "parent-zone-id": "", "parent-zone-name": "",
            ]
            guard try filters.allMatch(facts) else { continue }
            views.append([
                "OptInStatus": "opt-in-not-required", "Messages": [], "RegionName": .string(context.region),
                "ZoneName": .string(zone.name), "ZoneId": .string(zone.id),
                "GroupName": .string("\(context.region)-zg-1"), "NetworkBorderGroup": .string(context.region),
                "ZoneType": "availability-zone", "State": "available",
            ])
        }
        return Response(["AvailabilityZones": .list(views)])
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
