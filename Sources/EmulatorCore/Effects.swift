package import CloudState
package import ServiceModel
import Synchronization

/// Carries out what services want done outside of the world: runs programs.
package protocol EffectRunner: Sendable {
    /// Begins an effect; `done` is called once, from any thread, perhaps before this returns.
    func carryOut(_ effect: Effect, on emulator: Emulator, _ done: @escaping @Sendable (EffectOutcome) -> Void)

    /// The emulator begins anew: what still runs is of no use any more.
    func reset()
}

extension EffectRunner {
    package func reset() {}
}

/// A value that comes later, to one who waits for it.
package final class Pending<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case value(Value)
        case waiting(@Sendable (Value) -> Void)
        case given
    }

    private let state = Mutex(State.empty)

    package init() {}

    /// Gives the value; a second one is dropped.
    package func fulfil(_ value: Value) {
        let waiter = state.withLock { state -> (@Sendable (Value) -> Void)? in
            switch state {
            case .empty: state = .value(value)
            case .waiting(let waiter):
                state = .given
                return waiter
            case .value, .given: break
            }
            return nil
        }
        waiter?(value)
    }

    /// Asks for the value, which may be there; only one may ask.
    package func then(_ waiter: @escaping @Sendable (Value) -> Void) {
        let value = state.withLock { state -> Value? in
            guard case .value(let value) = state else {
                state = .waiting(waiter)
                return nil
            }
            state = .given
            return value
        }
        if let value { waiter(value) }
    }
}

/// The effects of a world that are under way.
struct EffectTable {
    /// Calls that wait for an effect's outcome, by its number.
    var waiters: [Int: Pending<Emulator.Outcome>] = [:]
    /// Those of them that take the answer as it comes.
    var streams: [Int: FunctionAnswerStream] = [:]
    /// How many are under way that nobody waits for.
    var unattended = 0
    /// Those who want to see what these will do.
    var parked: [@Sendable () -> Void] = []
    /// Outcomes of an earlier world are dropped.
    var generation = 0
}

extension Emulator {
    /// Takes the effects out of the world, to be started when the lock is free again.
    func collect(_ state: inout State) -> [Effect] {
        let effects = state.world.takeOutbox()
        for effect in effects where !effect.isAwaited { state.effects.unattended += 1 }
        return effects
    }

    /// Has effects carried out.
    func start(_ effects: [Effect], generation: Int) {
        for effect in effects {
            guard let runner = configuration.effects else {
                complete(effect, .impossible("programs do not run in this emulator"), generation)
                continue
            }
            runner.carryOut(effect, on: self) { self.complete(effect, $0, generation) }
        }
    }

    /// Starts what has come into the outbox by other means than a call.
    func startCollected() {
        let (effects, generation) = state.withLock { (collect(&$0), $0.effects.generation) }
        if !effects.isEmpty { start(effects, generation: generation) }
    }

    /// Which world the effects are of; another one after `reset`.
    package var generation: Int { state.withLock { $0.effects.generation } }

    /// Tells what has become of something that an effect began, beside its outcome. Returns false where its world is gone.
    @discardableResult
    package func report(_ effect: Effect, _ outcome: EffectOutcome, generation: Int) -> Bool {
        let effects = state.withLock { state -> [Effect]? in
            guard state.effects.generation == generation else { return nil }
            _ = note(effect, outcome, &state)
            state.revision += 1
            state.isUnsettled = true
            return collect(&state)
        }
        guard let effects else { return false }
        start(effects, generation: generation)
        return true
    }

    private func complete(_ effect: Effect, _ outcome: EffectOutcome, _ generation: Int) {
        typealias Next = (
            result: Outcome, waiter: Pending<Outcome>?, effects: [Effect], parked: [@Sendable () -> Void]
        )
        let next = state.withLock { state -> Next? in
            guard state.effects.generation == generation else { return nil }
            let result = note(effect, outcome, &state)
            state.revision += 1
            state.isUnsettled = true
            if !effect.isAwaited { state.effects.unattended -= 1 }
            let more = collect(&state)
            let waiter = state.effects.waiters.removeValue(forKey: effect.id)
            state.effects.streams[effect.id] = nil
            let parked = state.effects.unattended == 0 ? state.effects.parked : []
            if !parked.isEmpty { state.effects.parked = [] }
            let revision = state.revision
            return (result.map { (output: $0, revision: revision) }, waiter, more, parked)
        }
        guard let next else { return }
        start(next.effects, generation: generation)
        next.waiter?.fulfil(next.result)
        for resume in next.parked { resume() }
    }

    private func note(_ effect: Effect, _ outcome: EffectOutcome, _ state: inout State) -> Result<Fields, ServiceError>
    {
        let service =
            switch effect.work {
            case .invocation, .retirement: "lambda"
            case .task, .taskStop: "ecs"
            }
        guard let reactions = Services.signed(service)?.reactions else { return .success(Fields()) }
        var context = CallContext(
            moving: &state.world, region: effect.region, caller: configuration.defaultCaller,
            enforcesIAM: configuration.enforcesIAM, dispatch: Services.dispatch)
        let result = reactions.complete(&context, effect, outcome)
        context.moveBack(to: &state.world)
        state.world.wake()
        return result
    }

    /// Whether a call that looks has to wait, and does from now on: `resume` is called when nothing is under way any more.
    ///
    /// Where time follows the machine's clock nobody waits: what is not there yet is not there yet.
    func parks(_ state: inout State, _ resume: @escaping @Sendable () -> Void) -> Bool {
        guard state.effects.unattended > 0 else { return false }
        if case .following = configuration.clock { return false }
        state.effects.parked.append(resume)
        return true
    }

    /// Makes a call from inside and waits for its outcome, as the grader does when it invokes a function.
    package func callAndWait(
        _ service: String, _ operation: String, _ parameters: Value, region: String
    ) async throws(ServiceError) -> Fields {
        guard let definition = Services.signed(service), let model = definition.model().operation(operation),
            let handler = definition.operations[operation]
        else { throw Services.notEmulated(service, operation, .query) }
        let input = Input(shape: model.input, fields: parameters.fields ?? Fields())
        let record = CallRecord(
            sequence: 0, eventTime: Timestamp(milliseconds: 0), service: service, eventName: operation, region: region,
            input: input, error: nil, isRead: handler.isRead, requestID: "", userAgent: "",
            caller: configuration.defaultCaller)
        let outcome = await withCheckedContinuation { continuation in
            switch perform(definition, handler, input, record, isInside: false) {
            case .done(let outcome): continuation.resume(returning: outcome)
            case .later(let pending): pending.then { continuation.resume(returning: $0) }
            }
        }
        return try outcome.get().output
    }

    /// Lets all that is under way come to its end, programs included.
    ///
    /// - Parameter goesOn: asked before each step.
    package func settleAll(while goesOn: @Sendable () -> Bool = { true }) async {
        // What settles may start programs again, and these something else; a bound keeps a cycle from going on for ever.
        for _ in 0..<64 where goesOn() {
            settle()
            let waits = await withCheckedContinuation { continuation in
                let parked = state.withLock { state in parks(&state) { continuation.resume(returning: true) } }
                if !parked { continuation.resume(returning: false) }
            }
            // What ended while it was started has changed the world as well.
            if !waits, !state.withLock(\.isUnsettled) { return }
        }
    }
}
