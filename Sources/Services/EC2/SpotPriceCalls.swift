import CloudState
import ServiceModel

/// DescribeSpotPriceHistory. Spot prices move with supply and demand; here each type and zone has one, which is an
/// estimate, since the region began.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html>
enum SpotPriceCalls {
    static let operations: [String: Handler] = [
        "DescribeSpotPriceHistory": .readAtTime(describe)
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let filters = try Filter.all(input)
        let types = input.strings("InstanceTypes")
        let products = input.strings("ProductDescriptions")
        let zones = (RegionFacts.named(context.region)?.zones ?? []).filter { zone in
            (input.string("AvailabilityZone").map { $0 == zone.name } ?? true)
                && (input.string("AvailabilityZoneId").map { $0 == zone.id } ?? true)
        }
        let candidates = types.isEmpty ? InstanceType.all : types.compactMap(InstanceType.named)
        var prices: [Value] = []
        for type in candidates where type.usageClasses.contains("spot") {
            for zone in zones where zone.name.last.map({ type.isOffered(in: context.region, zoneLetter: $0) }) ?? false
            {
                for product in ["Linux/UNIX", "Windows"] {
                    let price = SpotOptions.price(type, isSpot: true, isWindows: product == "Windows", context)
                    let facts = [
                        "availability-zone": zone.name, "availability-zone-id": zone.id, "instance-type": type.name,
                        "product-description": product, "spot-price": price, "timestamp": context.now.iso8601,
                    ]
                    guard products.isEmpty || products.contains(where: { $0.hasPrefix(product) }),
                        try filters.allMatch(facts)
                    else { continue }
                    prices.append([
                        "AvailabilityZone": .string(zone.name), "AvailabilityZoneId": .string(zone.id),
                        "InstanceType": .string(type.name), "ProductDescription": .string(product),
                        "SpotPrice": .string(price),
                        "Timestamp": .timestamp(input.timestamp("StartTime") ?? context.now),
                    ])
                }
            }
        }
        let limit = min(max(input.integer("MaxResults") ?? 1000, 1), 1000)
        let start = min(try PageToken.read(input.string("NextToken")), prices.count)
        let page = prices[start...].prefix(limit)
        return Response([
            "SpotPriceHistory": .list(Array(page)),
            "NextToken": .string(page.endIndex < prices.count ? PageToken.make(page.endIndex) : ""),
        ])
    }
}
