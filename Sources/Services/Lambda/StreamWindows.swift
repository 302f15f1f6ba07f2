import CloudState
import JSONValue
import ServiceModel

/// Tumbling windows: invocations of one stretch of time pass a state on, and a last one closes it.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html>
enum StreamWindows {
    /// Seconds; 0 for none.
    private static func length(_ mapping: EventSourceMapping) -> Int {
        mapping.settings["TumblingWindowInSeconds"]?.number ?? 0
    }

    private static func start(_ time: Timestamp, _ length: Int) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds / (length * 1000) * length * 1000)
    }

    /// Whether a record is one of the window that is open.
    static func belongs(_ record: StreamRecord, _ progress: StreamProgress, _ mapping: EventSourceMapping) -> Bool {
        let length = length(mapping)
        guard length > 0, let open = progress.windowStart else { return true }
        return start(record.arrival, length) <= open
    }

    /// Opens the window of a record.
    static func open(_ progress: inout StreamProgress, _ record: StreamRecord, _ mapping: EventSourceMapping) {
        let length = length(mapping)
        guard length > 0 else { return }
        progress.windowStart = start(record.arrival, length)
        progress.state = nil
    }

    /// Has the last invocation of a window begun where its time is over, or says when it will be.
    static func finish(
        _ progress: inout StreamProgress, _ mapping: EventSourceMapping, _ now: Timestamp
    ) -> Timestamp? {
        guard let open = progress.windowStart else { return nil }
        let end = open.adding(seconds: length(mapping))
        guard end <= now else { return end }
        progress.pending = [.init(numbers: [])]
        return nil
    }

    /// Adds to an event what a function of windows gets.
    static func describe(
        _ progress: StreamProgress, _ shard: StreamShard, _ mapping: EventSourceMapping, isFinal: Bool,
        _ payload: inout JSONObject
    ) {
        guard let open = progress.windowStart else { return }
        payload.set(
            "window",
            to: [
                "start": .string(open.iso8601Seconds),
                "end": .string(open.adding(seconds: length(mapping)).iso8601Seconds),
            ])
        payload.set("state", to: progress.state.flatMap { try? JSON.parse($0) } ?? .object([:]))
        payload.set("shardId", to: .string(shard.id))
        payload.set("eventSourceARN", to: .string(mapping.sourceARN))
        payload.set("isFinalInvokeForWindow", to: .boolean(isFinal))
        payload.set("isWindowTerminatedEarly", to: false)
    }

    /// Keeps the state that a function passes on.
    static func note(
        _ progress: inout StreamProgress, isFinal: Bool, _ payload: [UInt8], _ mapping: EventSourceMapping
    ) {
        guard progress.windowStart != nil else { return }
        guard !isFinal else {
            progress.windowStart = nil
            progress.state = nil
            return
        }
        // A state has a megabyte at most.
        if let state = (try? JSON.parse(payload))?["state"], case let text = state.serializedString(),
            text.utf8.count <= 1_048_576
        {
            progress.state = text
        }
    }
}
