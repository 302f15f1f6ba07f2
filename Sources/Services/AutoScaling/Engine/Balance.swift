import CloudState
import ServiceModel

/// How a group's capacity is spread over its Availability Zones.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#arch-AutoScalingMultiAZ>
enum Balance {
    static func capacity(of zone: String, _ group: AutoScalingGroup) -> Int {
        group.members.reduce(0) { $0 + ($1.zone == zone && $1.state.countsAsCapacity ? $1.weight : 0) }
    }

    /// How much capacity each zone gets so that in the end they have as much as one another.
    static func plan(_ units: Int, over zones: [String], _ group: AutoScalingGroup) -> [(zone: String, count: Int)] {
        var levels = zones.map { capacity(of: $0, group) }
        var counts = [Int](repeating: 0, count: zones.count)
        for _ in 0..<units {
            guard let lowest = levels.indices.min(by: { levels[$0] < levels[$1] }) else { break }
            levels[lowest] += 1
            counts[lowest] += 1
        }
        return zip(zones, counts).filter { $0.1 > 0 }.map { (zone: $0.0, count: $0.1) }
    }

    /// Where in a zone instances go: the group's subnet with the most free addresses, or the default subnet.
    static func subnet(in zone: String, _ group: AutoScalingGroup, _ context: CallContext) -> String? {
        guard !group.subnets.isEmpty else {
            return context.ec2.subnets.first { $0.zone == zone && $0.isDefaultForZone }?.id
        }
        let subnets = group.subnets.compactMap { context.ec2.subnets[$0] }.filter { $0.zone == zone }
        return subnets.max { $0.availableAddresses < $1.availableAddresses }?.id
    }

    /// Launches in zones that have too little, for instance because they were out for a while; the zones with too much
    /// give theirs up when the new instances are in service.
    static func rebalance(_ group: inout AutoScalingGroup, _ context: inout CallContext) {
        guard !group.isDeleting, !group.isRebalancing, !group.isSuspended("AZRebalance"), !group.isSuspended("Launch"),
            group.capacity == group.desired,
            !group.members.contains(where: { $0.state.isArriving || $0.state.isLeaving })
        else { return }
        let failed = Set(group.zoneFailures.filter { $0.retryAt > context.now }.map(\.zone))
        let levels = group.zones.map { (zone: $0, count: capacity(of: $0, group)) }
        guard let highest = levels.max(by: { $0.count < $1.count }),
            let lowest = levels.filter({ !failed.contains($0.zone) }).min(by: { $0.count < $1.count }),
            highest.count - lowest.count > 1
        else { return }
        let crowded = levels.filter { $0.count == highest.count }.map(\.zone)
        group.isRebalancing = true
        let before = group.capacity
        Launching.launch(
            (highest.count - lowest.count) / 2, &group, reason: .rebalancing(zones: crowded), only: [lowest.zone],
            &context)
        if group.capacity == before { group.isRebalancing = false }
    }

    /// Whether a look would rebalance.
    static func isUneven(_ group: AutoScalingGroup, _ world: World) -> Bool {
        let failed = Set(group.zoneFailures.filter { $0.retryAt > world.now }.map(\.zone))
        let levels = group.zones.map { (zone: $0, count: capacity(of: $0, group)) }
        let highest = levels.map(\.count).max() ?? 0
        let lowest = levels.filter { !failed.contains($0.zone) }.map(\.count).min() ?? highest
        return highest - lowest > 1
    }
}
