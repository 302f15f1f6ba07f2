import ArgumentParser
import GradeModel
import JSONValue
import Sandbox

/// `skylab doctor`: what this machine lets a grading have.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Tell which layers of the sandbox work here, and which client programs there are.",
        discussion: """
            Makes a sandbox and runs a program in it, as grading does. Exit status: 0 ready, 5 not. Ready takes a \
            sandbox (with namespaces or without; not a degraded one), bash, aws, python3 and boto3; the other clients are \
            needed by the labs that use them.
            """)

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        let installation = try Installation.find()
        let trial = await Self.trial()
        let clients = await DoctorClients.find(
            searchPath: installation.searchPath, terraformMirror: installation.terraformMirror)
        if json { tellJSON(trial, clients) } else { tell(trial, clients) }
        let outcome = try? trial.get()
        let isReady = (outcome?.ending.isClean ?? false) && (outcome?.tier.isStandard ?? false)
        guard isReady, clients.areComplete else {
            throw ExitCode(ExitStatus.infrastructure.rawValue)
        }
    }

    /// With virtual time, as labs have it unless they say otherwise.
    private static func trial() async -> Result<SandboxOutcome, any Error> {
        do {
            let spawner = try Spawner.start(allowsDegraded: true)
            let box = try await spawner.launch(
                SandboxPolicy(executable: "/bin/true", arguments: ["true"], time: .virtual))
            box.start()
            let outcome = try await box.outcome()
            await spawner.stop()
            return .success(outcome)
        } catch {
            return .failure(error)
        }
    }

    private func tell(_ trial: Result<SandboxOutcome, any Error>, _ clients: DoctorClients) {
        switch trial {
        case .success(let outcome):
            writeOut("sandbox  \(outcome.tier.rawValue)\n")
            for layer in outcome.layers {
                let detail = layer.detail.isEmpty ? "" : "  \(layer.detail)"
                writeOut("  \(layer.active ? "active " : "missing")  \(layer.name)\(detail)\n")
                if let command = SandboxRemedy.command(for: layer) { writeOut("           turn on: \(command)\n") }
            }
            if !outcome.tier.isStandard { writeOut("  too weak to grade with, unless --sandbox=degraded is given\n") }
        case .failure(let error): writeOut("sandbox  none: \(error)\n")
        }
        writeOut(clients.text)
    }

    private func tellJSON(_ trial: Result<SandboxOutcome, any Error>, _ clients: DoctorClients) {
        let outcome = try? trial.get()
        var document: JSONObject = [
            "tier": outcome.map { .string($0.tier.rawValue) } ?? .null,
            "isStandard": .boolean(outcome?.tier.isStandard ?? false),
            "layers": .array(
                (outcome?.layers ?? []).map {
                    .object([
                        "name": .string($0.name), "active": .boolean($0.active), "detail": .string($0.detail),
                        "command": SandboxRemedy.command(for: $0).map { .string($0) } ?? .null,
                    ])
                }),
        ]
        if case .failure(let error) = trial { document["problem"] = .string("\(error)") }
        (document["clients"], document["commands"]) = clients.json
        writeOut(JSON.object(document).serializedString() + "\n")
    }
}
