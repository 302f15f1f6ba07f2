import CloudState
import EmulatorCore
package import EmulatorServer
package import Images
import NIOPosix
package import Sandbox
import Synchronization
import WireProtocols

/// Runs tasks: a space for each, and a sandboxed tree of processes for each of its containers.
package final class TaskRunner: Sendable {
    /// What tasks are run with.
    package struct Tools: Sendable {
        package var spawner: Spawner
        package var server: EmulatorServer
        package var images: ImageStore
        /// Where programs of this machine are looked for that an image asks for.
        package var searchPath: String

        package init(spawner: Spawner, server: EmulatorServer, images: ImageStore, searchPath: String) {
            self.spawner = spawner
            self.server = server
            self.images = images
            self.searchPath = searchPath
        }
    }

    private struct State {
        var tasks: [String: RunningTask] = [:]
        var isClosed = false
        /// Made when the first task runs.
        var tools: Task<Tools, any Error>?
        /// Counts requests of tasks to one another.
        var turns = 0
    }

    private let makeTools: @Sendable () async throws -> Tools
    private let state = Mutex(State())

    /// - Parameter tools: asked when the first task runs.
    package init(tools: @escaping @Sendable () async throws -> Tools) { makeTools = tools }

    func carryOut(_ effect: Effect, on emulator: Emulator, _ done: @escaping @Sendable (EffectOutcome) -> Void) {
        switch effect.work {
        case .task(let launch): begin(launch, effect, emulator, done)
        case .taskStop(let id): stop("\(effect.region)/\(id)", done)
        case .invocation, .retirement: done(.impossible("it is no task"))
        }
    }

    private func begin(
        _ launch: TaskLaunch, _ effect: Effect, _ emulator: Emulator,
        _ done: @escaping @Sendable (EffectOutcome) -> Void
    ) {
        let key = "\(effect.region)/\(launch.taskID)"
        let task = RunningTask(launch, Reporter(effect: effect, emulator: emulator, generation: emulator.generation))
        let (tools, isOpen) = state.withLock { state -> (Task<Tools, any Error>, Bool) in
            if !state.isClosed { state.tasks[key] = task }
            let tools = state.tools ?? Task { try await makeTools() }
            state.tools = tools
            return (tools, !state.isClosed)
        }
        guard isOpen else { return done(.impossible("the emulator is ending")) }
        Task {
            do {
                await task.run(try await tools.value, TaskGateway(emulator, self), done)
            } catch {
                done(.impossible("\(error)"))
            }
            self.state.withLock { state in
                if state.tasks[key] === task { state.tasks[key] = nil }
            }
        }
    }

    private func stop(_ key: String, _ done: @escaping @Sendable (EffectOutcome) -> Void) {
        guard let task = state.withLock({ $0.tasks[key] }) else { return done(.task(.ended)) }
        Task {
            await task.stop()
            done(.task(.ended))
        }
    }

    /// A number that grows by one each time: whose turn it is.
    func nextTurn() -> Int {
        state.withLock { state in
            state.turns = (state.turns + 1) % 1_000_000
            return state.turns
        }
    }

    /// Asks a port of a task; nil where nothing answers.
    func send(
        _ request: ContainerRequest, to port: Int, of task: String, region: String, seconds: Int
    ) async -> WireResponse? {
        guard let task = state.withLock({ $0.tasks["\(region)/\(task)"] }) else { return nil }
        return await task.send(request, to: port, seconds: seconds)
    }

    /// Has all tasks look again at what their containers answer, and at these paths beside.
    package func look(at paths: [String]) async {
        for task in state.withLock({ Array($0.tasks.values) }) { await task.look(at: paths) }
    }

    func reset() {
        let tasks = state.withLock { state in
            defer { state.tasks = [:] }
            return Array(state.tasks.values)
        }
        for task in tasks { Task { await task.kill() } }
    }

    /// Ends all tasks at once, and waits until they are gone.
    package func close() async {
        let tasks = state.withLock { state in
            state.isClosed = true
            return Array(state.tasks.values)
        }
        for task in tasks { await task.kill() }
        for task in tasks { await task.gone() }
    }
}

/// Tells the emulator of a task.
struct Reporter: Sendable {
    let effect: Effect
    let emulator: Emulator
    let generation: Int

    var region: String { effect.region }

    /// Returns false where nobody wants to know any more.
    @discardableResult
    func report(_ report: TaskReport) -> Bool { emulator.report(effect, .task(report), generation: generation) }
}
