import CloudState
import Sandbox
import WireProtocols

/// What containers are asked for over the network.
extension RunningTask {
    /// What they answer to those who check them.
    func probe(_ space: SandboxSpace) async -> [TaskAnswer] {
        var answers: [TaskAnswer] = []
        for container in launch.containers {
            var probes = container.probes
            for port in container.ports {
                for path in morePaths where !probes.contains(.init(port: port, path: path)) {
                    probes.append(.init(port: port, path: path))
                }
            }
            for probe in probes where parts[container.name]?.phase == .running {
                let status = await ContainerProbe.status(space, port: probe.port, path: probe.path)
                answers.append(TaskAnswer(probe: probe, status: status))
            }
        }
        return answers
    }

    /// Looks at what is answered, and from now on at these paths, too.
    func look(at paths: [String]) async {
        guard let space, isStarted, isRunning else { return }
        morePaths = paths
        note(await probe(space))
    }

    /// Asks a port; nil where nothing answers.
    func send(_ request: ContainerRequest, to port: Int, seconds: Int) async -> WireResponse? {
        guard let space, isRunning else { return nil }
        return await request.send(to: port, in: space, seconds: seconds)
    }
}
