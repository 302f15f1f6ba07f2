import Digests
import GradeModel
import LabFormat
package import Sandbox
import Submissions
import Workloads

/// The box in which a submission's program runs: what it sees, and what it may use.
struct StudentBox {
    static let endpoint = EmulatorEndpoint.listener

    /// Student-side credentials; the emulator takes any.
    static let accessKeyID = "AKIASKYLABSTUDENT000"
    static let secretAccessKey = "skylab-lends-you-this-region"

    static func policy(
        _ entry: Entry, _ submission: Submission, _ lab: Lab, region: String, clients: Clients
    ) throws(GradingError) -> SandboxPolicy {
        let kind = entry.interface.kind
        let files = kind == .taskdef ? TaskDefinitionRegistration(entry.file).files(submission.files) : submission.files
        let toolchain = clients.toolchain
        // Without a mirror Terraform is not looked for.
        guard kind != .terraform || clients.terraformMirror != nil else {
            throw GradingError(
                "the lab's interface 'terraform' needs a mirror of the AWS provider; set SKYLAB_TERRAFORM_MIRROR to the absolute path of its folder (`terraform providers mirror` makes one)"
            )
        }
        let programs = kind == .terraform ? [entry.command[0], "terraform"] : [entry.command[0]]
        for program in programs where toolchain.programs[program] == nil {
            throw GradingError(
                "\(program) is not installed, and the lab's interface '\(kind.rawValue)' needs it; `skylab doctor` says what is missing"
            )
        }
        var searchPath = toolchain.searchPath
        var readOnlyPaths = toolchain.readOnlyPaths
        var rootFiles: [SandboxFile] = []
        if let warmStart = clients.warmStart, let command = toolchain.programs["aws"].flatMap(warmStart.file) {
            searchPath = "\(WarmStart.folder):\(searchPath)"
            readOnlyPaths += warmStart.readOnlyPaths
            rootFiles.append(command)
        }
        if lab.network == .emulator { rootFiles.append(endpointAliases) }
        var environment = environment(region: region, searchPath: searchPath)
        if lab.containers == .run, lab.network == .emulator {
            // The way to what tasks serve; the emulator itself needs no proxy.
            environment += [
                ("http_proxy", "http://\(endpoint.address):\(endpoint.port)"), ("no_proxy", "127.0.0.1,localhost"),
            ]
        }
        if kind == .terraform, let mirror = clients.terraformMirror {
            readOnlyPaths.append(mirror)
            environment += [
                ("TERRAFORM_MIRROR", mirror), ("TF_CLI_CONFIG_FILE", "/home/student/terraform.rc"),
                ("TF_IN_AUTOMATION", "1"), ("CHECKPOINT_DISABLE", "1"),
                // The provider reads its 1 400 schemas at each start: with fewer collections, a third less processor time.
                ("GOGC", "400"),
            ]
        }
        if lab.time == .virtual, let library = ClockLibrary.find() {
            readOnlyPaths.append(library)
            environment.append(("LD_PRELOAD", library))
        }
        var limits = SandboxLimits()
        limits.wallSeconds = lab.limits.wallSeconds
        limits.cpuSeconds = lab.limits.cpuSeconds
        limits.memory = lab.limits.memoryBytes
        limits.processes = lab.limits.processes
        limits.output = lab.limits.outputBytes
        limits.disk = lab.limits.diskBytes
        limits.fileSize = lab.limits.diskBytes
        var policy = SandboxPolicy(
            executable: toolchain.programs[programs[0]] ?? "", arguments: entry.command, environment: environment,
            readOnlyPaths: readOnlyPaths, files: files,
            listeners: lab.network == .emulator ? [endpoint] : [], limits: limits,
            time: lab.time == .virtual ? .virtual : .real)
        policy.collectedFiles = lab.collect
        policy.rootFiles = rootFiles
        return policy
    }

    /// Version 1 of the aws CLI has addresses of its own for some services, whatever `AWS_ENDPOINT_URL` says.
    ///
    /// <https://docs.aws.amazon.com/cli/v1/userguide/cli-usage-alias.html>
    private static var endpointAliases: SandboxFile {
        let url = "http://\(endpoint.address):\(endpoint.port)"
        let services = ["sqs", "rds", "emr", "docdb", "neptune", "health"]
        let text = "[toplevel]\n" + services.map { "\($0) = \($0) --endpoint-url \(url)\n" }.joined()
        return SandboxFile(path: "home/student/.aws/cli/alias", contents: Array(text.utf8))
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
            ("AWS_ACCESS_KEY_ID", accessKeyID),
            ("AWS_SECRET_ACCESS_KEY", secretAccessKey),
            ("AWS_DEFAULT_REGION", region),
            ("AWS_REGION", region),
            ("AWS_PAGER", ""),
        ] + EmulatorEndpoint.environment
    }

    /// What a lab collects, as results keep it; nil where that is nothing.
    static func handedIn(_ files: [CollectedFile]) -> [HandedInFile]? {
        guard !files.isEmpty else { return nil }
        return files.map { file in
            guard let contents = file.contents else { return HandedInFile(path: file.path, problem: file.problem) }
            var digest = DigestState(.sha256)
            digest.update(contents)
            return HandedInFile(
                path: file.path, bytes: contents.count, digest: digest.finish().hex,
                text: HandedInFile.text(of: contents))
        }
    }

    /// The limits as reports show them.
    static func shown(_ limits: LabLimits) -> [String: String] {
        [
            "wall": durationText(limits.wallSeconds), "cpu": durationText(limits.cpuSeconds),
            "memory": bytesText(limits.memoryBytes), "processes": "\(limits.processes)",
            "output": bytesText(limits.outputBytes), "disk": bytesText(limits.diskBytes),
            "file_size": bytesText(limits.diskBytes), "api_calls": "\(limits.apiCalls)",
            "api_data": bytesText(limits.apiDataBytes),
        ]
    }
}

/// The client programs that submissions use, as this machine has them.
package struct Clients: Sendable {
    package let toolchain: SandboxToolchain
    /// A folder with the AWS provider for Terraform, laid out as a filesystem mirror; nil where there is none.
    ///
    /// <https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror>
    package let terraformMirror: String?
    /// Where interpreters of functions are looked for.
    let searchPath: String
    /// What spares a submission's calls of `aws` the start of Python; nil where it was not built.
    let warmStart: WarmStart?
    /// Where images of containers are, beside a lab's own.
    package var imageFolders: [String]

    /// Looks in the folders of a search path; for Terraform only where there is a mirror for it.
    package init(searchPath: String, terraformMirror: String? = nil, imageFolders: [String] = []) {
        self.imageFolders = imageFolders
        self.terraformMirror = terraformMirror.flatMap { $0.hasPrefix("/") ? $0 : nil }
        self.searchPath = searchPath
        warmStart = WarmStart()
        let names = ["bash", "aws", "python3"]
        let all = SandboxToolchain(of: names + ["terraform"], searchPath: searchPath)
        let isComplete = self.terraformMirror != nil && all.programs["terraform"] != nil
        toolchain = isComplete ? all : SandboxToolchain(of: names, searchPath: searchPath)
    }

    /// Whether submissions in Terraform can be graded.
    package var hasTerraform: Bool { toolchain.programs["terraform"] != nil }
}

/// The grader or the machine broke; never the student's fault.
package struct GradingError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
