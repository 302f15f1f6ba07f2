import CSpawnProtocol
import Glibc
package import GradeModel
import Synchronization

/// Makes boxes. One is enough for a process, however many boxes it wants at once.
///
/// It is a handle to `spawnd`, the small program that does the work. When the spawner goes out of scope, or the process
/// ends, however it ends, `spawnd` and every box end too.
package final class Spawner: Sendable {
    private let core: SpawnerCore
    private let allowsDegraded: Bool
    private let namespaces = Mutex(Namespaces.untried)

    /// Whether this machine gives namespaces. Found out by the first box, and then for good: what failed for another
    /// reason later is an error, not a reason to run with less.
    private enum Namespaces {
        case untried
        case available
        case refused(reason: String)
    }

    private init(core: SpawnerCore, allowsDegraded: Bool) {
        self.core = core
        self.allowsDegraded = allowsDegraded
    }

    deinit { core.stop() }

    /// Starts `spawnd`.
    ///
    /// Costs one `posix_spawn`; call it early, before the process is large. Whether boxes can be made here shows at the
    /// first launch.
    ///
    /// - Parameter launcher: the path of `spawnd`; nil to look for it as ``LauncherLocation`` describes.
    /// - Parameter allowsDegraded: whether programs are run where they cannot be confined as
    ///   ``SandboxTier/isStandard`` wants it.
    package static func start(launcher: String? = nil, allowsDegraded: Bool = false) throws(SandboxError) -> Spawner {
        let path: String
        if let launcher { path = launcher } else { path = try LauncherLocation.find() }
        let core = try SpawnerCore(path: path)
        try core.startReading()
        return Spawner(core: core, allowsDegraded: allowsDegraded)
    }

    /// Makes a box and fills it, up to where its program can be started.
    ///
    /// Where the machine refuses namespaces the box is one without (``SandboxTier/withoutNamespaces``), and its layers
    /// say why. Fails with ``SandboxError/belowStandard(missing:)`` where that is not enough, and with
    /// ``SandboxError/unavailable(step:errno:)`` where anything else is in the way.
    package func launch(_ policy: SandboxPolicy) async throws(SandboxError) -> SandboxBox {
        if policy.container != nil { return try await make(policy, omissions: policy.omissions, namespaceProblem: nil) }
        let refusal: String? = namespaces.withLock { if case .refused(let reason) = $0 { reason } else { nil } }
        if policy.omissions.contains(.namespaces) || refusal != nil {
            return try await launchBare(policy, reason: refusal)
        }
        do {
            let box = try await make(policy, omissions: policy.omissions, namespaceProblem: nil)
            namespaces.withLock { $0 = .available }
            return box
        } catch .noBlank(let step, let code) where isRefusal(code) {
            let error = SandboxError.noBlank(step: step, errno: code)
            let reason = "\(step): \(String(cString: strerror(code)))"
            let isFirst = namespaces.withLock { state in
                guard case .untried = state else { return false }
                state = .refused(reason: reason)
                return true
            }
            guard isFirst || isKnownRefused else { throw error }
            do { return try await launchBare(policy, reason: reason) } catch .noBlank { throw error }
        }
    }

    private var isKnownRefused: Bool { namespaces.withLock { if case .refused = $0 { true } else { false } } }

    /// Being out of something for the moment says nothing about the machine.
    private func isRefusal(_ code: Int32) -> Bool { ![EAGAIN, ENOMEM, EMFILE, ENFILE, ETIMEDOUT].contains(code) }

    private func launchBare(_ policy: SandboxPolicy, reason: String?) async throws(SandboxError) -> SandboxBox {
        try await make(policy, omissions: policy.omissions.union(.namespaces), namespaceProblem: reason)
    }

    private func make(
        _ policy: SandboxPolicy, omissions: SandboxOmissions, namespaceProblem: String?
    ) async throws(SandboxError) -> SandboxBox {
        let bytes = try RequestEncoder.encode(policy)
        let memory = try Descriptor(bytes.withUnsafeBytes(RequestEncoder.copyToMemory), step: "memfd_create")
        let clock = policy.time == .virtual ? try Descriptor(box_clock_create(), step: "the clock").take() : nil
        let shown = clock.flatMap(BoxClock.init)
        let lodging = try await policy.container?.lodging() ?? []
        let (id, record) = try core.launch(
            request: memory, clock: clock, output: Pipe(), error: Pipe(), policy: policy, omissions: omissions,
            namespaceProblem: namespaceProblem, lodging: lodging,
            kept: policy.container == nil ? try policy.temporaryFolder?.copy() : nil)
        let ready = try await record.ready.value.get()
        let box = SandboxBox(id: id, core: core, ready: ready, clock: shown, outcome: record.outcome)
        guard ready.tier.isStandard || allowsDegraded else {
            for listener in ready.listeners { close(listener) }
            let missing = ready.layers.filter { !$0.active && $0.name != "virtual time" }
            throw .belowStandard(missing: missing.map { "no \($0.name): \($0.detail)" })
        }
        return box
    }

    /// Makes a network for containers.
    ///
    /// - Parameters:
    ///   - listeners: opened in it.
    ///   - disk: bytes that all its folders may hold together.
    package func openSpace(
        listeners: [SandboxListener], disk: Int = 256 << 20, inodes: Int = 16384
    ) async throws(SandboxError) -> SandboxSpace {
        var policy = SandboxPolicy(executable: "/", arguments: [], readOnlyPaths: [], listeners: listeners)
        policy.executable = "/none"
        policy.limits.disk = disk
        policy.limits.inodes = inodes
        let bytes = try RequestEncoder.encode(policy)
        let memory = try Descriptor(bytes.withUnsafeBytes(RequestEncoder.copyToMemory), step: "memfd_create")
        let (id, record) = try core.openSpace(request: memory)
        let ready = try await record.ready.value.get()
        return try await SandboxSpace(id: id, core: core, listeners: ready.listeners)
    }

    /// The process id of `spawnd`.
    package var launcherProcess: Int32 { core.process }

    /// Ends every box and waits until `spawnd` is gone.
    package func stop() async {
        core.stop()
        _ = await core.gone.value
    }
}

/// A box: furnished, and running its program once that is started.
package final class SandboxBox: Sendable {
    private let id: UInt64
    private let core: SpawnerCore
    private let result: Promise<Result<SandboxOutcome, SandboxError>>

    /// Listening sockets, in the order of ``SandboxPolicy/listeners``. They belong to the caller, who closes them: as
    /// long as one is open, the box's network namespace stays.
    package let listenerDescriptors: [Int32]

    /// The box's virtual time; nil where time is real.
    package let clock: BoxClock?

    /// What the program will be confined by.
    package let layers: [SandboxLayer]
    package let tier: SandboxTier

    init(
        id: UInt64, core: SpawnerCore, ready: BoxReady, clock: BoxClock?,
        outcome: Promise<Result<SandboxOutcome, SandboxError>>
    ) {
        self.id = id
        self.core = core
        self.listenerDescriptors = ready.listeners
        self.layers = ready.layers
        self.tier = ready.tier
        self.clock = clock
        self.result = outcome
    }

    /// A box that nobody holds any more has nobody to report to.
    deinit { core.kill(id, limit: .wallTime) }

    /// Starts the program. A second call has no effect.
    package func start() { core.start(id) }

    /// Ends the program, and names `limit` as the reason. Without effect once it has ended.
    package func kill(_ limit: ProgramEnding.Limit) { core.kill(id, limit: limit) }

    /// Hands what the program has written up to now to ``SandboxPolicy/outputSink``, before this returns.
    package func readOutput() { core.readOutput(of: id) }

    /// Sends the program a signal. Where it has no handler for it, it is killed: a container's first process, which on
    /// Docker would go on as if nothing had been, would be killed in the end.
    package func signal(_ number: Int32) { core.signal(id, number) }

    /// Runs another program in the box, and waits for its end; its output is dropped.
    ///
    /// - Parameter policy: the box's own, with another program.
    /// - Returns: its exit code, 128 and a signal's number, 127 where there is no such program; nil where the box has ended.
    package func run(_ policy: SandboxPolicy) async throws(SandboxError) -> Int? {
        let bytes = try RequestEncoder.encode(policy)
        let memory = try Descriptor(bytes.withUnsafeBytes(RequestEncoder.copyToMemory), step: "memfd_create")
        let output = try Descriptor(open("/dev/null", O_WRONLY | O_CLOEXEC), step: "/dev/null")
        let errors = try Descriptor(open("/dev/null", O_WRONLY | O_CLOEXEC), step: "/dev/null")
        guard
            let answer = await core.ask(
                MESSAGE_RUN, of: id, descriptors: [memory.take(), output.take(), errors.take()])
        else { return nil }
        let signal = Int(answer.code & 0x7F)
        return signal == 0 ? Int(answer.code >> 8 & 0xFF) : 128 + signal
    }

    /// Bytes of memory that the box has had at most up to now; nil where it has ended.
    package func peakMemory() async -> Int? {
        guard let answer = await core.ask(MESSAGE_USAGE, of: id) else { return nil }
        return Int(answer.code) * 1024
    }

    func give(_ gift: gift) async -> Int32? {
        await core.ask(MESSAGE_GIVE, of: id, code: gift.rawValue)?.descriptors.first
    }

    /// How it went, once the last process of the box is gone. May be asked for more than once.
    package func outcome() async throws(SandboxError) -> SandboxOutcome { try await result.value.get() }
}
