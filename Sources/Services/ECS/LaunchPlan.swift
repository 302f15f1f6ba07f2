import CloudState
import ServiceModel

/// Why a task cannot be run.
struct LaunchProblem: Error {
    var reason: String
}

/// Decides what the processes of a task are started with: the definition, the overrides, secrets, the role.
enum LaunchPlan {
    static func make(_ task: ContainerTask, _ context: inout CallContext) -> Result<TaskLaunch, LaunchProblem> {
        guard let definition = context.ecs.taskDefinitions[task.definitionID] else {
            return .failure(LaunchProblem(reason: "the task definition is gone"))
        }
        let volumes = definition.content["volumes"]?.elements?.compactMap { $0["name"]?.text } ?? []
        var containers: [TaskLaunch.Container] = []
        for fields in definition.containers {
            var container = plain(fields, volumes)
            apply(overrides(for: container.name, task), to: &container)
            switch secrets(fields, &context) {
            case .success(let variables): container.environment += variables
            case .failure(let problem): return .failure(problem)
            }
            container.probes = probes(for: container, task, context)
            container.arn = TaskViews.containerARN(task, container.name)
            container.runtimeID = TaskViews.runtimeID(task, container.name)
            containers.append(container)
        }
        shareMounts(definition.containers, &containers)
        let memory = task.memory.flatMap(Int.init) ?? definition.reservedMemory
        var launch = TaskLaunch(
            task: task, family: definition.family, revision: definition.revision, memory: max(memory, 6),
            containers: containers, time: context.now)
        let role = task.overrides["taskRoleArn"]?.text ?? definition.content["taskRoleArn"]?.text
        if let role { launch.credentials = credentials(role, task, &context) }
        return .success(launch)
    }

    private static func plain(_ fields: Fields, _ volumes: [String]) -> TaskLaunch.Container {
        var container = TaskLaunch.Container(name: fields["name"]?.text ?? "", image: fields["image"]?.text ?? "")
        container.isEssential = fields["essential"] != .boolean(false)
        container.entryPoint = texts(fields["entryPoint"])
        container.command = texts(fields["command"])
        container.environment = variables(fields["environment"], "name", "value")
        container.user = fields["user"]?.text
        container.workingDirectory = fields["workingDirectory"]?.text
        container.hasReadOnlyRoot = fields["readonlyRootFilesystem"] == .boolean(true)
        container.memory = fields["memory"]?.number
        container.hostName = fields["hostname"]?.text
        container.extraHosts = variables(fields["extraHosts"], "hostname", "ipAddress")
        container.startTimeout = fields["startTimeout"]?.number
        container.stopTimeout = fields["stopTimeout"]?.number
        container.ports = fields["portMappings"]?.elements?.compactMap { $0["containerPort"]?.number } ?? []
        container.openFiles = fields["ulimits"]?.elements?.first { $0["name"]?.text == "nofile" }?["softLimit"]?.number
        container.dependencies = (fields["dependsOn"]?.elements ?? []).compactMap { value in
            guard let name = value["containerName"]?.text else { return nil }
            return TaskLaunch.Dependency(container: name, condition: value["condition"]?.text ?? "START")
        }
        container.mounts = (fields["mountPoints"]?.elements ?? []).compactMap { value in
            guard let name = value["sourceVolume"]?.text, let volume = volumes.firstIndex(of: name),
                let path = value["containerPath"]?.text
            else { return nil }
            return TaskLaunch.Mount(volume: volume, path: path, isReadOnly: value["readOnly"] == .boolean(true))
        }
        if let check = fields["healthCheck"], let command = texts(check["command"]), !command.isEmpty {
            container.healthCheck = TaskLaunch.HealthCheck(
                command: command, interval: check["interval"]?.number ?? 30, timeout: check["timeout"]?.number ?? 5,
                retries: check["retries"]?.number ?? 3, startPeriod: check["startPeriod"]?.number ?? 0)
        }
        return container
    }

    /// `volumesFrom`: a container has the mounts of another.
    private static func shareMounts(_ definitions: [Fields], _ containers: inout [TaskLaunch.Container]) {
        for (index, fields) in definitions.enumerated() {
            for source in fields["volumesFrom"]?.elements ?? [] {
                guard let other = containers.first(where: { $0.name == source["sourceContainer"]?.text }) else {
                    continue
                }
                let isReadOnly = source["readOnly"] == .boolean(true)
                containers[index].mounts += other.mounts.map {
                    TaskLaunch.Mount(volume: $0.volume, path: $0.path, isReadOnly: isReadOnly || $0.isReadOnly)
                }
            }
        }
    }

    private static func overrides(for name: String, _ task: ContainerTask) -> Value? {
        task.overrides["containerOverrides"]?.elements?.first { $0["name"]?.text == name }
    }

    private static func apply(_ override: Value?, to container: inout TaskLaunch.Container) {
        guard let override else { return }
        if let command = texts(override["command"]), !command.isEmpty { container.command = command }
        if let memory = override["memory"]?.number { container.memory = memory }
        for variable in variables(override["environment"], "name", "value") {
            container.environment.removeAll { $0.name == variable.name }
            container.environment.append(variable)
        }
    }

    /// Why a secret of a task's containers is not to be had; nil where all are. What is in Secrets Manager is not known here.
    static func secretProblem(_ task: ContainerTask, _ context: inout CallContext) -> String? {
        for fields in context.ecs.taskDefinitions[task.definitionID]?.containers ?? [] {
            var own = fields
            own["secrets"] = .list(
                (fields["secrets"]?.elements ?? []).filter {
                    !($0["valueFrom"]?.text?.contains(":secretsmanager:") ?? false)
                })
            if case .failure(let problem) = secrets(own, &context) { return problem.reason }
        }
        return nil
    }

    private static func secrets(
        _ fields: Fields, _ context: inout CallContext
    ) -> Result<[TaskLaunch.Variable], LaunchProblem> {
        var found: [TaskLaunch.Variable] = []
        for secret in fields["secrets"]?.elements ?? [] {
            guard let name = secret["name"]?.text, let source = secret["valueFrom"]?.text else { continue }
            let answer = try? context.call(
                "ssm", "GetParameter", ["Name": .string(source), "WithDecryption": true])
            guard let value = answer?["Parameter"]?["Value"]?.text else {
                return .failure(
                    LaunchProblem(
                        reason:
                            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: \(source)"
                    ))
            }
            found.append(TaskLaunch.Variable(name: name, value: value))
        }
        return .success(found)
    }

    /// What load balancers will ask a container for, and its first page.
    private static func probes(
        for container: TaskLaunch.Container, _ task: ContainerTask, _ context: CallContext
    ) -> [TaskLaunch.Probe] {
        var probes: [TaskLaunch.Probe] = []
        let balancers = task.serviceID.flatMap { context.ecs.services[$0]?.loadBalancers(of: task) } ?? []
        for balancer in balancers where balancer["containerName"]?.text == container.name {
            guard let arn = balancer["targetGroupArn"]?.text, let port = balancer["containerPort"]?.number,
                let group = context.world.regions[context.regionIndex].elb.targetGroups[arn]
            else { continue }
            probes.append(TaskLaunch.Probe(port: port, path: group.healthCheck.path ?? "/"))
        }
        for port in container.ports {
            let probe = TaskLaunch.Probe(port: port, path: "/")
            if !probes.contains(probe) { probes.append(probe) }
        }
        return probes
    }

    private static func credentials(
        _ role: String, _ task: ContainerTask, _ context: inout CallContext
    ) -> TaskLaunch.Credentials? {
        let name = CallContext.lastPart(role)
        guard let record = context.iam.role(name) else { return nil }
        let (id, secret) = context.newAccessKey("ASIA")
        let session = STSSession(
            id: id, secret: secret, token: "IQoJb3JpZ2luX2VjE" + context.newSecret("sts/token", count: 343),
            source: .role(name), arn: "arn:aws:sts::\(context.accountID):assumed-role/\(name)/\(task.id)",
            userID: "\(record.roleID):\(task.id)", issueTime: context.now,
            expiration: context.now.adding(seconds: 6 * 3600))
        context.iam.sessions.insert(session)
        return TaskLaunch.Credentials(
            roleARN: record.arn, accessKeyID: id, secretAccessKey: secret, sessionToken: session.token,
            expiration: session.expiration)
    }

    private static func texts(_ value: Value?) -> [String]? { value?.elements?.compactMap(\.text) }

    private static func variables(_ value: Value?, _ name: String, _ content: String) -> [TaskLaunch.Variable] {
        (value?.elements ?? []).compactMap { item in
            item[name]?.text.map { TaskLaunch.Variable(name: $0, value: item[content]?.text ?? "") }
        }
    }
}
