import CloudState
import JSONValue
import Kinesis
import ServiceModel
import WireProtocols

/// The answer of SubscribeToShard: what lies in the shard, and what comes to it in the next five minutes.
///
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html>
struct ShardSubscriptionStream: Sendable {
    static let operation = "SubscribeToShard"
    private static let member = "EventStream"
    private static let event = "SubscribeToShardEvent"
    /// Real time: a client waits in it.
    private static let life = Duration.seconds(300)

    let emulator: Emulator
    let codec: any Codec
    let model: Operation
    let requestID: String

    func answer(_ outcome: Emulator.Outcome, _ input: Input, region: String) -> WireResponse {
        let output: Fields
        switch outcome {
        case .success(let (found, _)): output = found
        case .failure(let error): return codec.response(error, requestID: requestID)
        }
        let body = BodyStream()
        var response = WireResponse(
            status: 200, contentType: "application/vnd.amazon.eventstream", body: EncodedBody([]))
        response.headers.append(("x-amzn-RequestId", requestID))
        response.stream = body
        body.send(
            .bytes(EventStreamMessage(event: "initial-response", contentType: Self.type, payload: [0x7B, 0x7D]).bytes))
        send(output, to: body)
        let first = ShardSubscription(after: output, of: input, emulator.world, region: region)
        Task { await follow(first, body) }
        return response
    }

    private static let type = "application/x-amz-json-1.1"

    private func send(_ output: Fields, to body: BodyStream) {
        let whole = try? JSON.parse(codec.encode(output, model).bytes)
        guard let payload = whole?[Self.member]?[Self.event]?.serialized() else { return }
        body.send(.bytes(EventStreamMessage(event: Self.event, contentType: Self.type, payload: payload).bytes))
    }

    private func follow(_ first: ShardSubscription?, _ body: BodyStream) async {
        var current = first
        let end = ContinuousClock.now.advanced(by: Self.life)
        while let place = current, ContinuousClock.now < end, !body.isOver {
            guard let event = place.event(emulator.world) else { break }
            if event.isEmpty || body.isFull {
                // Nothing tells when a record comes: a world is only a value.
                try? await Task.sleep(for: .milliseconds(200))
                continue
            }
            send(event.fields, to: body)
            current = event.next
        }
        body.send(.end)
    }
}
