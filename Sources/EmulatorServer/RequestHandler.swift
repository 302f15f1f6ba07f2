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
    private let bodies: BodyBudget
    /// What this connection has taken of it.
    private var held = 0
    private let answers: BodyBudget
    /// The answer that goes out in pieces, and how many of its bytes have gone.
    private var sending: (response: WireResponse, offset: Int, keepAlive: Bool)?
    /// The answer that goes out while it is made.
    private var streaming: BodyStream?
    /// Whether the answer is still being worked out.
    private var isAnswering = false
    private var isGone = false
    /// What came while it went out.
    private var waiting: [HTTPServerRequestPart] = []
    private let administration: Administration?
    private let isInside: Bool
    private var head: HTTPRequestHead?
    private var body: ByteBuffer?
    private var isTooLarge = false
    /// What comes after the last answer of a connection is not looked at.
    private var isClosing = false
    /// The last body sent and its buffer: a client that polls gets the same bytes without a copy.
    private var kept: (body: EncodedBody, buffer: ByteBuffer)?

    init(
        emulator: Emulator, bodyLimit: Int, bodies: BodyBudget, answers: BodyBudget, administration: Administration?,
        isInside: Bool
    ) {
        self.emulator = emulator
        self.bodyLimit = bodyLimit
        self.bodies = bodies
        self.answers = answers
        self.administration = administration
        self.isInside = isInside
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        guard sending == nil, !isAnswering else {
            if !isClosing { waiting.append(part) }
            return
        }
        take(part, context)
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        switch part {
        case .head(let head):
            self.head = head
            dropBody()
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
            let count = part.readableBytes
            guard (body?.readableBytes ?? 0) + count <= bodyLimit else {
                isTooLarge = true
                dropBody()
                return
            }
            guard bodies.take(count) else { return refuseAsBusy(context) }
            held += count
            if body == nil { body = part } else { body?.writeBuffer(&part) }
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        dropBody()
        if let sending { answers.giveBack(sending.response.body.bytes.count) }
        sending = nil
        streaming?.abandon()
        streaming = nil
        waiting = []
        isGone = true
        context.fireChannelInactive()
    }

    private func dropBody() {
        body = nil
        bodies.giveBack(held)
        held = 0
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            // Who waits for an answer has nothing to send.
            if !isAnswering { context.close(promise: nil) }
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// A client that sends faster than it reads is not read from until it has caught up.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        setReading(context)
        context.fireChannelWritabilityChanged()
    }

    /// Nothing is read while a long answer goes out, unless it is the last: a socket that is closed before all was read
    /// takes back what the client has not read yet.
    private func setReading(_ context: ChannelHandlerContext) {
        let reads = isClosing || context.channel.isWritable && sending == nil && !isAnswering
        _ = context.channel.setOption(.autoRead, value: reads)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What comes after the last request does not cut its answer off.
        if error is HTTPParserError, isClosing, sending != nil { return }
        if error is HTTPParserError, !isClosing {
            isClosing = true
            context.writeAndFlush(wrapOutboundOut(ResponseHead.badRequest), promise: nil)
        }
        context.close(promise: nil)
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard !isTooLarge else { return refuseAsTooLarge(head, context) }
        let request = request(head, body: body.map { Array($0.readableBytesView) } ?? [])
        dropBody()
        if let administration, let pending = administration.forward(request) {
            return wait(for: pending, head, context)
        }
        if let respond = administration?.respond, request.path.hasPrefix(Administration.prefix) {
            return write(respond(request), head, keepAlive: head.isKeepAlive, context)
        }
        switch emulator.answer(request, isInside: isInside) {
        case .ready(let response): write(response, head, keepAlive: head.isKeepAlive, context)
        case .later(let pending): wait(for: pending, head, context)
        }
    }

    /// Holds the connection until the answer is there.
    private func wait(for pending: Pending<WireResponse>, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        isAnswering = true
        let loop = context.eventLoop
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: loop)
        pending.then { response in
            loop.execute {
                let (handler, context) = bound.value
                handler.isAnswering = false
                guard !handler.isGone else { return }
                handler.write(response, head, keepAlive: head.isKeepAlive, context)
                if handler.sending == nil, !handler.isAnswering { handler.goOn(context) }
            }
        }
    }

    /// As AWS answers who asks for too much at once; its clients try again.
    private func refuseAsBusy(_ context: ChannelHandlerContext) {
        guard let head else { return }
        self.head = nil
        dropBody()
        refuse(head, limit: nil, 503, "Too many requests are on their way\n", context)
    }

    private func refuseAsTooLarge(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        refuse(head, limit: bodyLimit, 413, "Request body is too large\n", context)
    }

    /// Refuses a request as its service does, or else in plain words.
    private func refuse(
        _ head: HTTPRequestHead, limit: Int?, _ status: Int, _ text: String, _ context: ChannelHandlerContext
    ) {
        let plain = WireResponse(status: status, contentType: "text/plain", body: EncodedBody(Array(text.utf8)))
        let own = emulator.refusal(of: request(head, body: []), limit: limit)
        write(own ?? plain, head, keepAlive: false, context)
    }

    private func request(_ head: HTTPRequestHead, body: [UInt8]) -> WireRequest {
        let (path, query) = Self.split(head.uri)
        return WireRequest(
            method: head.method.rawValue, path: path, query: query, headers: head.headers.map { ($0.name, $0.value) },
            body: body)
    }

    private func write(
        _ response: WireResponse, _ request: HTTPRequestHead, keepAlive: Bool, _ context: ChannelHandlerContext
    ) {
        if let stream = response.stream, request.method != .HEAD {
            return write(stream, of: response, request, keepAlive: keepAlive && request.version != .http1_0, context)
        }
        if response.body.bytes.count > Self.piece, request.method != .HEAD {
            return writeInPieces(response, request, keepAlive: keepAlive, context)
        }
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

    /// An answer whose body is still being made: what comes goes out as chunks, or as it is to a client of HTTP/1.0.
    private func write(
        _ stream: BodyStream, of response: WireResponse, _ request: HTTPRequestHead, keepAlive: Bool,
        _ context: ChannelHandlerContext
    ) {
        let isChunked = request.version != .http1_0
        var start = context.channel.allocator.buffer(capacity: 512)
        ResponseHead(response, isHTTP10: !isChunked, keepAlive: keepAlive).write(to: &start)
        context.writeAndFlush(wrapOutboundOut(start), promise: nil)
        isAnswering = true
        streaming = stream
        setReading(context)
        let loop = context.eventLoop
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: loop)
        stream.read { part in
            loop.execute {
                let (handler, context) = bound.value
                guard !handler.isGone else { return stream.abandon() }
                handler.write(part, of: stream, isChunked: isChunked, keepAlive: keepAlive, context)
            }
        }
    }

    private func write(
        _ part: BodyStream.Part, of stream: BodyStream, isChunked: Bool, keepAlive: Bool,
        _ context: ChannelHandlerContext
    ) {
        switch part {
        case .bytes(let bytes):
            guard !bytes.isEmpty else { return }
            var buffer = context.channel.allocator.buffer(capacity: bytes.count + 24)
            if isChunked { buffer.writeString(String(bytes.count, radix: 16) + "\r\n") }
            buffer.writeBytes(bytes)
            if isChunked { buffer.writeStaticString("\r\n") }
            context.writeAndFlush(wrapOutboundOut(buffer)).whenComplete { _ in stream.sent(bytes.count) }
        case .end:
            streaming = nil
            isAnswering = false
            let last = context.channel.allocator.buffer(string: isChunked ? "0\r\n\r\n" : "")
            let channel = context.channel
            let written = context.writeAndFlush(wrapOutboundOut(last))
            if keepAlive { return goOn(context) }
            isClosing = true
            written.whenComplete { _ in channel.close(promise: nil) }
        case .broken:
            streaming = nil
            context.close(promise: nil)
        }
    }

    /// Longer bodies go out in pieces of so many bytes: a client that reads slowly, or not at all, costs one of them.
    private static let piece = 512 * 1024

    private func writeInPieces(
        _ response: WireResponse, _ request: HTTPRequestHead, keepAlive: Bool, _ context: ChannelHandlerContext
    ) {
        guard answers.take(response.body.bytes.count) else {
            return refuse(request, limit: nil, 503, "Too many answers are on their way\n", context)
        }
        var start = context.channel.allocator.buffer(capacity: 512 + response.head.count)
        ResponseHead(response, isHTTP10: request.version == .http1_0, keepAlive: keepAlive).write(to: &start)
        start.writeBytes(response.head)
        context.write(wrapOutboundOut(start), promise: nil)
        sending = (response, 0, keepAlive)
        isClosing = !keepAlive
        setReading(context)
        sendPiece(context)
    }

    private func sendPiece(_ context: ChannelHandlerContext) {
        guard let current = sending else { return }
        let bytes = current.response.body.bytes
        let end = min(bytes.count, current.offset + Self.piece)
        var buffer = context.channel.allocator.buffer(capacity: end - current.offset)
        buffer.writeBytes(bytes[current.offset..<end])
        if end == bytes.count { buffer.writeBytes(current.response.tail) }
        sending?.offset = end
        context.writeAndFlush(wrapOutboundOut(buffer)).assumeIsolated().whenComplete { result in
            guard case .success = result, self.sending != nil else { return }
            if end < bytes.count { self.sendPiece(context) } else { self.finishPieces(context) }
        }
    }

    private func finishPieces(_ context: ChannelHandlerContext) {
        guard let sent = sending else { return }
        sending = nil
        answers.giveBack(sent.response.body.bytes.count)
        guard sent.keepAlive else { return context.close(promise: nil) }
        goOn(context)
    }

    /// Takes up what came in the meantime.
    private func goOn(_ context: ChannelHandlerContext) {
        setReading(context)
        let parts = waiting
        waiting = []
        for (index, part) in parts.enumerated() {
            guard sending == nil, !isAnswering else {
                waiting = Array(parts[index...])
                return
            }
            take(part, context)
        }
    }

    private func buffer(_ body: EncodedBody, _ context: ChannelHandlerContext) -> ByteBuffer {
        if let kept, kept.body === body { return kept.buffer }
        var buffer = context.channel.allocator.buffer(capacity: body.bytes.count)
        buffer.writeBytes(body.bytes)
        kept = (body, buffer)
        return buffer
    }

    /// The path and the query; of a proxy's client, which names the server as well, what follows that. Its `Host` header
    /// names it, too.
    private static func split(_ uri: String) -> (path: String, query: String) {
        if uri.utf8.first != UInt8(ascii: "/"), uri.lowercased().hasPrefix("http://") {
            let rest = uri.dropFirst(7).drop { $0 != "/" && $0 != "?" }
            return split(rest.hasPrefix("/") ? String(rest) : "/\(rest)")
        }
        guard let mark = uri.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (uri, "") }
        return (String(uri[..<mark]), String(uri[uri.utf8.index(after: mark)...]))
    }
}
