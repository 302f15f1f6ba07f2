import CloudState
import EmulatorCore
import EmulatorServer
import NIOCore
import Sandbox
import ServiceModel
import Synchronization

/// One execution environment: a box in which a runtime asks for events, one after the other.
///
/// A runtime that ends is started anew in the same environment: at once where it could not start before the first
/// invocation, or else with the next event, as a part of whose invocation the start counts.
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
        /// When a runtime began to start within the invocation; nil where one was there, or starts before it.
        var since: ContinuousClock.Instant?
        /// Bytes of an answer that comes as a stream; nil while there is none.
        var streamed: Int?
        /// Those of them that nobody has taken.
        var kept: [UInt8] = []
        /// What the runtime has answered.
        var answer: (ending: FunctionOutcome.Ending, payload: [UInt8])?
        var answered: ContinuousClock.Instant?
        var timer: Scheduled<Void>?
        var maximumMemory: Int?

        /// Takes down what the box has used, where the runtime has not said so itself.
        mutating func note(memory: Int?) {
            guard maximumMemory == nil, let memory else { return }
            maximumMemory = max(1, (memory + (1 << 20) - 1) >> 20)
        }

        /// Whether only an environment is wanted.
        var isProvision: Bool { if case .provision = invocation.origin { true } else { false } }
    }

    struct State {
        /// Whether there is a runtime.
        enum Runtime {
            case none, up
            /// Its end is near: what it says is not heard any more.
            case ending
        }

        var job: Job?
        /// A runtime that waits for an event.
        var waiting: (@Sendable (NextEvent) -> Void)?
        var runtime = Runtime.none
        var phase = FunctionReport.Phase.initialization
        var home: FunctionHome?
        var box: SandboxBox?
        /// The `/tmp` of all boxes; nil before the first, and where the home has it.
        var temporary: KeptFolder?
        var doors: FunctionHome.Doors?
        var startedAt: ContinuousClock.Instant?
        var initDuration: Double?
        /// Starts of which no report has told yet.
        var starts: [FunctionReport.Start] = []
        /// Whether the first invocation, which tells of the start, is over.
        var hasReportedStart = false
        var initError: (type: String, payload: [UInt8])?
        var isClosed = false
        var isReusable = false
        var whenGone: (@Sendable () -> Void)?
        var loop: (any EventLoop)?
    }

    let state = Mutex(State())
    let output = LogBuffer()
    let end = Pending<Bool>()
    let version: FunctionVersion
    let region: String
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
    var isReusable: Bool { state.withLock { $0.isReusable && !$0.isClosed } }

    func whenGone(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.whenGone = action } }

    func gone() async {
        await withCheckedContinuation { continuation in end.then { _ in continuation.resume() } }
    }

    // MARK: Events

    /// Gives an environment that waits the next event.
    func invoke(_ invocation: FunctionInvocation, _ stream: FunctionAnswerStream?, _ finish: @escaping Finish) {
        enum Step {
            case hand(@Sendable (NextEvent) -> Void)
            case start, wait, fail
        }
        let step = state.withLock { state -> Step in
            state.isReusable = false
            state.job = Job(invocation: invocation, stream: stream, finish: finish)
            switch (state.runtime, state.waiting) {
            case (.up, let waiting?):
                state.waiting = nil
                state.job?.began = .now
                return .hand(waiting)
            case (.up, nil): return .fail
            case (.ending, _):
                state.job?.since = .now
                return .wait
            case (.none, _):
                state.job?.since = .now
                state.runtime = .up
                return .start
            }
        }
        output.begin()
        if case .fail = step { return die(.exit("Runtime exited without providing a reason")) }
        schedule(after: .seconds(Int64(version.timeout)))
        switch step {
        case .hand(let waiting): waiting(event(invocation))
        case .start: Task { await self.restart() }
        case .wait, .fail: break
        }
    }

    /// - Parameter since: when the invocation began; nil for now.
    private func event(_ invocation: FunctionInvocation, since: ContinuousClock.Instant? = nil) -> NextEvent {
        let passed = since.map { Int($0.duration(to: .now).milliseconds) } ?? 0
        return NextEvent(
            requestID: invocation.requestID, deadline: wallClockMilliseconds() + version.timeout * 1000 - passed,
            invokedARN: invocation.invokedARN, clientContext: invocation.clientContext, payload: invocation.payload)
    }

    // MARK: What the runtime says

    /// The runtime asks for an event: what it did before is over.
    func next(maximumMemory: Int?, _ answer: @escaping @Sendable (NextEvent) -> Void) {
        enum Step {
            case hand(FunctionInvocation, since: ContinuousClock.Instant?)
            case finish(Job)
            case wait
        }
        let box = state.withLock { $0.box }
        box?.readOutput()
        let step = state.withLock { state -> Step in
            guard state.runtime == .up else { return .wait }
            if state.initDuration == nil, state.phase == .initialization, let started = state.startedAt {
                state.initDuration = started.duration(to: .now).milliseconds
            }
            guard let job = state.job else {
                state.waiting = answer
                return .wait
            }
            if job.began == nil, !job.isProvision {
                state.job?.began = .now
                return .hand(job.invocation, since: job.since)
            }
            guard job.answer != nil || job.isProvision else {
                // It asks again without an answer: it gets the same event again.
                return .hand(job.invocation, since: job.since)
            }
            state.job?.maximumMemory = maximumMemory
            guard let finished = state.job else { return .wait }
            state.job = nil
            state.waiting = answer
            state.isReusable = true
            return .finish(finished)
        }
        switch step {
        case .hand(let invocation, let since):
            output.begin()
            if since == nil { schedule(after: .seconds(Int64(version.timeout))) }
            answer(event(invocation, since: since))
        case .finish(var job):
            if job.isProvision {
                output.begin()
                job.answer = (.success, [])
            }
            guard job.maximumMemory == nil, !job.isProvision, let box else { return finish(job, .success) }
            // A runtime of one's own does not say what it uses.
            let known = job
            Task {
                var job = known
                job.note(memory: await box.peakMemory())
                self.finish(job, .success)
            }
        case .wait: break
        }
    }

    /// The runtime could not start; false from one that has been handed an event, and so has.
    func failInit(_ payload: [UInt8], type: String?) -> Bool {
        state.withLock { state in
            guard state.job?.began == nil else { return false }
            state.initError = (type ?? "Runtime.Unknown", payload)
            return true
        }
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
