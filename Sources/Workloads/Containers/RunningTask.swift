import CloudState
import EmulatorServer
import GradeModel
import Images
import NIOCore
import Sandbox

/// A task whose containers are processes.
actor RunningTask {
    enum Phase: Equatable {
        case pending, running
        case exited(Int)
    }

    /// A container at work.
    struct Part {
        var phase = Phase.pending
        var health: String?
        var box: SandboxBox?
        var policy: SandboxPolicy?
    }

    typealias Done = @Sendable (EffectOutcome) -> Void

    let launch: TaskLaunch
    let reporter: Reporter
    private(set) var parts: [String: Part]
    private(set) var space: SandboxSpace?
    private var listeners: [EmulatorServer.Listener] = []
    private var agents: [any Channel] = []
    private var isStopping = false
    /// Whether nobody is to be told of anything any more.
    private var isSilent = false
    /// Whether the emulator has been told that the task runs; what happens before is told after that.
    private(set) var isStarted = false
    private var early: [TaskReport] = []
    private var failure: (container: String, reason: String)?
    private var answers: [TaskAnswer] = []
    /// Those who wait for something to change.
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private var work: [Task<Void, Never>] = []
    private var isGone = false
    var morePaths: [String] = []

    init(_ launch: TaskLaunch, _ reporter: Reporter) {
        self.launch = launch
        self.reporter = reporter
        parts = Dictionary(launch.containers.map { ($0.name, Part()) }) { first, _ in first }
    }

    // MARK: The whole task

    /// Runs the task to its end; `done` is called when all containers have started, or one cannot.
    func run(_ tools: TaskRunner.Tools, _ gateway: TaskGateway, _ done: @escaping Done) async {
        do throws(WorkloadError) {
            let boxes = try await images(tools)
            let space = try await openSpace(tools, gateway, boxes.values.map(\.image))
            self.space = space
            for container in launch.containers {
                guard let box = boxes[container.name] else { continue }
                work.append(Task { await self.run(container, box, tools, space) })
            }
            await change {
                self.failure != nil || self.isStopping || self.parts.values.allSatisfy { $0.phase != .pending }
            }
            if failure == nil, !isStopping { await settle(space) }
        } catch {
            failure = failure ?? (error.container, error.description)
        }
        if let failure, !isSilent {
            done(.task(.failed(container: failure.container, reason: failure.reason)))
            endAll()
        } else if isSilent {
            endAll()
        } else {
            done(.task(.started(answers: answers)))
            isStarted = true
            for report in early { reporter.report(report) }
            early = []
            watchAnswers()
        }
        for task in work { await task.value }
        await close()
    }

    private func images(_ tools: TaskRunner.Tools) async throws(WorkloadError) -> [String: ContainerBox] {
        let isFree = !launch.containers.contains { $0.ports.contains(80) }
        var boxes: [String: ContainerBox] = [:]
        for container in launch.containers {
            let image = try await PulledImage.pull(container, tools.images, reporter)
            let toolchain = image.toolchain(searchPath: tools.searchPath)
            let wantsPort80 = image.configuration.exposedPorts.contains { $0 == "80" || $0 == "80/tcp" }
            boxes[container.name] = ContainerBox(
                launch: launch, container: container, image: image, region: reporter.region,
                hasAgentPort80: isFree && !wantsPort80, toolchain: toolchain)
        }
        // One network: all have the port, or none.
        let all = boxes.values.allSatisfy(\.hasAgentPort80)
        return boxes.mapValues { box in
            ContainerBox(
                launch: launch, container: box.container, image: box.image, region: box.region, hasAgentPort80: all,
                toolchain: box.toolchain)
        }
    }

    private func openSpace(
        _ tools: TaskRunner.Tools, _ gateway: TaskGateway, _ images: [Images.Image]
    ) async throws(WorkloadError) -> SandboxSpace {
        let isFree =
            !launch.containers.contains { $0.ports.contains(80) }
            && !images.contains { $0.configuration.exposedPorts.contains { $0 == "80" || $0 == "80/tcp" } }
        var wanted = [
            ContainerBox.endpoint, SandboxListener(address: ContainerBox.agentAddress, port: ContainerBox.agentPort),
        ]
        if isFree { wanted.append(SandboxListener(address: ContainerBox.agentAddress, port: 80)) }
        // Gives the network the task's address; nobody asks there for anything.
        if let address = launch.address {
            wanted.append(SandboxListener(address: address, port: ContainerBox.agentPort))
        }
        do {
            let space = try await tools.spawner.openSpace(listeners: wanted)
            for (listener, descriptor) in zip(wanted, space.listenerDescriptors) {
                if listener == ContainerBox.endpoint {
                    listeners.append(
                        try await tools.server.listen(
                            descriptor: descriptor, emulator: reporter.emulator,
                            administration: Administration(respond: nil) { gateway.answer($0, from: self) },
                            isInside: true))
                } else {
                    agents.append(
                        try await TaskAgent.listen(descriptor, on: tools.server.eventLoops, for: self))
                }
            }
            return space
        } catch {
            throw WorkloadError("CannotStartContainerError: Error response from daemon: \(error)")
        }
    }

    // MARK: One container

    private func run(
        _ container: TaskLaunch.Container, _ pulled: ContainerBox, _ tools: TaskRunner.Tools, _ space: SandboxSpace
    ) async {
        guard await dependencies(of: container) else { return }
        let log = ContainerLog()
        let name = container.name
        do {
            var policy = try pulled.policy(in: space)
            policy.outputSink = { [weak self] bytes in
                guard log.append(bytes) else { return }
                Task { await self?.flush(log, of: name) }
            }
            let box = try await tools.spawner.launch(policy)
            guard !isStopping else { return leave(name, .exited(137)) }
            parts[name]?.box = box
            parts[name]?.policy = policy
            parts[name]?.phase = .running
            box.start()
            changed()
            watchHealth(of: container)
            let outcome = try await box.outcome()
            flush(log, of: name, isEnd: true)
            parts[name]?.box = nil
            ended(container, outcome.ending)
        } catch let error as WorkloadError {
            fail(name, error.description)
        } catch {
            fail(name, "CannotStartContainerError: Error response from daemon: \(error)")
        }
    }

    /// Waits for the containers that come first. Returns false where the container is not to start any more.
    private func dependencies(of container: TaskLaunch.Container) async -> Bool {
        for dependency in container.dependencies {
            let name = dependency.container
            let patience = launch.containers.first { $0.name == name }?.startTimeout ?? 120
            let limit = Task { [weak self] in
                try? await Task.sleep(for: .seconds(patience))
                if !Task.isCancelled { await self?.giveUp(container.name, dependency) }
            }
            defer { limit.cancel() }
            await change { self.isStopping || self.failure != nil || self.verdict(on: dependency) != nil }
            guard !isStopping, failure == nil else { return false }
            if verdict(on: dependency) == false {
                giveUp(container.name, dependency)
                return false
            }
        }
        return !isStopping
    }

    private func giveUp(_ name: String, _ dependency: TaskLaunch.Dependency) {
        guard parts[name]?.phase == .pending else { return }
        fail(
            name,
            "TaskFailedToStart: dependency \(dependency.container) of container \(name) did not become \(dependency.condition)"
        )
    }

    /// Whether a dependency is met; nil where that is open.
    private func verdict(on dependency: TaskLaunch.Dependency) -> Bool? {
        guard let part = parts[dependency.container] else { return false }
        switch (dependency.condition, part.phase) {
        case ("START", .running), ("START", .exited), ("COMPLETE", .exited), ("SUCCESS", .exited(0)): return true
        case ("SUCCESS", .exited), ("HEALTHY", .exited): return false
        case ("HEALTHY", .running): return part.health.map { $0 == "HEALTHY" }
        default: return nil
        }
    }

    private func ended(_ container: TaskLaunch.Container, _ ending: ProgramEnding) {
        let name = container.name
        if case .notStarted(let reason) = ending, !isStarted {
            return fail(name, Self.cannotStart(container, reason))
        }
        let (code, reason) = Self.exit(ending)
        leave(name, .exited(code))
        tell(.exited(container: name, code: code, reason: reason))
    }

    private func leave(_ name: String, _ phase: Phase) {
        parts[name]?.phase = phase
        changed()
    }

    private func fail(_ name: String, _ reason: String) {
        if failure == nil { failure = (name, reason) }
        leave(name, .exited(128))
    }

    func tell(_ report: TaskReport) {
        if isSilent { return }
        if isStarted {
            if !reporter.report(report) { endAll() }
        } else if early.count < 10_000 {
            early.append(report)
        }
    }

    private func flush(_ log: ContainerLog, of name: String, isEnd: Bool = false) {
        let lines = log.take(isEnd: isEnd)
        if !lines.isEmpty { tell(.logged(container: name, lines: lines)) }
    }

    // MARK: After the start

    /// Lets what has just started come to itself: servers listen, programs that only say something end.
    private func settle(_ space: SandboxSpace) async {
        let deadline = ContinuousClock.now.advanced(by: .seconds(3))
        for container in launch.containers {
            let ports = Set(container.probes.map(\.port))
            let patience = ports.isEmpty ? ContinuousClock.now.advanced(by: .milliseconds(200)) : deadline
            var missing = ports
            while ContinuousClock.now < patience, parts[container.name]?.phase == .running, !isStopping, failure == nil
            {
                for port in missing where await ContainerProbe.listens(space, port: port) { missing.remove(port) }
                if !ports.isEmpty, missing.isEmpty { break }
                // Nothing tells when a program begins to listen: the kernel's news of sockets (sock_diag) are of their ends
                // only, and a notice of listen(2) would hold up every program that listens anywhere.
                try? await Task.sleep(for: .milliseconds(15))
            }
        }
        answers = await probe(space)
    }

    /// Where load balancers ask, the answers are looked at again and again, as load balancers do: what a server answers next
    /// nobody can tell without asking.
    private func watchAnswers() {
        guard let space, launch.containers.contains(where: { !$0.probes.isEmpty }) else { return }
        let watch = Task { [weak self] in
            while let self, await self.isRunning {
                try? await Task.sleep(for: .seconds(2))
                guard !Task.isCancelled, await self.isRunning else { return }
                await self.note(await self.probe(space))
            }
        }
        watches.append(watch)
    }

    /// From the start of the container on: others may wait for its health.
    private func watchHealth(of container: TaskLaunch.Container) {
        guard let check = container.healthCheck, check.command.first != "NONE" else { return }
        watches.append(
            Task { [weak self] in
                guard let self else { return }
                await HealthWatch(check: check, container: container.name, task: self).run()
            })
    }

    private var watches: [Task<Void, Never>] = []

    var isRunning: Bool { !isStopping && parts.values.contains { $0.phase == .running } }

    func note(_ found: [TaskAnswer]) {
        guard found != answers, isRunning else { return }
        answers = found
        tell(.answered(found))
    }

    /// Runs a command in a container; nil where it has ended.
    func execute(_ words: [String], in name: String) async -> Int? {
        guard let part = parts[name], let box = part.box, let policy = part.policy, part.phase == .running else {
            return nil
        }
        return (try? await box.run(ContainerBox.policy(policy, running: words))) ?? nil
    }

    func noteHealth(_ health: String, of name: String) {
        guard parts[name]?.health != health else { return }
        parts[name]?.health = health
        tell(.health(container: name, health))
        changed()
    }

    // MARK: Ends

    /// Ends the task as ECS does: SIGTERM, and what is still there after the time that it has, SIGKILL.
    func stop() async {
        guard !isStopping else { return await gone() }
        isStopping = true
        changed()
        for container in launch.containers {
            guard let box = parts[container.name]?.box else { continue }
            box.signal(15)
            let patience = min(max(container.stopTimeout ?? 30, 0), 120)
            watches.append(
                Task {
                    try? await Task.sleep(for: .seconds(patience))
                    if !Task.isCancelled { box.kill(.wallTime) }
                })
        }
        await gone()
    }

    /// Ends all processes, and tells nobody.
    func kill() {
        isSilent = true
        isStopping = true
        changed()
        endAll()
    }

    private func endAll() {
        isStopping = true
        for part in parts.values { part.box?.kill(.wallTime) }
        changed()
    }

    func gone() async {
        await change { self.isGone }
    }

    private func close() async {
        for watch in watches { watch.cancel() }
        watches = []
        work = []
        for listener in listeners { await listener.close() }
        for agent in agents { try? await agent.close() }
        space = nil
        for name in parts.keys { parts[name]?.policy = nil }
        isGone = true
        changed()
    }

    // MARK: Changes

    private func changed() {
        let waiting = waiters
        waiters = []
        for waiter in waiting { waiter.resume() }
    }

    private func change(until isThere: () -> Bool) async {
        while !isThere() {
            await withCheckedContinuation { waiters.append($0) }
        }
    }
}
