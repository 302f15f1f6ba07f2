import CloudState
import ServiceModel

/// Which instances a group buys: one kind, or those of its mixed instances policy.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups.html>
enum MixedInstances {
    /// A kind of instances that may be launched.
    struct Candidate {
        /// Nil for the type of the template or configuration.
        var type: String?
        var template: AutoScalingGroup.TemplateReference?
        var weight = 1
        var showsWeight = false
        var spotPrice: String?
    }

    /// So much capacity, of the first candidate that can be had.
    struct Purchase {
        var units: Int
        var isSpot: Bool
        var candidates: [Candidate]
    }

    /// What to buy for so much more capacity.
    static func purchases(_ units: Int, in group: AutoScalingGroup, _ context: CallContext) -> [Purchase] {
        guard case .mixed(_, let policy) = group.source else {
            return [Purchase(units: units, isSpot: false, candidates: [Candidate()])]
        }
        let distribution = policy["InstancesDistribution"]
        let base = integer(distribution?["OnDemandBaseCapacity"]) ?? 0
        let percentage = integer(distribution?["OnDemandPercentageAboveBaseCapacity"]) ?? 100
        let staying = group.members.filter(\.state.countsAsCapacity)
        let current = staying.reduce(0) { $0 + $1.weight }
        let onDemand = staying.reduce(0) { $0 + ($1.isSpot ? 0 : $1.weight) }
        let total = current + units
        // The share on demand is rounded up.
        let above = max(0, total - base)
        let wanted = min(total, base) + (above * percentage + 99) / 100
        let demand = min(units, max(0, wanted - onDemand))
        let all = candidates(policy, distribution)
        var purchases: [Purchase] = []
        if demand > 0 {
            let cheapest = distribution?["OnDemandAllocationStrategy"]?.text == "lowest-price"
            purchases.append(
                Purchase(
                    units: demand, isSpot: false, candidates: cheapest ? byPrice(all, isSpot: false, context) : all))
        }
        if units > demand {
            // Prioritised strategies keep the order of the overrides; the others go by price.
            let strategy = distribution?["SpotAllocationStrategy"]?.text ?? "lowest-price"
            let isPrioritized = strategy == "capacity-optimized-prioritized"
            purchases.append(
                Purchase(
                    units: units - demand, isSpot: true,
                    candidates: isPrioritized ? all : byPrice(all, isSpot: true, context)))
        }
        return purchases
    }

    private static func candidates(_ policy: Fields, _ distribution: Value?) -> [Candidate] {
        let overrides = policy["LaunchTemplate"]?["Overrides"]?.elements ?? []
        let price = distribution?["SpotMaxPrice"]?.text
        guard !overrides.isEmpty else { return [Candidate(spotPrice: price)] }
        return overrides.map { override in
            let weight = override["WeightedCapacity"]?.text.flatMap { Int($0) }
            let template = override["LaunchTemplateSpecification"].map { specification in
                AutoScalingGroup.TemplateReference(
                    id: specification["LaunchTemplateId"]?.text ?? "",
                    name: specification["LaunchTemplateName"]?.text ?? "", version: specification["Version"]?.text)
            }
            return Candidate(
                type: override["InstanceType"]?.text, template: template, weight: max(1, weight ?? 1),
                showsWeight: weight != nil, spotPrice: price)
        }
    }

    private static func byPrice(_ candidates: [Candidate], isSpot: Bool, _ context: CallContext) -> [Candidate] {
        func price(_ candidate: Candidate) -> Int {
            guard let type = candidate.type else { return .max }
            let meter = Meter.instance(type: type, vCPUs: 2, isWindows: false, isSpot: isSpot)
            return PriceList.rate(meter, in: context.region).hourly.nanodollars / candidate.weight
        }
        return candidates.enumerated().sorted { (price($0.element), $0.offset) < (price($1.element), $1.offset) }
            .map(\.element)
    }

    private static func integer(_ value: Value?) -> Int? {
        guard case .integer(let number)? = value else { return nil }
        return number
    }
}
