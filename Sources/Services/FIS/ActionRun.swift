import CloudState
import JSONValue
import ServiceModel

/// What actions do when they begin and when they end.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html>
enum ActionRun {
    /// How long an action takes that only makes a call.
    private static let call = Duration.seconds(5)

    /// Whether an action lasts for as long as its parameters say, and not for as long as its work takes.
    static func isTimed(_ action: ExperimentAction) -> Bool {
        ["duration", "startInstancesAfterDuration", "durationBeforeInterruption"].contains {
            action.parameters[$0] != nil
        }
    }

    /// Begins an action and says how long it takes.
    ///
    /// - Parameter arns: the resources that were found for its target.
    static func begin(
        _ action: ExperimentAction, _ arns: [String], _ run: inout Experiment.Run, _ context: inout CallContext
    ) throws(ServiceError) -> Duration {
        let ids = arns.map(TargetResolution.id)
        let instances: Value = ["InstanceIds": .strings(ids)]
        let duration = seconds(action, "duration")
        switch action.actionID {
        case "aws:cloudwatch:assert-alarm-state":
            try assertAlarms(action, context)
            return .seconds(1)
        case "aws:ec2:reboot-instances":
            _ = try context.call("ec2", "RebootInstances", instances)
            return call
        case "aws:ec2:stop-instances":
            _ = try context.call("ec2", "StopInstances", instances)
            guard action.parameters["startInstancesAfterDuration"] != nil else {
                return Timings.instanceStop + .seconds(1)
            }
            run.stopped = ids
            return seconds(action, "startInstancesAfterDuration")
        case "aws:ec2:terminate-instances":
            _ = try context.call("ec2", "TerminateInstances", instances)
            return Timings.instanceTerminate + .seconds(1)
        case "aws:ec2:send-spot-instance-interruptions":
            return seconds(action, "durationBeforeInterruption")
        default:
            for kind in faults(action, arns, context) {
                run.faults.append(context.world.startFault(kind, region: context.region))
            }
            return duration
        }
    }

    /// What an action puts in force for as long as it runs.
    private static func faults(_ action: ExperimentAction, _ arns: [String], _ context: CallContext) -> [Fault.Kind] {
        let percentage = action.parameters["percentage"].flatMap { Int($0) } ?? 100
        let zones = TargetResolution.zones(
            ActionRules.list(action.parameters["availabilityZoneIdentifiers"] ?? ""), context)
        switch action.actionID {
        case "aws:ec2:api-insufficient-instance-capacity-error":
            return [.insufficientCapacity(zones: zones, percentage: percentage, of: .api, only: arns)]
        case "aws:ec2:asg-insufficient-instance-capacity-error":
            let groups = arns.map(TargetResolution.id)
            return [.insufficientCapacity(zones: zones, percentage: percentage, of: .autoScaling, only: groups)]
        case "aws:network:disrupt-connectivity":
            let scope = Fault.DisruptionScope(rawValue: action.parameters["scope"] ?? "") ?? .all
            return [.networkDisruption(subnets: arns.map(TargetResolution.id), scope: scope)]
        case "aws:ssm:send-command":
            let load = CPUStress.percentage(action)
            return arns.map { .cpuStress(instanceID: TargetResolution.id($0), percentage: load) }
        default:
            guard let failure = Fault.APIFault.Failure(rawValue: action.actionID) else { return [] }
            return [
                .apiError(
                    .init(
                        failure, service: action.parameters["service"] ?? "",
                        operations: ActionRules.list(action.parameters["operations"] ?? ""), percentage: percentage,
                        roles: arns))
            ]
        }
    }

    /// Ends an action: what it broke is whole again.
    ///
    /// - Parameter isStopped: whether it is stopped before its time.
    static func end(
        _ action: ExperimentAction, _ arns: [String], _ run: inout Experiment.Run, isStopped: Bool,
        _ context: inout CallContext
    ) throws(ServiceError) {
        for fault in run.faults { context.world.stopFault(fault) }
        run.faults = []
        if action.actionID == "aws:ec2:send-spot-instance-interruptions", !isStopped {
            _ = try context.call("ec2", "TerminateInstances", ["InstanceIds": .strings(arns.map(TargetResolution.id))])
        }
        let stopped = run.stopped
        run.stopped = []
        let alive = stopped.filter { id in
            context.ec2.instances[id].map { $0.state != .terminated && $0.state != .shuttingDown } ?? false
        }
        if alive.count < stopped.count, !isStopped, action.parameters["completeIfInstancesTerminated"] != "true" {
            throw ServiceError("InvalidTarget", "Instances were terminated before they could be started again.")
        }
        if !alive.isEmpty { _ = try context.call("ec2", "StartInstances", ["InstanceIds": .strings(alive)]) }
    }

    private static func assertAlarms(_ action: ExperimentAction, _ context: CallContext) throws(ServiceError) {
        let states = ActionRules.list(action.parameters["alarmStates"] ?? "")
        for arn in ActionRules.list(action.parameters["alarmArns"] ?? "") {
            let state = context.cloudWatch.alarms.first { $0.arn == arn }?.state.rawValue
            guard let state, states.contains(state) else {
                throw ServiceError("AssertionFailed", "Alarm \(TargetResolution.id(arn)) is not in an expected state.")
            }
        }
    }

    private static func seconds(_ action: ExperimentAction, _ parameter: String) -> Duration {
        .seconds(max(1, action.parameters[parameter].flatMap(ISODuration.seconds) ?? 1))
    }
}

/// The document `AWSFIS-Run-CPU-Stress`.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/actions-ssm-agent.html>
enum CPUStress {
    static func isDocument(_ arn: String) -> Bool { arn.hasSuffix(":document/AWSFIS-Run-CPU-Stress") }

    /// The load in per cent; 100 unless the parameters say less.
    static func percentage(_ action: ExperimentAction) -> Int {
        guard let text = action.parameters["documentParameters"],
            let parameters = try? JSON.parse(Array(text.utf8), maximumDepth: 8),
            let load = parameters["LoadPercent"]?.stringValue.flatMap({ Int($0) }), (1...100).contains(load)
        else { return 100 }
        return load
    }
}
