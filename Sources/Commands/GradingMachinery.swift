import EmulatorServer
import Grading
import LabFormat
import Sandbox
import ServiceModel

/// What every command that grades sets up before it does: who makes the boxes, who serves the regions, and what the labs are
/// given of this installation.
struct GradingMachinery {
    private let spawner: Spawner
    private let server: EmulatorServer
    private let clients: Clients

    init(_ installation: Installation, _ sandbox: SandboxOption) throws(CommandFailure) {
        do {
            spawner = try Spawner.start(allowsDegraded: sandbox == .degraded)
        } catch {
            throw CommandFailure("\(error)", code: .infrastructure)
        }
        server = EmulatorServer(threads: min(2, processorCount()))
        clients = Clients(
            searchPath: installation.searchPath, terraformMirror: installation.terraformMirror,
            imageFolders: [installation.images].compactMap { $0 })
    }

    /// Who grades a submission that is handed in now; ids in the region follow from the seed, and without one from the lab.
    ///
    /// Which of the student's attempts it is decides what hints show.
    func grader(_ lab: LoadedLab, seed: String? = nil, attempt: Int = 1) -> Grader {
        var options = Grader.Options(
            engineVersion: engineVersion, seed: seed ?? "skylab/\(lab.lab.id)",
            startedAt: Timestamp.wallClock.iso8601Seconds)
        options.attempt = attempt
        return Grader(lab: lab, options: options, spawner: spawner, server: server, clients: clients)
    }

    func stop() async { await spawner.stop() }
}

extension Installation {
    /// The lab of that id or at that path. What its file warns of is told.
    func lab(named name: String) throws(CommandFailure) -> LoadedLab {
        do {
            let loaded = try catalog.lab(named: name)
            for warning in loaded.warnings { writeError("\(warning)\n") }
            return loaded
        } catch {
            throw CommandFailure("\(error)", code: .usage)
        }
    }
}
