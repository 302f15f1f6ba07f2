import Archives
import CloudState
import Sandbox
import ServiceModel

/// The box of an execution environment: what a function sees, and what it may use.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>
enum RuntimeBox {
    static let runtimeAPI = SandboxListener(address: "127.0.0.1", port: 9001)
    static let endpoint = EmulatorEndpoint.listener
    private static let mostUnpacked = 262_144_000

    static func policy(
        _ invocation: FunctionInvocation, region: String, logStream: String, _ toolchain: SandboxToolchain,
        support: [SandboxFile]
    ) throws -> SandboxPolicy {
        let version = invocation.version
        var files = try rootFiles(version.code.archive, below: "var/task")
        for layer in invocation.layers { merge(try rootFiles(layer, below: "opt"), into: &files) }
        files += support
        let (executable, arguments) = try program(version, toolchain, &files)
        var policy = SandboxPolicy(
            executable: executable, arguments: arguments,
            environment: environment(
                invocation, region: region, logStream: logStream, handler: version.handler,
                more: managed(version, toolchain)),
            workingDirectory: "/var/lambda", homeDirectory: "/home/sbx_user1051",
            readOnlyPaths: toolchain.readOnlyPaths + (support.isEmpty ? [] : JavaCompiler.configuration),
            listeners: [runtimeAPI, endpoint], limits: limits(version),
            time: .real)
        policy.rootFiles = files
        return policy
    }

    /// Functions and containers say themselves what they may use, and all of them together may say more than there is.
    static let sparedPerMille: UInt32 = 125

    /// What an environment may use.
    static func limits(_ version: FunctionVersion) -> SandboxLimits {
        var limits = SandboxLimits()
        limits.wallSeconds = 100_000
        limits.cpuSeconds = 100_000
        limits.memory = version.memorySize << 20
        limits.processes = 1024
        limits.openFiles = 1024
        limits.disk = version.ephemeralStorage << 20
        // A full disk is to be told as such, not as a file that is too large.
        limits.fileSize = limits.disk + (1 << 30)
        limits.inodes = 32768
        limits.output = 1 << 40
        limits.sparedPerMille = sparedPerMille
        return limits
    }

    private static func rootFiles(_ archive: [UInt8], below folder: String) throws -> [SandboxFile] {
        try ZipArchive.files(archive, limit: mostUnpacked).map {
            SandboxFile(path: "\(folder)/\($0.path)", isExecutable: $0.isExecutable, contents: $0.contents)
        }
    }

    /// Later layers lie over earlier ones.
    private static func merge(_ more: [SandboxFile], into files: inout [SandboxFile]) {
        var places = Dictionary(files.enumerated().map { ($1.path, $0) }) { _, last in last }
        for file in more {
            if let place = places[file.path] {
                files[place] = file
            } else {
                places[file.path] = files.count
                files.append(file)
            }
        }
    }

    private static func program(
        _ version: FunctionVersion, _ toolchain: SandboxToolchain, _ files: inout [SandboxFile]
    ) throws -> (String, [String]) {
        let runtime = version.runtime ?? ""
        func interpreter(_ name: String) throws -> String {
            guard let path = toolchain.programs[name] else {
                throw WorkloadError("\(name) is not installed on this machine, and runtime \(runtime) needs it")
            }
            return path
        }
        if runtime.hasPrefix("python") {
            files.append(SandboxFile(path: "var/runtime/bootstrap.py", contents: Array(pythonBootstrap.utf8)))
            return (try interpreter("python3"), ["python3", "-B", "-u", "/var/runtime/bootstrap.py"])
        }
        if runtime.hasPrefix("nodejs") {
            files.append(SandboxFile(path: "var/runtime/bootstrap.mjs", contents: Array(nodeBootstrap.utf8)))
            return (
                try interpreter("node"),
                ["node", "--max-old-space-size=\(version.memorySize * 9 / 10)", "/var/runtime/bootstrap.mjs"]
            )
        }
        if runtime.hasPrefix("ruby") {
            files.append(SandboxFile(path: "var/runtime/bootstrap.rb", contents: Array(rubyBootstrap.utf8)))
            return (try interpreter("ruby"), ["ruby", "/var/runtime/bootstrap.rb"])
        }
        if runtime.hasPrefix("java") {
            return (
                try interpreter("java"),
                [
                    "java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
                    "-Xmx\(version.memorySize * 7 / 10)m", "-cp",
                    "/var/runtime:/var/task:/var/task/lib/*:/opt/java/lib/*", "Bootstrap",
                ]
            )
        }
        guard runtime.hasPrefix("provided") else { throw WorkloadError("runtime \(runtime) is not run here") }
        let places = ["var/task/bootstrap", "opt/bootstrap"]
        guard let found = places.first(where: { place in files.contains { $0.path == place } }) else {
            throw InvalidEntrypoint(reason: "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]")
        }
        guard files.contains(where: { $0.path == found && $0.isExecutable }) else {
            throw InvalidEntrypoint(reason: "fork/exec /\(found): permission denied")
        }
        return (try interpreter("sh"), ["sh", "-c", "cd /var/task && exec /\(found)"])
    }

    /// What an environment's program finds in its environment.
    ///
    /// - Parameter more: what managed runtimes have beside.
    static func environment(
        _ invocation: FunctionInvocation, region: String, logStream: String, handler: String,
        more: [(name: String, value: String)] = []
    ) -> [(name: String, value: String)] {
        let version = invocation.version
        var own: [(name: String, value: String)] = [
            ("TZ", ":UTC"), ("LAMBDA_TASK_ROOT", "/var/task"), ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
            ("_HANDLER", handler), ("AWS_LAMBDA_RUNTIME_API", "\(runtimeAPI.address):\(runtimeAPI.port)"),
            ("AWS_REGION", region), ("AWS_DEFAULT_REGION", region),
            ("AWS_LAMBDA_FUNCTION_NAME", invocation.function), ("AWS_LAMBDA_FUNCTION_VERSION", version.version),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "\(version.memorySize)"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", invocation.isProvision ? "provisioned-concurrency" : "on-demand"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", invocation.logGroup), ("AWS_LAMBDA_LOG_STREAM_NAME", logStream),
            ("AWS_ACCESS_KEY_ID", invocation.accessKeyID), ("AWS_SECRET_ACCESS_KEY", invocation.secretAccessKey),
            ("AWS_SESSION_TOKEN", invocation.sessionToken),
        ]
        own += EmulatorEndpoint.environment + more
        if version.logsJSON {
            own.append(("AWS_LAMBDA_LOG_FORMAT", "JSON"))
            own.append(
                ("AWS_LAMBDA_LOG_LEVEL", version.settings["LoggingConfig"]?["ApplicationLogLevel"]?.text ?? "INFO"))
        }
        let given = version.environment
        return own.filter { variable in !given.contains { $0.name == variable.name } } + given
    }

    private static func managed(
        _ version: FunctionVersion, _ toolchain: SandboxToolchain
    ) -> [(name: String, value: String)] {
        [
            ("PATH", "\(toolchain.searchPath):/opt/bin"), ("LD_LIBRARY_PATH", "/var/task:/var/task/lib:/opt/lib"),
            ("LANG", "en_US.UTF-8"), ("HOME", "/home/sbx_user1051"), ("TMPDIR", "/tmp"),
            ("AWS_EXECUTION_ENV", "AWS_Lambda_\(version.runtime ?? "")"),
            ("PYTHONPATH", "/var/task:/opt/python:/var/runtime"),
            ("NODE_PATH", "/opt/nodejs/node_modules:/var/task/node_modules"),
        ]
    }
}

extension FunctionInvocation {
    /// Whether only an environment is wanted.
    var isProvision: Bool { if case .provision = origin { true } else { false } }
}
