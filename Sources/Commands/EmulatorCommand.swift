import ArgumentParser
import CloudState
@preconcurrency import Dispatch
import EmulatorCore
import EmulatorServer
import Glibc
import Images
import Sandbox
import ServiceModel
import Workloads

/// `skylab emulator`: the emulator on its own, for the aws CLI and SDKs.
struct EmulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emulator",
        abstract: "Serve the AWS emulator on a port of this machine.",
        discussion: """
            Prints the lines that point a shell's aws CLI or SDK at it. Nothing is checked of the credentials but \
            that there are some. Ctrl-C ends it.
            """)

    @Option(help: "The port to listen on; 0 takes any that is free.")
    var port = 4566

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The region that the printed lines name.")
    var region = "us-east-1"

    @Option(help: "Ids, addresses and keys follow from the seed: the same calls give the same answers.")
    var seed = "skylab"

    @Option(
        help: "virtual: what is under way has come to its end when it is next looked at; real[:SPEED]: the wall clock.")
    var clock: ClockOption = .virtual

    @Option(help: "Keep the region in this file: what is in it is there again at the next start.")
    var state: String?

    @Flag(help: "List the operations that are emulated, and end.")
    var operations = false

    @Flag(name: .customLong("enforce-iam"), help: "Hold every call against the caller's IAM policies.")
    var enforcesIAM = false

    @Option(
        help: ArgumentHelp(
            "How many vCPUs of a bucket may run, for instance standard=64 or spot-standard=0. May be repeated.",
            valueName: "bucket=vcpus"))
    var quota: [QuotaOption] = []

    @Option(
        help: ArgumentHelp(
            "Instance types that AWS has none left of, for instance t3.micro, 'm5.*' or us-east-1a:'*'. May be repeated.",
            valueName: "[zone:]types"))
    var shortage: [ShortageOption] = []

    @Option(
        help:
            "modelled: tasks of ECS go through their states without processes; run: their containers run in sandboxes.")
    var containers: ContainerMode = .modelled

    @Option(
        help: ArgumentHelp(
            "A folder with images for containers: OCI layouts, docker save and skopeo archives. Implies --containers run. May be repeated.",
            valueName: "dir"))
    var images: [String] = []

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is a number from 0 to 65535") }
    }

    func run() async throws {
        guard !operations else { return writeOut(OperationTable.text) }
        let start = Timestamp.wallClock
        let store = try state.map { path throws(CommandFailure) in try StateFile(path: path, seed: seed, epoch: start) }
        let journal = store?.journal ?? Journal(seed: seed, epoch: start)
        var configuration = Emulator.Configuration(
            seed: journal.seed, epoch: journal.epoch, clock: clock.policy(start: journal.epoch),
            enforcesIAM: enforcesIAM, trailLimit: 1000)
        let (quotas, shortages, runs) = (quota, shortage, containers == .run || !images.isEmpty)
        let folders = images + [(try? Installation.find())?.images].compactMap { $0 }
        let imageStore = ImageStore(folders: folders, cache: ImageStore.defaultCache(environment))
        // Those that come with Skylab are none of a registry's.
        let atHand = images.isEmpty ? [:] : imageStore.registryImages
        configuration.prepare = { world in
            world.runsContainers = runs
            world.imagesAtHand = atHand
            for option in quotas { world.capacity.quotas[option.bucket, isSpot: option.isSpot] = option.vCPUs }
            world.capacity.shortages += shortages.map(\.shortage)
        }
        if let store { configuration.changed = { store.append($0) } }
        let server = EmulatorServer(threads: processorCount())
        let functions = FunctionRunner {
            let searchPath = (try? Installation.find())?.searchPath ?? environment("PATH") ?? ""
            return FunctionRunner.Tools(
                spawner: try Spawner.start(), server: server, images: imageStore, searchPath: searchPath)
        }
        let tasks = TaskRunner {
            let searchPath = (try? Installation.find())?.searchPath ?? environment("PATH") ?? ""
            return TaskRunner.Tools(
                spawner: try Spawner.start(), server: server, images: imageStore, searchPath: searchPath)
        }
        let workloads = WorkloadRunner(functions: functions, tasks: tasks)
        configuration.effects = workloads
        let world = journal.world(
            accountID: configuration.defaultCaller.accountID, enforcesIAM: configuration.enforcesIAM,
            prepare: configuration.prepare)
        let emulator = Emulator(configuration, world: world)
        var limits = EmulatorServer.Limits()
        limits.connections = 10_000
        let listener: EmulatorServer.Listener
        do {
            listener = try await server.listen(
                host: host, port: port, emulator: emulator, limits: limits,
                administration: AdministrationPaths.administration(
                    of: emulator, store: store, gateway: TaskGateway(emulator, tasks)))
        } catch {
            throw CommandFailure(
                "cannot listen on \(host):\(port): \(listenProblem(error)). Is another emulator running? Choose another --port.",
                code: .infrastructure)
        }
        writeOut(
            """
            Skylab emulator on http://\(host):\(listener.port ?? port) (\(clock.description) clock, seed \(journal.seed)). Point a shell at it with:

            export AWS_ENDPOINT_URL=http://\(host):\(listener.port ?? port)
            export AWS_ACCESS_KEY_ID=\(Emulator.Configuration.accessKeyID) AWS_SECRET_ACCESS_KEY=skylab AWS_DEFAULT_REGION=\(region)

            """)
        await untilInterrupted()
        await listener.close()
        await workloads.close()
        await server.shutdown()
        store?.close()
    }
}

/// Whether containers of tasks are processes.
enum ContainerMode: String, ExpressibleByArgument, CaseIterable {
    case modelled, run
}

/// `virtual`, `real` or `real:SPEED`.
enum ClockOption: ExpressibleByArgument, CustomStringConvertible {
    case virtual
    case real(speed: Double)

    init?(argument: String) {
        if argument == "virtual" {
            self = .virtual
        } else if argument == "real" {
            self = .real(speed: 1)
        } else if argument.hasPrefix("real:"), let speed = Double(argument.dropFirst(5)), speed > 0, speed <= 1e6 {
            self = .real(speed: speed)
        } else {
            return nil
        }
    }

    var description: String {
        switch self {
        case .virtual: "virtual"
        case .real(let speed): speed == 1 ? "real" : "real:\(speed)"
        }
    }

    func policy(start: Timestamp) -> ClockPolicy {
        switch self {
        case .virtual: .settling
        case .real(let speed): .following(start: start, speed: speed) { Timestamp.wallClock }
        }
    }
}

extension Timestamp {
    /// Now, by this machine's clock.
    static var wallClock: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
    }
}

/// How many processors this process may use.
func processorCount() -> Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

/// Waits for SIGINT or SIGTERM.
func untilInterrupted() async {
    let signals = AsyncStream<Void> { continuation in
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
        continuation.onTermination = { _ in for source in sources { source.cancel() } }
    }
    for await _ in signals { break }
}
