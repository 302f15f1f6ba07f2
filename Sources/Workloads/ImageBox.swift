import CloudState
import Images
import Sandbox
import ServiceModel

/// The box of a function that is a container image: the image's files, read-only, and `/tmp`.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/images-create.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/images-parms.html>
enum ImageBox {
    /// Lambda's own user, whatever the image says.
    private static let user: (id: UInt32, group: UInt32) = (993, 990)

    static func policy(
        _ invocation: FunctionInvocation, _ image: Images.Image, region: String, logStream: String, searchPath: String,
        in space: SandboxSpace
    ) throws -> SandboxPolicy {
        let version = invocation.version
        let configuration = image.configuration
        let said = version.imageConfig
        func words(_ name: String) -> [String]? { said?[name]?.elements?.compactMap(\.text) }
        let entryPoint = words("EntryPoint")
        // Whoever gives an entry point has taken the image's command away.
        let command = words("Command") ?? (entryPoint == nil ? configuration.command : [])
        let program = (entryPoint ?? configuration.entrypoint) + command
        guard let executable = program.first, !executable.isEmpty else {
            throw InvalidEntrypoint(
                reason: "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap /var/runtime/bootstrap]")
        }
        let toolchain = image.toolchain(searchPath: searchPath)
        var limits = RuntimeBox.limits(version)
        // Only what the box itself needs is written to its root.
        limits.disk = 16 << 20
        var policy = SandboxPolicy(
            executable: executable, arguments: program,
            environment: environment(invocation, configuration, toolchain, region: region, logStream: logStream),
            workingDirectory: absolute(said?["WorkingDirectory"]?.text ?? configuration.workingDirectory),
            homeDirectory: "/", readOnlyPaths: toolchain?.readOnlyPaths ?? [], listeners: [], limits: limits,
            time: .real)
        var box = SandboxContainer(image: image.root.path, user: user.id, group: user.group, space: space)
        box.hasReadOnlyRoot = true
        box.hostName = "169-254-10-1"
        box.folders = [SandboxContainer.Folder(index: 0, path: "/tmp", isReadOnly: false)]
        policy.container = box
        policy.rootFiles = [
            SandboxFile(path: "etc/hosts", contents: Array("127.0.0.1 localhost\n127.0.0.1 \(box.hostName)\n".utf8)),
            SandboxFile(path: "etc/resolv.conf", contents: []),
        ]
        return policy
    }

    private static func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "/\(path)" }

    /// The image's variables, Lambda's, and the function's own.
    private static func environment(
        _ invocation: FunctionInvocation, _ configuration: ImageConfiguration, _ toolchain: SandboxToolchain?,
        region: String, logStream: String
    ) -> [(name: String, value: String)] {
        let search = configuration.environment.last { $0.name == "PATH" }?.value
        let standard = search ?? "/usr/local/bin:/usr/bin:/bin:/opt/bin"
        var all = configuration.environment.filter { $0.name != "PATH" }
        all.append(("PATH", toolchain.map { "\($0.searchPath):\(standard)" } ?? standard))
        // The handler and where code lies are the image's business.
        let managed: Set<String> = ["_HANDLER", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"]
        let own = RuntimeBox.environment(invocation, region: region, logStream: logStream, handler: "")
            .filter { !managed.contains($0.name) }
        let names = Set(own.map(\.name))
        return all.filter { !names.contains($0.name) } + own
    }
}

extension Images.Image {
    /// What of this machine the image shows, where it says that it has no programs of its own.
    func toolchain(searchPath: String) -> SandboxToolchain? {
        configuration.labels["dev.skylab.host-programs"].map {
            SandboxToolchain(of: $0.split(separator: " ").map(String.init), searchPath: searchPath)
        }
    }
}
