import CloudState
import ServiceModel

/// The service scheduler: keeps the desired count, and rolls deployments out.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html>
enum Scheduler {
    static let period = Duration.seconds(10)

    /// Has a service looked at in a moment.
    static func lookSoon(at id: String, _ context: inout CallContext) {
        // Tasks of a service change at the same time: one look sees them all.
        let due = context.now.adding(seconds: 1)
        if let next = context.ecs.services[id]?.nextLook, next > context.now, next <= due { return }
        context.ecs.services.update(id) { $0.nextLook = due }
        context.world.schedule(.event(.ecs(.service(id: id)), region: context.region), after: .seconds(1))
    }

    static func note(_ message: String, _ id: String, _ context: inout CallContext) {
        guard var service = context.ecs.services[id] else { return }
        let event = context.world.ids.uuid("\(context.region)/ecs/service-event")
        service.note("(service \(service.name)) \(message)", id: event, now: context.now)
        context.ecs.services.insert(service)
    }

    /// An event that counts what happens in one moment.
    static func note(counting before: String, _ after: String, _ id: String, _ context: inout CallContext) {
        guard var service = context.ecs.services[id] else { return }
        let event = context.world.ids.uuid("\(context.region)/ecs/service-event")
        service.note(counting: "(service \(service.name)) \(before)", after, id: event, now: context.now)
        context.ecs.services.insert(service)
    }

    static func isAwaited(_ id: String, _ region: Region, _ world: World) -> Bool {
        guard let service = region.ecs.services[id], service.status != "INACTIVE" else { return false }
        guard service.controller == "ECS" else { return TaskSets.isAwaited(service, region, world.now) }
        let plan = Plan(service, region, world)
        // A deployment that keeps failing comes to an end where a circuit breaker ends it.
        // Whose containers end again and again is watched for a few rounds.
        let isWatched = world.runsContainers && (service.deployments.first?.failedTasks ?? 0) <= 3
        let isTrying =
            plan.retryAt != nil
            && (isWatched || service.breaksCircuit && service.deployments[0].rollout == "IN_PROGRESS")
        return !plan.isEmpty || isTrying
    }

    static func look(at id: String, _ context: inout CallContext) {
        context.ecs.services.update(id) { $0.nextLook = nil }
        guard let service = context.ecs.services[id], service.status != "INACTIVE" else { return }
        guard service.controller == "ECS" else {
            TaskSets.look(at: service, &context)
            return
        }
        let plan = Plan(service, context.world.regions[context.regionIndex], context.world)
        for stop in plan.stops {
            if let health = stop.failure { note(health, id, &context) }
            if stop.failure != nil, let task = context.ecs.tasks[stop.id] { countFailure(of: task, service, &context) }
            TaskRun.stop(stop.id, code: "ServiceSchedulerInitiated", reason: stop.reason, &context)
        }
        let stopped = plan.stops.filter { $0.failure == nil }
        if plan.isBalancing {
            noteByZone(stopped.map(\.id), id, &context) {
                "has stopped \($0) running tasks in \($1) due to AZ rebalancing: \($2)."
            }
        } else if !stopped.isEmpty {
            note("has stopped \(stopped.count) running tasks: \(list(stopped.map(\.id))).", id, &context)
        }
        if plan.starts > 0, let primary = service.deployments.first { start(plan.starts, of: primary, id, &context) }
        balance(plan, service, &context)
        if plan.isDrained { retire(id, &context) }
        if plan.isComplete { complete(id, &context) }
        if plan.isEmpty, plan.isSteady, context.ecs.services[id]?.status == "ACTIVE" {
            if !(context.ecs.services[id]?.events.first?.message.hasSuffix("steady state.") ?? false) {
                note("has reached a steady state.", id, &context)
            }
        }
        let event = ServiceEvent.ecs(.service(id: id))
        if let retry = plan.retryAt {
            let delay = max(1000, retry.milliseconds - context.now.milliseconds)
            context.world.schedule(.event(event, region: context.region), after: .milliseconds(delay))
        } else if context.ecs.services[id]?.status != "INACTIVE" {
            context.world.rest(event, region: context.region, period: period)
        }
    }

    private static func list(_ ids: [String]) -> String { ids.map { "(task \($0))" }.joined(separator: " ") }

    // MARK: Zones

    /// Has tasks move to zones that have too few, and says when all have their share.
    private static func balance(_ plan: Plan, _ service: ContainerService, _ context: inout CallContext) {
        guard let zones = plan.zones else { return }
        if plan.moves > 0, let primary = service.deployments.first {
            if !service.isRebalancing {
                note("is not AZ balanced with \(zones.text). AZ Rebalancing in progress.", service.id, &context)
                context.ecs.services.update(service.id) { $0.isRebalancing = true }
            }
            start(plan.moves, of: primary, service.id, in: zones.targets, &context)
        } else if service.isRebalancing, zones.isEven {
            note("is AZ balanced with \(zones.text).", service.id, &context)
            context.ecs.services.update(service.id) { $0.isRebalancing = false }
        }
    }

    private static func noteByZone(
        _ tasks: [String], _ id: String, _ context: inout CallContext,
        _ message: (Int, _ zone: String, _ tasks: String) -> String
    ) {
        let zones = Dictionary(grouping: tasks) { context.ecs.tasks[$0]?.zone ?? "" }
        for (zone, tasks) in zones.sorted(by: { $0.key < $1.key }) {
            note(message(tasks.count, zone, list(tasks)), id, &context)
        }
    }

    // MARK: Starting

    /// Starts tasks of a deployment or of a task set.
    ///
    /// - Parameter zones: where they are to balance what is elsewhere; nil where any zone will do.
    static func start(
        _ count: Int, of deployment: ContainerService.Deployment, _ id: String, in zones: [String]? = nil,
        _ context: inout CallContext
    ) {
        guard let service = context.ecs.services[id],
            let definition = context.ecs.taskDefinitions[deployment.definitionID],
            let cluster = context.ecs.clusters[service.clusterName]
        else { return }
        var plan = TaskPlan(definition: definition, group: "service:\(service.name)")
        plan.launchType = deployment.tasksLaunchType
        // A task shows which version `LATEST` was.
        plan.platformVersion = deployment.platformVersion.map(FargateRules.version)
        plan.network = (try? Network.read(deployment.network, &context)) ?? nil
        plan.startedBy = deployment.id
        plan.serviceID = id
        plan.deploymentID = deployment.id
        plan.enablesExecute = service.enablesExecute
        plan.constraints = service.placementConstraints.compactMap(\.fields)
        plan.strategy = service.placementStrategy.compactMap(\.fields)
        plan.tags = tags(service, definition)
        if service.isDaemon { plan.constraints.append(Fields([.init(name: "type", value: "distinctInstance")])) }
        if let zones, plan.launchType == "EC2" {
            let expression = "attribute:ecs.availability-zone in [\(zones.joined(separator: ", "))]"
            plan.constraints.append(
                Fields([
                    .init(name: "type", value: "memberOf"), .init(name: "expression", value: .string(expression)),
                ]))
        }
        var started: [String] = []
        var counts: [String: Int] = [:]
        for task in context.ecs.tasks where task.serviceID == id && task.isWanted {
            counts[task.capacityProvider ?? "", default: 0] += 1
        }
        if let problem = TaskRoles.problem(definition, context) {
            note("failed to launch a task with (error \(problem)).", id, &context)
            delay(deployment.id, of: id, &context)
            return
        }
        var board = PlacementBoard(plan, in: cluster, context)
        for _ in 0..<count {
            if !deployment.strategy.isEmpty {
                plan.capacityProvider = Strategy.next(deployment.strategy, counts: counts)
                counts[plan.capacityProvider ?? "", default: 0] += 1
            }
            switch TaskStart.start(plan, in: cluster, &board, &context) {
            case .success(let task): started.append(task.id)
            case .failure(let failure):
                noteUnplaced(failure, id, in: zones, &context)
                delay(deployment.id, of: id, &context)
                if !started.isEmpty { noteStarted(started, id, isBalancing: zones != nil, &context) }
                return
            }
        }
        noteStarted(started, id, isBalancing: zones != nil, &context)
    }

    private static func noteStarted(
        _ tasks: [String], _ id: String, isBalancing: Bool, _ context: inout CallContext
    ) {
        guard isBalancing else {
            return note("has started \(tasks.count) tasks: \(list(tasks)).", id, &context)
        }
        noteByZone(tasks, id, &context) { "has started \($0) tasks in \($1) to AZ Rebalance: \($2)." }
    }

    /// Nothing more is tried for half a minute.
    private static func delay(_ deployment: String, of id: String, _ context: inout CallContext) {
        let retry = context.now.adding(seconds: 30)
        context.ecs.services.update(id) { service in
            if let place = service.deployments.firstIndex(where: { $0.id == deployment }) {
                service.deployments[place].retryAfter = retry
            }
            if let place = service.taskSets.firstIndex(where: { $0.id == deployment }) {
                service.taskSets[place].deployment.retryAfter = retry
            }
        }
    }

    private static func tags(_ service: ContainerService, _ definition: TaskDefinition) -> Tags {
        var tags = Tags()
        switch service.propagatesTags {
        case "SERVICE": tags = service.tags
        case "TASK_DEFINITION": tags = definition.tags
        default: break
        }
        if service.managesTags {
            tags["aws:ecs:serviceName"] = service.name
            tags["aws:ecs:clusterName"] = service.clusterName
        }
        return tags
    }

    private static func noteUnplaced(
        _ failure: PlacementFailure, _ id: String, in zones: [String]?, _ context: inout CallContext
    ) {
        if let zones {
            let names = zones.joined(separator: ", ")
            return note(
                "is unable to place a task in \(names) because no container instance met all of its requirements.", id,
                &context)
        }
        let words = [
            "RESOURCE:MEMORY": "has insufficient memory available",
            "RESOURCE:CPU": "has insufficient CPU units available",
            "RESOURCE:PORTS": "is already using a port required by your task", "AGENT": "is not connected",
        ]
        let hint = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
        let text = "was unable to place a task because no container instance met all of its requirements."
        guard let first = failure.reasons.first, let arn = first.arn else {
            note("\(text) Reason: No Container Instances were found in your cluster. \(hint)", id, &context)
            return
        }
        let host = CallContext.lastPart(arn)
        let reason = words[first.reason].map { "The closest matching (container-instance \(host)) \($0)." }
        note("\(text) \(reason ?? "Reason: \(first.reason)") \(hint)", id, &context)
    }

    // MARK: Ends of deployments

    private static func complete(_ id: String, _ context: inout CallContext) {
        guard var service = context.ecs.services[id], !service.deployments.isEmpty else { return }
        service.deployments.removeLast(service.deployments.count - 1)
        let deployment = service.deployments[0].id
        service.deployments[0].rollout = "COMPLETED"
        service.deployments[0].reason = "ECS deployment \(deployment) completed."
        service.deployments[0].updated = context.now
        service.deployments[0].failedTasks = 0
        service.updateRollout { $0.complete(at: context.now) }
        context.ecs.services.insert(service)
        note("(deployment \(deployment)) deployment completed.", id, &context)
        note("has reached a steady state.", id, &context)
        context.world.wake()
    }

    static func retire(_ id: String, _ context: inout CallContext) {
        let now = context.now
        if let service = context.ecs.services[id] { Connect.remove(of: service, &context) }
        context.ecs.services.update(id) { service in
            service.status = "INACTIVE"
            service.updateRollout { $0.stop("The service was deleted.", at: now) }
            service.deployments = []
            service.taskSets = []
        }
        context.world.wake()
    }

    /// How many failed tasks end a deployment where the circuit breaker is on.
    static func breakingThreshold(of service: ContainerService) -> Int { min(200, max(3, (service.desired + 1) / 2)) }

    /// Counts a task that did not start, or did not become healthy; the circuit breaker may end the deployment.
    ///
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html>
    static func countFailure(of task: ContainerTask, _ service: ContainerService, _ context: inout CallContext) {
        guard var service = context.ecs.services[service.id],
            let place = service.deployments.firstIndex(where: { $0.id == task.deploymentID })
        else { return }
        service.deployments[place].failedTasks += 1
        let failures = service.deployments[place].failedTasks
        let rounds = min(failures / max(1, service.desired), 6)
        service.deployments[place].retryAfter = context.now.adding(seconds: min(900, 10 << rounds))
        let threshold = breakingThreshold(of: service)
        let isBroken =
            service.breaksCircuit && place == 0 && service.deployments[0].rollout == "IN_PROGRESS"
            && failures >= threshold
        guard isBroken else {
            context.ecs.services.insert(service)
            return
        }
        let failed = service.deployments[0].id
        service.deployments[0].rollout = "FAILED"
        service.deployments[0].reason = "ECS deployment circuit breaker: tasks failed to start."
        service.deployments[0].updated = context.now
        service.updateRollout { $0.failures = failures }
        if !service.rollsBack || !rollBack(&service, "ECS deployment circuit breaker", context.now) {
            service.updateRollout {
                $0.stop(
                    "Service deployment stopped because the circuit breaker threshold was exceeded.", at: context.now)
            }
        }
        context.ecs.services.insert(service)
        note("(deployment \(failed)) deployment failed: tasks failed to start.", service.id, &context)
        if let first = service.deployments.first, first.id != failed {
            note("rolling back to (deployment \(first.id)).", service.id, &context)
        }
        lookSoon(at: service.id, &context)
    }

    /// Makes the last deployment that got through the primary one again. Whether there is one.
    private static func rollBack(_ service: inout ContainerService, _ why: String, _ now: Timestamp) -> Bool {
        guard let good = service.deployments.firstIndex(where: { $0.rollout == "COMPLETED" }) else { return false }
        var back = service.deployments.remove(at: good)
        service.deployments[0].isPrimary = false
        back.isPrimary = true
        back.rollout = "IN_PROGRESS"
        back.reason = "\(why): rolling back to deploymentId \(back.id)."
        back.updated = now
        service.deployments.insert(back, at: 0)
        service.updateRollout { rollout in
            let cause = rollout.failures == nil ? "a stop was requested" : "the circuit breaker threshold was exceeded"
            rollout.rollBack(to: back.id, "Service deployment rolled back because \(cause).", at: now)
        }
        return true
    }

    /// Ends the deployment that is under way and goes back to the one before it. Whether there is one.
    static func stopDeployment(of service: ContainerService, _ context: inout CallContext) -> Bool {
        var service = service
        guard let stopped = service.deployments.first?.id,
            rollBack(&service, "Service deployment stopped", context.now)
        else { return false }
        if let place = service.deployments.firstIndex(where: { $0.id == stopped }) {
            service.deployments[place].rollout = "FAILED"
            service.deployments[place].reason = "Service deployment stopped by a request."
            service.deployments[place].updated = context.now
        }
        let back = service.deployments[0].id
        context.ecs.services.insert(service)
        note("rolling back to (deployment \(back)).", service.id, &context)
        lookSoon(at: service.id, &context)
        return true
    }
}
