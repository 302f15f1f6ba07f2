import CloudState
import ServiceModel

/// DescribeInstanceTypes and DescribeInstanceTypeOfferings.
enum InstanceTypeCalls {
    static let operations: [String: Handler] = [
        "DescribeInstanceTypes": .read(describeInstanceTypes),
        "DescribeInstanceTypeOfferings": .read(describeInstanceTypeOfferings),
    ]

    static func describeInstanceTypes(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let filters = try Filter.all(input)
        try InstanceTypeFilters.check(filters)
        let wanted = input.strings("InstanceTypes")
        let unknown = wanted.filter { InstanceType.named($0) == nil }
        guard unknown.isEmpty else {
            throw ServiceError(
                "InvalidInstanceType",
                "The following supplied instance types do not exist: [\(unknown.joined(separator: ", "))]")
        }
        let letters = RegionFacts.named(context.region)?.zones.compactMap(\.name.last) ?? []
        let candidates = wanted.isEmpty ? InstanceType.all : wanted.compactMap(InstanceType.named)
        let region = context.region
        let matching = candidates.enumerated().filter { _, type in
            letters.contains { type.isOffered(in: region, zoneLetter: $0) }
                && InstanceTypeFilters.matches(type, filters)
        }
        let limit = try pageSize(input, hasIDs: !wanted.isEmpty)
        let start = try PageToken.read(input.string("NextToken"))
        let rest = matching.filter { $0.offset >= start }
        let shape = APIModel.ec2.shape(named: "InstanceTypeInfo")
        return Response([
            "InstanceTypes": .list(rest.prefix(limit).compactMap { pair in shape.map { pair.element.view($0) } }),
            "NextToken": .optional(rest.dropFirst(limit).first.map { PageToken.make($0.offset) }),
        ])
    }

    static func describeInstanceTypeOfferings(
        _ context: inout CallContext, _ input: Input
    ) throws(ServiceError) -> Response {
        let filters = try Filter.all(input)
        for filter in filters where filter.name != "instance-type" && filter.name != "location" {
            throw EC2Error.invalidParameter("The filter '\(filter.name.prefix(256))' is invalid")
        }
        let locationType = input.string("LocationType") ?? "region"
        let zones = RegionFacts.named(context.region)?.zones ?? []
        let locations: [(name: String, letters: [Character])]
        switch locationType {
        case "region": locations = [(context.region, zones.compactMap(\.name.last))]
        case "availability-zone": locations = zones.map { ($0.name, $0.name.last.map { [$0] } ?? []) }
        case "availability-zone-id": locations = zones.map { ($0.id, $0.name.last.map { [$0] } ?? []) }
        case "outpost": locations = []
        default:
            throw EC2Error.invalidParameter(
                "Value (\(locationType.prefix(256))) for parameter locationType is invalid.")
        }
        var offerings: [Value] = []
        for type in InstanceType.all {
            for location in locations
            where location.letters.contains(where: { type.isOffered(in: context.region, zoneLetter: $0) }) {
                let matches = filters.allSatisfy {
                    $0.matches([$0.name == "location" ? location.name : type.name])
                }
                guard matches else { continue }
                offerings.append([
                    "InstanceType": .string(type.name), "LocationType": .string(locationType),
                    "Location": .string(location.name),
                ])
            }
        }
        let limit = try pageSize(input, hasIDs: false)
        let start = min(try PageToken.read(input.string("NextToken")), offerings.count)
        let page = offerings[start...].prefix(limit)
        return Response([
            "InstanceTypeOfferings": .list(Array(page)),
            "NextToken": page.endIndex < offerings.count ? .string(PageToken.make(page.endIndex)) : nil,
        ])
    }

    private static func pageSize(_ input: Input, hasIDs: Bool) throws(ServiceError) -> Int {
        guard let size = input.integer("MaxResults") else { return hasIDs ? .max : 100_000 }
        guard !hasIDs else {
            throw EC2Error.invalidCombination(
                "The parameter instanceTypes cannot be used with the parameter maxResults")
        }
        guard size >= 5 else {
            throw EC2Error.invalidParameter(
                "Value ( \(size) ) for parameter maxResults is invalid. Expecting a value greater than 5.")
        }
        return min(size, 1000)
    }
}
