import CloudState
import LoadBalancing
import Reachability
import ServiceModel

/// Why a task could not be placed.
struct PlacementFailure: Error {
    /// By container instance; without one where no instance was to blame.
    var reasons: [(arn: String?, reason: String)]

    var views: [Value] { reasons.map { ["arn": .optional($0.arn), "reason": .string($0.reason)] } }
}

/// Starting tasks.
enum TaskStart {
    static func start(
        _ plan: TaskPlan, in cluster: ContainerCluster, _ board: inout PlacementBoard, _ context: inout CallContext
    ) -> Result<ContainerTask, PlacementFailure> {
        let definition = plan.definition
        let id = context.newECSID("task")
        var zone = ""
        var host: ContainerInstance?
        var place: Int?
        if plan.launchType == "EC2" {
            switch board.choose(context) {
            case .success(let chosen): (host, place, zone) = (chosen.host, chosen.place, chosen.host.zone)
            case .failure(let failure): return .failure(failure)
            }
        }
        var task = ContainerTask(
            id: id, arn: context.ecsARN("task/\(cluster.id)/\(id)"), clusterName: cluster.id, definition: definition,
            group: plan.group, launchType: plan.launchType,
            status: definition.networkMode == "awsvpc" ? .provisioning : .pending, overrides: plan.overrides,
            zone: zone, tags: plan.tags, created: context.now)
        if let network = plan.network {
            let subnetID = board.subnet(network, host, context)
            task.attachment = ContainerTask.Attachment(
                id: context.world.ids.uuid("\(context.region)/ecs/attachment"), subnetID: subnetID)
            task.zone = context.ec2.subnets[subnetID]?.zone ?? zone
            task.securityGroupIDs = network.groupIDs
            task.assignsPublicAddress = network.assignsPublicAddress
        }
        task.cpu = plan.overrides["cpu"]?.text ?? definition.cpu.map(String.init)
        task.memory = plan.overrides["memory"]?.text ?? definition.memory.map(String.init)
        if task.launchType == "EC2" {
            task.cpu = task.cpu ?? String(definition.reservedCPU)
            task.memory = task.memory ?? String(definition.reservedMemory)
        }
        task.startedBy = plan.startedBy
        task.capacityProvider = plan.capacityProvider
        task.platformVersion = plan.platformVersion
        task.containerInstanceID = host?.id
        task.serviceID = plan.serviceID
        task.deploymentID = plan.deploymentID
        task.enablesExecute = plan.enablesExecute
        if let place { task.bindings = board.bindings(at: place) }
        board.add(task, at: place)
        context.ecs.tasks.insert(task)
        TaskEvents.announce(task, &context)
        TaskRun.schedule(
            task, after: task.status == .provisioning ? Timings.taskInterface : Timings.taskStart, &context)
        return .success(task)
    }
}

/// A task's way through its states.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html>
enum TaskRun {
    static func schedule(_ task: ContainerTask, after delay: Duration, _ context: inout CallContext) {
        context.world.schedule(
            .event(.ecs(.task(id: task.id, from: task.status)), region: context.region), after: delay)
    }

    /// Takes a task to its next state, unless it has left that one meanwhile.
    static func advance(_ id: String, from status: ContainerTask.Status, _ context: inout CallContext) {
        guard var task = context.ecs.tasks[id], task.status == status else { return }
        task.version += 1
        switch status {
        case .provisioning: attach(&task, &context)
        case .pending: begin(&task, &context)
        case .activating:
            task.status = .running
            context.ecs.tasks.insert(task)
        case .running, .stopped: return
        case .deactivating:
            task.status = .stopping
            schedule(task, after: Timings.taskStop, &context)
        case .stopping:
            if RunningTasks.waitsForEnd(of: task, &context) { break }
            task.executionStopped = context.now
            task.status = task.attachment == nil ? .stopped : .deprovisioning
            schedule(task, after: Timings.taskInterface, &context)
        case .deprovisioning: task.status = .stopped
        }
        if task.status == .stopped {
            finish(&task, &context)
        }
        context.ecs.tasks.insert(task)
        TaskEvents.announce(task, &context)
        if let service = task.serviceID, task.status == .running || task.status == .stopped {
            Scheduler.lookSoon(at: service, &context)
        }
        context.world.wake()
    }

    // MARK: Up

    private static func attach(_ task: inout ContainerTask, _ context: inout CallContext) {
        guard var attachment = task.attachment, var subnet = context.ec2.subnets[attachment.subnetID],
            let address = subnet.takeFree(context.world.ids.bits("\(context.region)/private-address"))
        else {
            fail(
                &task,
                "Unexpected EC2 error while attempting to Create Network Interface in subnet "
                    + "'\(task.attachment?.subnetID ?? "")': InsufficientFreeAddressesInSubnet", &context)
            return
        }
        context.ec2.subnets[subnet.id] = subnet
        var interface = NetworkInterface(
            id: context.newID("eni"), subnetID: subnet.id, vpcID: subnet.vpcID, zone: subnet.zone,
            ownerID: context.accountID,
            description: "arn:aws:ecs:\(context.region):\(context.accountID):attachment/\(attachment.id)",
            macAddress: context.newMACAddress(), addresses: [.init(address: address, isPrimary: true)],
            groupIDs: task.securityGroupIDs)
        interface.isRequesterManaged = true
        interface.requesterID = "amazon-ecs"
        interface.attachment = NetworkInterface.Attachment(
            id: context.newID("eni-attach"), instanceID: "", instanceOwnerID: "amazon-ecs", deviceIndex: 1,
            attachTime: context.now, deleteOnTermination: false)
        if task.assignsPublicAddress {
            interface.addresses[0].association = NetworkInterface.PublicAddress(
                address: context.newPublicAddress(), ownerID: "amazon")
        }
        context.ec2.networkInterfaces.insert(interface)
        attachment.status = "ATTACHED"
        attachment.interfaceID = interface.id
        attachment.macAddress = interface.macAddress
        attachment.privateAddress = address
        task.attachment = attachment
        task.status = .pending
        schedule(task, after: Timings.taskStart, &context)
    }

    private static func begin(_ task: inout ContainerTask, _ context: inout CallContext) {
        task.connected = context.now
        task.pullStarted = context.now
        if let problem = Images.pullProblem(task, context) {
            task.containerReason = problem
            fail(&task, problem, &context)
            return
        }
        task.pullStopped = context.now
        if !context.world.runsContainers, let problem = LaunchPlan.secretProblem(task, &context) {
            fail(&task, problem, &context)
            return
        }
        if let problem = LogDrivers.open(task, &context) {
            task.containerReason = problem
            fail(&task, problem, &context)
            return
        }
        if context.world.runsContainers {
            if let problem = RunningTasks.launch(&task, &context) {
                task.containerReason = problem
                fail(&task, problem, &context)
            }
            return
        }
        start(&task, &context)
    }

    /// The containers run.
    static func start(_ task: inout ContainerTask, _ context: inout CallContext) {
        task.started = context.now
        task.status = .running
        guard let service = task.serviceID.flatMap({ context.ecs.services[$0] }) else { return }
        Targets.register(task, of: service, &context)
        Registries.register(task, of: service, &context)
    }

    static func fail(_ task: inout ContainerTask, _ reason: String, _ context: inout CallContext) {
        task.desiredStatus = "STOPPED"
        task.stopCode = "TaskFailedToStart"
        task.stoppedReason = reason
        task.stopping = context.now
        task.status = .deprovisioning
        if let service = task.serviceID.flatMap({ context.ecs.services[$0] }) {
            Scheduler.countFailure(of: task, service, &context)
        }
        schedule(task, after: Timings.taskInterface, &context)
    }

    // MARK: Down

    /// Has a task stop.
    static func stop(_ id: String, code: String, reason: String, _ context: inout CallContext) {
        guard var task = context.ecs.tasks[id], task.desiredStatus == "RUNNING", task.status < .deactivating else {
            return
        }
        task.version += 1
        task.desiredStatus = "STOPPED"
        task.stopCode = code
        task.stoppedReason = reason
        task.stopping = context.now
        let wasRunning = task.status == .running
        Registries.deregister(task, &context)
        if wasRunning, let service = task.serviceID.flatMap({ context.ecs.services[$0] }),
            !service.loadBalancers(of: task).isEmpty
        {
            Targets.deregister(task, of: service, &context)
            task.status = .deactivating
        } else if wasRunning || task.status == .activating {
            task.status = .stopping
        } else {
            task.status = .deprovisioning
        }
        context.ecs.tasks.insert(task)
        TaskEvents.announce(task, &context)
        schedule(task, after: Timings.taskStop, &context)
        if let service = task.serviceID { Scheduler.lookSoon(at: service, &context) }
    }

    private static func finish(_ task: inout ContainerTask, _ context: inout CallContext) {
        task.stopped = context.now
        task.executionStopped = task.executionStopped ?? context.now
        // It may have been stopped before it was registered.
        Registries.deregister(task, &context)
        if let interface = task.attachment?.interfaceID {
            context.ec2.deleteNetworkInterface(interface)
            task.attachment?.status = "DELETED"
        }
        context.world.schedule(
            .event(.ecs(.forget(task: task.id)), region: context.region), after: Timings.taskForget)
    }
}

/// Getting at images.
enum Images {
    /// Why the images of a task cannot be fetched; nil where they can.
    ///
    /// Whether the registry has the image is not known here: only the way to it is judged.
    static func pullProblem(_ task: ContainerTask, _ context: CallContext) -> String? {
        let source: ReachabilityEndpoint
        if task.launchType == "FARGATE", let interface = task.attachment?.interfaceID {
            source = .interface(id: interface)
        } else if let host = task.containerInstanceID.flatMap({ context.ecs.containerInstances[$0] }) {
            source = .instance(id: host.instanceID)
        } else {
            return nil
        }
        let images = context.ecs.taskDefinitions[task.definitionID]?.containers.compactMap { $0["image"]?.text } ?? []
        guard let image = images.first(where: { !$0.isPrivateRegistry || !hasEndpoints(task, context) }) else {
            return nil
        }
        let analyzer = PathAnalyzer(context.world, region: context.region)
        guard !analyzer.reaches(ReachabilityQuery(from: source, to: .internet, .tcp, port: 443)) else { return nil }
        if image.isPrivateRegistry {
            return
                "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration."
        }
        return
            "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref \(reference(image)): failed to do request: Head \"https://registry-1.docker.io/\": dial tcp: i/o timeout"
    }

    /// Interface endpoints for ECR and a gateway to the layers in S3.
    private static func hasEndpoints(_ task: ContainerTask, _ context: CallContext) -> Bool {
        let vpcID =
            task.attachment.flatMap { context.ec2.subnets[$0.subnetID]?.vpcID }
            ?? task.containerInstanceID.flatMap { context.ecs.containerInstances[$0] }
            .flatMap { context.ec2.instances[$0.instanceID]?.vpcID }
        let names = context.ec2.vpcEndpoints.filter { $0.vpcID == vpcID && $0.state == .available }.map(\.serviceName)
        return [".ecr.api", ".ecr.dkr", ".s3"].allSatisfy { suffix in names.contains { $0.hasSuffix(suffix) } }
    }

    /// `nginx` is short for `docker.io/library/nginx:latest`.
    private static func reference(_ image: String) -> String {
        let first = image.prefix { $0 != "/" }
        let hasHost = image.contains("/") && (first.contains(".") || first.contains(":"))
        let path = hasHost ? image : "docker.io/" + (image.contains("/") ? image : "library/" + image)
        let name = path.split(separator: "/").last ?? ""
        return name.contains(":") || name.contains("@") ? path : path + ":latest"
    }
}

/// The `awslogs` driver.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html>
enum LogDrivers {
    /// Where the log of a container goes; nil for another driver.
    static func target(
        _ container: Fields, _ task: ContainerTask, _ context: CallContext
    ) -> (group: String, stream: String, region: String)? {
        guard let log = container["logConfiguration"], log["logDriver"]?.text == "awslogs",
            let group = log["options"]?["awslogs-group"]?.text
        else { return nil }
        let options = log["options"]
        let name = container["name"]?.text ?? ""
        let stream = options?["awslogs-stream-prefix"]?.text.map { "\($0)/\(name)/\(task.id)" } ?? task.id
        return (group, stream, options?["awslogs-region"]?.text ?? context.region)
    }

    /// Makes the log streams of a task's containers. Returns why that cannot be; nil where it could.
    static func open(_ task: ContainerTask, _ context: inout CallContext) -> String? {
        for container in context.ecs.taskDefinitions[task.definitionID]?.containers ?? [] {
            guard let target = target(container, task, context) else { continue }
            let isThere = context.world.appendLogEvents(
                [], group: target.group, stream: target.stream, region: target.region,
                createsGroup: container["logConfiguration"]?["options"]?["awslogs-create-group"]?.text == "true")
            guard isThere else {
                return
                    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1"
            }
        }
        return nil
    }
}
