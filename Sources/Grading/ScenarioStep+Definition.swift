import CloudState
import EmulatorCore
import JSONValue
import LabFormat
import Scenarios
import ServiceModel

extension ScenarioStep {
    /// A step of a lab's timeline, for one cell of its matrix.
    init(
        _ step: ScenarioDefinition.Step, cell: [(name: String, value: String)], region: String, caller: Caller
    ) {
        let lasting = Duration.milliseconds(Int64(((step.seconds ?? 0) * 1000).rounded()))
        switch step.action {
        case .run: self = .run(lasting)
        case .call(let service, let operation, let parameters):
            self.init(
                name: "\(service):\(operation)",
                begin: { world in
                    try world.perform(service, operation, parameters, region: region, caller: caller)
                    return { _ in }
                }, lasting: .zero, isFault: false)
        case .fault(let fault):
            let names = fault.targets.map(\.source).joined(separator: ", ")
            let shown = cell.reduce(names) { $0.replacing("${matrix.\($1.name)}", with: $1.value) }
            self.init(
                name: "\(fault.action.rawValue) \(shown)",
                begin: { world in
                    let injection = try FaultInjection(fault, cell: cell, world: world, region: region, caller: caller)
                    return try injection.begin(&world)
                }, lasting: lasting, isFault: true)
        }
    }
}

/// A fault whose targets are known: what it does to a world, and what ends it.
struct FaultInjection {
    private let fault: FaultDefinition
    private let targets: [String]
    private let region: String
    private let caller: Caller

    /// - Throws: where the fault has nothing to strike, for then it would prove nothing.
    init(
        _ fault: FaultDefinition, cell: [(name: String, value: String)], world: World, region: String, caller: Caller
    ) throws {
        let evidence = RegionEvidence(world, region: region, caller: caller, scenarios: [])
        let document = try StateDocument(evidence, matrix: cell).document(for: fault.targets)
        var targets: [String] = []
        for template in fault.targets {
            switch try template.value(in: document) {
            case .string(let text): targets.append(text)
            case .array(let values): targets += values.compactMap(\.stringValue)
            default: break
            }
        }
        self.fault = fault
        self.targets = targets
        self.region = region
        self.caller = caller
    }

    func begin(_ world: inout World) throws -> ScenarioStep.End {
        switch fault.action {
        case .stopInstances:
            try call("StopInstances", &world)
            return { [self] world in try? call("StartInstances", &world) }
        case .rebootInstances: try call("RebootInstances", &world)
        case .terminateInstances: try call("TerminateInstances", &world)
        case .stopTasks: try stopTasks(&world)
        default:
            let ids = kinds.map { world.startFault($0, region: region) }
            return { world in for id in ids { world.stopFault(id) } }
        }
        return { _ in }
    }

    private func call(_ operation: String, _ world: inout World) throws(ServiceError) {
        // Where there is nothing to strike nothing happens: the timeline shows it.
        guard !targets.isEmpty else { return }
        let ids = JSON.array(targets.map { .string($0) })
        try world.perform("ec2", operation, ["InstanceIds": ids], region: region, caller: caller)
    }

    /// Tasks are named by their ARNs, which end with the cluster's name and their own.
    private func stopTasks(_ world: inout World) throws(ServiceError) {
        for target in targets {
            let parts = target.split(separator: "/")
            guard parts.count == 3 else { continue }
            try world.perform(
                "ecs", "StopTask",
                [
                    "cluster": .string(String(parts[1])), "task": .string(target),
                    "reason": "Stopped by a fault injection",
                ],
                region: region, caller: caller)
        }
    }

    private var kinds: [Fault.Kind] {
        switch fault.action {
        case .zoneOutage: targets.map { .zoneOutage(zone: $0) }
        case .impairment:
            targets.map {
                .impairment(instanceID: $0, Fault.StatusCheck(rawValue: fault.variant ?? "instance") ?? .instance)
            }
        case .disruption:
            [
                .networkDisruption(
                    subnets: targets, scope: Fault.DisruptionScope(rawValue: fault.variant ?? "all") ?? .all)
            ]
        case .launchShortage: [.insufficientCapacity(zones: targets, percentage: fault.percent, of: .api)]
        case .groupShortage: [.insufficientCapacity(zones: targets, percentage: fault.percent, of: .autoScaling)]
        case .throttle: apiFaults(.throttle)
        case .internalError: apiFaults(.internalError)
        case .unavailable: apiFaults(.unavailable)
        case .stopInstances, .rebootInstances, .terminateInstances, .stopTasks: []
        }
    }

    private func apiFaults(_ failure: Fault.APIFault.Failure) -> [Fault.Kind] {
        targets.map {
            .apiError(
                Fault.APIFault(failure, service: $0, operations: fault.operations, percentage: fault.percent))
        }
    }
}
