import CloudState
import EmulatorCore
import EmulatorServer
import Foundation
import Images
import Sandbox
import ServiceModel
import WireProtocols
import Workloads

/// An emulator on a free port of this machine, for real clients.
struct EmulatorHost {
    let emulator: Emulator
    private let server: EmulatorServer
    private let listener: EmulatorServer.Listener

    private let workloads: WorkloadRunner
    private let cache: String

    init(seed: String = "test", enforcesIAM: Bool = false, runsContainers: Bool = false) async throws {
        var configuration = Emulator.Configuration(
            seed: seed, epoch: Timestamp(year: 2026, month: 9, day: 1, hour: 8), enforcesIAM: enforcesIAM,
            trailLimit: 100_000)
        let server = EmulatorServer(threads: 1)
        let cache = NSTemporaryDirectory() + "skylab-images-\(UUID().uuidString)"
        self.cache = cache
        let images = ImageStore(folders: ["\(root)/.build/images"], cache: cache)
        let functions = FunctionRunner {
            let searchPath = "\(root)/.venv/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
            return FunctionRunner.Tools(
                spawner: try Spawner.start(), server: server, images: images, searchPath: searchPath)
        }
        let tasks = TaskRunner {
            let searchPath = ProcessInfo.processInfo.environment["PATH"] ?? ""
            return TaskRunner.Tools(
                spawner: try Spawner.start(), server: server, images: images, searchPath: searchPath)
        }
        workloads = WorkloadRunner(functions: functions, tasks: tasks)
        configuration.effects = workloads
        configuration.prepare = { $0.runsContainers = runsContainers }
        emulator = Emulator(configuration)
        self.server = server
        let gateway = TaskGateway(emulator, tasks)
        let administration = Administration(
            respond: { _ in WireResponse(status: 404, contentType: "text/plain", body: EncodedBody([])) },
            forward: { gateway.answer($0) })
        listener = try await server.listen(
            host: "127.0.0.1", port: 0, emulator: emulator, administration: administration)
    }

    var port: Int { listener.port ?? 0 }

    var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:\(port)"
        environment["AWS_ACCESS_KEY_ID"] = Emulator.Configuration.accessKeyID
        environment["AWS_SECRET_ACCESS_KEY"] = "test"
        environment["AWS_DEFAULT_REGION"] = "us-east-1"
        environment["AWS_REGION"] = "us-east-1"
        environment["AWS_PAGER"] = ""
        environment["AWS_DISABLE_HOST_PREFIX_INJECTION"] = "true"
        environment["AWS_EC2_METADATA_DISABLED"] = "true"
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        environment["CHECKPOINT_DISABLE"] = "1"
        // As in a student's box.
        environment["GOGC"] = "400"
        environment["PATH"] = "\(root)/.venv/bin:" + (environment["PATH"] ?? "")
        return environment
    }

    func close() async {
        await listener.close()
        await workloads.close()
        await server.shutdown()
        try? FileManager.default.removeItem(atPath: cache)
    }
}

/// The top of the source tree.
let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

/// The first program of that name in the project's environment or the PATH.
func program(_ name: String) -> String? {
    let path = "\(root)/.venv/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
    return path.split(separator: ":").map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
}
