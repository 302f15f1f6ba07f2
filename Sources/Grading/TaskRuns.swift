import Checks
import CloudState
import EmulatorCore
import JSONValue
import LabFormat
import ServiceModel

/// Runs tasks for checks, each on a copy of the region of its own.
struct TaskRuns {
    private var outcomes: [RunTaskCheck.Run: TaskOutcome] = [:]

    /// What became of a task; nil where it was not run.
    func outcome(_ run: RunTaskCheck.Run) -> TaskOutcome? { outcomes[run] }

    /// Runs the tasks of all `run_task` checks of a lab.
    static func run(
        _ lab: Lab, on world: World, _ configuration: Emulator.Configuration, region: String,
        with effects: any EffectRunner
    ) async -> TaskRuns {
        var runs = TaskRuns()
        for case .runTask(let check) in lab.checks.map(\.kind) where runs.outcomes[check.run] == nil {
            var configuration = configuration
            configuration.effects = effects
            configuration.clock = .stepped
            configuration.admits = { _ in true }
            configuration.enforcesIAM = false
            let emulator = Emulator(configuration, world: world)
            runs.outcomes[check.run] = await TaskRun(run: check.run, emulator: emulator, region: region).outcome()
        }
        return runs
    }
}

/// One task for a check.
private struct TaskRun {
    let run: RunTaskCheck.Run
    let emulator: Emulator
    let region: String

    func outcome() async -> TaskOutcome {
        do throws(ServiceError) {
            return try await started()
        } catch {
            return TaskOutcome(problem: "\(error.code): \(error.message)")
        }
    }

    private func started() async throws(ServiceError) -> TaskOutcome {
        let answer = try await call("DescribeTaskDefinition", ["taskDefinition": .string(run.family)])
        let definition = answer["taskDefinition"] ?? .null
        let cluster = run.cluster ?? "default"
        // Whoever names no cluster does not ask for one.
        if run.cluster == nil { _ = try await call("CreateCluster", ["clusterName": .string(cluster)]) }
        guard var parameters = parameters(definition, cluster) else {
            return TaskOutcome(problem: "'with' of the check does not fit RunTask")
        }
        parameters["cluster"] = .string(cluster)
        parameters["taskDefinition"] = definition["taskDefinitionArn"] ?? .string(run.family)
        let made = try await call("RunTask", .structure(parameters))
        guard let arn = made["tasks"]?.elements?.first?["taskArn"] else {
            let reason = made["failures"]?.elements?.first?["reason"]?.text ?? "no task was started"
            return TaskOutcome(problem: reason)
        }
        emulator.advance(milliseconds: Int(run.seconds * 1000))
        let found = try await call(
            "DescribeTasks", ["cluster": .string(cluster), "tasks": [arn], "include": ["TAGS"]])
        guard let task = found["tasks"]?.elements?.first else {
            return TaskOutcome(problem: "the task is not shown any more")
        }
        return TaskOutcome(task: JSON(task), waits: waits(definition))
    }

    private func call(_ operation: String, _ parameters: Value) async throws(ServiceError) -> Fields {
        try await emulator.callAndWait("ecs", operation, parameters, region: region)
    }

    // MARK: Parameters

    /// What the check says, and where it says nothing what suits the definition: Fargate where it can run there, public
    /// subnets of the default VPC or those of the cluster's instances.
    private func parameters(_ definition: Value, _ cluster: String) -> Fields? {
        guard let shape = Services.signed("ecs")?.model().operation("RunTask")?.input,
            var parameters = Value(run.parameters, shape)?.fields
        else { return nil }
        let required = definition["requiresCompatibilities"]?.elements ?? []
        let possible = definition["compatibilities"]?.elements ?? []
        let isVPC = definition["networkMode"]?.text == "awsvpc"
        let isFargate = required.contains("FARGATE") || required.isEmpty && isVPC && possible.contains("FARGATE")
        if parameters["launchType"] == nil, parameters["capacityProviderStrategy"] == nil {
            parameters["launchType"] = isFargate ? "FARGATE" : "EC2"
        }
        if isVPC, parameters["networkConfiguration"] == nil {
            let onHosts = parameters["launchType"] == "EC2"
            parameters["networkConfiguration"] = [
                "awsvpcConfiguration": [
                    "subnets": .strings(onHosts ? hostSubnets(cluster) : defaultSubnets()),
                    "assignPublicIp": onHosts ? "DISABLED" : "ENABLED",
                ]
            ]
        }
        return parameters
    }

    private var state: Region? { emulator.world.regions.first { $0.name == region } }

    private func hostSubnets(_ cluster: String) -> [String] {
        let hosts = state?.ecs.containerInstances.filter { $0.clusterName == cluster } ?? []
        return Set(hosts.compactMap { $0.attribute("ecs.subnet-id") }).sorted()
    }

    private func defaultSubnets() -> [String] {
        let found = try? emulator.call(
            "ec2", "DescribeSubnets", ["Filters": [["Name": "default-for-az", "Values": ["true"]]]], region: region)
        return found?["Subnets"]?.elements?.compactMap { $0["SubnetId"]?.text } ?? []
    }

    // MARK: Order

    /// Of each container those that it waits for, at first or second hand.
    private func waits(_ definition: Value) -> [String: Set<String>] {
        var direct: [String: [String]] = [:]
        for container in definition["containerDefinitions"]?.elements ?? [] {
            direct[container["name"]?.text ?? ""] =
                (container["dependsOn"]?.elements ?? []).compactMap { $0["containerName"]?.text }
        }
        return direct.mapValues { first in
            var found: Set<String> = []
            var open = first
            while let name = open.popLast() {
                if found.insert(name).inserted { open += direct[name] ?? [] }
            }
            return found
        }
    }
}
