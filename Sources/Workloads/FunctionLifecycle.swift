import CloudState
import EmulatorCore
import EmulatorServer
import GradeModel
import JSONValue
import NIOCore
import Sandbox
import ServiceModel
import Synchronization

/// How runtimes of an environment start and end.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle>
extension FunctionEnvironment {
    /// How a runtime ended.
    enum Death {
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

    private static let mostInitialization = TimeAmount.seconds(10)

    // MARK: Starts

    /// Makes the environment and starts the runtime, with the first event.
    func start(
        _ tools: FunctionRunner.Tools, _ emulator: Emulator, _ invocation: FunctionInvocation,
        _ stream: FunctionAnswerStream?, _ finish: @escaping Finish
    ) async throws {
        let home = try await FunctionHome(
            invocation, region: region, logStream: logStream, tools, emulator, output)
        state.withLock { state in
            state.home = home
            state.loop = tools.server.eventLoop
            state.runtime = .up
            state.job = Job(invocation: invocation, stream: stream, finish: finish)
        }
        do {
            try await launch()
        } catch {
            state.withLock { $0.job = nil }
            throw error
        }
    }

    /// Starts a runtime within an invocation.
    func restart() async {
        state.withLock { state in
            state.runtime = .up
            state.phase = .invocation
        }
        do {
            try await launch()
        } catch {
            die(.exit("\(error)"))
            await settle()
        }
    }

    private func launch() async throws {
        guard let home = state.withLock({ $0.home }) else { throw WorkloadError("the environment is gone") }
        let (phase, isProvision, temporary) = state.withLock {
            ($0.phase, $0.job?.isProvision ?? false, $0.temporary)
        }
        let box: SandboxBox
        do {
            box = try await home.box(temporary)
        } catch let error as InvalidEntrypoint {
            state.withLock { $0.startedAt = .now }
            die(.noEntry(error.reason))
            return await settle()
        }
        if state.withLock({ $0.doors == nil }) {
            let doors = try await home.doors(box, for: self)
            state.withLock { $0.doors = doors }
        }
        // Each box gives it anew: a mount that has its place cannot be put into another one.
        let kept = await home.temporary(of: box)
        let isUnwanted = state.withLock { state in
            state.temporary = kept
            state.box = box
            state.startedAt = .now
            return state.isClosed || state.runtime == .ending
        }
        if phase == .initialization {
            schedule(after: isProvision ? .seconds(900) : Self.mostInitialization)
        }
        box.start()
        if isUnwanted { box.kill(.wallTime) }
        Task {
            let outcome = try? await box.outcome()
            await self.ended(outcome?.ending, memory: outcome?.usage.peakMemoryBytes)
        }
    }

    // MARK: Ends

    func schedule(after time: TimeAmount) {
        state.withLock { state in
            state.job?.timer?.cancel()
            let id = state.job?.invocation.requestID
            state.job?.timer = state.loop?.scheduleTask(in: time) { [weak self] in self?.timeOut(id) }
        }
    }

    private func timeOut(_ requestID: String?) {
        enum Step {
            case none, startAgain
            case finish(Job)
        }
        let (step, box) = state.withLock { state -> (Step, SandboxBox?) in
            guard let job = state.job, job.invocation.requestID == requestID else { return (.none, nil) }
            if state.runtime == .up { state.runtime = .ending }
            // Whether it is killed here or was on its way out, it is started anew when it is gone.
            if job.began == nil, state.phase == .initialization, !job.isProvision { return (.startAgain, state.box) }
            state.job = nil
            state.isReusable = !job.isProvision
            return (.finish(job), state.box)
        }
        if case .none = step { return }
        box?.readOutput()
        guard case .finish(let job) = step else {
            box?.kill(.wallTime)
            return note(.timeout)
        }
        guard let box else { return finish(late: job) }
        Task {
            var job = job
            job.note(memory: await box.peakMemory())
            box.kill(.wallTime)
            self.finish(late: job)
        }
    }

    private func finish(late job: Job) {
        var job = job
        let text = "Task timed out after \(version.timeout).00 seconds"
        let id = job.invocation.requestID
        job.answer = (.failure("Unhandled"), errorDocument("Sandbox.Timedout", "RequestId: \(id) Error: \(text)"))
        job.answered = (job.since ?? job.began)?.advanced(by: .seconds(version.timeout)) ?? .now
        finish(job, .timeout, note: "\(job.invocation.time.iso8601) \(id) \(text)\n")
    }

    /// Keeps for the report that a start before the first invocation has failed.
    private func note(_ status: FunctionReport.Status) {
        let (before, lines) = output.take()
        state.withLock { state in
            let duration = state.startedAt?.duration(to: .now).milliseconds ?? 0
            state.starts.append(.init(phase: state.phase, lines: before + lines, duration: duration, status: status))
        }
    }

    /// The runtime has ended, or never was.
    func die(_ death: Death) {
        enum Step {
            case none
            case startAgain(FunctionReport.Status)
            case finish(Job)
        }
        let (step, initError) = state.withLock { state -> (Step, (type: String, payload: [UInt8])?) in
            state.runtime = .ending
            guard let job = state.job else { return (.none, nil) }
            let error = job.began == nil ? state.initError : nil
            if job.began == nil, state.phase == .initialization, !job.isProvision, !state.isClosed {
                return (.startAgain(error.map { .error($0.type) } ?? death.status), error)
            }
            state.job = nil
            state.isReusable = !job.isProvision
            return (.finish(job), error)
        }
        switch step {
        case .none: return
        case .startAgain(let status): return note(status)
        case .finish(var job):
            if job.answered == nil { job.answered = .now }
            if case .memory = death { job.maximumMemory = version.memorySize }
            // What the runtime has said before it went is the answer.
            if let answer = job.answer { return finish(job, answer.ending == .success ? .success : death.status) }
            let id = job.invocation.requestID
            if let initError {
                job.answer = (.failure("Unhandled"), initError.payload)
                return finish(job, .error(initError.type))
            }
            job.answer = (.failure("Unhandled"), errorDocument(death.type, "RequestId: \(id) Error: \(death.reason)"))
            finish(job, death.status, note: "RequestId: \(id) Error: \(death.reason)\n\(death.type)")
        }
    }

    /// The box is gone.
    private func ended(_ ending: ProgramEnding?, memory: Int?) async {
        state.withLock { $0.job?.note(memory: memory) }
        if state.withLock({ $0.runtime == .up }) {
            switch ending {
            case .exited(0)?: die(.exit("Runtime exited without providing a reason"))
            case .exited(let code)?: die(.exit("Runtime exited with error: exit status \(code)"))
            case .limit(.memory)?: die(.memory)
            case .signalled(_, let name)?: die(.exit("Runtime exited with error: signal: \(Self.text(of: name))"))
            case .limit?, .forbiddenSystemCall?, nil: die(.exit("Runtime exited with error: signal: killed"))
            case .notStarted(let why)?: die(.noEntry(Self.entry(why)))
            }
        } else {
            // What it wrote while it was ended belongs to nobody.
            _ = output.take()
        }
        await settle()
    }

    /// After a runtime: another one where an event waits for it.
    private func settle() async {
        enum Step {
            case none, start, end
        }
        let (doors, step) = state.withLock { state -> (FunctionHome.Doors?, Step) in
            let isLasting = state.home?.keepsDoors ?? false
            let doors = isLasting ? nil : state.doors
            if !isLasting { state.doors = nil }
            state.box = nil
            state.waiting = nil
            state.initError = nil
            state.runtime = .none
            guard !state.isClosed else { return (doors, .end) }
            guard state.job != nil else { return (doors, .none) }
            state.runtime = .up
            return (doors, .start)
        }
        await doors?.close()
        switch step {
        case .none: break
        case .end: await leave()
        case .start:
            let isScheduled = state.withLock { state in
                let since = state.job?.since
                state.job?.since = since ?? .now
                return since != nil
            }
            if !isScheduled { schedule(after: .seconds(Int64(version.timeout))) }
            Task { await self.restart() }
        }
    }

    /// Ends the environment.
    func close() {
        let (box, isIdle) = state.withLock { state in
            state.isReusable = false
            state.isClosed = true
            return (state.box, state.runtime == .none)
        }
        box?.kill(.wallTime)
        if isIdle { Task { await self.leave() } }
    }

    private func leave() async {
        let (doors, action) = state.withLock { state in
            defer {
                state.doors = nil
                state.temporary = nil
                state.home = nil
                state.whenGone = nil
            }
            return (state.doors, state.whenGone)
        }
        await doors?.close()
        action?()
        end.fulfil(true)
    }

    // MARK: Words

    private static func text(of signal: String) -> String {
        [
            "SIGKILL": "killed", "SIGSEGV": "segmentation fault", "SIGABRT": "aborted", "SIGTERM": "terminated",
            "SIGINT": "interrupt", "SIGBUS": "bus error", "SIGFPE": "floating point exception",
            "SIGILL": "illegal instruction", "SIGXFSZ": "file size limit exceeded",
        ][signal] ?? signal
    }

    /// `PROGRAM: Reason`, as Lambda says it.
    private static func entry(_ why: String) -> String {
        let program = why.prefix { $0 != ":" }
        let reason = why.dropFirst(program.count + 2)
        if !program.contains("/") { return "exec: \"\(program)\": executable file not found in $PATH" }
        return "fork/exec \(program): \(reason.prefix(1).lowercased())\(reason.dropFirst())"
    }

    private func errorDocument(_ type: String, _ message: String) -> [UInt8] {
        JSON.object(["errorType": .string(type), "errorMessage": .string(message)]).serialized()
    }

    func finish(_ job: Job, _ status: FunctionReport.Status, note: String? = nil) {
        job.timer?.cancel()
        let (before, lines) = output.take()
        let ended = job.answered ?? .now
        let (initDuration, isFirst, starts, started) = state.withLock { state in
            let isUp = job.began != nil || job.isProvision && status == .success
            let duration = state.startedAt?.duration(to: ended).milliseconds ?? 0
            var starts = state.starts
            if isUp {
                if !before.isEmpty {
                    starts.append(.init(phase: state.phase, lines: before, duration: duration, status: .success))
                }
            } else {
                starts.append(.init(phase: state.phase, lines: before + lines, duration: duration, status: status))
            }
            defer {
                state.hasReportedStart = true
                state.starts = []
                state.initDuration = state.initDuration ?? 0
            }
            return (state.initDuration, !state.hasReportedStart, starts, state.startedAt)
        }
        let report = FunctionReport(
            version: version, requestID: job.invocation.requestID, region: region, time: job.invocation.time,
            duration: (job.since ?? job.began ?? started).map { $0.duration(to: ended).milliseconds } ?? 0,
            initDuration: isFirst && job.began != nil && job.since == nil ? initDuration : nil, isFirst: isFirst,
            maximumMemory: job.maximumMemory, status: status)
        let log =
            job.isProvision
            ? report.initializationLog(starts)
            : report.log(starts, lines: job.began == nil ? [] : lines, note: note)
        let answer = job.answer ?? (.failure("Unhandled"), [])
        job.finish(
            FunctionOutcome(
                ending: answer.ending, payload: answer.payload, log: log, logStream: logStream,
                duration: report.duration, initDuration: report.initDuration, billed: report.billed))
        if job.isProvision, status != .success { close() }
    }
}
