import CloudState
import ServiceModel

/// Tasks whose containers are processes: how they are begun, and what their processes tell.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html>
enum RunningTasks {
    /// Has a task's containers started. Returns why that cannot be; nil where it is under way.
    static func launch(_ task: inout ContainerTask, _ context: inout CallContext) -> String? {
        switch LaunchPlan.make(task, &context) {
        case .failure(let problem): return problem.reason
        case .success(let launch):
            task.runs = Dictionary(launch.containers.map { ($0.name, ContainerRun()) }) { first, _ in first }
            context.world.want(.task(launch), region: context.region, isAwaited: false)
            return nil
        }
    }

    /// Whether a task that is to stop has processes that must end first; has them ended.
    static func waitsForEnd(of task: ContainerTask, _ context: inout CallContext) -> Bool {
        // In a copy of the world, where what would happen is tried, nothing is run or ended.
        guard context.world.runsContainers, let runs = task.runs,
            runs.values.contains(where: { $0.status == "RUNNING" })
        else { return false }
        context.world.want(.taskStop(id: task.id), region: context.region, isAwaited: false)
        return true
    }

    /// What the health checks of the essential containers say.
    static func health(_ runs: [String: ContainerRun], _ definition: TaskDefinition?) -> String {
        let found = definition.map(checked)?.map { runs[$0["name"]?.text ?? ""]?.health ?? "UNKNOWN" } ?? []
        if found.contains("UNHEALTHY") { return "UNHEALTHY" }
        return found.isEmpty || found.contains("UNKNOWN") ? "UNKNOWN" : "HEALTHY"
    }

    /// The containers whose health is the task's.
    static func checked(_ definition: TaskDefinition) -> [Fields] {
        definition.containers.filter { $0["healthCheck"] != nil && $0["essential"] != .boolean(false) }
    }

    // MARK: What comes of it

    static func complete(
        _ context: inout CallContext, _ effect: Effect, _ outcome: EffectOutcome
    ) -> Result<Fields, ServiceError> {
        let id: String
        switch effect.work {
        case .task(let launch): id = launch.taskID
        case .taskStop(let task): id = task
        case .invocation, .retirement: return .success(Fields())
        }
        guard var task = context.ecs.tasks[id] else { return .success(Fields()) }
        task.version += 1
        switch outcome {
        case .task(let report): take(report, &task, &context)
        case .impossible(let reason):
            if task.status == .pending {
                refuse("CannotStartContainerError: containers do not run here: \(reason)", &task, &context)
            }
        case .invocation, .unusableImage, .done: break
        }
        if let service = task.serviceID { Scheduler.lookSoon(at: service, &context) }
        return .success(Fields())
    }

    private static func take(_ report: TaskReport, _ task: inout ContainerTask, _ context: inout CallContext) {
        switch report {
        case .started(let answers): start(answers, &task, &context)
        case .failed(let container, let reason):
            task.runs?[container]?.reason = reason
            for name in task.runs?.keys.map({ $0 }) ?? [] { task.runs?[name]?.status = "STOPPED" }
            if task.status == .pending { refuse(reason, &task, &context) } else { context.ecs.tasks.insert(task) }
        case .exited(let container, let code, let reason):
            task.runs?[container]?.status = "STOPPED"
            task.runs?[container]?.exitCode = code
            task.runs?[container]?.reason = reason
            context.ecs.tasks.insert(task)
            endIfEssential(container, task, &context)
        case .health(let container, let health):
            task.runs?[container]?.health = health
            context.ecs.tasks.insert(task)
            endIfUnhealthy(container, task, &context)
        case .logged(let container, let lines): log(lines, of: container, task, &context)
        case .answered(let answers):
            task.answers = answers
            context.ecs.tasks.insert(task)
        case .ended:
            for name in task.runs?.keys.map({ $0 }) ?? [] { task.runs?[name]?.status = "STOPPED" }
            context.ecs.tasks.insert(task)
            if task.status == .stopping { TaskRun.advance(task.id, from: .stopping, &context) }
        }
    }

    private static func start(_ answers: [TaskAnswer], _ task: inout ContainerTask, _ context: inout CallContext) {
        for name in task.runs?.keys.map({ $0 }) ?? [] where task.runs?[name]?.status == "PENDING" {
            task.runs?[name]?.status = "RUNNING"
        }
        task.answers = answers
        guard task.status == .pending else {
            // It was stopped while it started.
            context.ecs.tasks.insert(task)
            if task.status >= .stopping {
                context.world.want(.taskStop(id: task.id), region: context.region, isAwaited: false)
            }
            return
        }
        task.pullStopped = task.pullStopped ?? context.now
        TaskRun.start(&task, &context)
        context.ecs.tasks.insert(task)
        TaskEvents.announce(task, &context)
        context.world.wake()
    }

    private static func refuse(_ reason: String, _ task: inout ContainerTask, _ context: inout CallContext) {
        task.containerReason = reason
        TaskRun.fail(&task, reason, &context)
        context.ecs.tasks.insert(task)
        TaskEvents.announce(task, &context)
        context.world.wake()
    }

    private static func definition(
        of container: String, _ task: ContainerTask, _ context: CallContext
    ) -> Fields? {
        context.ecs.taskDefinitions[task.definitionID]?.containers.first { $0["name"]?.text == container }
    }

    private static func endIfEssential(_ container: String, _ task: ContainerTask, _ context: inout CallContext) {
        let isEssential = definition(of: container, task, context)?["essential"] != .boolean(false)
        let isLast = task.runs?.values.allSatisfy { $0.status == "STOPPED" } ?? true
        guard isEssential || isLast else { return }
        TaskRun.stop(
            task.id, code: "EssentialContainerExited", reason: "Essential container in task exited", &context)
        // One that ends soon after its start is not started again at once.
        guard let service = task.serviceID.flatMap({ context.ecs.services[$0] }), let started = task.started,
            started.adding(seconds: 30) > context.now
        else { return }
        Scheduler.countFailure(of: task, service, &context)
    }

    /// A service replaces a task whose essential container is unhealthy; a task of nobody stays.
    private static func endIfUnhealthy(_ container: String, _ task: ContainerTask, _ context: inout CallContext) {
        guard task.runs?[container]?.health == "UNHEALTHY", let service = task.serviceID,
            definition(of: container, task, context)?["essential"] != .boolean(false)
        else { return }
        Scheduler.note(
            "(task \(task.id)) failed container health checks.", service, &context)
        TaskRun.stop(
            task.id, code: "ServiceSchedulerInitiated", reason: "Task failed container health checks", &context)
        if let service = context.ecs.services[service] { Scheduler.countFailure(of: task, service, &context) }
    }

    private static func log(
        _ lines: [String], of container: String, _ task: ContainerTask, _ context: inout CallContext
    ) {
        guard let definition = definition(of: container, task, context),
            let target = LogDrivers.target(definition, task, context)
        else { return }
        let now = context.now
        context.world.appendLogEvents(
            lines.map { (time: now, message: $0) }, group: target.group, stream: target.stream, region: target.region,
            createsGroup: false)
    }
}
