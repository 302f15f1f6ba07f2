import CloudState
import EmulatorCore
import EmulatorServer
import Images
import NIOCore
import Sandbox

/// There is no program that a runtime could begin with; why, in Lambda's words.
struct InvalidEntrypoint: Error {
    let reason: String
}

/// What an environment has over all the runtimes that it sees: `/tmp`, how its box is made and, where its function is an
/// image, the network.
///
/// Lambda keeps `/tmp` when it starts a runtime anew:
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown>
struct FunctionHome: Sendable {
    /// Where a runtime is heard: its events, and its calls of AWS.
    struct Doors: Sendable {
        let runtime: any Channel
        let api: EmulatorServer.Listener

        func close() async {
            try? await runtime.close()
            await api.close()
        }
    }

    private let policy: Result<SandboxPolicy, InvalidEntrypoint>
    private let tools: FunctionRunner.Tools
    private let emulator: Emulator
    /// The network that boxes of an image share, one after the other.
    private let space: SandboxSpace?

    init(
        _ invocation: FunctionInvocation, region: String, logStream: String, _ tools: FunctionRunner.Tools,
        _ emulator: Emulator, _ output: LogBuffer
    ) async throws {
        self.tools = tools
        self.emulator = emulator
        var image: Images.Image?
        var space: SandboxSpace?
        if let wanted = invocation.version.code.image {
            image = try await PulledImage.pull(wanted, tools.images)
            space = try await tools.spawner.openSpace(
                listeners: [RuntimeBox.runtimeAPI, RuntimeBox.endpoint],
                disk: invocation.version.ephemeralStorage << 20, inodes: 32768)
        }
        self.space = space
        do {
            var policy: SandboxPolicy
            if let image, let space {
                policy = try ImageBox.policy(
                    invocation, image, region: region, logStream: logStream, searchPath: tools.searchPath, in: space)
            } else {
                policy = try RuntimeBox.policy(
                    invocation, region: region, logStream: logStream, tools.toolchain,
                    support: try await tools.support(for: invocation.version))
            }
            policy.outputSink = { output.append($0) }
            self.policy = .success(policy)
        } catch let error as InvalidEntrypoint {
            policy = .failure(error)
        }
    }

    /// The `/tmp` that a box is to leave to those after it; nil where a space has it.
    func temporary(of box: SandboxBox) async -> KeptFolder? { space == nil ? await box.temporaryFolder() : nil }

    /// Whether the doors outlive a box.
    var keepsDoors: Bool { space != nil }

    /// A box whose program has not begun.
    ///
    /// - Throws: ``InvalidEntrypoint`` where there is no program.
    ///
    /// - Parameter temporary: the `/tmp` of the box before.
    func box(_ temporary: KeptFolder?) async throws -> SandboxBox {
        var policy = try policy.get()
        policy.temporaryFolder = temporary
        let box = try await tools.spawner.launch(policy)
        guard box.tier == .full, space != nil || box.listenerDescriptors.count == 2 else {
            throw WorkloadError("functions need namespaces, which this machine does not give")
        }
        return box
    }

    /// Listens for what runs in a box.
    func doors(_ box: SandboxBox, for environment: FunctionEnvironment) async throws -> Doors {
        let descriptors = space?.listenerDescriptors ?? box.listenerDescriptors
        let runtime = try await RuntimeServer.listen(descriptors[0], on: tools.server.eventLoops, for: environment)
        let api = try await tools.server.listen(descriptor: descriptors[1], emulator: emulator, isInside: true)
        return Doors(runtime: runtime, api: api)
    }
}
