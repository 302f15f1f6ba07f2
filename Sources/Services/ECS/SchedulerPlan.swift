import CloudState
import LoadBalancing
import ServiceModel

extension Scheduler {
    /// What a look at a service finds to do.
    struct Plan {
        struct Stop {
            var id: String
            var reason: String
            /// What is wrong with the task; nil where it only has to make room.
            var failure: String?
        }

        var starts = 0
        var stops: [Stop] = []
        /// The primary deployment is through.
        var isComplete = false
        /// A service that was deleted has no tasks any more.
        var isDrained = false
        /// All that is wanted runs, and nothing else.
        var isSteady = false
        /// When tasks may be started again.
        var retryAt: Timestamp?
        /// Where the tasks are, when a service at rest may move them.
        var zones: ZoneBalance?
        /// How many tasks are to be started in another zone.
        var moves = 0
        /// Whether tasks are on their way from one zone to another, so that there are too many for a while.
        private(set) var isBalancing = false

        var isEmpty: Bool { starts == 0 && stops.isEmpty && !isComplete && !isDrained && moves == 0 }

        init(_ service: ContainerService, _ region: Region, _ world: World) {
            let all = region.ecs.tasks.filter { $0.serviceID == service.id }
            let wanted = all.filter(\.isWanted)
            guard service.status == "ACTIVE", let primary = service.deployments.first else {
                stops = wanted.map { Stop(id: $0.id, reason: "Service \(service.name) was deleted.") }
                isDrained = !all.contains { $0.status != .stopped }
                return
            }
            let draining = Set(region.ecs.containerInstances.filter { $0.status == "DRAINING" }.map(\.id))
            let desired = service.isDaemon ? Self.daemonHosts(service, region) : service.desired
            var healthy: Set<String> = []
            for task in wanted {
                if let failure = Self.failure(task, service, region, world) {
                    stops.append(failure)
                } else if Self.isHealthy(task, service, region, world) {
                    healthy.insert(task.id)
                }
            }
            let left = wanted.filter { task in !stops.contains { $0.id == task.id } }
            func isCurrent(_ task: ContainerTask) -> Bool {
                task.deploymentID == primary.id && !draining.contains(task.containerInstanceID ?? "")
            }
            let current = left.filter(isCurrent)
            let old = left.filter { !isCurrent($0) }
            isBalancing = service.isRebalancing && primary.rollout == "COMPLETED"
            planStarts(desired - current.count, left.count, desired, primary, service, world.now)
            planStops(current, old, healthy, desired, service, primary, world.now)
            let isAllThere = current.count == desired && current.allSatisfy { healthy.contains($0.id) }
            isSteady = old.isEmpty && isAllThere && stops.isEmpty
            isComplete = isSteady && primary.rollout == "IN_PROGRESS"
            guard isSteady, !isComplete, service.balancesZones else { return }
            let zones = ZoneBalance(current, of: primary, service, region, world)
            self.zones = zones
            let room = max(desired * service.maximumPercent / 100, 1) - left.count
            guard zones.moves > 0, room > 0 else { return }
            if let retry = primary.retryAfter, retry > world.now {
                retryAt = retry
            } else {
                moves = min(zones.moves, room)
            }
        }

        private static func daemonHosts(_ service: ContainerService, _ region: Region) -> Int {
            region.ecs.containerInstances.count { $0.clusterName == service.clusterName && $0.status == "ACTIVE" }
        }

        private mutating func planStarts(
            _ missing: Int, _ there: Int, _ desired: Int, _ primary: ContainerService.Deployment,
            _ service: ContainerService, _ now: Timestamp
        ) {
            let most = service.isDaemon ? desired : max(desired * service.maximumPercent / 100, 1)
            let room = min(missing, most - there)
            guard room > 0, primary.rollout != "FAILED" else { return }
            if let retry = primary.retryAfter, retry > now {
                retryAt = retry
            } else {
                starts = room
            }
        }

        private mutating func planStops(
            _ current: [ContainerTask], _ old: [ContainerTask], _ healthy: Set<String>, _ desired: Int,
            _ service: ContainerService, _ primary: ContainerService.Deployment, _ now: Timestamp
        ) {
            let reason = "Scaling activity initiated by (deployment \(primary.id))"
            func isProtected(_ task: ContainerTask) -> Bool { task.protectedUntil.map { $0 > now } ?? false }
            // Who moves goes when its successor is there.
            let isThere = isBalancing ? current.filter { healthy.contains($0.id) } : current
            for task in ZoneBalance.surplus(isThere.count - desired, of: isThere, isFree: { !isProtected($0) }) {
                stops.append(Stop(id: task.id, reason: reason))
            }
            let least = (desired * service.minimumHealthyPercent + 99) / 100
            var spare = healthy.count - stops.count { healthy.contains($0.id) } - least
            for task in old {
                guard healthy.contains(task.id) else {
                    stops.append(Stop(id: task.id, reason: reason))
                    continue
                }
                guard spare > 0 else { continue }
                spare -= 1
                stops.append(Stop(id: task.id, reason: reason))
            }
        }

        private static func isHealthy(
            _ task: ContainerTask, _ service: ContainerService, _ region: Region, _ world: World
        ) -> Bool {
            guard task.status == .running else { return false }
            // What its containers' own checks say comes first; what is modelled passes them.
            if let runs = task.runs, let definition = region.ecs.taskDefinitions[task.definitionID],
                !RunningTasks.checked(definition).isEmpty, RunningTasks.health(runs, definition) != "HEALTHY"
            {
                return false
            }
            guard !service.loadBalancers.isEmpty else { return true }
            return Targets.health(task, service, region, world)?.state == .healthy
        }

        /// A task that its load balancer finds unhealthy after the grace period.
        private static func failure(
            _ task: ContainerTask, _ service: ContainerService, _ region: Region, _ world: World
        ) -> Stop? {
            guard task.status == .running, let started = task.started,
                started.adding(seconds: service.graceSeconds ?? 0) <= world.now,
                let health = Targets.health(task, service, region, world), health.state == .unhealthy
            else { return nil }
            let reason = health.reason ?? "Health checks failed"
            return Stop(
                id: task.id, reason: "Task failed ELB health checks in (target-group \(health.group))",
                failure:
                    "(port \(health.port)) is unhealthy in (target-group \(health.group)) due to (reason \(reason)).")
        }
    }
}
