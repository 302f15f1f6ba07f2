package import CloudState
package import EmulatorCore
package import EmulatorServer
import NIOCore
package import Sandbox
import ServiceModel
import Synchronization

/// Runs functions: an environment, which is a sandboxed process, for each that runs at once, used again as AWS does.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>
package final class FunctionRunner: EffectRunner {
    /// What environments are made with.
    package struct Tools: Sendable {
        package var spawner: Spawner
        package var server: EmulatorServer
        /// Interpreters, and what of the host they need.
        package var toolchain: SandboxToolchain

        /// Looks for interpreters in the folders of a search path.
        package init(spawner: Spawner, server: EmulatorServer, searchPath: String) {
            self.spawner = spawner
            self.server = server
            toolchain = SandboxToolchain(of: ["sh", "bash", "python3", "node"], searchPath: searchPath)
        }
    }

    private struct State {
        /// Environments that wait for an event, by function version and configuration.
        var idle: [String: [FunctionEnvironment]] = [:]
        var all: [ObjectIdentifier: FunctionEnvironment] = [:]
        /// How many run, by function.
        var running: [String: Int] = [:]
        var isClosed = false
        /// Made when the first function runs.
        var tools: Task<Tools, any Error>?
    }

    private let makeTools: @Sendable () async throws -> Tools
    private let state = Mutex(State())

    /// - Parameter tools: asked when the first function runs.
    package init(tools: @escaping @Sendable () async throws -> Tools) { makeTools = tools }

    package func carryOut(
        _ effect: Effect, on emulator: Emulator, _ done: @escaping @Sendable (EffectOutcome) -> Void
    ) {
        guard case .invocation(let invocation) = effect.work else { return done(.impossible("it is no function")) }
        let name = "\(effect.region)/\(invocation.function)"
        let key = "\(name)/\(invocation.version.version)/\(invocation.version.revisionID)"
        enum Choice {
            case none, new
            case warm(FunctionEnvironment)
        }
        let (choice, stale) = state.withLock { state -> (Choice, [FunctionEnvironment]) in
            guard !state.isClosed, state.running[name, default: 0] < invocation.concurrency else { return (.none, []) }
            state.running[name, default: 0] += 1
            let stale = Self.takeStale(&state, key: key, prefix: "\(name)/\(invocation.version.version)/")
            if let warm = state.idle[key]?.popLast() { return (.warm(warm), stale) }
            return (.new, stale)
        }
        for environment in stale { environment.close() }
        let finish = { @Sendable [self] (outcome: FunctionOutcome, environment: FunctionEnvironment?) in
            state.withLock { state in
                state.running[name, default: 1] -= 1
                guard let environment else { return }
                if environment.isReusable { state.idle[key, default: []].append(environment) }
            }
            done(.invocation(outcome))
        }
        switch choice {
        case .none: done(.invocation(FunctionOutcome(ending: .throttled)))
        case .warm(let environment): environment.invoke(invocation) { finish($0, environment) }
        case .new: begin(invocation, effect.region, emulator, finish, done)
        }
    }

    private func tools() async throws -> Tools {
        let task = state.withLock { state -> Task<Tools, any Error> in
            if let task = state.tools { return task }
            let task = Task { try await makeTools() }
            state.tools = task
            return task
        }
        return try await task.value
    }

    private func begin(
        _ invocation: FunctionInvocation, _ region: String, _ emulator: Emulator,
        _ finish: @escaping @Sendable (FunctionOutcome, FunctionEnvironment?) -> Void,
        _ done: @escaping @Sendable (EffectOutcome) -> Void
    ) {
        Task {
            do {
                let tools = try await tools()
                let environment = FunctionEnvironment(invocation, region: region)
                let isOpen = state.withLock { state in
                    state.all[ObjectIdentifier(environment)] = environment
                    return !state.isClosed
                }
                guard isOpen else { return done(.impossible("the emulator is ending")) }
                environment.whenGone { [weak self, weak environment] in
                    guard let environment else { return }
                    self?.forget(environment)
                }
                try await environment.start(tools, emulator, invocation) { finish($0, environment) }
            } catch {
                let name = "\(region)/\(invocation.function)"
                state.withLock { $0.running[name, default: 1] -= 1 }
                done(.impossible("\(error)"))
            }
        }
    }

    /// Environments of an older configuration are of no use any more.
    private static func takeStale(_ state: inout State, key: String, prefix: String) -> [FunctionEnvironment] {
        var stale: [FunctionEnvironment] = []
        for other in state.idle.keys where other != key && other.hasPrefix(prefix) {
            stale += state.idle.removeValue(forKey: other) ?? []
        }
        return stale
    }

    private func forget(_ environment: FunctionEnvironment) {
        state.withLock { state in
            state.all[ObjectIdentifier(environment)] = nil
            for key in state.idle.keys { state.idle[key]?.removeAll { $0 === environment } }
        }
    }

    /// Ends all environments, and waits until they are gone.
    package func close() async {
        let all = state.withLock { state in
            state.isClosed = true
            return Array(state.all.values)
        }
        for environment in all { environment.close() }
        for environment in all { await environment.gone() }
    }
}
