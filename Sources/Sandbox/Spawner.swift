import CSpawnProtocol
package import GradeModel

/// Makes boxes. One is enough for a process, however many boxes it wants at once.
///
/// It is a handle to `spawnd`, the small program that does the work. When the spawner goes out of scope, or the process
/// ends, however it ends, `spawnd` and every box end too.
package final class Spawner: Sendable {
    private let core: SpawnerCore

    private init(core: SpawnerCore) { self.core = core }

    deinit { core.stop() }

    /// Starts `spawnd`.
    ///
    /// Costs one `posix_spawn`; call it early, before the process is large. Whether boxes can be made here shows at the
    /// first launch.
    ///
    /// - Parameter launcher: the path of `spawnd`; nil to look for it as ``LauncherLocation`` describes.
    package static func start(launcher: String? = nil) throws(SandboxError) -> Spawner {
        let path: String
        if let launcher { path = launcher } else { path = try LauncherLocation.find() }
        let core = try SpawnerCore(path: path)
        try core.startReading()
        return Spawner(core: core)
    }

    /// Makes a box and fills it, up to where its program can be started.
    ///
    /// Fails with ``SandboxError/unavailable(step:errno:)`` where the machine lacks a layer: a box has all of its
    /// layers or is not made.
    package func launch(_ policy: SandboxPolicy) async throws(SandboxError) -> SandboxBox {
        let bytes = try RequestEncoder.encode(policy)
        let memory = try Descriptor(bytes.withUnsafeBytes(RequestEncoder.copyToMemory), step: "memfd_create")
        let clock = policy.time == .virtual ? try Descriptor(box_clock_create(), step: "the clock").take() : nil
        let shown = clock.flatMap(BoxClock.init)
        let (id, record) = try core.launch(
            request: memory, clock: clock, output: Pipe(), error: Pipe(), limits: policy.limits)
        let listeners = try await record.ready.value.get()
        return SandboxBox(id: id, core: core, listeners: listeners, clock: shown, outcome: record.outcome)
    }

    /// The process id of `spawnd`.
    var launcherProcess: Int32 { core.process }

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

    init(
        id: UInt64, core: SpawnerCore, listeners: [Int32], clock: BoxClock?,
        outcome: Promise<Result<SandboxOutcome, SandboxError>>
    ) {
        self.id = id
        self.core = core
        self.listenerDescriptors = listeners
        self.clock = clock
        self.result = outcome
    }

    /// A box that nobody holds any more has nobody to report to.
    deinit { core.kill(id, limit: .wallTime) }

    /// Starts the program. A second call has no effect.
    package func start() { core.start(id) }

    /// Ends the program, and names `limit` as the reason. Without effect once it has ended.
    package func kill(_ limit: ProgramEnding.Limit) { core.kill(id, limit: limit) }

    /// How it went, once the last process of the box is gone. May be asked for more than once.
    package func outcome() async throws(SandboxError) -> SandboxOutcome { try await result.value.get() }
}
