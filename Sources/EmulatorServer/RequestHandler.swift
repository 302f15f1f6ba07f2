import EmulatorCore
import NIOCore
import NIOHTTP1
import WireProtocols

/// One connection: gathers a request, has it answered on the event loop, and writes the answer.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let emulator: Emulator
    private let bodyLimit: Int
    private let administration: Administration?
    private var head: HTTPRequestHead?
    private var body: ByteBuffer?
    private var isTooLarge = false
    /// The last body sent and its buffer: a client that polls gets the same bytes without a copy.
    private var kept: (body: EncodedBody, buffer: ByteBuffer)?

    init(emulator: Emulator, bodyLimit: Int, administration: Administration?) {
        self.emulator = emulator
        self.bodyLimit = bodyLimit
        self.administration = administration
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = nil
            isTooLarge = false
            if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > bodyLimit {
                isTooLarge = true
            } else if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
                context.writeAndFlush(
                    wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: .continue))), promise: nil)
            }
        case .body(var part):
            guard !isTooLarge else { return }
            guard (body?.readableBytes ?? 0) + part.readableBytes <= bodyLimit else {
                isTooLarge = true
                body = nil
                return
            }
            if body == nil { body = part } else { body?.writeBuffer(&part) }
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
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

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let keepAlive = head.isKeepAlive && !isTooLarge
        guard !isTooLarge else {
            write(
                WireResponse(
                    status: 413, contentType: "text/plain", body: EncodedBody(Array("Request body is too large\n".utf8))
                ),
                head, keepAlive: false, context)
            return
        }
        let (path, query) = Self.split(head.uri)
        let request = WireRequest(
            method: head.method.rawValue, path: path, query: query,
            headers: head.headers.map { ($0.name.lowercased(), $0.value) },
            body: body.map { Array($0.readableBytesView) } ?? [])
        body = nil
        let response: WireResponse
        if let administration, path.hasPrefix(Administration.prefix) {
            response = administration.respond(request)
        } else {
            response = emulator.respond(to: request)
        }
        write(response, head, keepAlive: keepAlive, context)
    }

    private func write(
        _ response: WireResponse, _ request: HTTPRequestHead, keepAlive: Bool, _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders()
        headers.reserveCapacity(4 + response.headers.count)
        headers.add(name: "Content-Type", value: response.contentType)
        let length = response.head.count + response.body.bytes.count + response.tail.count
        headers.add(name: "Content-Length", value: String(length))
        for header in response.headers { headers.add(name: header.name, value: header.value) }
        if !keepAlive { headers.add(name: "Connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: response.status)
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: request.version, status: status, headers: headers))),
            promise: nil)
        if request.method != .HEAD {
            if !response.head.isEmpty { write(response.head, context) }
            if !response.body.bytes.isEmpty {
                context.write(wrapOutboundOut(.body(.byteBuffer(buffer(response.body, context)))), promise: nil)
            }
            if !response.tail.isEmpty { write(response.tail, context) }
        }
        let end = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !keepAlive {
            let channel = context.channel
            end.whenComplete { _ in channel.close(promise: nil) }
        }
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: bytes.count)
        buffer.writeBytes(bytes)
        context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
    }

    private func buffer(_ body: EncodedBody, _ context: ChannelHandlerContext) -> ByteBuffer {
        if let kept, kept.body === body { return kept.buffer }
        var buffer = context.channel.allocator.buffer(capacity: body.bytes.count)
        buffer.writeBytes(body.bytes)
        kept = (body, buffer)
        return buffer
    }

    private static func split(_ uri: String) -> (path: String, query: String) {
        guard let mark = uri.firstIndex(of: "?") else { return (uri, "") }
        return (String(uri[..<mark]), String(uri[uri.index(after: mark)...]))
    }
}
