import ArgumentParser
import GradeModel
import Sandbox

/// `skylab doctor`: what this machine lets a grading have.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Tell which layers of the sandbox work here, and which client programs there are.",
        discussion: "Makes a sandbox and runs a program in it, as grading does. Exit status: 0 ready, 5 not.")

    func run() async throws {
        let installation = try Installation.find()
        let names = ["bash", "aws", "python3"]
        let clients = SandboxToolchain(of: names, searchPath: installation.searchPath)
        let outcome: SandboxOutcome
        do {
            outcome = try await Self.trial(clients)
        } catch {
            writeOut("sandbox  none: \(error)\n")
            Self.tell(clients, names)
            throw ExitCode(ExitStatus.infrastructure.rawValue)
        }
        writeOut("sandbox  \(outcome.tier.rawValue)\n")
        for layer in outcome.layers {
            let detail = layer.detail.isEmpty ? "" : "  \(layer.detail)"
            writeOut("  \(layer.active ? "active " : "missing")  \(layer.name)\(detail)\n")
        }
        Self.tell(clients, names)
        guard clients.missing.isEmpty, outcome.ending.isClean else {
            throw ExitCode(ExitStatus.infrastructure.rawValue)
        }
    }

    private static func trial(_ clients: SandboxToolchain) async throws -> SandboxOutcome {
        let spawner = try Spawner.start()
        let box = try await spawner.launch(SandboxPolicy(executable: "/bin/true", arguments: ["true"]))
        box.start()
        let outcome = try await box.outcome()
        await spawner.stop()
        return outcome
    }

    private static func tell(_ clients: SandboxToolchain, _ names: [String]) {
        writeOut("clients\n")
        for name in names {
            let place = clients.programs[name] ?? "not found: run `make setup`, or install it and put it in the PATH"
            writeOut("  \(name)  \(place)\n")
        }
    }
}
