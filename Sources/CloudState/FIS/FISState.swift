package import ServiceModel

/// AWS Fault Injection Service's records in one region.
package struct FISState: Sendable, Equatable {
    package var templates = ResourceTable<ExperimentTemplate>()
    package var experiments = ResourceTable<Experiment>()
    /// Why the safety lever stops every experiment; nil while it does not.
    package var leverReason: String?
    /// What was last said about the lever.
    package var leverNote = ""

    package init() {}
}

extension CallContext {
    /// FIS's records in the region that was called.
    package var fis: FISState {
        get { world.regions[regionIndex].fis }
        _modify { yield &world.regions[regionIndex].fis }
    }
}

/// An experiment template.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/experiment-templates.html>
package struct ExperimentTemplate: ResourceRecord {
    /// `EXT` and what tells it from others.
    package var id: String
    package var arn: String
    package var description: String
    package var plan: ExperimentPlan
    package var created: Timestamp
    package var updated: Timestamp
    package var tags: Tags
    /// The token of the request that made it.
    package var clientToken: String

    package init(
        id: String, arn: String, description: String, plan: ExperimentPlan, clientToken: String, now: Timestamp,
        tags: Tags
    ) {
        self.id = id
        self.arn = arn
        self.description = description
        self.plan = plan
        created = now
        updated = now
        self.tags = tags
        self.clientToken = clientToken
    }
}

/// An experiment: a template as it was when it was started, and how far it has got.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/experiments.html>
package struct Experiment: ResourceRecord {
    package enum Status: String, Sendable {
        case initiating, running, completed, stopping, stopped, failed, cancelled

        package var isOver: Bool { self == .completed || self == .stopped || self == .failed || self == .cancelled }
    }

    package enum ActionStatus: String, Sendable {
        case pending, running, completed, cancelled, stopped, failed, skipped

        package var isOver: Bool { self != .pending && self != .running }
    }

    /// How far one action has got.
    package struct Run: Sendable, Equatable {
        package var status = ActionStatus.pending
        package var reason = "Initial state"
        package var start: Timestamp?
        package var end: Timestamp?
        /// Ids of the faults that it put in force.
        package var faults: [String] = []
        /// Instances that it stopped and has to start again.
        package var stopped: [String] = []

        package init() {}
    }

    /// `EXP` and what tells it from others.
    package var id: String
    package var arn: String
    package var templateID: String
    package var plan: ExperimentPlan
    /// `run-all` or `skip-all`.
    package var mode: String
    package var status = Status.initiating
    package var reason = "Experiment is initiating."
    /// `code` of the error that made it fail.
    package var errorCode: String?
    /// In the order of the plan's actions.
    package var runs: [Run]
    /// By target: the ARNs that were found when it began.
    package var resolved: [String: [String]] = [:]
    package var created: Timestamp
    package var start: Timestamp?
    package var end: Timestamp?
    package var tags: Tags
    /// The token of the request that started it.
    package var clientToken: String

    package init(
        id: String, arn: String, template: ExperimentTemplate, mode: String, clientToken: String, now: Timestamp,
        tags: Tags
    ) {
        self.id = id
        self.arn = arn
        templateID = template.id
        plan = template.plan
        self.mode = mode
        runs = template.plan.actions.map { _ in Run() }
        created = now
        self.tags = tags
        self.clientToken = clientToken
    }
}

extension World {
    /// Ends the experiments that an alarm stops.
    package mutating func stopExperiments(onAlarm arn: String, region: String) {
        let index = regionIndex(region)
        for experiment in regions[index].fis.experiments
        where experiment.status == .running && experiment.plan.stopAlarms.contains(arn) {
            regions[index].fis.experiments.update(experiment.id) {
                $0.status = .stopping
                $0.reason = "Experiment halted by stop condition."
            }
            schedule(.event(.experiment(id: experiment.id, .halt), region: region), after: .seconds(1))
        }
    }
}
