import CloudState
import EmulatorCore
import EmulatorServer
import GradeModel
import NIOCore
import Sandbox
import ServiceModel
import Synchronization

/// One execution environment: a box in which a runtime asks for events, one after the other.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>
final class FunctionEnvironment: Sendable {
    typealias Finish = @Sendable (FunctionOutcome) -> Void

    /// The answer to a runtime's request for the next event.
    struct NextEvent: Sendable {
        var requestID: String
        var deadline: Int
        var invokedARN: String
        var clientContext: String?
        var payload: [UInt8]
    }

    struct Job {
        var invocation: FunctionInvocation
        /// Who takes the answer as it comes.
        var stream: FunctionAnswerStream?
        var finish: Finish
        /// When the event was handed over; nil while the runtime starts.
        var began: ContinuousClock.Instant?
        /// Bytes of an answer that comes as a stream; nil while there is none.
        var streamed: Int?
        /// Those of them that nobody has taken.
        var kept: [UInt8] = []
        /// What the runtime has answered.
        var answer: (ending: FunctionOutcome.Ending, payload: [UInt8])?
        var answered: ContinuousClock.Instant?
        var timer: Scheduled<Void>?
        var maximumMemory: Int?

        /// Whether only an environment is wanted.
        var isProvision: Bool { if case .provision = invocation.origin { true } else { false } }
    }

    struct State {
        var job: Job?
        /// A runtime that waits for an event.
        var waiting: (@Sendable (NextEvent) -> Void)?
        var box: SandboxBox?
        var listeners: [EmulatorServer.Listener] = []
        var runtimeListener: (any Channel)?
        var startedAt: ContinuousClock.Instant?
        var initDuration: Double?
        /// Whether the first invocation, which tells of the start, is over.
        var hasReportedStart = false
        var initError: (type: String, payload: [UInt8])?
        var isDead = false
        var isReusable = false
        var whenGone: (@Sendable () -> Void)?
        var loop: (any EventLoop)?
    }

    let state = Mutex(State())
    private let output = LogBuffer()
    private let end = Pending<Bool>()
    let version: FunctionVersion
    private let region: String
    let logStream: String

    init(_ invocation: FunctionInvocation, region: String) {
        version = invocation.version
        self.region = region
        let day = invocation.time.iso8601.prefix(10).split(separator: "-").joined(separator: "/")
        let hash = IDGenerator.hash(invocation.requestID, 0xCBF2_9CE4_8422_2325)
        logStream =
            "\(day)/[\(invocation.version.version)]\(IDGenerator.hexadecimal(IDGenerator.mix(hash)))\(IDGenerator.hexadecimal(IDGenerator.mix(~hash)))"
    }

    /// Whether it waits for another event.
    var isReusable: Bool { state.withLock { $0.isReusable && !$0.isDead } }

    func whenGone(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.whenGone = action } }

    func gone() async {
        await withCheckedContinuation { continuation in end.then { _ in continuation.resume() } }
    }

    /// Ends the program.
    func close() {
        let (box, waiting) = state.withLock { state in
            state.isReusable = false
            return (state.box, state.startedAt == nil)
        }
        box?.kill(.wallTime)
        if box == nil, waiting { end.fulfil(true) }
    }

    // MARK: Starting

    /// Makes the box and starts the runtime, with the first event.
    func start(
        _ tools: FunctionRunner.Tools, _ emulator: Emulator, _ invocation: FunctionInvocation,
        _ stream: FunctionAnswerStream?, _ finish: @escaping Finish
    ) async throws {
        var policy = try RuntimeBox.policy(
            invocation, region: region, logStream: logStream, tools.toolchain,
            support: try await tools.support(for: version))
        policy.outputSink = { [output] in output.append($0) }
        let box = try await tools.spawner.launch(policy)
        let descriptors = box.listenerDescriptors
        guard box.tier == .full, descriptors.count == 2 else {
            throw WorkloadError("functions need namespaces, which this machine does not give")
        }
        let loop = tools.server.eventLoop
        let runtime = try await RuntimeServer.listen(descriptors[0], on: tools.server.eventLoops, for: self)
        let api = try await tools.server.listen(descriptor: descriptors[1], emulator: emulator, isInside: true)
        state.withLock { state in
            state.box = box
            state.runtimeListener = runtime
            state.listeners = [api]
            state.loop = loop
            state.startedAt = .now
            state.job = Job(invocation: invocation, stream: stream, finish: finish)
        }
        schedule(after: .milliseconds(10_000 + Int64(version.timeout) * 1000))
        box.start()
        Task {
            let outcome = try? await box.outcome()
            await self.ended(outcome)
        }
    }

    /// Gives an environment that waits the next event.
    func invoke(_ invocation: FunctionInvocation, _ stream: FunctionAnswerStream?, _ finish: @escaping Finish) {
        let waiting = state.withLock { state -> (@Sendable (NextEvent) -> Void)? in
            state.isReusable = false
            state.job = Job(invocation: invocation, stream: stream, finish: finish)
            guard !state.isDead, let waiting = state.waiting else { return nil }
            state.waiting = nil
            state.job?.began = .now
            return waiting
        }
        guard let waiting else { return die(.exit("Runtime exited without providing a reason")) }
        output.begin()
        schedule(after: .seconds(Int64(version.timeout)))
        waiting(event(invocation))
    }

    private func event(_ invocation: FunctionInvocation) -> NextEvent {
        NextEvent(
            requestID: invocation.requestID, deadline: wallClockMilliseconds() + version.timeout * 1000,
            invokedARN: invocation.invokedARN, clientContext: invocation.clientContext, payload: invocation.payload)
    }

    // MARK: What the runtime says

    /// The runtime asks for an event: what it did before is over.
    func next(maximumMemory: Int?, _ answer: @escaping @Sendable (NextEvent) -> Void) {
        enum Step {
            case hand(FunctionInvocation)
            case finish(Job)
            case wait
        }
        let box = state.withLock { $0.box }
        box?.readOutput()
        let step = state.withLock { state -> Step in
            guard !state.isDead else { return .wait }
            if state.initDuration == nil, let started = state.startedAt {
                state.initDuration = started.duration(to: .now).milliseconds
            }
            guard let job = state.job else {
                state.waiting = answer
                return .wait
            }
            if job.began == nil, !job.isProvision {
                state.job?.began = .now
                return .hand(job.invocation)
            }
            guard job.answer != nil || job.isProvision else {
                // It asks again without an answer: it gets the same event again.
                return .hand(job.invocation)
            }
            state.job?.maximumMemory = maximumMemory
            guard let finished = state.job else { return .wait }
            state.job = nil
            state.waiting = answer
            state.isReusable = true
            return .finish(finished)
        }
        switch step {
        case .hand(let invocation):
            output.begin()
            schedule(after: .seconds(Int64(version.timeout)))
            answer(event(invocation))
        case .finish(var job):
            if job.isProvision {
                output.begin()
                job.answer = (.success, [])
            }
            finish(job, .success)
        case .wait: break
        }
    }

    /// The runtime could not start.
    func failInit(_ payload: [UInt8], type: String?) {
        state.withLock { $0.initError = (type ?? "Runtime.Unknown", payload) }
    }

    // MARK: Ends

    private func schedule(after time: TimeAmount) {
        state.withLock { state in
            state.job?.timer?.cancel()
            let id = state.job?.invocation.requestID
            state.job?.timer = state.loop?.scheduleTask(in: time) { [weak self] in self?.timeOut(id) }
        }
    }

    private func timeOut(_ requestID: String?) {
        let (job, box) = state.withLock { state -> (Job?, SandboxBox?) in
            guard let job = state.job, job.invocation.requestID == requestID else { return (nil, nil) }
            state.job = nil
            state.isDead = true
            state.isReusable = false
            return (job, state.box)
        }
        guard var job else { return }
        box?.readOutput()
        box?.kill(.wallTime)
        let text = "Task timed out after \(version.timeout).00 seconds"
        let id = job.invocation.requestID
        job.answer = (.failure("Unhandled"), errorDocument("Sandbox.Timedout", "RequestId: \(id) Error: \(text)"))
        job.answered = job.began?.advanced(by: .seconds(version.timeout)) ?? .now
        finish(job, .timeout, note: "\(job.invocation.time.iso8601) \(id) \(text)\n")
    }

    private enum Death {
        case exit(String)
        case memory
        case noEntry(String)

        var reason: String {
            switch self {
            case .exit(let reason): reason
            case .memory: "Runtime exited with error: signal: killed"
            case .noEntry(let reason): reason
            }
        }

        var type: String { if case .noEntry = self { "Runtime.InvalidEntrypoint" } else { "Runtime.ExitError" } }

        /// As the report has it.
        var status: FunctionReport.Status {
            if case .memory = self { .error("Runtime.OutOfMemory") } else { .error(type) }
        }
    }

    private func die(_ death: Death) {
        let (job, initError) = state.withLock { state in
            defer { state.job = nil }
            state.isDead = true
            state.isReusable = false
            return (state.job, state.initError)
        }
        guard var job else { return }
        if job.answered == nil { job.answered = .now }
        if case .memory = death { job.maximumMemory = version.memorySize }
        // What the runtime has said before it went is the answer.
        if let answer = job.answer { return finish(job, answer.ending == .success ? .success : death.status) }
        let id = job.invocation.requestID
        if let initError, job.began == nil {
            job.answer = (.failure("Unhandled"), initError.payload)
            return finish(job, .error(initError.type))
        }
        job.answer = (.failure("Unhandled"), errorDocument(death.type, "RequestId: \(id) Error: \(death.reason)"))
        finish(job, death.status, note: "RequestId: \(id) Error: \(death.reason)\n\(death.type)")
    }

    /// The box is gone.
    private func ended(_ outcome: SandboxOutcome?) async {
        switch outcome?.ending {
        case .exited(0)?: die(.exit("Runtime exited without providing a reason"))
        case .exited(let code)?: die(.exit("Runtime exited with error: exit status \(code)"))
        case .limit(.memory)?: die(.memory)
        case .signalled(_, let name)?: die(.exit("Runtime exited with error: signal: \(Self.text(of: name))"))
        case .limit?, .forbiddenSystemCall?, nil: die(.exit("Runtime exited with error: signal: killed"))
        case .notStarted(let why)?: die(.noEntry("Couldn't find valid bootstrap(s): \(why)"))
        }
        let (runtime, listeners, action) = state.withLock { state in
            defer {
                state.listeners = []
                state.runtimeListener = nil
                state.box = nil
                state.waiting = nil
                state.whenGone = nil
            }
            return (state.runtimeListener, state.listeners, state.whenGone)
        }
        try? await runtime?.close()
        for listener in listeners { await listener.close() }
        action?()
        end.fulfil(true)
    }

    private static func text(of signal: String) -> String {
        [
            "SIGKILL": "killed", "SIGSEGV": "segmentation fault", "SIGABRT": "aborted", "SIGTERM": "terminated",
            "SIGINT": "interrupt", "SIGBUS": "bus error", "SIGFPE": "floating point exception",
            "SIGILL": "illegal instruction", "SIGXFSZ": "file size limit exceeded",
        ][signal] ?? signal
    }

    private func errorDocument(_ type: String, _ message: String) -> [UInt8] {
        Array(#"{"errorType":"\#(type)","errorMessage":"\#(message)"}"#.utf8)
    }

    private func finish(_ job: Job, _ status: FunctionReport.Status, note: String? = nil) {
        job.timer?.cancel()
        let (initDuration, isFirst, started) = state.withLock { state in
            defer { state.hasReportedStart = true }
            return (state.initDuration, !state.hasReportedStart, state.startedAt)
        }
        let ended = job.answered ?? .now
        let report = FunctionReport(
            version: version, requestID: job.invocation.requestID, region: region, time: job.invocation.time,
            duration: (job.began ?? started).map { $0.duration(to: ended).milliseconds } ?? 0,
            initDuration: isFirst && job.began != nil ? initDuration : nil, isFirst: isFirst,
            maximumMemory: job.maximumMemory, status: status)
        let (before, lines) = output.take()
        let log: [String]
        if job.began == nil {
            log = report.initializationLog(before + lines, isProvision: job.isProvision, note: note)
        } else {
            log = report.log(initialization: before, lines: lines, note: note)
        }
        let answer = job.answer ?? (.failure("Unhandled"), [])
        job.finish(
            FunctionOutcome(
                ending: answer.ending, payload: answer.payload, log: log, logStream: logStream,
                duration: report.duration, initDuration: report.initDuration, billed: report.billed))
    }
}

/// Why a program cannot be run.
struct WorkloadError: Error, CustomStringConvertible {
    let description: String
    /// The container that it is about, where it is about one.
    var container = ""

    init(_ description: String, container: String = "") {
        self.description = description
        self.container = container
    }
}

extension Duration {
    var milliseconds: Double { Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15 }
}
