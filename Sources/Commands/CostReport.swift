import CloudState
import JSONValue

/// What the region's resources cost, as `GET /_skylab/costs` tells it.
enum CostReport {
    static func json(_ world: World) -> JSON {
        let costs = world.costs()
        let resources = costs.map { cost -> JSON in
            [
                "resource": .string(cost.resourceID), "kind": .string(cost.kind), "region": .string(cost.region),
                "soFar": .number(cost.soFar.dollars), "hourly": .number(cost.hourly.dollars),
                "monthly": .number(cost.monthly.dollars), "estimate": .boolean(cost.isEstimate),
                "gone": .boolean(cost.isGone),
            ]
        }
        return [
            "currency": "USD", "pricesOf": .string(PriceList.date), "hoursAMonth": .integer(PriceList.hoursAMonth),
            "soFar": .number(costs.reduce(.zero) { $0 + $1.soFar }.dollars),
            "monthly": .number(costs.reduce(.zero) { $0 + $1.monthly }.dollars), "resources": .array(resources),
        ]
    }
}
