import EmulatorCore
import EmulatorServer
import JSONValue
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceModel

/// The Lambda Runtime API of one environment: what its runtime talks to.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>
enum RuntimeServer {
    static func listen(
        _ descriptor: Int32, on group: any EventLoopGroup, for environment: FunctionEnvironment
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 16)
            .childChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
                    try pipeline.addHandler(RuntimeHandler(environment))
                }
            }
            .withBoundSocket(descriptor).get()
    }
}

/// One connection of a runtime.
final class RuntimeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let environment: FunctionEnvironment
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    /// Where the body of an answer goes while it comes.
    private var streaming: (requestID: String, taker: FunctionAnswerStream?, isWanted: Bool)?

    private static let root = "/2018-06-01/runtime/"

    init(_ environment: FunctionEnvironment) { self.environment = environment }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            beginStream(head)
        case .body(let part) where streaming != nil: stream(part, context)
        case .body(let part):
            // One byte too many is enough to know.
            let room = FunctionEnvironment.mostAnswer + 1 - body.count
            if room > 0 { body.append(contentsOf: part.readableBytesView.prefix(room)) }
        case .end(let trailers):
            guard let head else { return }
            self.head = nil
            if let streaming {
                self.streaming = nil
                return end(streaming.requestID, trailers, head, context)
            }
            answer(head, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private static func path(_ head: HTTPRequestHead) -> [String]? {
        guard head.uri.hasPrefix(root) else { return nil }
        return head.uri.dropFirst(root.count).split(separator: "/").map(String.init)
    }

    // MARK: Streams

    /// Lets an answer go on as it comes, where the runtime says that it streams it.
    private func beginStream(_ head: HTTPRequestHead) {
        guard head.method == .POST, let path = Self.path(head), path.count == 3, path[0] == "invocation",
            path[2] == "response",
            head.headers.first(name: "lambda-runtime-function-response-mode")?.lowercased() == "streaming"
        else { return }
        let type = head.headers.first(name: "content-type") ?? "application/octet-stream"
        let (acceptance, taker) = environment.beginStream(to: path[1], contentType: type)
        // What is refused is answered as any other answer would be.
        if acceptance == .accepted { streaming = (path[1], taker, true) }
    }

    private func stream(_ part: ByteBuffer, _ context: ChannelHandlerContext) {
        guard let current = streaming, current.isWanted else { return }
        guard environment.stream(Array(part.readableBytesView), to: current.requestID) else {
            streaming?.isWanted = false
            return
        }
        guard let taker = current.taker, taker.isFull else { return }
        // A client that reads slowly makes the function wait.
        let channel = context.channel
        _ = channel.setOption(.autoRead, value: false)
        taker.whenDrained { _ = channel.setOption(.autoRead, value: true) }
    }

    private func end(
        _ requestID: String, _ trailers: HTTPHeaders?, _ head: HTTPRequestHead, _ context: ChannelHandlerContext
    ) {
        var failure: [UInt8]?
        if let type = trailers?.first(name: "lambda-runtime-function-error-type") {
            let text = trailers?.first(name: "lambda-runtime-function-error-body") ?? ""
            failure =
                Base64.decode(text)
                ?? JSON.object(["errorType": .string(type), "errorMessage": ""]).serialized()
        }
        write(environment.endStream(to: requestID, error: failure), head, context)
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard let path = Self.path(head) else { return write(404, "{}", head, context) }
        switch (head.method, path.first, path.count) {
        case (.GET, "invocation", 2) where path[1] == "next": next(head, context)
        case (.POST, "invocation", 3) where path[2] == "response": respond(path[1], error: nil, head, context)
        case (.POST, "invocation", 3) where path[2] == "error":
            respond(
                path[1], error: head.headers.first(name: "lambda-runtime-function-error-type") ?? "Unknown", head,
                context)
        case (.POST, "init", 2) where path[1] == "error":
            let type = head.headers.first(name: "lambda-runtime-function-error-type")
            guard environment.failInit(body, type: type) else {
                return write(403, Self.refusal(from: "Running", to: "InitError"), head, context)
            }
            write(202, #"{"status":"OK"}"#, head, context)
        default: write(404, "{}", head, context)
        }
    }

    private func next(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let memory = head.headers.first(name: "skylab-max-memory").flatMap { Int($0) }
        let loop = context.eventLoop
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: loop)
        let channel = context.channel
        environment.next(maximumMemory: memory) { event in
            loop.execute {
                guard channel.isActive else { return }
                let (handler, context) = bound.value
                handler.write(event, head, context)
            }
        }
    }

    private func write(
        _ event: FunctionEnvironment.NextEvent, _ request: HTTPRequestHead, _ context: ChannelHandlerContext
    ) {
        var text = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        text += "Lambda-Runtime-Aws-Request-Id: \(event.requestID)\r\n"
        text += "Lambda-Runtime-Deadline-Ms: \(event.deadline)\r\n"
        text += "Lambda-Runtime-Invoked-Function-Arn: \(event.invokedARN)\r\n"
        text +=
            "Lambda-Runtime-Trace-Id: Root=1-\(event.requestID.prefix(8))-\(event.requestID.filter { $0 != "-" }.prefix(24));Sampled=0\r\n"
        if let clientContext = event.clientContext { text += "Lambda-Runtime-Client-Context: \(clientContext)\r\n" }
        text += "Content-Length: \(event.payload.count)\r\n\r\n"
        var buffer = context.channel.allocator.buffer(capacity: text.utf8.count + event.payload.count)
        buffer.writeString(text)
        buffer.writeBytes(event.payload)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func respond(_ id: String, error: String?, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        write(environment.respond(to: id, payload: body, error: error), head, context)
    }

    private func write(
        _ acceptance: FunctionEnvironment.Acceptance, _ head: HTTPRequestHead, _ context: ChannelHandlerContext
    ) {
        switch acceptance {
        case .accepted: write(202, #"{"status":"OK"}"#, head, context)
        case .wrongID:
            write(400, #"{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}"#, head, context)
        case .wrongState:
            write(403, Self.refusal(from: "Ready", to: "InvocationResponse"), head, context)
        case .tooLarge:
            write(
                413,
                #"{"errorMessage":"Exceeded maximum allowed payload size (\#(FunctionEnvironment.mostAnswer) bytes).","errorType":"RequestEntityTooLarge"}"#,
                head, context)
        }
    }

    /// What a runtime is told that says something out of its turn.
    private static func refusal(from state: String, to next: String) -> String {
        let message =
            "State transition from \(state) to \(next) failed for runtime. Error: State transition is not allowed"
        return #"{"errorMessage":"\#(message)","errorType":"InvalidStateTransition"}"#
    }

    private func write(_ status: Int, _ text: String, _ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let reason = HTTPResponseStatus(statusCode: status).reasonPhrase
        var buffer = context.channel.allocator.buffer(capacity: 128 + text.utf8.count)
        buffer.writeString(
            "HTTP/1.1 \(status) \(reason)\r\nContent-Type: application/json\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
        )
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }
}
