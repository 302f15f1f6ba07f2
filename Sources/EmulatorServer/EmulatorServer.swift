package import EmulatorCore
package import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves emulators over HTTP/1.1, on ports of this machine or on listening sockets that a sandbox hands over.
///
/// Which listener accepted a connection decides which session it belongs to: there is nothing in a request that could
/// name another one.
package final class EmulatorServer: Sendable {
    /// Bounds on what one listener does for its clients.
    package struct Limits: Sendable {
        package var connections = 256
        /// Bytes of a request's body.
        package var body = 64 * 1024 * 1024
        /// Bytes of the bodies of all requests that are on their way.
        package var bodies = 256 * 1024 * 1024
        /// Bytes of the long answers that are on their way.
        package var answers = 512 * 1024 * 1024
        /// A connection on which nothing comes for so long is closed, in seconds.
        package var idleSeconds: Int64 = 120
        /// How long a request may take to arrive, in seconds.
        package var requestSeconds: Int64 = 120

        package init() {}
    }

    private let group: MultiThreadedEventLoopGroup

    /// - Parameter threads: event loops; connections are spread over them.
    package init(threads: Int) { group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, threads)) }

    /// The event loops, for other servers beside this one.
    package var eventLoops: any EventLoopGroup { group }
    /// One of them.
    package var eventLoop: any EventLoop { group.next() }

    /// Closes what is still open and stops the threads.
    package func shutdown() async { try? await group.shutdownGracefully() }

    /// Something that accepts connections for one emulator.
    package struct Listener: Sendable {
        fileprivate let channel: any Channel

        /// The port that it is bound to; nil where it has none.
        package var port: Int? { channel.localAddress?.port }

        /// Stops accepting, and closes the socket.
        package func close() async { try? await channel.close() }
    }

    /// Listens on an address of this machine; port 0 takes any that is free.
    ///
    /// - Throws: an `IOError` where the port is taken or the address is not this machine's.
    package func listen(
        host: String, port: Int, emulator: Emulator, limits: Limits = Limits(), administration: Administration? = nil
    ) async throws -> Listener {
        let bootstrap = bootstrap(emulator, limits, administration, isInside: false)
        return Listener(channel: try await bootstrap.bind(host: host, port: port).get())
    }

    /// Accepts connections on a listening socket made elsewhere, and owns it from now on.
    ///
    /// - Parameter isInside: whether they come from a program that the emulator itself runs.
    package func listen(
        descriptor: Int32, emulator: Emulator, limits: Limits = Limits(), administration: Administration? = nil,
        isInside: Bool = false
    ) async throws -> Listener {
        let bootstrap = bootstrap(emulator, limits, administration, isInside: isInside)
        return Listener(channel: try await bootstrap.withBoundSocket(descriptor).get())
    }

    private func bootstrap(
        _ emulator: Emulator, _ limits: Limits, _ administration: Administration?, isInside: Bool
    ) -> ServerBootstrap {
        let open = ConnectionCounter(limit: limits.connections)
        let bodies = BodyBudget(limit: limits.bodies)
        let answers = BodyBudget(limit: limits.answers)
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                guard open.admit() else { return channel.close() }
                channel.closeFuture.whenComplete { _ in open.leave() }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(limits.idleSeconds)))
                    try pipeline.addHandler(SlowRequestHandler(patience: .seconds(limits.requestSeconds)))
                    // No help with pipelining is needed: a request is answered before the next is looked at.
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
                    try pipeline.addHandler(
                        RequestHandler(
                            emulator: emulator, bodyLimit: limits.body, bodies: bodies, answers: answers,
                            administration: administration, isInside: isInside))
                }
            }
    }
}
