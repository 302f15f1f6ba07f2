import Checks
import CloudState
import EmulatorCore
import GradeModel
import JSONValue
import LabFormat
import ServiceModel
import Workloads

/// Invokes functions for checks, on a copy of the region and in environments of their own: nothing that the submission's
/// program has left running takes part, and what they do is not part of what other checks see.
///
/// What students see and what they do not is invoked apart: a function that remembers its events has nothing to tell.
struct Invocations {
    private var results: [String: InvokedFunction] = [:]

    private static func key(_ function: String, _ qualifier: String?, _ event: JSON) -> String {
        "\(function):\(qualifier ?? "") \(event.serializedString())"
    }

    /// What an event came to; nil where it was not sent.
    func result(_ function: String, _ qualifier: String?, _ event: JSON) -> InvokedFunction? {
        results[Self.key(function, qualifier, event)]
    }

    /// Sends the events of all `invoke` checks of a lab.
    static func run(
        _ lab: Lab, on world: World, _ configuration: Emulator.Configuration, region: String,
        with makeRunner: () -> FunctionRunner
    ) async -> Invocations {
        var invocations = Invocations()
        for isShown in [true, false] {
            let checks = lab.checks.compactMap { check -> InvokeCheck? in
                guard (check.visibility == .visible) == isShown, case .invoke(let invoke) = check.kind else {
                    return nil
                }
                return invoke
            }
            guard !checks.isEmpty else { continue }
            let functions = makeRunner()
            var configuration = configuration
            configuration.effects = functions
            configuration.clock = .stepped
            configuration.admits = { _ in true }
            var world = world
            world.runsContainers = false
            let emulator = Emulator(configuration, world: world)
            for check in checks {
                for one in check.cases {
                    let key = key(check.function, check.qualifier, one.event)
                    guard invocations.results[key] == nil else { continue }
                    invocations.results[key] = await invoke(check, one.event, emulator, region)
                }
            }
            await functions.close()
        }
        return invocations
    }

    private static func invoke(
        _ check: InvokeCheck, _ event: JSON, _ emulator: Emulator, _ region: String
    ) async -> InvokedFunction {
        do {
            let answer = try await emulator.callAndWait(
                "lambda", "Invoke",
                [
                    "FunctionName": .string(check.function), "Qualifier": .optional(check.qualifier),
                    "Payload": .blob(event.serialized()),
                ], region: region)
            guard case .blob(let bytes)? = answer["Payload"], let payload = try? JSON.parse(bytes) else {
                return InvokedFunction(payload: .null, problem: "the answer is no JSON")
            }
            guard answer["FunctionError"] != nil else { return InvokedFunction(payload: payload) }
            let document = payload.objectValue
            return InvokedFunction(
                payload: payload,
                failure: (
                    document?["errorType"]?.stringValue ?? "Error", document?["errorMessage"]?.stringValue ?? ""
                ))
        } catch {
            return InvokedFunction(payload: .null, problem: "\(error.code): \(error.message)")
        }
    }
}
