import GradeModel
import JSONValue
import Sandbox

/// The client programs that submissions use, as `skylab doctor` finds them.
struct DoctorClients {
    /// One of them.
    struct Client {
        var name: String
        /// The path of a program, the version of a library; nil where there is none.
        var found: String?
        /// Whether every lab needs it.
        var isRequired: Bool
        /// What brings it.
        var command: String
    }

    let all: [Client]

    /// Whether all that every lab needs is there.
    var areComplete: Bool { !all.contains { $0.isRequired && $0.found == nil } }

    /// What a program or library is called, whether every lab needs it, and what brings it.
    private static let wanted: [(name: String, isRequired: Bool, command: String)] = [
        ("bash", true, "sudo apt-get install bash"),
        ("aws", true, "sudo apt-get install awscli"),
        ("python3", true, "sudo apt-get install python3"),
        ("boto3", true, "sudo apt-get install python3-boto3"),
        ("node", false, "sudo apt-get install nodejs"),
        ("terraform", false, "sudo snap install --classic terraform"),
        ("terraform mirror", false, "terraform providers mirror DIR, then export SKYLAB_TERRAFORM_MIRROR=DIR"),
        ("kubectl", false, "sudo apt-get install kubernetes-client"),
    ]

    /// Looks for them. boto3 is there when a Python in a sandbox can import it.
    static func find(searchPath: String, terraformMirror: String?) async -> DoctorClients {
        let programs = SandboxToolchain(of: wanted.map(\.name), searchPath: searchPath)
        let boto3 = await version(ofLibrary: "boto3", searchPath)
        return DoctorClients(
            all: wanted.map { wanted in
                let found =
                    switch wanted.name {
                    case "boto3": boto3
                    case "terraform mirror": terraformMirror
                    default: programs.programs[wanted.name]
                    }
                return Client(
                    name: wanted.name, found: found, isRequired: wanted.isRequired, command: wanted.command)
            })
    }

    private static func version(ofLibrary name: String, _ searchPath: String) async -> String? {
        let toolchain = SandboxToolchain(of: ["python3"], searchPath: searchPath)
        guard let python = toolchain.programs["python3"],
            let spawner = try? Spawner.start(allowsDegraded: true)
        else { return nil }
        var policy = SandboxPolicy(
            executable: python, arguments: ["python3", "-c", "import \(name); print(\(name).__version__)"],
            environment: [("PATH", searchPath), ("HOME", "/home/student")], readOnlyPaths: toolchain.readOnlyPaths)
        policy.limits.wallSeconds = 60
        let outcome: SandboxOutcome?
        do {
            let box = try await spawner.launch(policy)
            box.start()
            outcome = try await box.outcome()
        } catch {
            outcome = nil
        }
        await spawner.stop()
        guard let outcome, outcome.ending.isClean else { return nil }
        return outcome.standardOutput.head.split(separator: "\n").first.map(String.init)
    }

    /// One line each.
    var text: String {
        var lines = "clients\n"
        for client in all {
            let advice =
                client.isRequired
                ? "not found: `make setup` brings it, or \(client.command)"
                : "not found; only some labs need it: \(client.command)"
            lines += "  \(client.name)  \(client.found ?? advice)\n"
        }
        return lines
    }

    /// What was found by name, and the commands that bring the rest.
    var json: (found: JSON, commands: JSON) {
        var found = JSONObject()
        var commands = JSONObject()
        for client in all {
            found[client.name] = client.found.map { .string($0) } ?? .null
            if client.found == nil { commands[client.name] = .string(client.command) }
        }
        return (.object(found), .object(commands))
    }
}
