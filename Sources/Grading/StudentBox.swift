import GradeModel
import LabFormat
package import Sandbox
import Submissions

/// The box in which a submission's program runs: what it sees, and what it may use.
struct StudentBox {
    static let endpoint = SandboxListener(address: "127.0.0.1", port: 4566)

    /// Student-side credentials; the emulator takes any.
    static let accessKeyID = "AKIASKYLABSTUDENT000"
    static let secretAccessKey = "skylab-lends-you-this-region"

    static func policy(
        _ entry: Entry, _ submission: Submission, _ lab: Lab, region: String, clients: SandboxToolchain
    ) throws(GradingError) -> SandboxPolicy {
        let program = entry.command[0]
        guard let executable = clients.programs[program] else {
            throw GradingError(
                "\(program) is not installed, and the lab's interface '\(entry.interface.kind.rawValue)' needs it; `skylab doctor` says what is missing"
            )
        }
        var limits = SandboxLimits()
        limits.wallSeconds = lab.limits.wallSeconds
        limits.cpuSeconds = lab.limits.cpuSeconds
        limits.memory = lab.limits.memoryBytes
        limits.processes = lab.limits.processes
        limits.output = lab.limits.outputBytes
        limits.disk = lab.limits.diskBytes
        limits.fileSize = lab.limits.diskBytes
        return SandboxPolicy(
            executable: executable, arguments: entry.command,
            environment: environment(region: region, searchPath: clients.searchPath),
            readOnlyPaths: clients.readOnlyPaths, files: submission.files,
            listeners: lab.network == .emulator ? [endpoint] : [], limits: limits,
            time: lab.time == .virtual ? .virtual : .real)
    }

    private static func environment(region: String, searchPath: String) -> [(name: String, value: String)] {
        [
            ("PATH", searchPath),
            ("HOME", "/home/student"),
            ("TMPDIR", "/tmp"),
            ("LANG", "C.UTF-8"),
            ("LC_ALL", "C.UTF-8"),
            ("TZ", "UTC"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
            ("PYTHONUNBUFFERED", "1"),
            ("AWS_ENDPOINT_URL", "http://\(endpoint.address):\(endpoint.port)"),
            ("AWS_ACCESS_KEY_ID", accessKeyID),
            ("AWS_SECRET_ACCESS_KEY", secretAccessKey),
            ("AWS_DEFAULT_REGION", region),
            ("AWS_REGION", region),
            ("AWS_PAGER", ""),
            // Nothing answers at the metadata address: looking there would only cost time.
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]
    }

    /// The limits as reports show them.
    static func shown(_ limits: LabLimits) -> [String: String] {
        [
            "wall": durationText(limits.wallSeconds), "cpu": durationText(limits.cpuSeconds),
            "memory": bytesText(limits.memoryBytes), "processes": "\(limits.processes)",
            "output": bytesText(limits.outputBytes), "disk": bytesText(limits.diskBytes),
            "file_size": bytesText(limits.diskBytes), "api_calls": "\(limits.apiCalls)",
        ]
    }
}

/// The client programs that submissions use, as this machine has them.
package struct Clients: Sendable {
    package let toolchain: SandboxToolchain

    /// Looks in the folders of a search path.
    package init(searchPath: String) {
        toolchain = SandboxToolchain(of: ["bash", "aws", "python3"], searchPath: searchPath)
    }
}

/// The grader or the machine broke; never the student's fault.
package struct GradingError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
