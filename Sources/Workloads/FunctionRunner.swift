package import CloudState
package import EmulatorCore
package import EmulatorServer
package import Images
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
        /// Where functions' images are.
        package var images: ImageStore
        /// Where programs of this machine are looked for that an image asks for.
        package var searchPath: String
        /// Interpreters, and what of the host they need.
        package var toolchain: SandboxToolchain
        private let java = JavaCompiler()

        /// Looks for interpreters in the folders of a search path.
        package init(spawner: Spawner, server: EmulatorServer, images: ImageStore, searchPath: String) {
            self.spawner = spawner
            self.server = server
            self.images = images
            self.searchPath = searchPath
            toolchain = SandboxToolchain(
                of: ["sh", "bash", "python3", "node", "java", "javac", "ruby"], searchPath: searchPath)
        }

        /// What a version's environments need beside its own code.
        func support(for version: FunctionVersion) async throws -> [SandboxFile] {
            guard version.runtime?.hasPrefix("java") ?? false else { return [] }
            return try await java.compiled(spawner, toolchain)
        }
    }

    private struct State {
        /// Environments that wait for an event, by function version and configuration.
        var idle: [String: [FunctionEnvironment]] = [:]
        var all: [ObjectIdentifier: FunctionEnvironment] = [:]
        /// How many run: by function where its concurrency is reserved, by region where it is not.
        var running: [String: Int] = [:]
        var isClosed = false
        /// Made when the first function runs.
        var tools: Task<Tools, any Error>?
    }

    /// Environments that wait are kept up to this number; the machine is no cloud.
    private static let mostIdle = 512
    /// Environments that are really made ready where provisioned concurrency asks for more.
    private static let mostProvisioned = 64

    private let makeTools: @Sendable () async throws -> Tools
    private let state = Mutex(State())

    /// - Parameter tools: asked when the first function runs.
    package init(tools: @escaping @Sendable () async throws -> Tools) { makeTools = tools }

    package func carryOut(
        _ effect: Effect, on emulator: Emulator, _ done: @escaping @Sendable (EffectOutcome) -> Void
    ) {
        switch effect.work {
        case .retirement(let function):
            retire("\(effect.region)/\(function)/")
            done(.done)
        case .invocation(let invocation):
            if case .provision(_, let count) = invocation.origin {
                return provision(invocation, count, effect.region, emulator, done)
            }
            invoke(invocation, effect, emulator, done)
        case .task, .taskStop: done(.impossible("it is no function"))
        }
    }

    private static func prefix(_ invocation: FunctionInvocation, _ region: String) -> String {
        "\(region)/\(invocation.function)/\(invocation.version.version)/"
    }

    private func invoke(
        _ invocation: FunctionInvocation, _ effect: Effect, _ emulator: Emulator,
        _ done: @escaping @Sendable (EffectOutcome) -> Void
    ) {
        let name = invocation.isReserved ? "\(effect.region)/\(invocation.function)" : effect.region
        let prefix = Self.prefix(invocation, effect.region)
        let key = prefix + invocation.version.revisionID
        enum Choice {
            case none, new
            case warm(FunctionEnvironment)
        }
        let (choice, stale) = state.withLock { state -> (Choice, [FunctionEnvironment]) in
            guard !state.isClosed, state.running[name, default: 0] < invocation.concurrency else { return (.none, []) }
            state.running[name, default: 0] += 1
            let stale = Self.takeStale(&state, key: key, prefix: prefix)
            if let warm = state.idle[key]?.popLast() { return (.warm(warm), stale) }
            return (.new, stale)
        }
        for environment in stale { environment.close() }
        let finish = { @Sendable [self] (outcome: EffectOutcome, environment: FunctionEnvironment?) in
            state.withLock { $0.running[name, default: 1] -= 1 }
            if let environment { keep(environment, key) }
            done(outcome)
        }
        let stream = emulator.answerStream(of: effect)
        switch choice {
        case .none: done(.invocation(FunctionOutcome(ending: .throttled)))
        case .warm(let environment):
            environment.invoke(invocation, stream) { finish(.invocation($0), environment) }
        case .new: begin(invocation, effect.region, emulator, stream, finish)
        }
    }

    /// Lets an environment that can be used again wait for the next event.
    private func keep(_ environment: FunctionEnvironment, _ key: String) {
        let surplus = state.withLock { state -> FunctionEnvironment? in
            guard environment.isReusable else { return nil }
            state.idle[key, default: []].append(environment)
            guard state.idle.values.reduce(0, { $0 + $1.count }) > Self.mostIdle,
                let other = state.idle.first(where: { $0.key != key && !$0.value.isEmpty })?.key
            else { return nil }
            return state.idle[other]?.removeFirst()
        }
        surplus?.close()
    }

    /// Ends the environments of a function that is gone, or busy ones as soon as they are done.
    private func retire(_ prefix: String) {
        let stale = state.withLock { Self.takeStale(&$0, key: "", prefix: prefix) }
        for environment in stale { environment.close() }
    }

    /// Makes environments ready before there is an event for them.
    private func provision(
        _ invocation: FunctionInvocation, _ count: Int, _ region: String, _ emulator: Emulator,
        _ done: @escaping @Sendable (EffectOutcome) -> Void
    ) {
        let key = Self.prefix(invocation, region) + invocation.version.revisionID
        let number = min(count, Self.mostProvisioned)
        let gathered = Gathered(number, done)
        for _ in 0..<number {
            begin(invocation, region, emulator, nil) { [self] outcome, environment in
                if let environment { keep(environment, key) }
                gathered.add(outcome)
            }
        }
    }

    /// Outcomes of several environments as one: the first that failed, or else the last.
    private final class Gathered: Sendable {
        private struct Progress {
            var left: Int
            var outcome = EffectOutcome.invocation(FunctionOutcome(ending: .success))
        }

        private let progress: Mutex<Progress>
        private let done: @Sendable (EffectOutcome) -> Void

        init(_ count: Int, _ done: @escaping @Sendable (EffectOutcome) -> Void) {
            progress = Mutex(Progress(left: count))
            self.done = done
        }

        func add(_ outcome: EffectOutcome) {
            let whole = progress.withLock { progress -> EffectOutcome? in
                progress.left -= 1
                if case .invocation(let before) = progress.outcome, before.ending == .success {
                    progress.outcome = outcome
                }
                return progress.left == 0 ? progress.outcome : nil
            }
            if let whole { done(whole) }
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
        _ invocation: FunctionInvocation, _ region: String, _ emulator: Emulator, _ stream: FunctionAnswerStream?,
        _ finish: @escaping @Sendable (EffectOutcome, FunctionEnvironment?) -> Void
    ) {
        Task {
            do {
                let tools = try await tools()
                let environment = FunctionEnvironment(invocation, region: region)
                let isOpen = state.withLock { state in
                    state.all[ObjectIdentifier(environment)] = environment
                    return !state.isClosed
                }
                guard isOpen else { return finish(.impossible("the emulator is ending"), nil) }
                environment.whenGone { [weak self, weak environment] in
                    guard let environment else { return }
                    self?.forget(environment)
                }
                do {
                    try await environment.start(tools, emulator, invocation, stream) {
                        finish(.invocation($0), environment)
                    }
                } catch {
                    forget(environment)
                    throw error
                }
            } catch is UnusableImage {
                finish(.unusableImage, nil)
            } catch {
                finish(.impossible("\(error)"), nil)
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
