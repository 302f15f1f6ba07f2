import EmulatorCore
import NIOCore
import NIOHTTP1
import WireProtocols

/// One connection: gathers a request, has it answered on the event loop, and writes the answer.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let emulator: Emulator
    private let bodyLimit: Int
    private let administration: Administration?
    private var head: HTTPRequestHead?
    private var body: ByteBuffer?
    private var isTooLarge = false
    /// What comes after the last answer of a connection is not looked at.
    private var isClosing = false
    /// The last body sent and its buffer: a client that polls gets the same bytes without a copy.
    private var kept: (body: EncodedBody, buffer: ByteBuffer)?

    init(emulator: Emulator, bodyLimit: Int, administration: Administration?) {
        self.emulator = emulator
        self.bodyLimit = bodyLimit
        self.administration = administration
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = nil
            isTooLarge = false
            if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > bodyLimit {
                // Nobody waits for a body that is not wanted.
                self.head = nil
                refuseAsTooLarge(head, context)
            } else if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
                context.writeAndFlush(wrapOutboundOut(ResponseHead.goOn), promise: nil)
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

    /// A client that sends faster than it reads is not read from until it has caught up.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        _ = context.channel.setOption(.autoRead, value: isWritable)
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError, !isClosing {
            isClosing = true
            context.writeAndFlush(wrapOutboundOut(ResponseHead.badRequest), promise: nil)
        }
        context.close(promise: nil)
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard !isTooLarge else { return refuseAsTooLarge(head, context) }
        let (path, query) = Self.split(head.uri)
        let request = WireRequest(
            method: head.method.rawValue, path: path, query: query,
            headers: head.headers.map { ($0.name, $0.value) },
            body: body.map { Array($0.readableBytesView) } ?? [])
        body = nil
        let response: WireResponse
        if let administration, path.hasPrefix(Administration.prefix) {
            response = administration.respond(request)
        } else {
            response = emulator.respond(to: request)
        }
        write(response, head, keepAlive: head.isKeepAlive, context)
    }

    private func refuseAsTooLarge(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let body = EncodedBody(Array("Request body is too large\n".utf8))
        write(WireResponse(status: 413, contentType: "text/plain", body: body), head, keepAlive: false, context)
    }

    private func write(
        _ response: WireResponse, _ request: HTTPRequestHead, keepAlive: Bool, _ context: ChannelHandlerContext
    ) {
        let body = response.body.bytes.isEmpty || request.method == .HEAD ? nil : buffer(response.body, context)
        var start = context.channel.allocator.buffer(capacity: 512 + response.head.count)
        ResponseHead(response, isHTTP10: request.version == .http1_0, keepAlive: keepAlive).write(to: &start)
        if request.method != .HEAD { start.writeBytes(response.head) }
        var last = start
        if let body {
            context.write(wrapOutboundOut(start), promise: nil)
            last = body
        }
        if !response.tail.isEmpty, request.method != .HEAD {
            context.write(wrapOutboundOut(last), promise: nil)
            last = context.channel.allocator.buffer(bytes: response.tail)
        }
        guard !keepAlive else {
            context.writeAndFlush(wrapOutboundOut(last), promise: nil)
            return
        }
        isClosing = true
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(last)).whenComplete { _ in channel.close(promise: nil) }
    }

    private func buffer(_ body: EncodedBody, _ context: ChannelHandlerContext) -> ByteBuffer {
        if let kept, kept.body === body { return kept.buffer }
        var buffer = context.channel.allocator.buffer(capacity: body.bytes.count)
        buffer.writeBytes(body.bytes)
        kept = (body, buffer)
        return buffer
    }

    private static func split(_ uri: String) -> (path: String, query: String) {
        guard let mark = uri.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (uri, "") }
        return (String(uri[..<mark]), String(uri[uri.utf8.index(after: mark)...]))
    }
}
