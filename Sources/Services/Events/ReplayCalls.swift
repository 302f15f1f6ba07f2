import CloudState
import ServiceModel

/// Replays of archives.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_StartReplay.html>
enum ReplayCalls {
    static let operations: [String: Handler] = [
        "CancelReplay": .write(cancel),
        "DescribeReplay": .read(describe),
        "ListReplays": .read(list),
        "StartReplay": .write(start),
    ]

    private static func replay(_ name: String?, _ context: CallContext) throws(ServiceError) -> EventReplay {
        guard let replay = context.events.replays[name ?? ""] else {
            throw EventsError.notFound("Replay \(name ?? "") does not exist.")
        }
        return replay
    }

    static func start(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("ReplayName") ?? ""
        guard context.events.replays[name] == nil else { throw EventsError.exists("Replay \(name) already exists.") }
        let source = input.string("EventSourceArn") ?? ""
        guard let archive = context.events.archives.first(where: { $0.arn == source }) else {
            throw EventsError.validation(
                "Parameter EventSourceArn is not valid. Reason: Archive \(source.split(separator: "/").last ?? "") does not exist."
            )
        }
        let destination = input.structure("Destination")?.string("Arn") ?? ""
        guard context.events.buses[archive.bus]?.arn == destination else {
            throw EventsError.validation(
                "Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.")
        }
        guard let from = input.timestamp("EventStartTime"), let to = input.timestamp("EventEndTime"), from < to else {
            throw EventsError.validation(
                "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.")
        }
        var settings = input.fields
        settings["ReplayName"] = nil
        let replay = EventReplay(
            name: name, arn: "arn:aws:events:\(context.region):\(context.accountID):replay/\(name)",
            archive: archive.id, settings: settings, started: context.now)
        context.events.replays.insert(replay)
        context.world.schedule(
            .event(.events(.replay(name: name)), region: context.region), after: Timings.eventReplay)
        return Response([
            "ReplayArn": .string(replay.arn), "State": "STARTING", "ReplayStartTime": .timestamp(replay.started),
        ])
    }

    static func cancel(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var replay = try replay(input.string("ReplayName"), context)
        guard ["STARTING", "RUNNING"].contains(replay.state) else {
            throw ServiceError(
                "IllegalStatusException",
                "Replay \(replay.id) is not in a valid state for this operation.")
        }
        replay.state = "CANCELLED"
        replay.ended = context.now
        context.events.replays.insert(replay)
        return Response(["ReplayArn": .string(replay.arn), "State": "CANCELLING"])
    }

    private static func view(_ replay: EventReplay) -> Fields {
        var fields = Fields()
        fields.append("ReplayName", .string(replay.id))
        fields["EventSourceArn"] = replay.settings["EventSourceArn"]
        fields.append("State", .string(replay.state))
        fields["EventStartTime"] = replay.settings["EventStartTime"]
        fields["EventEndTime"] = replay.settings["EventEndTime"]
        fields.append("ReplayStartTime", .timestamp(replay.started))
        fields["ReplayEndTime"] = replay.ended.map(Value.timestamp)
        fields["EventLastReplayedTime"] = replay.last.map(Value.timestamp)
        return fields
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let replay = try replay(input.string("ReplayName"), context)
        var fields = view(replay)
        fields.append("ReplayArn", .string(replay.arn))
        fields["Destination"] = replay.settings["Destination"]
        fields["Description"] = replay.settings["Description"]
        return Response(.structure(fields))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let prefix = input.string("NamePrefix") ?? ""
        let source = input.string("EventSourceArn")
        let state = input.string("State")
        let found = context.events.replays.filter { replay in
            replay.id.hasPrefix(prefix) && state.map { $0 == replay.state } ?? true
                && source.map { $0 == replay.settings["EventSourceArn"]?.text } ?? true
        }
        let page = try EventsPaging.page(found, input)
        return Response(["Replays": .list(page.items) { .structure(view($0)) }, "NextToken": page.token])
    }
}
