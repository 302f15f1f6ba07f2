import CloudState
import ServiceModel

/// Experiments in virtual time.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/experiments.html>
enum ExperimentRun {
    /// From `StartExperiment` to the first action.
    static let initiation = Duration.seconds(5)

    static func handle(_ context: inout CallContext, _ event: ServiceEvent) {
        guard case .experiment(let id, let event) = event, let experiment = context.fis.experiments[id] else { return }
        switch event {
        case .begin: begin(experiment, &context)
        case .actionEnds(let name): actionEnds(name, experiment, &context)
        case .halt: finishHalt(experiment, &context)
        }
        context.world.wake()
    }

    /// A client that only looks waits for an experiment to begin and for what it does to be done, but not for the end
    /// of a fault: it wants to see what that does.
    static func isAwaited(_ world: World, _ event: ServiceEvent, _ region: String) -> Bool {
        guard case .experiment(let id, let event) = event else { return false }
        guard case .actionEnds(let name) = event else { return true }
        let experiment = world.regions.first { $0.name == region }?.fis.experiments[id]
        return experiment?.plan.actions.first { $0.name == name }.map { !ActionRun.isTimed($0) } ?? false
    }

    static func schedule(_ id: String, _ event: ExperimentEvent, after delay: Duration, _ context: inout CallContext) {
        context.world.schedule(.event(.experiment(id: id, event), region: context.region), after: delay)
    }

    // MARK: Begin

    private static func begin(_ experiment: Experiment, _ context: inout CallContext) {
        var experiment = experiment
        guard experiment.status == .initiating else { return }
        experiment.start = context.now
        let before = context.world
        do throws(ServiceError) {
            for target in experiment.plan.targets {
                let arns = try TargetResolution.resolve(target, &context)
                if arns.isEmpty, experiment.plan.emptyTargets == "fail" {
                    throw ServiceError("ConfigurationFailure", "Target resolution returned empty set")
                }
                experiment.resolved[target.name] = arns
            }
        } catch {
            context.world = before
            fail(&experiment, error, &context)
            return
        }
        experiment.status = .running
        experiment.reason = "Experiment is running."
        advance(&experiment, &context)
    }

    private static func targets(of action: ExperimentAction, _ experiment: Experiment) -> [String] {
        action.targets.tags.flatMap { experiment.resolved[$0.value] ?? [] }
    }

    /// Begins every action whose predecessors are through; completes the experiment when all are.
    private static func advance(_ experiment: inout Experiment, _ context: inout CallContext) {
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for (index, action) in experiment.plan.actions.enumerated()
            where experiment.runs[index].status == .pending {
                let through = experiment.plan.actions.indices.filter { experiment.runs[$0].status.isOver }
                    .map { experiment.plan.actions[$0].name }
                guard action.startAfter.allSatisfy(through.contains) else { continue }
                hasChanged = true
                guard start(index, action, &experiment, &context) else { return }
            }
        }
        if experiment.runs.allSatisfy(\.status.isOver) {
            experiment.status = .completed
            experiment.reason = "Experiment completed."
            experiment.end = context.now
        }
        context.fis.experiments.insert(experiment)
    }

    /// Starts an action; false where the experiment has failed of it.
    private static func start(
        _ index: Int, _ action: ExperimentAction, _ experiment: inout Experiment, _ context: inout CallContext
    ) -> Bool {
        let arns = targets(of: action, experiment)
        experiment.runs[index].start = context.now
        guard experiment.mode != "skip-all", action.targets.isEmpty || !arns.isEmpty else {
            experiment.runs[index].status = .skipped
            experiment.runs[index].reason =
                experiment.mode == "skip-all"
                ? "Action was skipped because of actions mode." : "Action was skipped because its target is empty."
            experiment.runs[index].end = context.now
            return true
        }
        let before = context.world
        do throws(ServiceError) {
            let duration = try ActionRun.begin(action, arns, &experiment.runs[index], &context)
            experiment.runs[index].status = .running
            experiment.runs[index].reason = "Action is running."
            schedule(experiment.id, .actionEnds(name: action.name), after: duration, &context)
            return true
        } catch {
            context.world = before
            experiment.runs[index].status = .failed
            experiment.runs[index].reason = String(error.message.prefix(512))
            experiment.runs[index].end = context.now
            fail(&experiment, error, &context)
            return false
        }
    }

    // MARK: End

    private static func actionEnds(_ name: String, _ experiment: Experiment, _ context: inout CallContext) {
        var experiment = experiment
        guard let index = experiment.plan.actions.firstIndex(where: { $0.name == name }),
            experiment.status == .running, experiment.runs[index].status == .running
        else { return }
        let action = experiment.plan.actions[index]
        experiment.runs[index].end = context.now
        do throws(ServiceError) {
            try ActionRun.end(
                action, targets(of: action, experiment), &experiment.runs[index], isStopped: false, &context)
            experiment.runs[index].status = .completed
            experiment.runs[index].reason = "Action was completed."
            advance(&experiment, &context)
        } catch {
            experiment.runs[index].status = .failed
            experiment.runs[index].reason = String(error.message.prefix(512))
            fail(&experiment, error, &context)
        }
    }

    private static func fail(_ experiment: inout Experiment, _ error: ServiceError, _ context: inout CallContext) {
        stopActions(&experiment, &context)
        experiment.status = .failed
        experiment.reason = String(error.message.prefix(512))
        experiment.errorCode = error.code == "ConfigurationFailure" ? error.code : "DependentServiceFailure"
        experiment.end = context.now
        context.fis.experiments.insert(experiment)
    }

    /// Undoes what is under way; what has not begun never will.
    private static func stopActions(_ experiment: inout Experiment, _ context: inout CallContext) {
        for (index, action) in experiment.plan.actions.enumerated() {
            switch experiment.runs[index].status {
            case .pending:
                experiment.runs[index].status = .cancelled
                experiment.runs[index].reason = "Action was cancelled."
            case .running:
                let before = context.world
                var run = experiment.runs[index]
                do throws(ServiceError) {
                    try ActionRun.end(action, targets(of: action, experiment), &run, isStopped: true, &context)
                } catch {
                    // Instances that cannot be started again stay stopped; the faults end all the same.
                    context.world = before
                    for fault in experiment.runs[index].faults { context.world.stopFault(fault) }
                }
                run.faults = []
                run.status = .stopped
                run.reason = "Action was stopped."
                run.end = context.now
                experiment.runs[index] = run
            default: continue
            }
        }
    }

    /// Begins to stop an experiment.
    static func halt(_ id: String, _ reason: String, _ context: inout CallContext) {
        context.fis.experiments.update(id) {
            $0.status = .stopping
            $0.reason = reason
        }
        schedule(id, .halt, after: .seconds(1), &context)
    }

    private static func finishHalt(_ experiment: Experiment, _ context: inout CallContext) {
        var experiment = experiment
        guard experiment.status == .stopping else { return }
        stopActions(&experiment, &context)
        experiment.status = .stopped
        if experiment.reason == stopping { experiment.reason = "Experiment stopped." }
        experiment.end = context.now
        context.fis.experiments.insert(experiment)
    }

    /// What an experiment says that somebody is stopping.
    static let stopping = "Stopping Experiment."
}
