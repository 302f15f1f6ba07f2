package import CloudState
package import EmulatorCore

/// Runs whatever the emulator launches: functions, and the containers of tasks.
package final class WorkloadRunner: EffectRunner {
    private let functions: FunctionRunner
    private let tasks: TaskRunner

    package init(functions: FunctionRunner, tasks: TaskRunner) {
        self.functions = functions
        self.tasks = tasks
    }

    package func carryOut(
        _ effect: Effect, on emulator: Emulator, _ done: @escaping @Sendable (EffectOutcome) -> Void
    ) {
        switch effect.work {
        case .invocation, .retirement: functions.carryOut(effect, on: emulator, done)
        case .task, .taskStop: tasks.carryOut(effect, on: emulator, done)
        }
    }

    /// Has running tasks look at what their containers answer to these paths.
    package func look(at paths: [String]) async { await tasks.look(at: paths) }

    package func reset() { tasks.reset() }

    /// Ends everything, and waits until it is gone.
    package func close() async {
        await tasks.close()
        await functions.close()
    }
}
