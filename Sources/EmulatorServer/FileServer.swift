import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves the files of a folder over HTTP/1.1, for looking at a site in a browser: GET and HEAD, nothing else.
///
/// Nothing outside the folder can be reached: names of a path are checked one by one, and a symbolic link is not followed.
package final class FileServer: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    package init() {}

    /// Something that accepts connections.
    package struct Listener: Sendable {
        fileprivate let channel: any Channel

        /// The port that it is bound to.
        package var port: Int? { channel.localAddress?.port }

        /// Stops accepting, and closes the socket.
        package func close() async { try? await channel.close() }
    }

    /// Listens on an address of this machine; port 0 takes any that is free.
    ///
    /// - Parameter root: the folder; `404.html` in it is shown for what is not there.
    /// - Throws: an `IOError` where the port is taken or the address is not this machine's.
    package func listen(host: String, port: Int, root: String) async throws -> Listener {
        let isLocal = ["127.0.0.1", "localhost", "::1"].contains(host)
        let files = ServedFiles(root: root, onlyLocalNames: isLocal)
        let open = ConnectionCounter(limit: 128)
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                guard open.admit() else { return channel.close() }
                channel.closeFuture.whenComplete { _ in open.leave() }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(60)))
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(FileHandler(files))
                }
            }
            .bind(host: host, port: port).get()
        return Listener(channel: channel)
    }

    /// Closes what is still open and stops the thread.
    package func shutdown() async { try? await group.shutdownGracefully() }
}

/// One connection.
private final class FileHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let files: ServedFiles
    private var head: HTTPRequestHead?

    init(_ files: ServedFiles) { self.files = files }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            let answer = files.answer(
                method: head.method.rawValue, target: head.uri, host: head.headers.first(name: "host"))
            write(answer, head, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func write(_ answer: FileAnswer, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders(answer.headers.map { ($0.name, $0.value) })
        headers.add(name: "Content-Length", value: String(answer.body.count))
        if !head.isKeepAlive { headers.add(name: "Connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: answer.status)
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: status, headers: headers))),
            promise: nil)
        if head.method != .HEAD, !answer.body.isEmpty {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: answer.body)))), promise: nil)
        }
        let end = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !head.isKeepAlive {
            let channel = context.channel
            end.whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
