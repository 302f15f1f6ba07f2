package import CloudState
import JSONValue
import ServiceModel
import Synchronization
import WireProtocols

/// A function's answer as it comes: its parts are on their way to the client before the function is done.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html>
package final class FunctionAnswerStream: Sendable {
    /// How a client gets it.
    enum Form: Sendable {
        /// As events of InvokeWithResponseStream; what encodes an error.
        case events(any Codec, requestID: String)
        /// As the answer of the function's own address; what is added to its head.
        case address(@Sendable (WireResponse) -> WireResponse)
    }

    static let operation = "InvokeWithResponseStream"
    /// A stream with this type begins with the status and the headers, and eight zero bytes.
    private static let integration = "application/vnd.awslambda.http-integration-response"
    private static let separator = [UInt8](repeating: 0, count: 8)
    private static let mostPrelude = 65_536

    private enum Progress {
        case nothing
        /// The beginning, of which the end is not there yet.
        case prelude([UInt8])
        case body
    }

    /// The answer's head, as soon as it is known.
    let answer = Pending<WireResponse>()
    private let body = BodyStream()
    private let form: Form
    private let progress = Mutex(Progress.nothing)

    init(_ form: Form) { self.form = form }

    /// Whether the client is behind.
    package var isFull: Bool { body.isFull }

    /// Calls back when the client has caught up.
    package func whenDrained(_ action: @escaping @Sendable () -> Void) { body.whenDrained(action) }

    /// The function begins to answer.
    package func begin(contentType: String, version: String) {
        let isPrelude = if case .address = form { contentType.lowercased() == Self.integration } else { false }
        progress.withLock { $0 = isPrelude ? .prelude([]) : .body }
        guard !isPrelude else { return }
        switch form {
        case .events: answer.fulfil(eventsHead(version))
        case .address: fulfil(WireResponse(status: 200, contentType: contentType, body: EncodedBody([])))
        }
    }

    private func eventsHead(_ version: String) -> WireResponse {
        var response = WireResponse(
            status: 200, contentType: "application/vnd.amazon.eventstream", body: EncodedBody([]))
        if case .events(_, let requestID) = form { response.headers.append(("x-amzn-RequestId", requestID)) }
        response.headers.append(("X-Amz-Executed-Version", version))
        response.stream = body
        return response
    }

    private func fulfil(_ response: WireResponse) {
        var response = response
        if case .address(let decorate) = form { response = decorate(response) }
        response.stream = body
        answer.fulfil(response)
    }

    /// A part of the answer.
    package func part(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        if case .events = form { return send("PayloadChunk", "application/octet-stream", bytes) }
        let rest = progress.withLock { progress -> (head: [UInt8]?, rest: [UInt8]) in
            guard case .prelude(let before) = progress else { return (nil, bytes) }
            let all = before + bytes
            guard let end = all.firstRange(of: Self.separator) else {
                progress = all.count > Self.mostPrelude ? .body : .prelude(all)
                return (all.count > Self.mostPrelude ? [] : nil, [])
            }
            progress = .body
            return (Array(all[..<end.lowerBound]), Array(all[end.upperBound...]))
        }
        if let head = rest.head {
            let metadata = (try? JSON.parse(head))?.objectValue ?? JSONObject()
            fulfil(FunctionURLRequest.head(metadata, contentType: "application/octet-stream", body: []))
        }
        body.send(.bytes(rest.rest))
    }

    private func send(_ event: String, _ contentType: String, _ payload: [UInt8]) {
        body.send(.bytes(EventStreamMessage(event: event, contentType: contentType, payload: payload).bytes))
    }

    /// The function is done, or there was none.
    func finish(_ outcome: Emulator.Outcome) {
        let hasBegun = progress.withLock { progress in
            if case .body = progress { return true }
            return false
        }
        switch form {
        case .events(let codec, let requestID):
            switch outcome {
            case .failure(let error):
                guard hasBegun else { return answer.fulfil(codec.response(error, requestID: requestID)) }
                body.send(.broken)
            case .success(let (output, _)): finishEvents(output, hasBegun: hasBegun)
            }
        case .address(let decorate):
            guard hasBegun else { return answer.fulfil(decorate(FunctionURLRequest.response(outcome))) }
            let failed = (try? outcome.get().output["FunctionError"]) != nil
            body.send(failed ? .broken : .end)
        }
    }

    private func finishEvents(_ output: Fields, hasBegun: Bool) {
        guard output["StatusCode"]?.number != 204 else {
            return answer.fulfil(WireResponse(status: 204, contentType: "application/json", body: EncodedBody([])))
        }
        let payload: [UInt8] = if case .blob(let bytes)? = output["Payload"] { bytes } else { [] }
        let failure = output["FunctionError"]?.text
        if !hasBegun {
            answer.fulfil(eventsHead(output["ExecutedVersion"]?.text ?? "$LATEST"))
            if failure == nil { send("PayloadChunk", "application/octet-stream", payload) }
        }
        var complete = JSONObject()
        if let failure {
            let document = (try? JSON.parse(payload))?.objectValue
            complete.set("ErrorCode", to: .string(document?["errorType"]?.stringValue ?? failure))
            complete.set("ErrorDetails", to: .string(String(decoding: payload, as: UTF8.self)))
        }
        if let log = output["LogResult"]?.text { complete.set("LogResult", to: .string(log)) }
        send("InvokeComplete", "application/json", JSON.object(complete).serialized())
        body.send(.end)
    }
}

extension Emulator {
    /// Where the answer of a function goes as it comes; nil where nobody wants it before it is whole.
    package func answerStream(of effect: Effect) -> FunctionAnswerStream? {
        guard effect.isAwaited else { return nil }
        return state.withLock { $0.effects.streams[effect.id] }
    }
}
