import CloudState
import Images
import Sandbox
import ServiceModel

/// The box of a container: what its image, its definition and its task say.
struct ContainerBox {
    /// Where a task's listeners are. Port 80 of the address is AWS's; it is ours only where no container wants port 80.
    static let agentAddress = "169.254.170.2"
    static let agentPort: UInt16 = 51679
    static let endpoint = EmulatorEndpoint.listener

    let launch: TaskLaunch
    let container: TaskLaunch.Container
    let image: Images.Image
    let region: String
    let hasAgentPort80: Bool
    let toolchain: SandboxToolchain?

    /// - Throws: `WorkloadError` with the reason in Docker's words.
    func policy(in space: SandboxSpace) throws(WorkloadError) -> SandboxPolicy {
        let configuration = image.configuration
        let entryPoint = container.entryPoint ?? configuration.entrypoint
        // Whoever gives an entry point has taken the image's command away.
        let command = container.command ?? (container.entryPoint == nil ? configuration.command : [])
        let words = entryPoint + command
        guard let program = words.first, !program.isEmpty else {
            throw WorkloadError("CannotStartContainerError: Error response from daemon: no command specified")
        }
        let user = container.user ?? configuration.user
        guard let identity = image.root.identity(user) else {
            throw WorkloadError(
                "CannotStartContainerError: Error response from daemon: unable to find user \(user.prefix { $0 != ":" }): no matching entries in passwd file"
            )
        }
        var policy = SandboxPolicy(
            executable: program, arguments: words, environment: environment(identity.user),
            workingDirectory: folder(container.workingDirectory ?? configuration.workingDirectory),
            homeDirectory: "/", readOnlyPaths: toolchain?.readOnlyPaths ?? [], listeners: [], limits: limits,
            time: .real)
        var box = SandboxContainer(image: image.root.path, user: identity.user, group: identity.group, space: space)
        box.hasReadOnlyRoot = container.hasReadOnlyRoot
        box.hostName = hostName
        box.folders = container.mounts.prefix(SandboxContainer.mostFolders).map {
            SandboxContainer.Folder(index: $0.volume, path: folder($0.path), isReadOnly: $0.isReadOnly)
        }
        policy.container = box
        policy.rootFiles = [
            SandboxFile(path: "etc/hosts", contents: Array(hosts.utf8)),
            SandboxFile(path: "etc/hostname", contents: Array("\(hostName)\n".utf8)),
            SandboxFile(path: "etc/resolv.conf", contents: []),
        ]
        return policy
    }

    /// The policy of another program in the same box.
    static func policy(_ policy: SandboxPolicy, running words: [String]) -> SandboxPolicy {
        var other = policy
        other.executable = words.first ?? "true"
        other.arguments = words
        other.rootFiles = []
        return other
    }

    private func folder(_ path: String) -> String { path.isEmpty || !path.hasPrefix("/") ? "/\(path)" : path }

    private var hostName: String {
        if let name = container.hostName { return String(name.prefix(63)) }
        guard let address = launch.address else { return String(launch.taskID.prefix(12)) }
        return "ip-\(address.split(separator: ".").joined(separator: "-")).ec2.internal"
    }

    private var hosts: String {
        var lines = [
            "127.0.0.1 localhost", "::1 localhost ip6-localhost", "\(launch.address ?? "127.0.0.1") \(hostName)",
        ]
        lines += container.extraHosts.map { "\($0.value) \($0.name)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private var limits: SandboxLimits {
        var limits = SandboxLimits()
        limits.wallSeconds = 100_000
        limits.cpuSeconds = 100_000
        limits.memory = (container.memory ?? launch.memory) << 20
        limits.processes = 256
        limits.openFiles = min(max(container.openFiles ?? 1024, 16), 65536)
        limits.disk = 256 << 20
        limits.fileSize = limits.disk
        limits.inodes = 32768
        limits.output = 1 << 40
        limits.sparedPerMille = RuntimeBox.sparedPerMille
        return limits
    }

    private func environment(_ user: UInt32) -> [(name: String, value: String)] {
        let agent = "http://\(Self.agentAddress)" + (hasAgentPort80 ? "" : ":\(Self.agentPort)")
        let path = image.configuration.environment.last { $0.name == "PATH" }?.value
        let standard = path ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        var all: [(name: String, value: String)] = [
            ("PATH", toolchain.map { "\($0.searchPath):\(standard)" } ?? standard), ("HOSTNAME", hostName),
            ("HOME", image.root.home(of: user)),
            ("AWS_EXECUTION_ENV", launch.launchType == "FARGATE" ? "AWS_ECS_FARGATE" : "AWS_ECS_EC2"),
            ("AWS_REGION", region), ("AWS_DEFAULT_REGION", region),
            // The way to other tasks.
            ("http_proxy", "http://\(Self.endpoint.address):\(Self.endpoint.port)"),
            ("no_proxy", "127.0.0.1,localhost,\(Self.agentAddress),\(launch.address ?? hostName)"),
            ("ECS_CONTAINER_METADATA_URI", "\(agent)/v3/\(container.runtimeID)"),
            ("ECS_CONTAINER_METADATA_URI_V4", "\(agent)/v4/\(container.runtimeID)"),
        ]
        all += EmulatorEndpoint.environment
        if launch.credentials != nil {
            let path = "/v2/credentials/\(launch.taskID)"
            all.append(
                hasAgentPort80
                    ? ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", path)
                    : ("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent + path))
        }
        let given =
            image.configuration.environment.filter { $0.name != "PATH" }
            + container.environment.map { (name: $0.name, value: $0.value) }
        for variable in given where !variable.name.isEmpty {
            all.removeAll { $0.name == variable.name }
            all.append(variable)
        }
        return all
    }
}
