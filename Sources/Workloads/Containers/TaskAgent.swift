import CloudState
import EmulatorServer
import JSONValue
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceModel

/// What a task's containers ask at 169.254.170.2: who they are, and their role's credentials.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html>
enum TaskAgent {
    static func listen(
        _ descriptor: Int32, on group: any EventLoopGroup, for task: RunningTask
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 16)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(60)))
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(AgentHandler(task))
                }
            }
            .withBoundSocket(descriptor).get()
    }
}

private final class AgentHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let task: RunningTask
    private var head: HTTPRequestHead?

    init(_ task: RunningTask) { self.task = task }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
            let loop = context.eventLoop
            let channel = context.channel
            let task = task
            Task {
                let document = await task.document(head.uri)
                loop.execute {
                    guard channel.isActive else { return }
                    bound.value.handler.write(document, head, bound.value.context)
                }
            }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func write(_ document: JSON?, _ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let text = document?.serializedString() ?? "404 page not found\n"
        var headers = HTTPHeaders([("Content-Length", String(text.utf8.count))])
        headers.add(name: "Content-Type", value: document == nil ? "text/plain" : "application/json")
        let status: HTTPResponseStatus = document == nil ? .notFound : .ok
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: request.version, status: status, headers: headers))),
            promise: nil)
        context.write(
            wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(string: text)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

extension RunningTask {
    /// What is answered to a path; nil where there is nothing.
    func document(_ path: String) -> JSON? {
        let names = path.prefix { $0 != "?" }.split(separator: "/").map(String.init)
        guard names.count >= 2 else { return nil }
        switch (names[0], names[1]) {
        case ("v2", "credentials") where names.count == 3 && names[2] == launch.taskID: return credentials
        case ("v2", "metadata"): return taskDocument
        case ("v3", let id), ("v4", let id):
            guard let container = launch.containers.first(where: { $0.runtimeID == id }) else { return nil }
            switch names.dropFirst(2).first {
            case nil: return document(of: container)
            case "task": return taskDocument
            case "stats": return [:]
            default: return nil
            }
        default: return nil
        }
    }

    private var credentials: JSON? {
        launch.credentials.map {
            [
                "RoleArn": .string($0.roleARN), "AccessKeyId": .string($0.accessKeyID),
                "SecretAccessKey": .string($0.secretAccessKey), "Token": .string($0.sessionToken),
                "Expiration": .string($0.expiration.iso8601),
            ]
        }
    }

    private var taskDocument: JSON {
        [
            "Cluster": .string(launch.cluster), "TaskARN": .string(launch.taskARN), "Family": .string(launch.family),
            "Revision": .string(String(launch.revision)), "DesiredStatus": "RUNNING",
            "KnownStatus": "RUNNING", "Limits": ["Memory": .integer(launch.memory)],
            "AvailabilityZone": .string(launch.zone), "LaunchType": .string(launch.launchType),
            "Containers": .array(launch.containers.map(document)),
        ]
    }

    private func document(of container: TaskLaunch.Container) -> JSON {
        let status =
            switch parts[container.name]?.phase {
            case .running?: "RUNNING"
            case .exited?: "STOPPED"
            case .pending?, nil: "PENDING"
            }
        let networks: [JSON] = launch.address.map { [["NetworkMode": "awsvpc", "IPv4Addresses": [.string($0)]]] } ?? []
        return [
            "DockerId": .string(container.runtimeID), "Name": .string(container.name),
            "DockerName": .string(container.name), "Image": .string(container.image),
            "ContainerARN": .string(container.arn), "DesiredStatus": "RUNNING", "KnownStatus": .string(status),
            "Limits": ["Memory": .integer(container.memory ?? launch.memory)], "Type": "NORMAL",
            "Labels": [
                "com.amazonaws.ecs.cluster": .string(launch.cluster),
                "com.amazonaws.ecs.container-name": .string(container.name),
                "com.amazonaws.ecs.task-arn": .string(launch.taskARN),
                "com.amazonaws.ecs.task-definition-family": .string(launch.family),
                "com.amazonaws.ecs.task-definition-version": .string(String(launch.revision)),
            ],
            "Networks": .array(networks),
        ]
    }
}
