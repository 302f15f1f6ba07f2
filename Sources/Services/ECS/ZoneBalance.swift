import CloudState
import ServiceModel

/// How many of a service's tasks each Availability Zone has, of the zones where they can start.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html>
struct ZoneBalance {
    private let counts: [(zone: String, tasks: Int)]

    init(
        _ tasks: [ContainerTask], of deployment: ContainerService.Deployment, _ service: ContainerService,
        _ region: Region, _ world: World
    ) {
        let subnets = deployment.network?["awsvpcConfiguration"]?["subnets"]?.elements?.compactMap(\.text)
        var zones = subnets.map { Set($0.compactMap { region.ec2.subnets[$0]?.zone }) }
        if deployment.tasksLaunchType != "FARGATE" {
            let hosts = region.ecs.containerInstances.filter {
                $0.clusterName == service.clusterName && $0.status == "ACTIVE" && $0.isConnected
            }
            let theirs = Set(hosts.map(\.zone))
            zones = zones?.intersection(theirs) ?? theirs
        }
        let open = (zones ?? []).filter { world.faults.outage(zone: $0, region: region.name) == nil }.sorted()
        counts = open.map { zone in (zone, tasks.count { $0.zone == zone }) }
    }

    private var least: Int { counts.lazy.map(\.tasks).min() ?? 0 }
    private var most: Int { counts.lazy.map(\.tasks).max() ?? 0 }

    var isEven: Bool { most - least <= 1 }

    /// How many tasks have to go to another zone.
    var moves: Int {
        guard !isEven else { return 0 }
        let all = counts.reduce(0) { $0 + $1.tasks }
        let share = all / counts.count
        let missing = counts.reduce(0) { $0 + max(0, share - $1.tasks) }
        let surplus = counts.reduce(0) { $0 + max(0, $1.tasks - share - (all % counts.count > 0 ? 1 : 0)) }
        return max(missing, surplus)
    }

    /// The zones that are to get more tasks.
    var targets: [String] {
        guard !counts.isEmpty else { return [] }
        let share = counts.reduce(0) { $0 + $1.tasks } / counts.count
        let below = counts.filter { $0.tasks < share }
        return (below.isEmpty ? counts.filter { $0.tasks == least } : below).map(\.zone)
    }

    /// In the words of events.
    var text: String {
        let parts = counts.map { "\($0.tasks) tasks in \($0.zone)" }
        guard let last = parts.last, parts.count > 1 else { return parts.joined() }
        return "\(parts.dropLast().joined(separator: ", ")) and \(last)"
    }

    /// Those of some tasks that go first where there are too many: the newest of the zone that has most.
    ///
    /// - Parameters:
    ///   - tasks: the oldest first.
    ///   - isFree: whether a task may go.
    static func surplus(_ count: Int, of tasks: [ContainerTask], isFree: (ContainerTask) -> Bool) -> [ContainerTask] {
        guard count > 0 else { return [] }
        var zones: [(tasks: Int, free: [ContainerTask])] = []
        var places: [String: Int] = [:]
        for task in tasks {
            let place = places[task.zone] ?? zones.count
            if place == zones.count {
                places[task.zone] = place
                zones.append((0, []))
            }
            zones[place].tasks += 1
            if isFree(task) { zones[place].free.append(task) }
        }
        var found: [ContainerTask] = []
        while found.count < count {
            let place = zones.indices.filter { !zones[$0].free.isEmpty }.max { zones[$0].tasks < zones[$1].tasks }
            guard let place, let task = zones[place].free.popLast() else { break }
            zones[place].tasks -= 1
            found.append(task)
        }
        return found
    }
}

extension ContainerService.Deployment {
    /// The launch type of its tasks: its own, or that of its first capacity provider.
    var tasksLaunchType: String {
        guard let provider = strategy.first?["capacityProvider"]?.text else { return launchType ?? "EC2" }
        return CapacityProviderCalls.fargate.contains(provider) ? "FARGATE" : "EC2"
    }
}

extension ContainerService {
    /// Whether tasks move when zones have become uneven.
    var balancesZones: Bool { rebalancing == "ENABLED" && canBalanceZones }

    /// Whether a service is one whose tasks may move.
    var canBalanceZones: Bool {
        let first = placementStrategy.first
        let isSpread =
            first?["type"]?.text == "spread" && first?["field"]?.text == "attribute:ecs.availability-zone"
        return controller == "ECS" && !isDaemon && maximumPercent > 100 && (first == nil || isSpread)
            && deployments.first?.launchType != "EXTERNAL"
            && !loadBalancers.contains { $0["loadBalancerName"]?.text != nil }
    }
}
