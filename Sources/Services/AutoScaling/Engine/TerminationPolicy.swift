import CloudState
import ServiceModel

/// Which instance goes first when a group shrinks.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html>
enum TerminationPolicy {
    static let names = [
        "AllocationStrategy", "ClosestToNextInstanceHour", "Default", "NewestInstance", "OldestInstance",
        "OldestLaunchConfiguration", "OldestLaunchTemplate",
    ]

    /// The member to be terminated next; nil where every one is protected.
    static func next(_ group: AutoScalingGroup, _ context: CallContext) -> Int? {
        let staying = group.members.indices.filter { group.members[$0].state.countsAsCapacity }
        // What is on its way in goes before what serves, and what is unhealthy before all.
        if let ill = staying.first(where: { !group.members[$0].isHealthy }) { return ill }
        let open = staying.filter { !group.members[$0].isProtected || group.isDeleting }
        guard !open.isEmpty else { return nil }
        // During a refresh the replacements are there already.
        let old = Set(context.autoScaling.activeRefresh(of: group)?.remaining ?? [])
        let replaced = open.filter { old.contains(group.members[$0].instanceID) }.max {
            Balance.capacity(of: group.members[$0].zone, group) < Balance.capacity(of: group.members[$1].zone, group)
        }
        if let replaced { return replaced }
        // The zone with the most instances first, among those that have one without protection.
        let fullest = Set(open.map { group.members[$0].zone }).map { Balance.capacity(of: $0, group) }.max()
        var candidates = open.filter { Balance.capacity(of: group.members[$0].zone, group) == fullest }
        for policy in group.terminationPolicies where candidates.count > 1 {
            candidates = narrowed(candidates, by: policy, group, context)
        }
        return candidates.first
    }

    private static func narrowed(
        _ candidates: [Int], by policy: String, _ group: AutoScalingGroup, _ context: CallContext
    ) -> [Int] {
        func least(_ key: (GroupMember) -> Int) -> [Int] {
            let lowest = candidates.map { key(group.members[$0]) }.min()
            return candidates.filter { key(group.members[$0]) == lowest }
        }
        switch policy {
        case "OldestInstance": return Array(least { $0.launched.milliseconds }.prefix(1))
        case "NewestInstance": return Array(least { -$0.launched.milliseconds }.prefix(1))
        case "OldestLaunchConfiguration": return least { configurationAge($0, context) }
        case "OldestLaunchTemplate": return least { templateAge($0, group) }
        case "ClosestToNextInstanceHour": return least { untilNextHour($0, context) }
        case "AllocationStrategy": return candidates
        default:
            // Configurations go before templates, the oldest first, then what is closest to the next full hour.
            let old = least { $0.configuration == nil ? Int.max : configurationAge($0, context) }
            let older = narrowed(old, by: "OldestLaunchTemplate", group, context)
            return Array(narrowed(older, by: "ClosestToNextInstanceHour", group, context).prefix(1))
        }
    }

    private static func configurationAge(_ member: GroupMember, _ context: CallContext) -> Int {
        member.configuration.flatMap { context.autoScaling.launchConfigurations[$0]?.created.milliseconds } ?? .max
    }

    /// A version of a template that the group does not use any more is older than any that it does.
    private static func templateAge(_ member: GroupMember, _ group: AutoScalingGroup) -> Int {
        guard let template = member.template else { return .max }
        let current = LaunchParameters.template(of: group.source)?.id == template.id
        return (current ? 1_000_000 : 0) + (template.version.flatMap { Int($0) } ?? 0)
    }

    private static func untilNextHour(_ member: GroupMember, _ context: CallContext) -> Int {
        let age = max(0, context.now.milliseconds - member.launched.milliseconds) / 1000
        return 3600 - age % 3600
    }
}
