package import CloudState
package import ServiceModel
import Synchronization
package import WireProtocols

/// The emulated cloud of one session: a world, the clock that drives it, and the trail of the calls that shaped it.
///
/// Calls that change something run one after the other, each on a draft that becomes the world when the call succeeds.
/// Calls that only look run beside each other on snapshots.
package final class Emulator: Sendable {
    package struct Configuration: Sendable {
        /// Ids, addresses and keys follow from it.
        package var seed: String
        /// Where virtual time begins.
        package var epoch: Timestamp
        package var clock: ClockPolicy
        /// Who is behind an access key that the world does not know; with `enforcesIAM` only behind its own.
        package var defaultCaller: Caller
        /// Whether every call is held against the caller's policies. The account itself may do everything.
        package var enforcesIAM: Bool
        /// How many calls the trail keeps.
        package var trailLimit: Int
        /// Called before each call; false refuses it.
        package var admits: @Sendable (Demand) -> Bool
        /// Bytes of each answer that the trail keeps for reports, with times by the machine's clock; nil for none.
        package var keptAnswerBytes: Int?
        /// Brings a fresh world to where it begins: what the account has and may.
        package var prepare: @Sendable (inout World) -> Void = { _ in }
        /// Told of each call that changed something, in order; what keeps a journal.
        package var changed: @Sendable (CallRecord) -> Void = { _ in }
        /// Runs functions; nil where none can be run.
        package var effects: (any EffectRunner)?

        package init(
            seed: String, epoch: Timestamp, clock: ClockPolicy = .settling, defaultCaller: Caller? = nil,
            enforcesIAM: Bool = false, trailLimit: Int = 2000,
            admits: @escaping @Sendable (Demand) -> Bool = { _ in true }
        ) {
            self.seed = seed
            self.epoch = epoch
            self.clock = clock
            self.defaultCaller =
                defaultCaller
                ?? Caller(
                    accessKeyID: Self.accessKeyID, accountID: "123456789012", arn: "arn:aws:iam::123456789012:root",
                    userID: "123456789012")
            self.enforcesIAM = enforcesIAM
            self.trailLimit = trailLimit
            self.admits = admits
        }

        /// What a session has asked for so far, the call at hand included.
        package struct Demand: Sendable {
            package let calls: Int
            /// Of the bodies of requests.
            package let bytes: Int
            /// Whether the call comes from a program that the emulator runs.
            package let isInside: Bool
        }

        /// The key that stands for the account itself, unless one is configured.
        package static let accessKeyID = "AKIASKYLABEXAMPLE000"
    }

    struct State {
        var world: World
        var trail: Trail
        /// Whether something changed since everything had settled.
        var isUnsettled = false
        /// Counts the changes of the world; a kept answer is good for one revision.
        var revision = 0
        var answers = AnswerCache()
        var pace = ClockPolicy.Pace()
        var effects = EffectTable()
    }

    let configuration: Configuration
    let state: Mutex<State>
    private let calls = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)
    /// Where request ids begin.
    private let requestSeed: UInt64

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        requestSeed = IDGenerator.hash(configuration.seed, 0x5EED)
        state = Mutex(State(world: Self.fresh(configuration), trail: Trail(limit: configuration.trailLimit)))
    }

    /// An emulator that goes on with a world that was kept.
    package init(_ configuration: Configuration, world: World) {
        self.configuration = configuration
        requestSeed = IDGenerator.hash(configuration.seed, 0x5EED)
        var world = world
        world.automation = Services.automation(enforcesIAM: configuration.enforcesIAM)
        // What ran when the world was kept runs no more; event source mappings read on from where they were.
        world.forgetInvocations()
        state = Mutex(State(world: world, trail: Trail(limit: configuration.trailLimit), isUnsettled: true))
    }

    private static func fresh(_ configuration: Configuration) -> World {
        var world = World(
            seed: configuration.seed, epoch: configuration.epoch, accountID: configuration.defaultCaller.accountID)
        world.automation = Services.automation(enforcesIAM: configuration.enforcesIAM)
        configuration.prepare(&world)
        return world
    }

    /// Goes back to how the world began, with an empty trail.
    package func reset() {
        let fresh = Self.fresh(configuration)
        state.withLock { state in
            state.world = fresh
            state.trail = Trail(limit: configuration.trailLimit)
            state.isUnsettled = false
            state.revision += 1
            state.effects = EffectTable()
            state.effects.generation = state.revision
        }
        configuration.effects?.reset()
    }

    /// The world as it is now.
    package var world: World { state.withLock { $0.world } }

    /// What all calls so far have sent: bytes of the bodies of requests.
    package var receivedBytes: Int { bytes.load(ordering: .relaxed) }

    /// The calls so far.
    package var trail: Trail { state.withLock { $0.trail } }

    /// Moves virtual time on, for instance by what a client slept.
    package func advance(milliseconds: Int) {
        state.withLock { state in
            state.world.advance(to: state.world.now.adding(milliseconds: max(0, milliseconds)))
            state.revision += 1
        }
        startCollected()
    }

    /// Changes the world by other means than a call.
    func change<Result>(_ change: (inout World) -> Result) -> Result {
        defer { startCollected() }
        return state.withLock { state in
            state.revision += 1
            state.isUnsettled = true
            return change(&state.world)
        }
    }

    /// Moves virtual time on by what the client has slept since its last call.
    package func catchUp() {
        guard case .sleeping(let slept) = configuration.clock else { return }
        state.withLock { state in
            let milliseconds = slept() - state.pace.sleptMilliseconds
            guard milliseconds > 0 else { return }
            state.world.advance(to: state.world.now.adding(milliseconds: milliseconds))
            state.pace.sleptMilliseconds += milliseconds
            state.revision += 1
        }
        startCollected()
    }

    /// Lets all that is under way come to its end.
    package func settle() {
        state.withLock { state in
            ClockPolicy.settle(&state.world, includesProcesses: true)
            state.isUnsettled = false
            state.revision += 1
        }
        startCollected()
    }

    /// An answer, or where it will come.
    package enum Answer: Sendable {
        case ready(WireResponse)
        case later(Pending<WireResponse>)
    }

    /// Answers a request of a client where nothing is run; what would wait for a program is refused.
    package func respond(to request: WireRequest) -> WireResponse {
        guard case .ready(let response) = answer(request) else {
            return refusal(of: request, limit: nil)
                ?? WireResponse(
                    status: 503, contentType: "text/plain", body: EncodedBody(Array("A program would have to run".utf8))
                )
        }
        return response
    }

    /// Answers a request.
    ///
    /// - Parameter isInside: whether it comes from a program that the emulator runs. Nobody waits for such a program when it
    ///   looks, and virtual time goes on by no more than a step for it.
    package func answer(_ request: WireRequest, isInside: Bool = false) -> Answer {
        let number = calls.wrappingAdd(1, ordering: .relaxed).newValue
        let requestID = IDGenerator.uuid(
            IDGenerator.mix(requestSeed &+ UInt64(number)),
            IDGenerator.mix(UInt64(number) ^ 0xA5A5_5A5A_F0F0_0F0F))
        let started = configuration.keptAnswerBytes == nil ? nil : ContinuousClock.now
        let call = ServiceCall(
            request: request, requestID: requestID, started: started, emulator: self, isInside: isInside)
        let received = bytes.wrappingAdd(request.body.count, ordering: .relaxed).newValue
        guard configuration.admits(Configuration.Demand(calls: number, bytes: received, isInside: isInside)) else {
            return .ready(
                call.refusal(ServiceError("RequestLimitExceeded", "Request limit exceeded.", status: 503)))
        }
        return call.answer()
    }

    /// The answer to a request for which there is no room, in its service's own form; nil where the service has none.
    ///
    /// - Parameter limit: the most bytes that a body may have, where it has more; nil where others take the room.
    package func refusal(of request: WireRequest, limit: Int?) -> WireResponse? {
        guard (SignatureScope(request) ?? SignatureScope.version2(request))?.service == "s3" else { return nil }
        let error =
            limit.map { limit in
                var details = Fields()
                details.append("MaxSizeAllowed", .string(String(limit)))
                return ServiceError(
                    "EntityTooLarge",
                    "Your proposed upload exceeds the maximum allowed size: one request may bring \(limit >> 20) MiB here.",
                    details: details)
            } ?? ServiceError("SlowDown", "Please reduce your request rate.", status: 503)
        return APIModel.s3.codec.response(error, requestID: IDGenerator.uuid(requestSeed, 0))
    }

    /// Makes a call from inside, as the grader does when it looks at the region; it is not part of the trail.
    package func call(
        _ service: String, _ operation: String, _ parameters: Value = [:], region: String
    ) throws(ServiceError) -> Fields {
        var context = CallContext(
            world: world, region: region, caller: configuration.defaultCaller, dispatch: Services.dispatch)
        return try Services.dispatch(&context, service, operation, parameters)
    }

    /// What a handler made of a call, and the revision of the world that the answer speaks of.
    typealias Outcome = Result<(output: Fields, revision: Int), ServiceError>

    /// An outcome, or where it will come.
    enum Performance {
        case done(Outcome)
        case later(Pending<Outcome>)
    }

    /// Runs a decoded call and adds it to the trail.
    func perform(
        _ service: ServiceDefinition, _ handler: Handler, _ input: Input, _ record: CallRecord, isInside: Bool,
        stream: FunctionAnswerStream? = nil
    ) -> Performance {
        // What a look settles may start programs, which it then waits for; a bound keeps that from going on for ever.
        for round in 0..<64 {
            let waits = handler.observes && !isInside && round < 63
            let again = Pending<Bool>()
            let step =
                handler.isRead
                ? read(record, isInside: isInside, waits: waits ? again : nil)
                : write(service, handler, input, record, isInside: isInside, waits: waits ? again : nil, stream)
            switch step {
            case .start(let effects, let generation): start(effects, generation: generation)
            case .wait:
                let pending = Pending<Outcome>()
                again.then { _ in
                    switch self.perform(service, handler, input, record, isInside: isInside, stream: stream) {
                    case .done(let outcome): pending.fulfil(outcome)
                    case .later(let more): more.then { pending.fulfil($0) }
                    }
                }
                return .later(pending)
            case .look(var context, let revision):
                let outcome = Self.run(service, handler, input, record, &context).map {
                    (output: $0.output, revision: revision)
                }
                append(record, input, outcome, at: context.now)
                return .done(outcome)
            case .written(let outcome, let awaited, let effects, let generation):
                if !effects.isEmpty { start(effects, generation: generation) }
                return awaited.map(Performance.later) ?? .done(outcome)
            }
        }
        return .done(.failure(ServiceError("InternalError", "The region does not come to rest.", status: 500)))
    }

    private enum Step {
        case start([Effect], generation: Int)
        case wait
        case look(CallContext, revision: Int)
        case written(Outcome, awaited: Pending<Outcome>?, effects: [Effect], generation: Int)
    }

    private func read(_ record: CallRecord, isInside: Bool, waits: Pending<Bool>?) -> Step {
        state.withLock { state in
            let context = self.draft(&state, record, isRead: true, isInside: isInside)
            if !state.world.outbox.isEmpty { return .start(collect(&state), generation: state.effects.generation) }
            if let waits, parks(&state, { waits.fulfil(true) }) { return .wait }
            return .look(context, revision: state.revision)
        }
    }

    private func write(
        _ service: ServiceDefinition, _ handler: Handler, _ input: Input, _ record: CallRecord, isInside: Bool,
        waits: Pending<Bool>?, _ stream: FunctionAnswerStream?
    ) -> Step {
        state.withLock { state in
            var context = draft(&state, record, isRead: false, isInside: isInside)
            if let waits, parks(&state, { waits.fulfil(true) }) { return .wait }
            var record = record
            record.eventTime = context.now
            record.input = input
            record.sequence = state.trail.count + 1
            let result = Self.run(service, handler, input, record, &context)
            finish(&record, output: try? result.get().output)
            var awaited: Pending<Outcome>?
            switch result {
            case .success(let response):
                configuration.changed(record)
                state.world = context.world
                state.world.wake()
                state.revision += 1
                state.isUnsettled = true
                if let id = response.awaited {
                    let pending = Pending<Outcome>()
                    state.effects.waiters[id] = pending
                    state.effects.streams[id] = stream
                    awaited = pending
                }
            case .failure(let error):
                record.error = error
            }
            state.trail.append(record)
            let revision = state.revision
            return .written(
                result.map { (output: $0.output, revision: revision) }, awaited: awaited, effects: collect(&state),
                generation: state.effects.generation)
        }
    }

    /// Runs a handler on a draft. A dry run goes all the way, and fails in the end so that its draft is dropped.
    private static func run(
        _ service: ServiceDefinition, _ handler: Handler, _ input: Input, _ record: CallRecord,
        _ context: inout CallContext
    ) -> Result<Response, ServiceError> {
        do throws(ServiceError) {
            if let failure = context.world.faults.apiError(
                service: record.service, operation: record.eventName, caller: context.caller, region: context.region,
                now: context.now)
            {
                throw failure
            }
            try Authorizer.check(service, record.eventName, input, context)
            let response = try handler.body(&context, input)
            // Lambda's dry run answers like the real one, and sees to it itself.
            let isDryRun = service.model().wireProtocol != .restJSON && isDryRun(input)
            return isDryRun ? .failure(dryRun(service)) : .success(response)
        } catch {
            return .failure(error)
        }
    }

    private func draft(_ state: inout State, _ record: CallRecord, isRead: Bool, isInside: Bool) -> CallContext {
        if isInside { step(&state) } else { moveClock(&state, record, isRead: isRead) }
        var context = CallContext(
            world: state.world, region: record.region, caller: record.caller,
            enforcesIAM: configuration.enforcesIAM, dispatch: Services.dispatch)
        if record.service == "lambda", !record.requestID.isEmpty { context.requestID = record.requestID }
        return context
    }

    /// Moves the clock for a call from inside.
    private func step(_ state: inout State) {
        if case .following = configuration.clock { return }
        let due = state.world.agenda.nextDue
        state.world.advance(to: state.world.now.adding(milliseconds: ClockPolicy.step))
        if let due, due <= state.world.now { state.revision += 1 }
    }

    /// Moves the clock before a call; what falls due is a change of the world.
    private func moveClock(_ state: inout State, _ record: CallRecord, isRead: Bool) {
        let due = state.world.agenda.nextDue
        let hasSettled = configuration.clock.advance(
            &state.world, &state.pace, isRead: isRead, isUnsettled: state.isUnsettled, operation: record.eventName,
            input: record.input?.fields)
        if hasSettled { state.isUnsettled = false }
        if let due, due <= state.world.now { state.revision += 1 }
    }

    /// Who is behind a request's credentials now.
    func caller(_ credentials: Credentials, _ wireProtocol: APIModel.WireProtocol) -> Result<Caller, ServiceError> {
        state.withLock { credentials.caller($0.world, configuration, wireProtocol) }
    }

    func append(
        _ record: CallRecord, _ input: Input?, _ result: Outcome, at time: Timestamp?
    ) {
        state.withLock { state in
            var record = record
            record.sequence = state.trail.count + 1
            record.eventTime = time ?? state.world.now
            record.input = input
            if case .failure(let error) = result { record.error = error }
            finish(&record, output: try? result.get().output)
            state.trail.append(record)
        }
    }

    /// Notes for reports what was answered and how long that took.
    private func finish(_ record: inout CallRecord, output: Fields?) {
        guard let limit = configuration.keptAnswerBytes else { return }
        record.answer = output.map { KeptAnswer($0, limit: limit, isRead: record.isRead) }
        record.took = record.started.map { $0.duration(to: .now) }
    }

    /// The answer to the very same request, if the world has not changed since; the clock moves and the trail grows
    /// as if it had been worked out anew.
    func keptAnswer(_ key: AnswerCache.Key, _ record: CallRecord) -> (EncodedBody, Operation)? {
        state.withLock { state in
            // Where calls are made to fail, each is looked at.
            guard !state.world.faults.failsCalls, let answer = state.answers.answer(key, revision: state.revision)
            else { return nil }
            var record = record
            record.eventName = answer.operation.name
            record.input = answer.input
            record.answer = answer.kept
            record.took = record.started.map { $0.duration(to: .now) }
            moveClock(&state, record, isRead: true)
            guard state.answers.holds(key, revision: state.revision), state.effects.unattended == 0,
                state.world.outbox.isEmpty
            else { return nil }
            record.sequence = state.trail.count + 1
            record.eventTime = state.world.now
            state.trail.append(record)
            return (answer.body, answer.operation)
        }
    }

    func keep(
        _ body: EncodedBody, _ operation: Operation, _ input: Input, _ output: Fields, for key: AnswerCache.Key,
        revision: Int
    ) {
        let kept = configuration.keptAnswerBytes.map { KeptAnswer(output, limit: $0, isRead: true) }
        state.withLock { state in
            guard state.revision == revision else { return }
            state.answers.keep(
                .init(body: body, operation: operation, input: input, kept: kept), for: key, revision: revision)
        }
    }

    private static func isDryRun(_ input: Input) -> Bool {
        input.shape.member("DryRun") != nil && input.boolean("DryRun") ?? false
    }

    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html>,
    /// <https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html>
    private static func dryRun(_ service: ServiceDefinition) -> ServiceError {
        service.model().wireProtocol == .ec2
            ? ServiceError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", status: 412)
            : ServiceError(
                "DryRunOperationException", "The request would have succeeded, but the DryRun option is set.",
                status: 412)
    }
}
