import CloudState
package import EmulatorCore
import JSONValue
import LoadBalancing
import Reachability
import Sandbox
import Scenarios
package import WireProtocols

/// Lets clients on this machine get to what tasks serve: by the names and addresses of the region, whose load balancers,
/// security groups and routes decide, or straight to a task's port.
///
/// A request is for a load balancer, or for a task's or an instance's public address, where its `Host` says so, as it does
/// where the emulator is a client's proxy. `/_skylab/tasks/TASK:PORT/PATH` asks a port of a task, whatever the
/// network says.
package struct TaskGateway: Sendable {
    private static let root = "/_skylab/tasks/"
    /// How long an Application Load Balancer waits for a target.
    private static let patience = 60

    private let emulator: Emulator
    private let tasks: TaskRunner

    package init(_ emulator: Emulator, _ tasks: TaskRunner) {
        self.emulator = emulator
        self.tasks = tasks
    }

    /// The answer to a request that is none of the emulator's own; nil for the others.
    package func answer(_ request: WireRequest) -> Pending<WireResponse>? {
        request.path.hasPrefix(Self.root) ? later { await straight(request) } : answerByName(request)
    }

    /// The answer to a request for a load balancer, or for a public address; nil for the others. Whoever asks so has to keep to
    /// what the region's network lets through.
    package func answerByName(_ request: WireRequest) -> Pending<WireResponse>? {
        guard let url = Self.url(request) else { return nil }
        let world = emulator.world
        let region = world.regions.first { ClientPlan.knows(url.host, world, region: $0.name) }
        guard let region = region?.name else { return nil }
        return later { await routed(request, url, region) }
    }

    private func later(_ work: @escaping @Sendable () async -> WireResponse) -> Pending<WireResponse> {
        let pending = Pending<WireResponse>()
        Task { pending.fulfil(await work()) }
        return pending
    }

    /// What is asked for, where it is no address of this machine's.
    private static func url(_ request: WireRequest) -> ClientURL? {
        guard let host = request.header("host"), isForeign(host) else { return nil }
        return url(request, host)
    }

    private static func url(_ request: WireRequest, _ host: String) -> ClientURL? {
        let query = request.query.isEmpty ? "" : "?\(request.query)"
        return ClientURL("http://\(host)\(request.path)\(query)")
    }

    /// Names of load balancers and instances, and addresses but those of this machine.
    private static func isForeign(_ host: String) -> Bool {
        let name = host.prefix { $0 != ":" }.lowercased()
        if name.hasSuffix(".amazonaws.com") { return name.contains(".elb.") || name.hasPrefix("ec2-") }
        return name.last?.isNumber ?? false && !name.hasPrefix("127.") && name.allSatisfy { $0.isNumber || $0 == "." }
    }

    // MARK: By name

    private func routed(_ request: WireRequest, _ url: ClientURL, _ region: String) async -> WireResponse {
        // What was begun is done before anybody looks, as it is for those who call the API.
        await emulator.settleAll()
        let world = emulator.world
        var plan = ClientPlan(url, world, region: region, request: request.balancerRequest(url))
        let found = plan.next()
        switch found.outcome {
        case .noSuchName: return Self.text(502, "there is nothing at \(url.host)")
        case .refused: return Self.text(502, "\(url.host):\(url.port) refuses the connection: nothing listens there")
        case .timedOut:
            return Self.text(
                504, "\(url.host):\(url.port) does not answer: see its security groups, network ACLs and routes")
        case .status(let status):
            let state = world.regions.first { $0.name == region }
            guard let target = found.targetID, let port = found.targetPort,
                let process = state?.process(at: target, port: port)
            else { return Self.modelled(status, found) }
            var headers = request.headers
            if found.targetGroupARN != nil {
                headers += [
                    ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Proto", "http"),
                    ("X-Forwarded-Port", "\(url.port)"),
                ]
            }
            let asked = ContainerRequest(
                method: request.method, path: url.path, host: request.header("host") ?? url.host, headers: headers,
                body: request.body)
            return await tasks.send(
                asked, to: process.port, of: process.task.id, region: region, seconds: Self.patience)
                ?? Self.text(502, "the task gives no answer")
        }
    }

    /// What the load balancer answers itself, or what a modelled server would.
    private static func modelled(_ status: Int, _ found: RoutedRequest) -> WireResponse {
        var response = text(
            status, found.targetID.map { "\($0) is modelled: it answers with \(status)" } ?? "\(status)")
        if let location = found.location { response.headers.append(("Location", location)) }
        return response
    }

    // MARK: Straight

    private func straight(_ request: WireRequest) async -> WireResponse {
        let parts = request.path.dropFirst(Self.root.count).split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let halves = (parts.first ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard halves.count == 2, let port = Int(halves[1]), (1...65_535).contains(port) else {
            return Self.text(400, "ask for \(Self.root)TASK:PORT/PATH")
        }
        await emulator.settleAll()
        let id = String(halves[0])
        guard let region = emulator.world.regions.first(where: { $0.ecs.tasks[id]?.runs != nil })?.name else {
            return Self.text(404, "no task of that id runs as processes")
        }
        let query = request.query.isEmpty ? "" : "?\(request.query)"
        let asked = ContainerRequest(
            method: request.method, path: "/" + (parts.count > 1 ? parts[1] : "") + query, host: "localhost:\(port)",
            headers: request.headers, body: request.body)
        return await tasks.send(asked, to: port, of: id, region: region, seconds: Self.patience)
            ?? Self.text(502, "nothing that speaks HTTP listens on port \(port) of the task")
    }

    private static func text(_ status: Int, _ text: String) -> WireResponse {
        WireResponse(status: status, contentType: "text/plain", body: EncodedBody(Array("\(text)\n".utf8)))
    }
}

// MARK: From a task to others

extension TaskGateway {
    /// The answer to a request that a container sends to the emulator as to its proxy: for another task, by its private
    /// address or by a name that its own task knows, for itself, or for what clients of the internet get to as well. Nil
    /// for the emulator's own.
    func answer(_ request: WireRequest, from running: RunningTask) -> Pending<WireResponse>? {
        guard let host = request.header("host"), let url = Self.url(request, host) else { return nil }
        let asked = ContainerRequest(
            method: request.method, path: url.path, host: host, headers: request.headers, body: request.body)
        if url.host == ContainerBox.agentAddress { return later { await Self.document(url.path, of: running) } }
        if url.host == "localhost" || url.host.hasPrefix("127.") || url.host == running.launch.address {
            // What has no way to leave its proxy out asks it for its own server, too.
            guard url.port != ContainerBox.endpoint.port else { return nil }
            return later {
                await running.send(asked, to: url.port, seconds: Self.patience)
                    ?? Self.text(502, "\(host) refuses the connection: nothing listens there")
            }
        }
        let world = emulator.world
        guard let region = world.regions.first(where: { $0.name == running.reporter.region }),
            let task = region.ecs.tasks[running.launch.taskID]
        else { return nil }
        guard let places = region.places(of: url.host, port: url.port, for: task) ?? region.place(at: url) else {
            return answerByName(request)
        }
        return later { await others(asked, places, from: task, region, world, url) }
    }

    private static func document(_ path: String, of running: RunningTask) async -> WireResponse {
        guard let document = await running.document(path) else { return text(404, "404 page not found") }
        return WireResponse(
            status: 200, contentType: "application/json",
            body: EncodedBody(Array(document.serializedString().utf8)))
    }

    /// Asks one of several places; those that can be reached take turns by what is asked.
    private func others(
        _ asked: ContainerRequest, _ places: [(address: String, port: Int)], from task: ContainerTask,
        _ region: Region, _ world: World, _ url: ClientURL
    ) async -> WireResponse {
        let source: ReachabilityEndpoint
        if let interface = task.attachment?.interfaceID {
            source = .interface(id: interface)
        } else if let host = region.host(of: task) {
            source = .instance(id: host.id)
        } else {
            return Self.text(502, "the task has no network")
        }
        let analyzer = PathAnalyzer(world, region: region.name)
        let open = places.filter { place in
            guard let address = IPv4Address(place.address) else { return false }
            return analyzer.reaches(ReachabilityQuery(from: source, to: .address(address), .tcp, port: place.port))
        }
        guard !open.isEmpty else {
            return places.isEmpty
                ? Self.text(502, "nothing is registered as \(url.host)")
                : Self.text(
                    504, "\(url.host):\(url.port) does not answer: see its security groups, network ACLs and routes")
        }
        let turn = tasks.nextTurn()
        for place in open.indices.map({ open[(turn + $0) % open.count] }) {
            guard let process = region.process(at: place.address, port: place.port) else { continue }
            let answer = await tasks.send(
                asked, to: process.port, of: process.task.id, region: region.name, seconds: Self.patience)
            if let answer { return answer }
        }
        return Self.text(502, "\(url.host):\(url.port) refuses the connection: no container that runs listens there")
    }
}

extension Region {
    /// A private address as the place that it is; nil for anything else.
    fileprivate func place(at url: ClientURL) -> [(address: String, port: Int)]? {
        IPv4Address(url.host).flatMap { ec2.networkInterface(havingPrivate: $0) }.map { _ in [(url.host, url.port)] }
    }

    /// The task that runs as processes behind a target: an address, or an instance's port.
    fileprivate func process(at target: String, port: Int) -> (task: ContainerTask, port: Int)? {
        guard let address = IPv4Address(target) else { return ecs.process(instance: target, port: port) }
        guard let interface = ec2.networkInterface(havingPrivate: address) else { return nil }
        return ecs.process(interface: interface.id, port: port)
            ?? interface.attachment.flatMap { ecs.process(instance: $0.instanceID, port: port) }
    }
}

extension WireRequest {
    fileprivate func balancerRequest(_ url: ClientURL) -> BalancerRequest {
        BalancerRequest(
            method: method, host: url.host, path: url.path, port: url.port,
            headers: headers.map { BalancerRequest.Header(name: $0.name, value: $0.value) })
    }
}
